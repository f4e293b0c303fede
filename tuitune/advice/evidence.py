"""What every statement draws on: the trials, the population of the verdicts, diverged cuts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tuitune.advice.diverged import Cut, best_cut
from tuitune.advice.population import Population
from tuitune.advice.position import Bools, counting, positions
from tuitune.advice.statistics import Floats, Ints
from tuitune.advice.view import DIVERGED, AdviceInput
from tuitune.space import Choice


@dataclass(frozen=True, slots=True)
class Evidence:
    """The trials of one `AdviceInput` as the verdicts and statements read them."""

    view: AdviceInput
    population: Population
    cuts: dict[str, Cut]
    """By parameter, where diverged trials lie on one side more than chance puts there."""
    counting: dict[str, Population]
    """Of a parameter that doesn't always count: the trials beside whose values it does."""

    @classmethod
    def of(cls, view: AdviceInput) -> Evidence:
        """Return what the advice on `view` is made from."""
        counts = counting(view.space, view.columns)
        among = {name: Population.of(view, mask) for name, mask in counts.items()}
        return cls(view, Population.of(view), _cuts(view), among)

    def population_of(self, name: str) -> Population:
        """Return the trials that the verdict on the parameter `name` is read from."""
        return self.counting.get(name, self.population)


def worst_for_diverged(population: Population, rows: Ints) -> Floats:
    """Return the scores of `rows`, the worst finite one where a trial diverged."""
    scores = np.where(population.kinds[rows] == DIVERGED, np.nan, population.scores[rows])
    missing = np.isnan(scores)
    if missing.any() and not missing.all():
        scores[missing] = np.nanmin(scores)
    return scores


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
