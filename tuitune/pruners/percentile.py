"""The median rule, and its like for another share than half.

The form of Vizier (Golovin et al., KDD 2017, section 3.2.2), which compares with the trials that
ran to their end. Comparing with the survivors, as others do, lets the bar ratchet up with each
trial that is given up, and loses the best trial more often than not.

Where the metric is an accuracy on a known number of samples, only a difference of more than two
standard errors counts. With 100 samples and no such margin, slow starters were given up in the
first epochs for guessing worse than others did: on recordings of the book's experiment in its own
ranges (lr 1e-6..1e-2) 18 % of the ten best, with it 3 %.
"""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from operator import attrgetter

from tuitune.model.trial import Curve, Problem, Trial, TrialState
from tuitune.parts import require
from tuitune.pruners.base import (
    GiveUp,
    best_value,
    comparison,
    diverged,
    is_number,
    last_value,
    short,
)

GRACE = 0.1
"""Share of the epochs in which nobody is judged against others."""
NOISE = 2.0
"""Standard errors of an accuracy that a difference must exceed to be one."""


class Bars:
    """The running means of the trials of a round that are done, sorted, epoch by epoch.

    They are kept from one question to the next: a trial that is done joins them, and they begin
    again when one has left or has run again.
    """

    def __init__(self) -> None:
        self._begin("")

    def at(
        self, epoch: int, p: float, peers: Sequence[Trial], problem: Problem
    ) -> tuple[int, float]:
        """Return how many trials that are done have a mean at `epoch`, and the bar there.

        The bar is the running mean that the best `p` percent of theirs reach, interpolated as
        `numpy.quantile` does; NaN where there is none.
        """
        done = TrialState.DONE  # looking an enumeration's member up costs more than the rest
        self._learn([peer for peer in peers if peer.state is done], problem.metric)
        joined, means = self._sorted.get(epoch, (0, []))
        for trail in self._trails[joined:]:
            if len(trail) >= epoch and (mean := trail[epoch - 1]) is not None:
                insort(means, mean)
        self._sorted[epoch] = len(self._trails), means
        return len(means), quantile(means, (100 - p if problem.sign > 0 else p) / 100)

    def _begin(self, metric: str) -> None:
        self._metric = metric
        self._curves: list[Curve] = []
        self._known: dict[int, Curve] = {}
        self._trails: list[list[float | None]] = []
        self._sorted: dict[int, tuple[int, list[float]]] = {}

    def _learn(self, done: list[Trial], metric: str) -> None:
        # A trial that runs again gets a new curve, so equal curves mean equal trials; comparing the
        # lists costs a pointer each.
        curves: list[Curve] = list(map(attrgetter("curve"), done))
        if metric == self._metric and curves == self._curves:
            return
        pairs = [(trial.number, curve) for trial, curve in zip(done, curves, strict=True)]
        known = sum(self._known.get(number) is curve for number, curve in pairs)
        if metric != self._metric or known < len(self._known):
            self._begin(metric)
        for number, curve in pairs:
            if number not in self._known:
                self._known[number] = curve
                self._trails.append(running_means(curve.get(metric, [])))
        self._curves = curves


@dataclass(frozen=True)
class PercentilePruner:
    """Stops a trial whose best value is not among the best `p` percent of the round.

    It is compared with the running means, up to the same epoch, of the trials that are done; not
    before `startup` of them are, not in the first tenth of its epochs, and not for a difference
    that the number of validation samples explains. A metric or a loss that is no number stops it
    at once, the chance level of an accuracy from half of its epochs on.
    """

    p: float = 25.0
    startup: int = 10
    _bars: Bars = field(default_factory=Bars, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require(0 < self.p < 100, "p lies between 0 and 100 percent", self.p)
        require(self.startup >= 1, "startup is at least 1", self.startup)

    def judge(self, trial: Trial, peers: Sequence[Trial], problem: Problem) -> GiveUp | None:
        """Return why the trial is to stop."""
        return judge_by_share(self._bars, self.p, self.startup, trial, peers, problem)


@dataclass(frozen=True)
class MedianPruner:
    """Stops a trial whose best value is worse than the median of the round's running means.

    Everything else as `PercentilePruner`.
    """

    startup: int = 10
    _bars: Bars = field(default_factory=Bars, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require(self.startup >= 1, "startup is at least 1", self.startup)

    def judge(self, trial: Trial, peers: Sequence[Trial], problem: Problem) -> GiveUp | None:
        """Return why the trial is to stop."""
        return judge_by_share(self._bars, 50, self.startup, trial, peers, problem)


def judge_by_share(
    bars: Bars, p: float, startup: int, trial: Trial, peers: Sequence[Trial], problem: Problem
) -> GiveUp | None:
    """Return why `trial` is to stop where only the best `p` percent go on."""
    reason = diverged(trial, peers, problem)
    epoch = trial.epochs_done
    if reason is not None or epoch == 0 or epoch >= trial.epochs:
        return reason
    best = best_value(trial, problem)
    if best is None or not is_number(last_value(trial, problem)):
        return None
    if epoch >= trial.epochs / 2:
        reason = at_chance(best, trial, problem)
        if reason is not None:
            return reason
    if epoch <= GRACE * trial.epochs:
        return None
    reached, bar = bars.at(epoch, p, peers, problem)
    margin = NOISE * standard_error(bar, problem)
    if reached < startup or problem.sign * (bar - best) <= margin:
        return None
    what = "the median" if p == 50 else f"the best {p:g} %"
    return comparison(trial, problem, what, best, bar)


def at_chance(best: float, trial: Trial, problem: Problem) -> GiveUp | None:
    """Return the verdict on an accuracy that guessing explains (two standard errors), or None."""
    if problem.classes is None or problem.samples is None or problem.sign < 0:
        return None
    chance = 1 / problem.classes
    bar = chance + NOISE * standard_error(chance, problem)
    if best > bar:
        return None
    return GiveUp(
        "chance", f"at chance level at epoch {trial.epochs_done} ({short(best)} <= {short(bar)})"
    )


def standard_error(accuracy: float, problem: Problem) -> float:
    """Return the standard error of an accuracy in [0, 1] on the problem's validation samples.

    0 where their number is not known, or the metric is none that they could be counted in.
    """
    if problem.samples is None or problem.sign < 0 or not 0 <= accuracy <= 1:
        return 0.0
    return math.sqrt(accuracy * (1 - accuracy) / problem.samples)


def running_means(column: Sequence[float | None]) -> list[float | None]:
    """Return the mean of the numbers up to each epoch; None before the first number."""
    sums = accumulate(value if is_number(value) else 0.0 for value in column)
    counts = accumulate(1 if is_number(value) else 0 for value in column)
    return [total / count if count else None for total, count in zip(sums, counts, strict=True)]


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which `share` of sorted numbers lies, linear in between; else NaN."""
    if not ordered:
        return math.nan
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])
