"""What of a table is predicted: classes, or a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from tuitune.datasets.table import Numbers, Table, list_names
from tuitune.errors import UsageError, quote

Task = Literal["classification", "regression"]

FEW_VALUES = 20
"""Whole numbers with at most so many different values are taken for classes."""
ROWS_PER_VALUE = 3
"""And at least so many rows for each on average: else they are few because the table is short."""
MOST_CLASSES = 100
LEAST_ROWS = 10


@dataclass(frozen=True, eq=False)
class Target:
    """The column to predict, in the rows that have it."""

    name: str
    task: Task
    rows: npt.NDArray[np.intp]
    """`(n,)`: the rows of the table where it is not missing."""
    values: npt.NDArray[Any]
    """`(n,)`: the class of each of these rows (intp), or the number (float64)."""
    classes: tuple[str, ...]
    """Names of the classes, sorted; empty for regression."""


def find_target(table: Table, name: str | None, task: Task | None) -> Target:
    """Return the target `name`, None being the file's own; `task` None: as its values look.

    Words are classes, and so are whole numbers with few different values. Raises `UsageError`
    where there is no such column, or nothing to learn in it.
    """
    name = name if name is not None else table.target
    if name is None:
        last = quote(table.names[-1]) if table.names else "the last column"
        raise UsageError(
            f"--target says which column of {quote(table.path)} is predicted: "
            f"try --target {last}; it has {list_names(table.names)}"
        )
    table.check_name(name, "--target")
    rows = np.flatnonzero(~table.missing(name))
    if len(rows) < LEAST_ROWS:
        raise UsageError(
            f"a table needs at least {LEAST_ROWS} rows with a target, and {len(rows)} of the "
            f"{table.rows} rows of {quote(table.path)} have {quote(name)}: give more rows"
        )
    if name in table.words:
        return _words(table, name, task, rows)
    numbers = table.number(name)[rows].astype(np.float64)
    values, places = np.unique(numbers, return_inverse=True)
    if len(values) == 1:
        raise _constant(table, name, f"{values[0]:g}")
    if task is None:
        whole = bool((values == np.rint(values)).all())
        few = len(values) <= FEW_VALUES and len(values) * ROWS_PER_VALUE <= len(rows)
        task = "classification" if whole and few else "regression"
    if task == "regression":
        return Target(name, task, rows, numbers, ())
    if len(values) > MOST_CLASSES:
        raise _too_many(name, len(values), "try --task regression")
    return Target(name, task, rows, places.astype(np.intp), tuple(_plain(v) for v in values))


def _words(table: Table, name: str, task: Task | None, rows: npt.NDArray[np.intp]) -> Target:
    column = table.words[name]
    stray = f": {column.stray} is none" if column.stray else ""
    if task == "regression":
        raise UsageError(
            f"regression predicts numbers, and {quote(name)} holds words{stray}, such as "
            f"{quote(column.categories[0])}: leave out --task regression, or choose another "
            "--target"
        )
    if len(column.categories) == 1:
        raise _constant(table, name, column.categories[0])
    if len(column.categories) > MOST_CLASSES:
        raise _too_many(name, len(column.categories), f"choose another --target{stray}")
    return Target(name, "classification", rows, column.codes[rows], column.categories)


def _constant(table: Table, name: str, value: str) -> UsageError:
    return UsageError(
        f"there is nothing to learn where all rows are the same, and every {quote(name)} of "
        f"{quote(table.path)} is {quote(value)}: choose another --target"
    )


def _too_many(name: str, count: int, way_out: str) -> UsageError:
    return UsageError(
        f"a classifier has at most {MOST_CLASSES} classes, and {quote(name)} has {count} "
        f"different values: {way_out}"
    )


def _plain(value: Numbers) -> str:
    return f"{float(value):.15g}"
