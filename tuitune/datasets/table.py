"""A person's table as it was read: columns of numbers and of words, with what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np
import numpy.typing as npt

from tuitune.errors import UsageError, quote

Numbers = npt.NDArray[np.floating[Any]]

SHOWN_NAMES = 8
"""Names that an error lists before it says how many more there are."""


@dataclass(frozen=True, eq=False)
class Words:
    """A column of words: each cell is one of `categories`, which are sorted."""

    codes: npt.NDArray[np.intp]
    """`(rows,)`: the place in `categories`; -1 where the cell is missing."""
    categories: tuple[str, ...]
    stray: str = ""
    """Where almost all cells are numbers: which one is not, in words for an error."""


@dataclass(frozen=True, eq=False)
class Table:
    """All rows of a file, in its order."""

    path: str
    """As the person gave it."""
    names: tuple[str, ...]
    """Columns in the file's order."""
    numeric: tuple[str, ...]
    numbers: Numbers
    """`(rows, len(numeric))`, NaN where a cell is missing, else finite."""
    words: dict[str, Words]
    target: str | None = None
    """The column to predict where the file itself says it; else None."""
    remarks: tuple[str, ...] = ()
    """What of the file was not taken, in words."""

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.numbers)

    def number(self, name: str) -> Numbers:
        """Return a numeric column, `(rows,)`."""
        return self.numbers[:, self.numeric.index(name)]

    def missing(self, name: str) -> npt.NDArray[np.bool_]:
        """Return which cells of a column are missing, `(rows,)`."""
        if name in self.words:
            return self.words[name].codes < 0
        return np.isnan(self.number(name))

    def check_name(self, name: str, option: str) -> None:
        """Raise `UsageError` where there is no column of that name; close ones are named."""
        if name in self.names:
            return
        close = get_close_matches(name, self.names, n=1, cutoff=0.5)
        folded = [known for known in self.names if known.casefold() == name.casefold()]
        hint = f"did you mean {quote(best[0])}? It" if (best := folded or close) else "it"
        raise UsageError(
            f"{quote(self.path)} has no column {quote(name)} for {option}: "
            f"{hint} has {list_names(self.names)}"
        )


def list_names(names: Sequence[str]) -> str:
    """Return names with commas between; of many the first ones and how many more."""
    shown = ", ".join(quote(name) for name in names[:SHOWN_NAMES])
    more = len(names) - SHOWN_NAMES
    return f"{shown} and {more} more" if more > 0 else shown


def words_of(cells: Sequence[str | None], stray: str = "") -> Words:
    """Return a column of words; None is a missing cell."""
    categories = sorted({cell for cell in cells if cell is not None})
    place: dict[str | None, int] = {word: code for code, word in enumerate(categories)}
    place[None] = -1
    codes = np.fromiter((place[cell] for cell in cells), np.intp, len(cells))
    return Words(codes, tuple(categories), stray)
