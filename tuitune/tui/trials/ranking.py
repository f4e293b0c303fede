"""Which trial stands on which row: a list kept sorted while scores change, and the few best.

Pure. An update costs a binary search and one shift of a list of pointers (some 20 microseconds
at 100,000 trials), never a sort.
"""

from __future__ import annotations

import heapq
import math
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from functools import total_ordering
from typing import Any, NamedTuple

from tuitune.model.trial import Criterion, Trial, TrialState

Key = tuple[Any, ...]
"""Sort key of a trial, ascending; its last item is the trial's number, so no two are equal."""

_STATE_PLACES = {state: place for place, state in enumerate(TrialState)}


class Move(NamedTuple):
    """What an update did to a trial's row; None: it was, or is, not shown."""

    before: int | None
    after: int | None


class TrialOrder:
    """The trials that a filter lets through, in the order of a key.

    Rows count from 0. Only numbers and keys are kept; the trials stay the session's.
    """

    def __init__(
        self, key: Callable[[Trial], Key], matches: Callable[[Trial], bool] | None = None
    ) -> None:
        self._key = key
        self._matches = matches
        self._keys: dict[int, Key] = {}
        self._rows: list[Key] = []

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[int]:
        return (key[-1] for key in self._rows)

    def load(self, trials: Iterable[Trial]) -> None:
        """Forget everything and take `trials`: one sort."""
        key, matches = self._key, self._matches
        shown = trials if matches is None else (t for t in trials if matches(t))
        self._keys = {trial.number: key(trial) for trial in shown}
        self._rows = sorted(self._keys.values())

    def update(self, trial: Trial) -> Move:
        """Put a new or changed trial where it belongs; return where it was and is."""
        old = self._keys.pop(trial.number, None)
        new = self._key(trial) if self._matches is None or self._matches(trial) else None
        before = None if old is None else bisect_left(self._rows, old)
        if new is not None:
            self._keys[trial.number] = new
        if old == new:
            return Move(before, before)
        if before is not None:
            del self._rows[before]
        if new is None:
            return Move(before, None)
        after = bisect_left(self._rows, new)
        self._rows.insert(after, new)
        return Move(before, after)

    def row_of(self, number: int) -> int | None:
        """Return the row of a trial; None where it is not shown."""
        key = self._keys.get(number)
        return None if key is None else bisect_left(self._rows, key)

    def number_at(self, row: int) -> int:
        """Return the number of the trial on `row`. Raises `IndexError` where there is none."""
        if row < 0:
            raise IndexError(f"no row {row}")
        number: int = self._rows[row][-1]
        return number


class Leaders:
    """The best `size` finished trials, kept while trials end; the rest is not looked at."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._criterion = Criterion("", 1, 1)
        self._keys: list[Key] = []

    @property
    def numbers(self) -> list[int]:
        """Their numbers, best first."""
        return [key[-1] for key in self._keys]

    def load(self, trials: Iterable[Trial], criterion: Criterion) -> None:
        """Look at all trials once; `criterion` is the session's."""
        self._criterion = criterion
        self._keys = heapq.nsmallest(
            self._size, map(criterion.key, filter(criterion.ranks, trials))
        )

    def update(self, trial: Trial, trials: Iterable[Trial]) -> bool:
        """Take one changed trial; return whether the leaders changed.

        `trials` is walked through only where a leader lost its place: it runs again.
        """
        criterion = self._criterion
        key = criterion.key(trial) if criterion.ranks(trial) else None
        old = next((k for k in self._keys if k[-1] == trial.number), None)
        if key == old:
            return False
        if old is not None:
            self.load(trials, criterion)
            return True
        assert key is not None
        if len(self._keys) == self._size and key > self._keys[-1]:
            return False
        insort(self._keys, key)
        del self._keys[self._size :]
        return True


@total_ordering
class _Descending:
    """Text that sorts from the end of the alphabet."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Descending) and self.text == other.text

    def __lt__(self, other: _Descending) -> bool:
        return self.text > other.text

    def __hash__(self) -> int:
        return hash(self.text)


def sort_key(column: str, criterion: Criterion, *, flipped: bool = False) -> Callable[[Trial], Key]:
    """Return the sort key of a table column.

    `column` is `score`, `train`, `number`, `round`, `state`, `seconds` or `param:NAME`. `score`
    begins with the best trial, everything else with the lowest value; `flipped` turns it round.
    Trials without a value stay last either way, and the ranking decides between equals.
    """
    if column == "score":
        return _worst_first(criterion) if flipped else criterion.key
    read = _reader(column)

    def key(trial: Trial) -> Key:
        return (*_place(read(trial), flipped), *criterion.key(trial))

    return key


def _worst_first(criterion: Criterion) -> Callable[[Trial], Key]:
    def key(trial: Trial) -> Key:
        tier, score, number = criterion.key(trial)
        return tier, score if math.isinf(score) else -score, number

    return key


def _reader(column: str) -> Callable[[Trial], object]:
    if column.startswith("param:"):
        name = column.removeprefix("param:")
        return lambda trial: trial.params.get(name)
    if column == "state":
        return lambda trial: _STATE_PLACES[trial.state]
    attribute = {"train": "train_score"}.get(column, column)
    return lambda trial: getattr(trial, attribute)


def _place(value: object, flipped: bool) -> Key:
    """Return a key that compares with that of any other value: numbers, then text, then none."""
    if isinstance(value, (int, float)):
        if math.isnan(value):
            return (2, 0)
        return 0, -value if flipped else value
    if value is None:
        return (2, 0)
    return 1, _Descending(str(value)) if flipped else str(value)
