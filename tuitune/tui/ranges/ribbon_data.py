"""What the ribbons show: for each column of a parameter's axis, the best score of its trials. Pure.

Kept up in constant time a trial, so that a hundred thousand trials cost a repaint nothing. All
columns of a parameter are worked out anew only when its axis changes.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tuitune.model.trial import Criterion, Trial, TrialState
from tuitune.space import Choice, Parameter, Value, decade_ticks

Places = npt.NDArray[np.int64]

MIN_CELLS = 5
"""An axis has at least three data cells and a place for each bracket."""

_NOTHING, _BEST, _GIVEN_UP, _FAILED = range(4)

_OUTCOMES = {
    TrialState.DONE: _BEST,
    TrialState.PRUNED: _GIVEN_UP,
    TrialState.STOPPED: _GIVEN_UP,
    TrialState.FAILED: _FAILED,
}


@dataclass(frozen=True)
class Axis:
    """A line of `cells` columns for a range from `low` to `high`.

    The first and the last column are for brackets, data lie between; with `zero` the two leftmost
    columns are the cell of exactly 0 and a gap.
    """

    low: float
    high: float
    log: bool
    cells: int
    zero: bool = False

    @property
    def start(self) -> int:
        """The column of the line's left end: 0, or 2 beside a cell for 0."""
        return 2 if self.zero else 0

    @property
    def first(self) -> int:
        """The column of `low`."""
        return self.start + 1

    @property
    def last(self) -> int:
        """The column of `high`."""
        return self.cells - 2

    def coordinate(self, value: object) -> float:
        """Return the place of a value in the axis's scale; NaN where it has none."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return math.nan
        if not self.log:
            return float(value)
        if value == 0 and self.zero:
            return -math.inf
        return math.log10(value) if value > 0 else math.nan

    def column(self, value: object) -> int | None:
        """Return the column of a value; None outside of the axis."""
        place = self.coordinate(value)
        if place == -math.inf:
            return 0
        if math.isnan(place):
            return None
        column = math.floor(self.first + (place - self._from) * self._scale + 0.5)
        return column if self.first <= column <= self.last else None

    def columns(self, values: Sequence[Value | None]) -> Places:
        """Return `column` for many values at once, -1 outside of the axis."""
        numbers = [v if type(v) in (int, float) else math.nan for v in values]
        raw = np.array(numbers, dtype=np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            coordinates = np.log10(raw) if self.log else raw
            place = np.floor(self.first + (coordinates - self._from) * self._scale + 0.5)
            inside = (place >= self.first) & (place <= self.last)
        place[~inside] = -1
        if self.log and self.zero:
            place[raw == 0] = 0
        return place.astype(np.int64)

    def clipped(self, value: float) -> int:
        """Return the column of a bound, the nearest one where it lies outside."""
        if self.log and value <= 0:
            return self.first
        place = self.coordinate(value)
        column = math.floor(self.first + (place - self._from) * self._scale + 0.5)
        return min(max(column, self.first), self.last)

    def brackets(self, low: float, high: float) -> tuple[int, int]:
        """Return the columns of the brackets around `low..high`, outside of their data columns."""
        return self.clipped(low) - 1, self.clipped(high) + 1

    def value_at(self, column: int) -> float:
        """Return the value in the middle of a column, between `low` and `high`."""
        share = (column - self.first) / max(self.last - self.first, 1)
        if share <= 0:
            return self.low
        if share >= 1:
            return self.high
        place = self._from + share * (self._to - self._from)
        value = 10.0**place if self.log else place
        return min(max(value, self.low), self.high)

    def ticks(self) -> frozenset[int]:
        """Return the columns of the powers of ten, at least three columns apart."""
        if not self.log:
            return frozenset()
        powers = decade_ticks(self.low, self.high)
        every = max(1, math.ceil(3 / (self._scale or 1)))
        chosen = [p for p in powers if round(math.log10(p)) % every == 0]
        ends = {self.first: self.start, self.last: self.cells - 1}
        columns = (self.clipped(power) for power in chosen)
        return frozenset(ends.get(column, column) for column in columns)

    @property
    def _from(self) -> float:
        return math.log10(self.low) if self.log else self.low

    @property
    def _to(self) -> float:
        return math.log10(self.high) if self.log else self.high

    @property
    def _scale(self) -> float:
        """Columns for each unit of the coordinate."""
        return (self.last - self.first) / (self._to - self._from)


@dataclass(frozen=True)
class Options:
    """The axis of a choice: a column for each option."""

    options: tuple[Value, ...]

    @property
    def cells(self) -> int:
        """How many options there are."""
        return len(self.options)

    def column(self, value: object) -> int | None:
        """Return the place of an option; None for what is none."""
        for place, option in enumerate(self.options):
            if (type(option) is bool) == (type(value) is bool) and option == value:
                return place
        return None

    def columns(self, values: Sequence[Value | None]) -> Places:
        """Return `column` for many values at once, -1 for what is no option."""
        known: dict[tuple[bool, Value | None], int] = {
            (type(v) is bool, v): place for place, v in enumerate(self.options)
        }
        return np.array([known.get((type(v) is bool, v), -1) for v in values], dtype=np.int64)


def axis_of(spanning: Parameter, cells: int) -> Axis | Options:
    """Return the axis of `cells` columns (at least `MIN_CELLS`) for a `space.union_axis`."""
    if isinstance(spanning, Choice):
        return Options(spanning.options)
    zero = bool(getattr(spanning, "zero", False))
    low, high = float(spanning.low), float(spanning.high)
    return Axis(low, high, spanning.log, max(cells, MIN_CELLS + 2 * zero), zero)


class Columns:
    """What lies in each column of one axis."""

    def __init__(self, axis: Axis | Options) -> None:
        self.axis = axis
        self.best: list[float | None] = [None] * axis.cells
        """Best score of the finished trials, times the problem's sign; None where there is none."""
        self.best_trial: list[int] = [0] * axis.cells
        """Number of the trial that has it; 0 where there is none."""
        self.given_up: list[int] = [0] * axis.cells
        """How many trials were pruned or stopped."""
        self.failed: list[int] = [0] * axis.cells
        """How many trials diverged or failed otherwise."""

    def add(self, column: int, outcome: int, gain: float, number: int) -> None:
        """Count one trial."""
        if outcome == _BEST:
            best = self.best[column]
            if best is None or gain > best:
                self.best[column], self.best_trial[column] = gain, number
        elif outcome == _GIVEN_UP:
            self.given_up[column] += 1
        elif outcome == _FAILED:
            self.failed[column] += 1


@dataclass(frozen=True)
class Gains:
    """What the trials that ended have come to, by the value of one parameter."""

    done_values: list[Value | None]
    done: npt.NDArray[np.float64]
    """Score of each, times the problem's sign."""
    failed_values: list[Value]


class RibbonData:
    """The columns of every parameter of a session, kept up trial by trial."""

    def __init__(self, criterion: Criterion) -> None:
        """`criterion` is the session's: by what its trials are compared."""
        self._criterion = criterion
        self._outcomes = bytearray()
        self._gains = array("d")
        self._values: dict[str, list[Value | None]] = {}
        self._columns: dict[str, Columns] = {}
        self._scale: tuple[float, float] | None = None

    def load(self, trials: Iterable[Trial]) -> None:
        """Take in trials that were not seen before, or have changed."""
        for trial in trials:
            self.update(trial)

    def update(self, trial: Trial) -> None:
        """Take in what became of one trial."""
        outcome, gain = self._judge(trial)
        place = trial.number - 1
        self._make_room(place)
        for name, value in trial.params.items():
            column = self._values.get(name)
            if column is None:
                column = self._values[name] = [None] * len(self._outcomes)
            column[place] = value
        before = self._outcomes[place], self._gains[place]
        if before == (outcome, gain):
            return
        self._outcomes[place], self._gains[place] = outcome, gain
        self._scale = None
        for name, columns in self._columns.items():
            at = columns.axis.column(trial.params.get(name))
            if before[0] != _NOTHING:
                # It ran before and runs again, which is rare: count anew.
                self._columns[name] = self._count(name, columns.axis)
            elif at is not None:
                columns.add(at, outcome, gain, trial.number)

    def columns(self, name: str, axis: Axis | Options) -> Columns:
        """Return what lies on `axis`; counted anew only where that is another than before."""
        columns = self._columns.get(name)
        if columns is None or columns.axis != axis:
            columns = self._columns[name] = self._count(name, axis)
            self._scale = None
        return columns

    def gains(self, name: str) -> Gains:
        """Return every trial that has a score or failed, for a scatter of the parameter."""
        values = self._values.get(name, [])
        outcomes = np.frombuffer(bytes(self._outcomes), dtype=np.uint8)[: len(values)]
        done = np.flatnonzero(outcomes == _BEST)
        failed = np.flatnonzero(outcomes == _FAILED)
        return Gains(
            [values[place] for place in done.tolist()],
            np.array(self._gains)[done],
            [value for place in failed.tolist() if (value := values[place]) is not None],
        )

    def scale(self, names: Iterable[str]) -> tuple[float, float]:
        """Return the scores, times the sign, of the lowest and of the highest bar.

        One scale for all ribbons: the best trial has the highest bar in each of them. The lowest
        tenth of the columns is left out, so that one bad score does not flatten the others.
        """
        if self._scale is None:
            gains = sorted(
                gain
                for name in names
                if name in self._columns
                for gain in self._columns[name].best
                if gain is not None
            )
            self._scale = (gains[len(gains) // 10], gains[-1]) if gains else (0.0, 0.0)
        return self._scale

    def _judge(self, trial: Trial) -> tuple[int, float]:
        outcome = _OUTCOMES.get(trial.state, _NOTHING)
        if self._criterion.is_full(trial):
            score = self._criterion.score(trial)
            if score is None or not math.isfinite(score):
                return _FAILED, 0.0
            return _BEST, self._criterion.sign * score
        # A shorter one doesn't compare.
        return (_NOTHING if outcome == _BEST else outcome), 0.0

    def _make_room(self, place: int) -> None:
        missing = place + 1 - len(self._outcomes)
        if missing > 0:
            self._outcomes.extend(bytes(missing))
            self._gains.extend([0.0] * missing)
            for column in self._values.values():
                column.extend([None] * missing)

    def _count(self, name: str, axis: Axis | Options) -> Columns:
        columns = Columns(axis)
        places = axis.columns(self._values.get(name, []))
        outcomes = np.frombuffer(bytes(self._outcomes), dtype=np.uint8)[: len(places)]
        gains = np.array(self._gains)
        for outcome, counts in ((_GIVEN_UP, columns.given_up), (_FAILED, columns.failed)):
            chosen = places[(outcomes == outcome) & (places >= 0)]
            counts[:] = np.bincount(chosen, minlength=axis.cells).tolist()
        done = np.flatnonzero((outcomes == _BEST) & (places >= 0))
        # Worst first, and of equals the oldest last: the last one written to a column stays.
        order = done[np.lexsort((-done, gains[done]))]
        trials = np.zeros(axis.cells, dtype=np.int64)
        trials[places[order]] = order + 1
        columns.best_trial[:] = trials.tolist()
        columns.best[:] = [
            float(gains[number - 1]) if number else None for number in columns.best_trial
        ]
        return columns


def bar_height(gain: float, scale: tuple[float, float]) -> int:
    """Return the height of a bar, 0 to 7, for a score times the sign (see `RibbonData.scale`)."""
    worst, best = scale
    if gain >= best:
        return 7
    if gain <= worst or not best > worst:
        return 0
    return min(math.floor((gain - worst) / (best - worst) * 8), 7)
