"""How far a race is, and what its end says: pure functions of the repeats that have ended."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitune.advice.progress import Progress, outcome, progress, runs_ahead
from tuitune.advice.race import STAGES, Stage, stages

SEEDS = np.random.default_rng(0).normal(0, 0.03, 20)
"""What a seed does to every contender."""


def scores_of(quality: dict[int, float], noise: float = 0.001) -> dict[int, dict[int, float]]:
    """Return 20 repeats of each contender, with noise that it shares and a little of its own."""
    dice = np.random.default_rng(1)
    return {
        trial: {r: mean + SEEDS[r - 1] + float(dice.normal(0, noise)) for r in range(1, 21)}
        for trial, mean in quality.items()
    }


def race(contenders: tuple[int, ...], known: dict[int, dict[int, float]], repeats: int) -> Progress:
    """Run a race to its end in the order in which it asks for repeats."""
    runs: dict[int, dict[int, float]] = {}
    while (found := progress(contenders, runs, repeats)).missing:
        trial, repeat = found.missing[0]
        runs.setdefault(trial, {})[repeat] = known[trial][repeat]
    return found


def counts(contenders: tuple[int, ...], known: dict[int, dict[int, float]]) -> dict[int, int]:
    runs: dict[int, dict[int, float]] = {}
    while (found := progress(contenders, runs, 5)).missing:
        trial, repeat = found.missing[0]
        runs.setdefault(trial, {})[repeat] = known[trial][repeat]
    return {trial: len(scores) for trial, scores in runs.items()}


@pytest.mark.parametrize(
    ("repeats", "ends"), [(1, (1, 1, 2)), (3, (3, 3, 6)), (5, (3, 5, 10)), (12, (3, 12, 12))]
)
def test_the_stages_follow_the_number_in_the_middle(
    repeats: int, ends: tuple[int, int, int]
) -> None:
    assert tuple(stage.repeats for stage in stages(repeats)) == ends
    assert [stage.keep for stage in stages(repeats)] == [5, 2, 1]
    assert (Stage(3, 5), Stage(5, 2), Stage(10, 1)) == STAGES


def test_losers_leave_early_and_the_last_two_run_longest() -> None:
    quality = {1: 0.80, 2: 0.60, 3: 0.8005, 4: 0.50, 5: 0.78, 6: 0.7, 7: 0.79, 8: 0.795}
    contenders = tuple(quality)
    found = race(contenders, scores_of(quality), 5)
    assert set(found.field) == {1, 3}
    assert {drop.trial: drop.after for drop in found.left}.items() >= {2: 3, 4: 3, 6: 3}.items()
    assert counts(contenders, scores_of(quality))[1] == 10
    reasons = {drop.trial: drop.reason for drop in found.left}
    assert reasons[4].startswith(".30")
    assert "which is more than " in reasons[4]


def test_one_contender_gets_the_middle_number_of_repeats() -> None:
    known = scores_of({7: 0.8})
    assert counts((7,), known) == {7: 5}
    assert race((7,), known, 5).field == (7,)
    known[7][2] = math.nan
    assert race((7,), known, 5).field == (7,), "the others of its repeats have scores"
    assert race((7,), {7: dict.fromkeys(range(1, 6), math.nan)}, 5).field == ()


def test_the_last_one_left_gets_the_middle_number_too() -> None:
    known = scores_of({1: 0.9, 2: 0.1})
    assert counts((1, 2), known) == {1: 5, 2: 3}


def test_whoever_has_no_score_for_a_seed_is_out() -> None:
    known = scores_of({1: 0.8, 2: 0.9})
    known[2][3] = math.nan
    found = race((1, 2), known, 5)
    assert found.field == (1,)
    assert [(d.trial, d.after, d.reason) for d in found.left] == [
        (2, 3, "no score for 1 of 3 seeds")
    ]
    nothing = {n: dict.fromkeys(range(1, 21), math.nan) for n in (1, 2)}
    assert race((1, 2), nothing, 5).field == ()


@given(
    qualities=st.lists(st.floats(0, 1), min_size=1, max_size=8),
    repeats=st.integers(1, 6),
    order=st.randoms(use_true_random=False),
)
def test_the_order_in_which_repeats_end_changes_nothing(
    qualities: list[float], repeats: int, order: object
) -> None:
    known = scores_of(dict(enumerate(qualities, 1)), noise=0.02)
    contenders = tuple(known)
    runs: dict[int, dict[int, float]] = {}
    left: tuple[object, ...] = ()
    while (found := progress(contenders, runs, repeats)).missing:
        assert found.left[: len(left)] == left, "who is out stays out"
        left = found.left
        trial, repeat = order.choice(found.missing)  # type: ignore[attr-defined]
        runs.setdefault(trial, {})[repeat] = known[trial][repeat]
    assert found == race(contenders, known, repeats)
    assert 1 <= len(found.field) <= 2
    assert {d.trial for d in found.left} | set(found.field) == set(contenders)


def test_a_tie_prefers_the_plateau_and_says_so() -> None:
    runs = {t: {r: 0.8 + SEEDS[r - 1] for r in range(1, 11)} for t in (1, 2)}
    points = {n: np.array([n / 100]) for n in range(3, 30)} | {
        1: np.array([5.0]),
        2: np.array([0.1]),
    }
    scores = dict.fromkeys(range(3, 30), 0.7) | {1: 0.9, 2: 0.8}
    points[30], scores[30] = np.array([4.9]), 0.1
    said = outcome((1, 2), 10, runs, points, scores, 0.005)
    assert (said.preferred, said.tied) == (2, (2, 1))
    assert said.text.startswith("trials 1 and 2 tie: they differ by .000 ")
    assert "; trial 2 is preferred: its 5 nearest trials do better (.700 against " in said.text


def test_a_winner_and_the_last_one_left() -> None:
    runs = {1: {r: 0.9 + SEEDS[r] for r in range(1, 11)}, 2: dict.fromkeys(range(1, 11), 0.5)}
    said = outcome((1, 2), 10, runs, {}, {}, 0.005)
    assert (said.preferred, said.tied) == (1, ())
    assert said.text.startswith("trial 1 beats trial 2 by .4")
    assert outcome((1,), 10, runs, {}, {}, 0.0).text.startswith("trial 1 won, all others dropped")
    alone = outcome((2,), 1, {2: {1: 0.1, 2: math.nan}}, {}, {}, 0.0)
    assert alone.text == "trial 2 alone, 1 repeat on new seeds"


@pytest.mark.parametrize(
    ("counts", "repeats", "ahead"),
    [
        ([0] * 10, 5, 30 + 10 + 10),
        ([3] * 5, 5, 10 + 10),
        ([5, 4, 3], 5, 3 + 10),
        ([5, 5], 5, 10),
        ([3], 5, 2),
        ([5], 5, 0),
        ([0, 0], 1, 4),
        ([], 5, 0),
    ],
)
def test_the_end_of_a_race_is_in_sight(counts: list[int], repeats: int, ahead: int) -> None:
    assert runs_ahead(counts, repeats) == ahead


@given(st.integers(1, 12), st.integers(1, 8), st.integers(0, 2**32))
def test_no_race_takes_more_runs_than_it_was_said_to(
    contenders: int, repeats: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    level = rng.normal(0, 1, contenders)
    runs: dict[int, dict[int, float]] = {trial: {} for trial in range(contenders)}
    said, count = math.inf, 0
    while True:
        state = progress(range(contenders), runs, repeats)
        gone = {drop.trial for drop in state.left}
        counts = [len(runs[t]) for t in range(contenders) if t not in gone]
        most = count + runs_ahead(counts, repeats)
        assert most <= said
        if not state.missing:
            assert count <= said
            return
        said = most
        trial, repeat = state.missing[0]
        runs[trial][repeat] = float(rng.normal(level[trial], 1))
        count += 1
