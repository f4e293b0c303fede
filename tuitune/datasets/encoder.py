"""From the columns of a table to the inputs of a network, by what the training rows alone say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tuitune.datasets.table import Table

Rows = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]

LARGEST = 1e6
"""No standardised number is larger: a slip in one cell must not make every training diverge."""


@dataclass(frozen=True, eq=False)
class Encoder:
    """What the training rows say of each column; `encode` gives the same inputs for any rows.

    A number is standardised by mean and standard deviation of the training rows, a missing one
    becomes their mean and is marked in an input of its own where training rows lack it as well. A
    word becomes one input for each word of the training rows, missing being one; a word that is
    not among those is all zeros. Columns that don't vary in the training rows are left out.
    """

    numeric: tuple[str, ...]
    mean: Floats
    """`(len(numeric),)`, as is `std`, which is above 0."""
    std: Floats
    marked: tuple[str, ...]
    """Columns of numbers with an input that is 1 where the number is missing."""
    words: tuple[tuple[str, tuple[int, ...]], ...]
    """Columns of words and the codes that have an input, -1 being missing."""
    constant: tuple[str, ...]
    """Columns that are left out."""
    inputs: tuple[str, ...]
    """What each input is: `age`, `age missing`, `colour=red`, `colour missing`."""
    input_mean: Floats
    """`(len(inputs),)`: an input is the raw number less this, divided by `input_std`."""
    input_std: Floats

    def encode(self, table: Table, rows: Rows) -> npt.NDArray[np.float32]:
        """Return the inputs of some rows of a table, `(len(rows), len(inputs))`."""
        x = np.zeros((len(rows), len(self.inputs)), np.float32)
        for place, name in enumerate(self.numeric):
            values = table.number(name)[rows].astype(np.float64)
            standard = _standard(values, self.mean[place], self.std[place])
            x[:, place] = np.clip(np.nan_to_num(standard, nan=0.0), -LARGEST, LARGEST)
        place = len(self.numeric)
        for name in self.marked:
            x[:, place] = table.missing(name)[rows]
            place += 1
        for name, codes in self.words:
            of_rows = table.words[name].codes[rows]
            for code in codes:
                x[:, place] = of_rows == code
                place += 1
        return x


def fit_encoder(table: Table, columns: Sequence[str], rows: Rows) -> Encoder:
    """Return the encoder of `columns` that the training rows `rows` lead to."""
    numeric, means, stds, marked, words = [], [], [], [], []
    for name in columns:
        if name in table.words:
            codes = np.unique(table.words[name].codes[rows])
            if len(codes) > 1:
                words.append((name, tuple(int(code) for code in codes)))
            continue
        values = table.number(name)[rows].astype(np.float64)
        there = values[~np.isnan(values)]
        mean, std = mean_and_std(there) if len(there) else (0.0, 0.0)
        if std > 0:
            numeric.append(name)
            means.append(mean)
            stds.append(std)
        if 0 < len(there) < len(values):
            marked.append(name)
    inputs = [*numeric, *(f"{name} missing" for name in marked)]
    for name, used in words:
        known = table.words[name].categories
        inputs += [f"{name} missing" if c < 0 else f"{name}={known[c]}" for c in used]
    extra = len(inputs) - len(numeric)
    kept = {*numeric, *marked, *(name for name, _ in words)}
    return Encoder(
        tuple(numeric),
        np.array(means),
        np.array(stds),
        tuple(marked),
        tuple(words),
        tuple(name for name in columns if name not in kept),
        tuple(inputs),
        np.array([*means, *[0.0] * extra]),
        np.array([*stds, *[1.0] * extra]),
    )


def mean_and_std(values: Floats) -> tuple[float, float]:
    """Return mean and standard deviation of finite numbers; 0.0 where they are all the same.

    Differences that rounding alone would make count as none.
    """
    scale = float(np.abs(values).max())
    if scale == 0.0:
        return 0.0, 0.0
    scaled = values / scale  # so that squares of huge numbers stay finite
    mean, std = float(scaled.mean()), float(scaled.std())
    return mean * scale, std * scale if std > 1e-12 else 0.0


def _standard(values: Floats, mean: float, std: float) -> Floats:
    with np.errstate(over="ignore"):
        return (values - mean) / std
