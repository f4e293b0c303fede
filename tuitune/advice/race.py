"""The race of `finish`: who is in, how many runs a stage gives, and who stands where.

Scores here are higher-is-better: multiply by `Problem.sign`. A race gives every contender the same
new seeds, so that differences are paired; the score of the search is never used again. What may be
said of the one that is chosen is in `estimate`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tuitune.advice.text import score_text

Runs = Mapping[int, Mapping[int, float]]
"""By trial and repeat (from 1) the score; NaN where the repeat diverged or failed."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the race: at most so many are in it, and have so many repeats at its end."""

    most: int
    repeats: int
    """Those of earlier stages included."""


REPEATS = 13
"""Repeats of the last two in a whole race: 48 runs."""
SHORT_REPEATS = 7
"""Up to so many it is a short race: 30 runs at most."""
FAILED = 0.2
"""A contender without a score in more than one and more than this share of its repeats is out."""
UNSTABLE = 0.05
"""Networks of one point that differ by more in accuracy are not of one kind: those of the book's
experiment differed by 0.2 to 2 points, in ten sessions."""


def stages(repeats: int = REPEATS) -> tuple[Stage, ...]:
    """Return the stages of a race that ends with `repeats` (at least 1) of the last two.

    12 x 1, 6 x 3, 3 x 7, 2 x 13; up to 7 repeats 10 x 1, 5 x 3, 3 x 5, 2 x 7, none with more than
    `repeats`. Equal runs for each stage lose least for their number.
    """
    if repeats <= SHORT_REPEATS:
        ladder = ((10, 1), (5, 3), (3, 5), (2, repeats))
    else:
        ladder = ((12, 1), (6, 3), (3, max(5, (repeats + 1) // 2)), (2, repeats))
    return tuple(Stage(most, min(count, repeats)) for most, count in ladder)


def contenders(scores: Mapping[int, float], limit: int) -> tuple[int, ...]:
    """Return the trials to race, best first: the `limit` best of `scores` by trial number.

    Scores that are not finite are left out; the older trial wins a tie.
    """
    finite = [number for number, score in scores.items() if math.isfinite(score)]
    return tuple(sorted(finite, key=lambda number: (-scores[number], number))[:limit])


def standing(scores: Mapping[int, float]) -> float:
    """Return the mean of a contender's repeats, by repeat, those without a score left out.

    Minus infinity where more than one and more than a fifth of them have none, or all: a point that
    keeps failing is no choice. Out at the first failure would lose good points that fail by chance.
    """
    finite = [score for score in scores.values() if not math.isnan(score)]
    lost = len(scores) - len(finite)
    if not finite or lost > max(1.0, FAILED * len(scores)):
        return -math.inf
    # The exact sum: the order in which repeats end must not decide between equal means.
    return math.fsum(finite) / len(finite)


def in_order(field: Sequence[int], runs: Runs) -> tuple[int, ...]:
    """Return the contenders by their `standing`, the best first; who came first wins a tie."""
    return tuple(sorted(field, key=lambda trial: -standing(runs[trial])))


def final_line(selected: float, race: float | None, margin: float | None) -> str:
    """Return `validation (selected) .895 -> race .861 +- .006`.

    Numbers are in the metric's own direction. `race` is None where no repeat has a score, `margin`
    (of 95 %) where too little is known, and 0 where all repeats gave one value.
    """
    line = f"validation (selected) {score_text(selected)}"
    if race is None:
        return line
    line += f" -> race {score_text(race)}"
    return f"{line} +- {score_text(margin)}" if margin else line


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
