"""Races among points whose truth is known: what a person is told, and how often it is right.

The recorded table is the book's network: 64 points of rounds 2 and 3 of `sessions/book.json`, each
trained on 40 seeds (`python -m tests.bench.record_repeats sessions/book.json`). `repeats.npy`
beside this file holds (64 points, 40 seeds) uint8: how many of the 100 validation images were
right, `DIVERGED` where a run diverged. A race draws its seeds from the 40 with replacement, the
same for all contenders, so that the truth is the mean of a point's row.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from tuitune.advice.estimate import bound, compare, estimate
from tuitune.advice.progress import progress
from tuitune.advice.race import REPEATS, stages
from tuitune.advice.statistics import Floats, t_quantile
from tuitune.bench.replay import DIVERGED, SAMPLES, Recording

DELTA = 0.005
"""The smallest difference that matters: half a point, as the advice has it."""

TRIALS = 48
"""Of one search: its best by one noisy score race."""
NOISE = 0.015
"""Standard deviation of a synthetic score over seeds, as that of 500 validation images."""


@dataclass(frozen=True)
class Field:
    """The contenders of one race, the best of a search first, and what is true of them."""

    truth: Floats
    """(K,) mean over all seeds."""
    run: Callable[[int, int], float]
    """Score of a contender, from 0, in a repeat, from 1; NaN where it diverges."""


@dataclass(frozen=True)
class Raced:
    """What one race told, and what was true."""

    holds: bool
    """Whether the interval holds the truth."""
    half: float
    bias: float
    """The said mean minus the truth."""
    naive_holds: bool
    """Whether the t interval of the winner's own repeats would."""
    naive_bias: float
    limit_holds: bool
    """Whether no contender is better by more than was said."""
    limit: float
    apart: bool
    """Whether the two best were told apart."""
    wrong: bool
    """Whether they were, and the other is as good or better."""
    regret: float
    """What the chosen one is worse than the best contender."""


def recorded_field(rng: np.random.Generator) -> Field:
    """Return a race among the recorded points."""
    with files(__package__).joinpath("repeats.npy").open("rb") as file:
        table: Recording = np.load(file, allow_pickle=False)
    scores = np.where(table == DIVERGED, np.nan, table / SAMPLES)
    points = rng.permutation(len(scores))[:TRIALS]
    seeds = rng.integers(scores.shape[1], size=len(points))
    found = np.nan_to_num(scores[points, seeds], nan=-1.0)
    best = points[np.argsort(-found, kind="stable")[: stages()[0].most]]
    columns = rng.integers(scores.shape[1], size=REPEATS + 1)
    return Field(
        np.nanmean(scores[best], axis=1),
        lambda place, repeat: float(scores[best[place], columns[repeat]]),
    )


def synthetic_field(rng: np.random.Generator) -> Field:
    """Return a race among points around a smooth peak in three dimensions.

    A seed does something to all contenders alike, with the same spread as it does to each.
    """
    places = rng.random((96, 3))
    away = np.sqrt(((places - rng.random(3)) ** 2).sum(axis=1))
    level = 0.9 - 0.35 * np.maximum(0.0, away - 0.15) ** 1.5
    best = np.argsort(-(level + NOISE * rng.standard_normal(len(level))))[: stages()[0].most]
    shared = rng.standard_normal(REPEATS + 1)
    own = rng.standard_normal((len(best), REPEATS + 1))
    noise = NOISE * (shared + own) / math.sqrt(2)
    return Field(
        level[best], lambda place, repeat: float(level[best[place]] + noise[place, repeat])
    )


def run_race(field: Field) -> Raced:
    """Run a whole race and compare what it says with the truth."""
    runs: dict[int, dict[int, float]] = {}
    contenders = range(len(field.truth))
    while (state := progress(contenders, runs, REPEATS)).missing:
        for place, repeat in state.missing:
            runs.setdefault(place, {})[repeat] = field.run(place, repeat)
    first, second = state.field
    truth = float(field.truth[first])
    said = estimate(runs, first)
    half = said.half or 0.0
    own = np.array([y for y in runs[first].values() if not math.isnan(y)])
    naive = t_quantile(0.975, len(own) - 1) * float(own.std(ddof=1)) / math.sqrt(len(own))
    limit = bound(runs, first) or 0.0
    regret = float(field.truth.max()) - truth
    apart = compare(runs, first, second, DELTA).apart
    return Raced(
        holds=abs(said.mean - truth) <= half + 1e-12,
        half=half,
        bias=said.mean - truth,
        naive_holds=abs(float(own.mean()) - truth) <= naive,
        naive_bias=float(own.mean()) - truth,
        limit_holds=regret <= limit,
        limit=limit,
        apart=apart,
        wrong=apart and float(field.truth[second]) >= truth,
        regret=regret,
    )


def run_races(field: Callable[[np.random.Generator], Field], races: int) -> list[Raced]:
    """Run `races` races, each from a seed of its own."""
    return [run_race(field(np.random.default_rng([number, races]))) for number in range(races)]
