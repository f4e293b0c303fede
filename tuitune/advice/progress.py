"""How far a race is: what still has to run, who has left it and why, and what its end says.

Pure functions of the repeats that have ended, so that a race that goes on after a crash, on any
number of workers, comes to the same as one that was never disturbed. Scores are higher-is-better.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tuitune.advice.race import (
    NEIGHBOURS,
    Standing,
    compare,
    neighbourhood,
    prefer,
    stages,
    standings,
)
from tuitune.advice.statistics import Floats
from tuitune.advice.text import score_text
from tuitune.model.trial import Drop
from tuitune.words import plural

Runs = Mapping[int, Mapping[int, float]]
"""By trial and repeat (from 1) the score; NaN where the repeat diverged or failed."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a race stands."""

    missing: tuple[tuple[int, int], ...]
    """Trial and repeat that its stage still needs, in the order in which to run them; empty: over.
    """
    left: tuple[Drop, ...]
    """Contenders that are out, in the order in which they left."""
    field: tuple[int, ...]
    """Contenders that are in; the best first where the race is over. Empty where none trained."""


def progress(contenders: Sequence[int], runs: Runs, repeats: int) -> Progress:
    """Return how far a race of `contenders` is whose middle stage ends with `repeats`.

    One contender alone races with nobody: it gets `repeats`, and stays in with any of them that
    has a score.
    """
    field = tuple(contenders)
    left: list[Drop] = []
    *_, last = ladder = stages(repeats)
    for stage in ladder:
        if stage is last and len(field) == 1:
            break
        missing = tuple(
            (trial, repeat)
            for repeat in range(1, stage.repeats + 1)
            for trial in field
            if repeat not in runs.get(trial, {})
        )
        if missing:
            return Progress(missing, tuple(left), field)
        if len(field) == 1:
            continue
        table = {t: [runs[t][repeat] for repeat in range(1, stage.repeats + 1)] for t in field}
        order = standings(table, len(field) if stage is last else stage.keep)
        if order[0].mean == -math.inf:
            return Progress((), tuple(left), ())
        if stage is last:
            field = tuple(standing.trial for standing in order)
            break
        left += [
            Drop(standing.trial, stage.repeats, _why(standing, order[0], table[standing.trial]))
            for standing in order
            if standing.dropped
        ]
        gone = {drop.trial for drop in left}
        field = tuple(standing.trial for standing in order if standing.trial not in gone)
    if not any(math.isfinite(score) for score in runs[field[0]].values()):
        field = ()
    return Progress((), tuple(left), field)


def runs_ahead(counts: Sequence[int], repeats: int) -> int:
    """Return how many runs a race still needs at most: as if nobody were to leave it early.

    `counts`: the runs that each of those has who are still in it.
    """
    ahead = 0
    *_, last = ladder = stages(repeats)
    for stage in ladder:
        if stage is last and len(counts) == 1:
            break
        ahead += sum(max(0, stage.repeats - count) for count in counts)
        counts = [max(stage.repeats, count) for count in counts][: stage.keep]
    return ahead


def _why(standing: Standing, leader: Standing, scores: Sequence[float]) -> str:
    none = sum(not math.isfinite(score) for score in scores)
    if none:
        return f"no score for {none} of {len(scores)} seeds"
    behind = f"{score_text(standing.behind)} behind trial {leader.trial}"
    if standing.dropped.startswith("beyond"):
        return f"{standing.dropped}, {behind}"
    return f"{behind}, which is more than {score_text(standing.allowed)}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the end of a race says."""

    preferred: int
    tied: tuple[int, ...]
    """The two best where they can't be told apart, the preferred one first; else empty."""
    text: str


def outcome(
    field: Sequence[int],
    contenders: int,
    runs: Runs,
    points: Mapping[int, Floats],
    scores: Mapping[int, float],
    delta: float,
) -> Outcome:
    """Return what the last of a race (`Progress.field`, one or two of them) came to.

    `contenders`: how many began. `points` and `scores` are those of `race.prefer`, which settles a
    tie; `delta`: the smallest difference that matters, in units of the metric.
    """
    first = field[0]
    if contenders == 1:
        count = sum(math.isfinite(score) for score in runs[first].values())
        return Outcome(first, (), f"trial {first} alone, {plural(count, 'repeat')} on new seeds")
    if len(field) == 1:
        return Outcome(first, (), f"trial {first} won, all others dropped out of the race")
    second = field[1]
    table = {t: [runs[t][repeat] for repeat in sorted(runs[t])] for t in field}
    found = compare(first, second, table, delta)
    if not found.tie:
        return Outcome(first, (), found.text)
    preferred = prefer((first, second), points, scores)
    other = second if preferred == first else first
    reason = _support_text(preferred, other, points, scores)
    return Outcome(
        preferred, (preferred, other), f"{found.text}; trial {preferred} is preferred{reason}"
    )


def _support_text(
    preferred: int, other: int, points: Mapping[int, Floats], scores: Mapping[int, float]
) -> str:
    means = []
    for trial in (preferred, other):
        known = [n for n in sorted(scores) if n in points and n != trial]
        near = np.array([points[n] for n in known], dtype=np.float64)
        values = np.array([scores[n] for n in known], dtype=np.float64)
        means.append(neighbourhood(np.asarray(points[trial], np.float64), near, values))
    if not all(map(math.isfinite, means)) or means[0] <= means[1]:
        return ", the better one by its mean"
    return (
        f": its {NEIGHBOURS} nearest trials do better "
        f"({score_text(abs(means[0]))} against {score_text(abs(means[1]))} on average)"
    )
