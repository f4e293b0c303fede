"""How far a race is, and what its end says: pure functions of the repeats that have ended."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitune.advice.progress import Progress, outcome, progress, runs_ahead

SEEDS = np.random.default_rng(0).normal(0, 0.03, 20)
"""What a seed does to every contender."""

Scores = dict[int, dict[int, float]]


def scores_of(quality: dict[int, float], noise: float = 0.001) -> Scores:
    """Return 20 repeats of each contender, with noise that it shares and a little of its own."""
    dice = np.random.default_rng(1)
    return {
        trial: {r: mean + SEEDS[r - 1] + float(dice.normal(0, noise)) for r in range(1, 21)}
        for trial, mean in quality.items()
    }


def race(contenders: tuple[int, ...], known: Scores, repeats: int) -> tuple[Progress, Scores]:
    """Run a race to its end in the order in which it asks for repeats."""
    runs: Scores = {}
    while (found := progress(contenders, runs, repeats)).missing:
        trial, repeat = found.missing[0]
        runs.setdefault(trial, {})[repeat] = known[trial][repeat]
    return found, runs


def test_the_better_half_goes_on() -> None:
    quality = {n: 0.6 + 0.01 * n for n in range(1, 13)}
    contenders = tuple(range(12, 0, -1))
    found, runs = race(contenders, scores_of(quality), 13)
    assert found.field == (12, 11)
    counts = {trial: len(scores) for trial, scores in runs.items()}
    assert counts == {12: 13, 11: 13, 10: 7, 9: 3, 8: 3, 7: 3} | dict.fromkeys(range(1, 7), 1)
    assert [drop.trial for drop in found.left] == [6, 5, 4, 3, 2, 1, 9, 8, 7, 10]
    reasons = {drop.trial: drop.reason for drop in found.left}
    assert reasons[6].startswith("rank 7 of 12, .06")
    assert reasons[6].endswith(" behind trial 12")


def test_one_contender_gets_all_the_repeats_of_the_last() -> None:
    known = scores_of({7: 0.8})
    found, runs = race((7,), known, 13)
    assert (found.field, len(runs[7])) == ((7,), 13)
    known[7] |= dict.fromkeys(range(2, 9), math.nan)
    assert race((7,), known, 13)[0].field == (7,), "a person chose it, and it has a score"
    assert race((7,), {7: dict.fromkeys(range(1, 21), math.nan)}, 13)[0].field == ()


def test_whoever_keeps_failing_is_out() -> None:
    known = scores_of(dict.fromkeys(range(1, 7), 0.8))
    known[2] |= dict.fromkeys((2, 3), math.nan)
    known[4][1] = math.nan
    found, _ = race(tuple(known), known, 13)
    reasons = {drop.trial: (drop.after, drop.reason) for drop in found.left}
    assert reasons[2] == (3, "no score for 2 of 3 seeds")
    nothing = {n: dict.fromkeys(range(1, 21), math.nan) for n in (1, 2)}
    assert race((1, 2), nothing, 13)[0].field == ()


@given(
    qualities=st.lists(st.floats(0, 1), min_size=1, max_size=14),
    repeats=st.integers(1, 14),
    order=st.randoms(use_true_random=False),
)
def test_the_order_in_which_repeats_end_changes_nothing(
    qualities: list[float], repeats: int, order: random.Random
) -> None:
    known = scores_of(dict(enumerate(qualities, 1)), noise=0.02)
    contenders = tuple(known)
    runs: Scores = {}
    left: tuple[object, ...] = ()
    while (found := progress(contenders, runs, repeats)).missing:
        assert found.left[: len(left)] == left, "who is out stays out"
        left = found.left
        trial, repeat = order.choice(found.missing)
        runs.setdefault(trial, {})[repeat] = known[trial][repeat]
    assert found == race(contenders, known, repeats)[0]
    assert 1 <= len(found.field) <= 2
    assert {d.trial for d in found.left} | set(found.field) == set(contenders)


def test_a_tie_goes_to_the_better_mean_and_is_no_verdict() -> None:
    known = scores_of({1: 0.8, 2: 0.8001, 3: 0.79}, noise=0.01)
    found, runs = race((1, 2, 3), known, 13)
    said = outcome(found.field, 3, runs, 0.005)
    first, second = found.field
    means = {t: np.mean(list(runs[t].values())) for t in found.field}
    assert means[first] >= means[second]
    assert (said.preferred, said.tied) == (first, (first, second))
    start = f"these 13 pairs of runs can't tell trials {first} and {second} apart: {first} has the "
    assert said.text.startswith(start)
    assert f"; no contender is better than {first} by more than ." in said.text
    assert said.text.endswith(" (95 % sure)")


def test_a_winner() -> None:
    known = scores_of({1: 0.9, 2: 0.5, 3: 0.4})
    found, runs = race((1, 2, 3), known, 13)
    said = outcome(found.field, 3, runs, 0.005)
    assert (said.preferred, said.tied) == (1, ())
    assert said.text.startswith("trial 1 beats trial 2 by .4")
    assert " over 13 pairs of runs; no contender is better than 1 by more than .000" in said.text


def test_the_others_of_a_race() -> None:
    alone = outcome((2,), 1, {2: {1: 0.1, 2: math.nan}}, 0.0)
    assert alone.text == "trial 2 alone, 1 run on new seeds"
    runs = {1: {1: 0.5, 2: 0.6, 3: 0.5}, 2: {1: 0.9, 2: math.nan, 3: math.nan}}
    assert outcome((1, 2), 2, runs, 0.0).text == (
        "trial 1 won: trial 2 has no score for 2 of 3 seeds"
    )
    once = outcome((1, 2), 2, {1: {1: 0.6}, 2: {1: 0.5}}, 0.0)
    assert once.text == "so few runs can't tell trials 1 and 2 apart: 1 has the better mean"


def test_a_run_that_collapsed_may_decide_and_is_said() -> None:
    known = scores_of({1: 0.8, 2: 0.75, 3: 0.5})
    known[1][2] = 0.0
    runs = {t: {r: known[t][r] for r in range(1, 14)} for t in known}
    said = outcome((2, 1), 3, runs, 0.005)
    assert (said.preferred, said.tied) == (2, ())
    assert "trial 2 has the better mean of all its runs, though trial 1 beats it by .0" in said.text
    assert " over 12 pairs of runs without those that collapsed" in said.text


@pytest.mark.parametrize(
    ("counts", "repeats", "ahead"),
    [
        ([0] * 12, 13, 48),
        ([0] * 10, 7, 30),
        ([3] * 6, 13, 12 + 12),
        ([7, 4, 3], 13, 7 + 12),
        ([13, 13], 13, 0),
        ([0], 13, 13),
        ([0, 0], 1, 2),
        ([], 13, 0),
    ],
)
def test_the_end_of_a_race_is_in_sight(counts: list[int], repeats: int, ahead: int) -> None:
    assert runs_ahead(counts, repeats) == ahead


@given(st.integers(1, 14), st.integers(1, 14), st.integers(0, 2**32))
def test_a_race_takes_the_runs_that_it_was_said_to(
    contenders: int, repeats: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    runs: Scores = {trial: {} for trial in range(contenders)}
    said = runs_ahead([0] * contenders, repeats)
    count = 0
    while (state := progress(range(contenders), runs, repeats)).missing:
        gone = {drop.trial for drop in state.left}
        counts = [len(runs[t]) for t in range(contenders) if t not in gone]
        assert count + runs_ahead(counts, repeats) == said
        trial, repeat = state.missing[0]
        runs[trial][repeat] = float(rng.normal())
        count += 1
    assert count == said
