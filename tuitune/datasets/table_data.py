"""From a person's file to what trials learn from, and a test part that no trial sees."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tuitune.datasets.csv_table import read_csv
from tuitune.datasets.dataset import Targets
from tuitune.datasets.encoder import Encoder, Rows, fit_encoder, mean_and_std
from tuitune.datasets.npz_table import SAVE, read_npz
from tuitune.datasets.splits import Split, validation_size
from tuitune.datasets.table import Table
from tuitune.datasets.target import Target, Task, find_target
from tuitune.errors import UsageError, quote

MOST_CATEGORIES = 100
"""Different words of a column that each become an input."""


@dataclass(frozen=True, eq=False)
class TableData:
    """A table in three parts: what trials train on, what ranks them, and the sealed test part."""

    table: Table
    target: Target
    columns: tuple[str, ...]
    """What it is predicted from, before columns that don't vary are left out."""
    encoder: Encoder
    split: Split
    test_rows: Rows
    """Rows of the table that nothing but a test reads; empty where no share was set aside."""
    unit: tuple[float, float]
    """Mean and standard deviation of the training part's target; (0, 1) for classes."""

    @property
    def n_available(self) -> int:
        """Rows with a target that are not in the test part."""
        return len(self.target.rows) - len(self.test_rows)

    @property
    def dropped(self) -> int:
        """Rows that are left out because their target is missing."""
        return self.table.rows - len(self.target.rows)

    def test(self) -> tuple[npt.NDArray[np.float32], Targets]:
        """Return the test part: inputs `(n, features)`, and labels or standardised numbers."""
        places = np.searchsorted(self.target.rows, self.test_rows)
        return self.encoder.encode(self.table, self.test_rows), _targets(
            self.target, places, self.unit
        )


def read_table(path: str, target: str | None = None) -> Table:
    """Return the table of a CSV or NPZ file; the content says which of both it is.

    Kept for the process as long as the file stays the same. Raises `UsageError` where there is no
    such file or it holds no table.
    """
    try:
        file = Path(path)
        found = file.stat()
        regular = file.is_file()
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    if not regular:
        raise UsageError(f"{quote(path, 200)} is no file: give a CSV file, or an NPZ file of NumPy")
    return _read(path, str(file.resolve()), found.st_mtime_ns, found.st_size, target)


@lru_cache(maxsize=2)
def _read(path: str, _resolved: str, _mtime_ns: int, _size: int, target: str | None) -> Table:
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from None
    if content.startswith(b"\x93NUMPY"):
        raise UsageError(
            f"{quote(path)} is one array, and a table needs inputs and a target: save both, {SAVE}"
        )
    if content.startswith(b"PK"):
        return read_npz(path, content, target)
    return read_csv(path, content)


def _unreadable(path: str, error: OSError | ValueError) -> UsageError:
    if isinstance(error, FileNotFoundError | ValueError):
        return UsageError(
            f"there is no file {quote(path, 200)}: paths are relative to the current folder, so go "
            "to the folder that it is relative to, or put the file back"
        )
    why = (error.strerror or "the system refused").lower()
    return UsageError(f"{quote(path, 200)} can't be read ({why}): make it readable")


@lru_cache(maxsize=2)
def prepare(
    table: Table,
    *,
    target: str | None,
    columns: tuple[str, ...] | None = None,
    exclude: tuple[str, ...] = (),
    task: Task | None = None,
    train_size: int | None = None,
    validation: float = 0.2,
    test: float = 0.2,
    seed: int = 0,
) -> TableData:
    """Return the table in parts, shuffled by `seed`: test, then validation, then training rows.

    `target` is predicted from `columns`, None being all but those of `exclude`. `test` is the share
    of all rows with a target that is set aside, 0 or more and below 1; `train_size` counts the rows
    of the rest that are used (None: all), of which `validation` is the share that ranks the trials.
    Classes have about the same share of each part. The training rows alone decide how anything is
    encoded. Raises `UsageError` where anything does not fit.
    """
    found = find_target(table, target, task)
    for name in exclude:
        table.check_name(name, "--exclude")
    if found.name in exclude:
        raise UsageError(
            f"{quote(found.name)} is what is predicted, and it is excluded as well: leave out "
            "--exclude, or choose another --target"
        )
    if columns is None:
        columns = tuple(n for n in table.names if n != found.name and n not in exclude)
    _check_words(table, columns)
    n_test = _test_size(found, test)
    available = len(found.rows) - n_test
    size = available if train_size is None else train_size
    n_val = validation_size(table.path, available, size, validation)
    order = _shuffled(found, np.random.default_rng(seed))
    used = order[n_test : n_test + size]
    training = used[n_val:]
    encoder = fit_encoder(table, columns, found.rows[training])
    if not encoder.inputs:
        raise UsageError(
            f"no column of {quote(table.path)} varies within the {len(training)} training rows, so "
            "that nothing can be learned from them: give more columns or rows"
        )
    unit = (0.0, 1.0)
    if found.task == "regression":
        unit = mean_and_std(found.values[training])
        parts = [("training", training), ("validation", used[:n_val]), ("test", order[:n_test])]
        for part, places in parts:
            if len(places) and float(np.ptp(found.values[places])) == 0.0:
                raise UsageError(
                    f"R2 needs rows that differ, and {quote(found.name)} is the same in all "
                    f"{len(places)} {part} rows: give more rows, or another --seed"
                )
    x = encoder.encode(table, found.rows[used])
    t = _targets(found, used, unit)
    x.flags.writeable = t.flags.writeable = False
    split = Split(table.path, len(found.classes), n_val, x, t)
    sealed = np.sort(found.rows[order[:n_test]])
    return TableData(table, found, columns, encoder, split, sealed, unit)


def available_rows(table: Table, target: str | None, task: Task | None, test: float) -> int:
    """Return how many rows with a target are not in the test part."""
    found = find_target(table, target, task)
    return len(found.rows) - _test_size(found, test)


def _test_size(target: Target, share: float) -> int:
    if not 0.0 <= share < 1.0:
        raise UsageError(f"test must be a share from 0 to below 1, and not {share:g}: try test=0.2")
    n = len(target.rows)
    size = round(n * share)
    if n - size < 2:
        raise UsageError(
            f"test={share:g} leaves {n - size} of the {n} rows to learn from: try test=0.2"
        )
    return size


def _targets(target: Target, places: Rows, unit: tuple[float, float]) -> Targets:
    values = target.values[places]
    if target.task == "classification":
        return values.astype(np.intp)
    return ((values - unit[0]) / unit[1]).astype(np.float32)


def _check_words(table: Table, columns: tuple[str, ...]) -> None:
    """Refuse columns with a different word in almost every row, all of them at once."""
    many = [
        name
        for name in columns
        if name in table.words and len(table.words[name].categories) > MOST_CATEGORIES
    ]
    if not many:
        return
    first = table.words[many[0]]
    stray = f" ({first.stray} is no number)" if first.stray else ""
    options = " ".join(f"--exclude {quote(name, 200)}" for name in many)
    raise UsageError(
        f"a column of words has at most {MOST_CATEGORIES} different ones, and "
        f"{quote(many[0], 200)} has {len(first.categories)}{stray}: leave it out with {options}"
    )


def _shuffled(target: Target, random: np.random.Generator) -> Rows:
    """Return all places of the target in random order, each stretch with its share of classes.

    The k-th of a class of n rows is put somewhere between k/n and (k+1)/n of the way. A class of
    one row goes to the end, where rows are trained on.
    """
    n = len(target.rows)
    if target.task == "regression":
        return random.permutation(n)
    way = np.empty(n)
    for label in range(len(target.classes)):
        places = random.permutation(np.flatnonzero(target.values == label))
        steps = np.arange(len(places)) + random.random(len(places))
        way[places] = steps / len(places) if len(places) > 1 else 1.0
    return np.argsort(way, kind="stable")
