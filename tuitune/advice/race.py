"""The statistics of `finish`: who races, who drops out, when it is a tie, and the final line.

Scores here are higher-is-better: multiply by `Problem.sign`. A race gives every contender the same
new seeds, so that differences are paired; the score of the search is never used again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tuitune.advice.statistics import Floats, t_quantile, wilson
from tuitune.advice.text import score_text

CONTENDERS = 10
NEIGHBOURS = 5


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the race: all that are still in it get so many repeats, then so many go on."""

    repeats: int
    """Repeats that each contender has at its end, those of earlier stages included."""
    keep: int
    """At most so many go on to the next stage."""


FIRST_REPEATS = 3
"""Repeats that every contender gets."""
REPEATS = 5
"""Repeats of those that are left then."""
UNSTABLE = 0.05
"""Networks of one point that differ by more in accuracy are not of one kind: those of the book's
experiment differed by 0.2 to 2 points, in ten sessions."""
LAST_REPEATS = 10
"""Repeats of the last two, where that is no more than twice what those before them got."""


def stages(repeats: int = REPEATS) -> tuple[Stage, Stage, Stage]:
    """Return the stages of a race whose middle one ends with `repeats` (at least 1)."""
    last = max(repeats, min(LAST_REPEATS, 2 * repeats))
    return (
        Stage(repeats=min(FIRST_REPEATS, repeats), keep=5),
        Stage(repeats=repeats, keep=2),
        Stage(repeats=last, keep=1),
    )


STAGES = stages()


def contenders(scores: Mapping[int, float], limit: int = CONTENDERS) -> tuple[int, ...]:
    """Return the trials to race, best first: the `limit` best of `scores` by trial number.

    Scores that are not finite are left out; the older trial wins a tie.
    """
    finite = [number for number, score in scores.items() if math.isfinite(score)]
    return tuple(sorted(finite, key=lambda number: (-scores[number], number))[:limit])


@dataclass(frozen=True, slots=True)
class Standing:
    """One contender in the race so far."""

    trial: int
    mean: float
    """Mean over the repeats; minus infinity where one of them diverged."""
    error: float
    """Standard error of the mean; NaN below two repeats."""
    behind: float
    """Mean difference to the leader, at least 0 (infinite where it diverged)."""
    allowed: float
    """How far it may be behind: t_.95 s_d / sqrt(R); infinite below two repeats."""
    dropped: str
    """Why it leaves the race: `worse than the leader`, `beyond rank 5`; empty if it stays."""


def standings(repeats: Mapping[int, Sequence[float]], keep: int) -> tuple[Standing, ...]:
    """Return the order of a race, best first, with who drops out of it.

    `repeats`: by trial, one score for each seed, the same seeds in the same order for all; NaN for
    a repeat that diverged. Whoever is worse than the leader by more than t_.95 s_d / sqrt(R)
    (one-sided, paired) or is beyond rank `keep` drops out. Raises `ValueError` where the repeats
    differ in number or there are none.
    """
    lengths = {len(scores) for scores in repeats.values()}
    if len(lengths) != 1 or 0 in lengths:
        raise ValueError("a race compares equal numbers of repeats, at least one each")
    table = {number: np.asarray(scores, dtype=np.float64) for number, scores in repeats.items()}
    means = {number: _mean(scores) for number, scores in table.items()}
    order = sorted(table, key=lambda number: (-means[number], number))
    leader = table[order[0]]
    found: list[Standing] = []
    for rank, number in enumerate(order, start=1):
        behind, allowed = _behind(leader, table[number])
        dropped = ""
        if rank > 1 and behind > allowed:
            dropped = "worse than the leader"
        elif rank > keep:
            dropped = f"beyond rank {keep}"
        found.append(
            Standing(number, means[number], standard_error(table[number]), behind, allowed, dropped)
        )
    return tuple(found)


def _mean(scores: Floats) -> float:
    return float(scores.mean()) if np.isfinite(scores).all() else -math.inf


def standard_error(scores: Floats | Sequence[float]) -> float:
    """Return the standard error of the mean of `scores`: (R,); NaN below two."""
    values = np.asarray(scores, dtype=np.float64)
    if len(values) < 2 or not np.isfinite(values).all():
        return math.nan
    return float(values.std(ddof=1) / math.sqrt(len(values)))


def _behind(leader: Floats, other: Floats) -> tuple[float, float]:
    """Return the mean of the paired differences to the leader, and how large it may be."""
    if not np.isfinite(other).all():
        # A point that diverges for some seeds is no choice, whatever the others say.
        return (math.inf, 0.0) if np.isfinite(leader).all() else (0.0, math.inf)
    differences = leader - other
    if len(differences) < 2:
        return float(differences.mean()), math.inf
    return float(differences.mean()), t_quantile(0.95, len(differences) - 1) * standard_error(
        differences
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """The two best of a race."""

    first: int
    second: int
    difference: float
    """Mean paired difference, in units of the metric."""
    low: float
    """95 % interval of it."""
    high: float
    tie: bool
    text: str


def compare(
    first: int,
    second: int,
    repeats: Mapping[int, Sequence[float]],
    delta: float,
) -> Comparison:
    """Return how the two best differ: a tie where the 95 % interval holds 0 or it is below `delta`.

    `delta` is the smallest difference that matters, in units of the metric.
    """
    a = np.asarray(repeats[first], dtype=np.float64)
    b = np.asarray(repeats[second], dtype=np.float64)
    if len(a) != len(b) or not len(a):
        raise ValueError("a race compares equal numbers of repeats, at least one each")
    if np.isfinite(a).all() and not np.isfinite(b).all():
        text = f"trial {first} beats trial {second}, which diverged for some seeds"
        return Comparison(first, second, math.inf, math.inf, math.inf, tie=False, text=text)
    difference = float((a - b).mean())
    half = math.inf
    if len(a) > 1:
        half = t_quantile(0.975, len(a) - 1) * standard_error(a - b)
    low, high = difference - half, difference + half
    tie = not (low > 0 or high < 0) or abs(difference) < delta
    shown = f"by {score_text(abs(difference))}"
    if math.isfinite(half):
        shown += f" [{score_text(low)}, {score_text(high)}]"
    text = (
        f"trials {first} and {second} tie: they differ {shown} over {len(a)} paired repeats"
        if tie
        else f"trial {first} beats trial {second} {shown} over {len(a)} paired repeats"
    )
    return Comparison(first, second, difference, low, high, tie, text)


def neighbourhood(point: Floats, points: Floats, scores: Floats) -> float:
    """Return the mean score of the five trials nearest to `point`: (d,) in the unit cube.

    `points`: (n, d) and `scores`: (n,) of other trials of full length, the point itself left out.
    NaN where there are none. A contender whose neighbours do well stands on a plateau, not a spike.
    """
    if not len(points):
        return math.nan
    distances = np.sqrt(((points - point) ** 2).sum(axis=1))
    nearest = np.argsort(distances, kind="stable")[:NEIGHBOURS]
    return float(scores[nearest].mean())


def prefer(tied: Sequence[int], points: Mapping[int, Floats], scores: Mapping[int, float]) -> int:
    """Return the trial of `tied` whose five nearest trials do best on average.

    `points`: by trial, its place in the unit cube; `scores`: of the trials of full length. On equal
    terms, and where there are no other trials, the first of `tied` wins.
    """
    known = [number for number in sorted(scores) if number in points]

    def support(number: int) -> float:
        others = [other for other in known if other != number]
        if not others:
            return -math.inf
        return neighbourhood(
            np.asarray(points[number], dtype=np.float64),
            np.array([points[other] for other in others], dtype=np.float64),
            np.array([scores[other] for other in others], dtype=np.float64),
        )

    return max(tied, key=support)


def final_line(
    selected: float,
    race: Sequence[float],
    test: float | None,
    test_samples: int | None = None,
) -> str:
    """Return `validation (selected) .895 -> race .861 +- .006 -> test .848 [.838, .858]`.

    Numbers are in the metric's own direction. `race`: the scores of the repeats, shown as mean and
    standard error; `test`: mean score on the sealed test set, None where it was not opened;
    `test_samples`: its size where the score is an accuracy (Wilson interval), else None.
    """
    parts = [f"validation (selected) {score_text(selected)}"]
    if len(race):
        error = standard_error(race)
        spread = "" if math.isnan(error) else f" +- {score_text(error)}"
        parts.append(f"race {score_text(float(np.mean(race)))}{spread}")
    if test is not None:
        interval = ""
        if test_samples:
            low, high = wilson(test, test_samples)
            interval = f" [{score_text(low)}, {score_text(high)}]"
        parts.append(f"test {score_text(test)}{interval}")
    return " -> ".join(parts)


def instability(accuracies: Sequence[float]) -> str:
    """Return one sentence where the refitted networks of one point differ too much; else nothing.

    The mean of good and collapsed networks is the accuracy of none of them.
    """
    low, high = min(accuracies, default=0.0), max(accuracies, default=0.0)
    if high - low <= UNSTABLE:
        return ""
    return (
        f"the {len(accuracies)} networks score {score_text(low)} to {score_text(high)}: "
        "training is unstable at this point, another one may be safer"
    )
