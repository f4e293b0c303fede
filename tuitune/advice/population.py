"""Which trials a verdict reads, and the best of them (NARROWING.md, section 1, "Which trials")."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tuitune.advice.position import Bools, Range, inside_each, is_zero, place
from tuitune.advice.statistics import Floats, Ints, normal_scores
from tuitune.advice.top import MIN_TOP, top_size
from tuitune.advice.view import DIVERGED, FULL, GIVEN_UP, PERSON, UNIFORM, AdviceInput, Codes
from tuitune.space import Choice, Space

MIN_TRIALS = 10
"""Trials in the box before anything is said."""
ENOUGH_EVEN = 20
"""Evenly drawn trials in the box from which verdicts read these alone."""
NEAR_BEST = 0.10
"""Within 10 % of the best: of the way from the median score to the best one."""


@dataclass(frozen=True, slots=True)
class Population:
    """The trials that the verdicts of one space are read from.

    Arrays have one entry a trial, where a point that a person had trained again is one trial.
    `rows` and the other index arrays point into them.
    """

    space: Space
    numbers: Ints
    kinds: Codes
    scores: Floats
    """Higher is better; NaN where there is none."""
    rounds: Ints
    seconds: Floats
    columns: dict[str, Floats]
    places: dict[str, Floats]
    """By range: where each trial lies on the parameter's own scale; see `position.place`."""
    zeros: dict[str, Bools]
    """By range: which trials are at the extra zero."""
    inside: dict[str, Bools]
    """By parameter: which trials lie in its range, whatever the others say."""
    box: Ints
    """All trials inside all ranges, however they were drawn."""
    ranked: Ints
    """Those of them of full length, best first; the older one wins a tie."""
    rows: Ints
    """The population: all trials inside all ranges, or the evenly drawn ones alone."""
    full: Ints
    """Those of full length."""
    top: Ints
    """The best of those, as good as the k-th best or better, best first; empty where too early."""
    good: Ints
    """Those within 10 % of the best; the one place where the size of scores counts."""
    cut: float
    """The score of the k-th best."""
    judged: Bools
    """Which trials, inside or outside of the box, may be read: all, or the evenly drawn alone."""
    weak: bool
    """Whether some were not drawn evenly, so that nothing is more than a hint."""
    normal: Floats
    """Normal scores of the ranks of `rows`."""
    worst: Floats
    """Scores of `rows`, the worst one where a trial was given up or diverged; at most 1 in size."""

    @classmethod
    def of(cls, view: AdviceInput, among: Bools | None = None) -> Population:
        """Return the population of the current revision of `view`.

        `among`: of these trials of the view alone, as for a parameter that doesn't always count.
        """
        space = view.space
        heads, scores, kinds = _one_trial_a_point(view)
        if among is not None:
            keep = among[heads]
            heads, scores, kinds = heads[keep], scores[keep], kinds[keep]
        columns = {name: values[heads] for name, values in view.columns.items()}
        draws = view.draws[heads]
        within = inside_each(space, columns)
        box = np.ones(len(heads), dtype=np.bool_)
        for mask in within.values():
            box &= mask
        everyone = rows = np.flatnonzero(box)
        all_full = everyone[kinds[everyone] == FULL]
        even = rows[draws[rows] == UNIFORM]
        alone = len(even) >= ENOUGH_EVEN and int(np.sum(kinds[even] == FULL)) >= MIN_TOP
        weak = not alone and len(even) < len(rows)
        if alone:
            rows = even
        full = rows[kinds[rows] == FULL]
        top = good = full[:0]
        cut = math.nan
        worst = np.zeros(len(rows))
        if len(rows) >= MIN_TRIALS and len(full) >= MIN_TOP:
            ranked = full[np.argsort(-scores[full], kind="stable")]
            cut = float(scores[ranked[min(top_size(len(rows)), len(ranked)) - 1]])
            top = ranked[scores[ranked] >= cut]
            # Halves, so that the difference of two enormous scores is finite.
            half = scores[full] / 2
            best, middle = float(half.max()), float(np.median(half))
            good = full[half >= best - NEAR_BEST * (best - middle)]
            # By the largest: the squares of enormous scores are not finite.
            size = float(np.max(np.abs(scores[full]))) or 1.0
            worst = np.where(kinds[rows] == FULL, scores[rows], scores[full].min()) / size
        ranges: dict[str, Range] = {
            n: p for n, p in space.parameters.items() if not isinstance(p, Choice)
        }
        return cls(
            space=space,
            numbers=view.numbers[heads],
            kinds=kinds,
            scores=scores,
            rounds=view.rounds[heads],
            seconds=view.seconds[heads],
            columns=columns,
            places={n: place(p, columns[n]) for n, p in ranges.items()},
            zeros={n: is_zero(p, columns[n]) for n, p in ranges.items()},
            inside=within,
            box=everyone,
            ranked=all_full[np.argsort(-scores[all_full], kind="stable")],
            rows=rows,
            full=full,
            top=top,
            good=good,
            cut=cut,
            judged=draws == UNIFORM if alone else np.ones(len(heads), dtype=np.bool_),
            weak=weak,
            normal=normal_scores(scores[rows], kinds[rows] == FULL),
            worst=worst,
        )

    @property
    def too_early(self) -> bool:
        """Whether there are too few trials to say anything."""
        return not len(self.top)

    @property
    def missing(self) -> int:
        """How many more trials it takes before anything can be said; 0 where something can be."""
        if not self.too_early:
            return 0
        return max(MIN_TRIALS - len(self.rows), MIN_TOP - len(self.full))

    def others_inside(self, name: str) -> Bools:
        """Return which trials lie in the ranges of all other parameters than `name`."""
        mask = np.ones(len(self.numbers), dtype=np.bool_)
        for other, within in self.inside.items():
            if other != name:
                mask &= within
        return mask


def _one_trial_a_point(view: AdviceInput) -> tuple[Ints, Floats, Codes]:
    """Return the first trial of each point with its score and kind.

    A point that a person had trained again is one trial: the mean of its full-length scores;
    diverged, or else given up, where it has none. What a sampler drew twice stays two trials.
    """
    count = len(view.numbers)
    groups: list[list[int]] = []
    first: dict[int, int] = {}
    for row in range(count):
        point = int(view.points[row])
        if view.draws[row] == PERSON and point in first:
            groups[first[point]].append(row)
        else:
            first.setdefault(point, len(groups))
            groups.append([row])
    heads = np.array([rows[0] for rows in groups], dtype=np.int64)
    scores, kinds = view.scores[heads].copy(), view.kinds[heads].copy()
    for at, rows in enumerate(groups):
        if len(rows) > 1:
            full = [row for row in rows if view.kinds[row] == FULL]
            if full:
                scores[at], kinds[at] = float(np.mean(view.scores[full])), FULL
            else:
                bad = any(view.kinds[row] == DIVERGED for row in rows)
                kinds[at] = DIVERGED if bad else GIVEN_UP
    return heads, scores, kinds
