"""What every verdict draws on: the groups of trials, shared random tops, importance, cuts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tuitune.advice.diverged import Cut, best_cut
from tuitune.advice.importance import bin_count, equal_count_bins, omega_squared
from tuitune.advice.position import Bools, positions
from tuitune.advice.statistics import Floats
from tuitune.advice.top import MIN_TOP, Ints, bootstrap_tops, permuted_tops
from tuitune.advice.view import DIVERGED, AdviceInput, Group
from tuitune.space import Choice


@dataclass(frozen=True, slots=True)
class Evidence:
    """The trials of one `AdviceInput`, sorted into groups."""

    view: AdviceInput
    pool: Group
    """All in the box: they say where the good region is."""
    own: Group
    """Those drawn from just this box: only they give p-values that no earlier choice flatters."""
    importance: dict[str, tuple[float, float]]
    """Omega squared and its p by parameter that is free and has enough trials."""
    cuts: dict[str, Cut]
    """By parameter, where diverged trials lie on one side more than chance puts there."""
    _tops: dict[tuple[str, int, int], Ints] = field(default_factory=dict)

    @classmethod
    def of(cls, view: AdviceInput) -> Evidence:
        """Return the groups of `view` and what they all share."""
        pool, own = view.group(view.in_box), view.group(view.own)
        judged = own if len(own.ranked) >= 2 * MIN_TOP else pool
        return cls(view, pool, own, _importance(view, judged), _cuts(view))

    @property
    def tested(self) -> Group | None:
        """The own trials, where there are enough for a p-value; else None."""
        return self.own if len(self.own.ranked) >= MIN_TOP else None

    def bootstrap(self, trials: int, k: int) -> Ints:
        """Return `bootstrap_tops`, the same for equal arguments and trial numbers."""
        return self._shared("bootstrap", trials, k)

    def permuted(self, trials: int, k: int) -> Ints:
        """Return `permuted_tops`, the same for equal arguments and trial numbers."""
        return self._shared("permuted", trials, k)

    def generator(self, purpose: str, *sizes: int) -> np.random.Generator:
        """Return a generator that depends on the trial numbers and its arguments only."""
        return np.random.default_rng([self.view.seed(), *purpose.encode(), *sizes])

    def _shared(self, purpose: str, trials: int, k: int) -> Ints:
        key = (purpose, trials, k)
        if key not in self._tops:
            draw = bootstrap_tops if purpose == "bootstrap" else permuted_tops
            self._tops[key] = draw(trials, k, self.generator(*key))
        return self._tops[key]


def worst_for_diverged(view: AdviceInput, rows: Ints) -> Floats:
    """Return the scores of `rows`, the worst finite one where a trial has none."""
    scores = np.where(view.kinds[rows] == DIVERGED, np.nan, view.scores[rows])
    missing = np.isnan(scores)
    if missing.any() and not missing.all():
        scores[missing] = np.nanmin(scores)
    return scores


def _importance(view: AdviceInput, group: Group) -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    if not len(group.ranked):
        return found
    score = worst_for_diverged(view, group.rows)
    bins = bin_count(len(group.rows))
    for name in view.space.free_names:
        values = view.columns[name][group.rows]
        choice = isinstance(view.space[name], Choice)
        groups = values.astype(np.int64) if choice else equal_count_bins(values, bins)
        result = omega_squared(groups, score)
        if result is not None:
            found[name] = result
    return found


def _cuts(view: AdviceInput) -> dict[str, Cut]:
    """Look at all trials, also outside of the box: a cut limits where a range expands to."""
    found: dict[str, Cut] = {}
    bad: Bools = view.kinds == DIVERGED
    tries = 2 * len(view.space.free_names)
    for name in view.space.free_names:
        parameter = view.space[name]
        if isinstance(parameter, Choice):
            continue
        u = positions(parameter, view.columns[name])
        placed = np.isfinite(u)
        cut = best_cut(u[placed], bad[placed])
        # Both sides of every parameter are looked at (Bonferroni).
        if cut is not None and cut.p * tries < 0.05:
            found[name] = cut
    return found
