"""The race against an independent implementation of the same section, on random races.

`tests/advice/race_oracle.py` is that implementation. A thousand races: `.ci/run long`.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable

import numpy as np
import pytest

from tests.advice import race_oracle as oracle
from tuitune.advice.estimate import bound, compare, estimate, without_collapsed
from tuitune.advice.progress import progress
from tuitune.advice.race import stages

RACES = int(os.environ.get("TUITUNE_DATA_SETS", "120"))
DELTA = 0.005

Run = Callable[[int, int], float]
Scores = dict[int, dict[int, float]]


def random_race(rng: np.random.Generator) -> tuple[list[int], Run]:
    """Return contenders and their scores: failing, collapsing, rounded, tied or unequal ones."""
    count = int(rng.choice([1, 2, 3, 5, 8, 10, 12]))
    spread, noise, shared = rng.choice([0.0, 0.003, 0.02, 0.1], 3)
    level = 0.8 + spread * rng.standard_normal(count)
    own = noise * 3 ** rng.uniform(-0.5, 0.5, count)
    failing = rng.choice([0.0, 0.03, 0.3])
    collapsing = rng.choice([0.0, 0.05])
    # Sums of these are exact, so that ties are ties for both.
    grid = float(rng.choice([2.0**6, 2.0**10, 2.0**40]))
    effect = shared * rng.standard_normal(41)
    noises = rng.standard_normal((count, 41))
    lost = rng.random((count, 41)) < failing * rng.random(count)[:, None]
    low = rng.random((count, 41)) < collapsing

    def run(place: int, repeat: int) -> float:
        if lost[place, repeat]:
            return math.nan
        score = level[place] + effect[repeat] + own[place] * noises[place, repeat]
        return round(float(score - 0.4 * low[place, repeat]) * grid) / grid

    return list(range(count)), run


def race(contenders: list[int], run: Run, repeats: int) -> tuple[Scores, tuple[int, ...]]:
    """Return the runs of a race, and who is in at its end."""
    runs: Scores = {}
    while (found := progress(contenders, runs, repeats)).missing:
        place, repeat = found.missing[0]
        runs.setdefault(place, {})[repeat] = run(place, repeat)
    return runs, found.field


def in_turn(scores: dict[int, float]) -> np.ndarray:
    return np.array(sorted(scores.items()))


def agree(mine: float | None, theirs: float | None) -> bool:
    if mine is None or theirs is None or not math.isfinite(theirs):
        return (mine is None) == (theirs is None) and str(mine) == str(theirs)
    return math.isclose(mine, theirs, rel_tol=1e-7, abs_tol=1e-9)


@pytest.mark.parametrize("seed", range(RACES))
def test_the_race_is_that_of_the_oracle(seed: int) -> None:
    rng = np.random.default_rng([seed, 13])
    contenders, run = random_race(rng)
    repeats = int(rng.choice([13, 13, 7]))
    schedule = oracle.SCHEDULE if repeats == 13 else oracle.SHORT
    assert tuple((stage.most, stage.repeats) for stage in stages(repeats)) == schedule
    contenders = contenders[: schedule[0][0]]
    theirs = oracle.race(schedule, run, contenders, DELTA)
    runs, field = race(contenders, run, repeats)
    assert set(runs) == set(theirs.runs)
    assert all(np.array_equal(in_turn(runs[t]), in_turn(theirs.runs[t]), True) for t in runs)
    if theirs.choice is None:
        # One contender alone stays in with any score.
        assert not field or len(contenders) == 1
        return
    assert field == tuple(theirs.ranking[: len(field)])
    assert agree(bound(runs, field[0]), theirs.bound)
    if theirs.comparison is not None:
        found = compare(runs, theirs.choice, theirs.ranking[1], DELTA)
        other = theirs.comparison
        assert (found.pairs, found.apart) == (other.repeats, other.apart)
        assert agree(found.difference, other.difference)
        assert agree(found.low, other.low)


@pytest.mark.parametrize("seed", range(RACES))
def test_what_is_said_of_any_contender_is_what_the_oracle_says(seed: int) -> None:
    rng = np.random.default_rng([seed, 14])
    contenders, run = random_race(rng)
    runs, _ = race(contenders, run, int(rng.choice([3, 7, 13])))
    for trial in runs:
        mine, theirs = estimate(runs, trial), oracle.estimate(runs, trial)
        assert agree(mine.mean, theirs.mean)
        assert agree(mine.half, theirs.half)
        assert agree(mine.low, theirs.low)
        assert agree(mine.high, theirs.high)
        assert agree(mine.own_mean, theirs.raw)
        assert (mine.repeats, mine.failed, mine.collapsed) == (
            theirs.repeats,
            theirs.failed,
            theirs.collapsed,
        )
        assert agree(bound(runs, trial), oracle.bound(runs, trial))


def test_runs_that_collapsed_are_left_out_and_a_habit_is_not() -> None:
    runs = {t: {r: 0.8 + 0.001 * (r % 5) for r in range(1, 11)} for t in range(1, 7)}
    runs[1][4] = 0.3
    runs[2] |= {1: 0.3, 2: 0.3, 3: 0.3}
    kept, collapsed = without_collapsed(runs)
    assert collapsed == {1: 1}
    assert 4 not in kept[1]
    assert kept[2] == runs[2]
