"""What was found in a person's table, for `tuitune new`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from tuitune.datasets.table import Numbers, list_names
from tuitune.errors import quote
from tuitune.words import plural

if TYPE_CHECKING:
    from tuitune.datasets import TableData

SHOWN_CLASSES = 8


def table_lines(data: TableData) -> Iterator[str]:
    """Yield the rows and columns, what was left out, the target, and the three parts."""
    table, target, split = data.table, data.target, data.split
    used = set(data.columns)
    numeric = [name for name in table.numeric if name in used]
    words = [name for name in table.words if name in used]
    missing = sum(int(table.missing(name).sum()) for name in used)
    kinds = [plural(len(numeric), "numeric column")] if numeric else []
    kinds += [f"{plural(len(words), 'column')} of words"] if words else []
    lacking = plural(missing, "missing value") if missing else "no missing value"
    yield f"table  {plural(table.rows, 'row')}, {', '.join(kinds)}, {lacking}"
    if words:
        counts = (f"{name} ({len(table.words[name].categories)})" for name in words)
        yield f"words  {', '.join(counts)}"
    excluded = [name for name in table.names if name not in used and name != target.name]
    left_out = list(table.remarks)
    if excluded:
        left_out.append(f"{list_names(excluded)}, as you say")
    if data.encoder.constant:
        left_out.append(f"{list_names(data.encoder.constant)}, the same in all training rows")
    if data.dropped:
        left_out.append(f"{plural(data.dropped, 'row')} without {target.name}")
    if left_out:
        yield f"left out  {'; '.join(left_out)}"
    for name in words:
        if table.words[name].stray:
            yield f"note  {name} is taken for words: {table.words[name].stray} is no number"
    for name in numeric:
        if _counts_rows(table.number(name)):
            yield f"note  {name} numbers the rows: --exclude {quote(name)} leaves it out"
    yield f"target  {target.name}: {_target_text(data)}"
    sealed = f", {len(data.test_rows)} sealed for the test" if len(data.test_rows) else ", no test"
    unused = data.n_available - len(split.x)
    yield (
        f"parts  {plural(split.n_train, 'row')} to train on, {split.n_val} to validate{sealed}"
        f"{f', {unused} not used' if unused else ''}; {plural(split.x.shape[1], 'input')}"
    )


def _counts_rows(numbers: Numbers) -> bool:
    """Whether a column is one more in each row, as an index is."""
    return bool((np.diff(numbers) == 1).all())


def _target_text(data: TableData) -> str:
    target = data.target
    if target.task == "regression":
        forced = ""
        if len(np.unique(target.values)) <= SHOWN_CLASSES:
            forced = " (--task classification makes classes of them)"
        return f"numbers from {target.values.min():.5g} to {target.values.max():.5g}{forced}"
    counts = np.bincount(target.values, minlength=len(target.classes))
    shown = [f"{name} {count}" for name, count in zip(target.classes, counts, strict=True)]
    more = len(shown) - SHOWN_CLASSES
    listed = ", ".join(shown[:SHOWN_CLASSES])
    also = " (--task regression predicts the number)" if target.name in data.table.numeric else ""
    rest = f" and {more} more" if more > 0 else ""
    return f"{len(shown)} classes: {listed}{rest}{also}"
