"""The pruner `pause`: who waits at a rung, and who is let through later."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pruners.rounds import MAXIMIZED, MINIMIZED, rising, running, trial
from tuitune.errors import UsageError
from tuitune.model.trial import Problem, Trial, TrialState
from tuitune.pruners import PausePruner, make_pruner
from tuitune.pruners.pausing import rungs

PAUSE = PausePruner()


def paused(number: int, values: list[float], problem: Problem = MAXIMIZED) -> Trial:
    made = trial(number, values, state=TrialState.PRUNED, problem=problem)
    made.cause = "given-up"
    return made


def test_rungs_are_a_fifth_two_and_three_fifths() -> None:
    assert rungs(50) == [10, 20, 30]
    assert rungs(2) == [1, 1, 1]


def test_the_better_half_goes_beyond_the_first_rung() -> None:
    peers = [trial(n, rising(n / 100)[:10]) for n in range(1, 11)]
    assert PAUSE.judge(running(11, rising(0.06)[:10]), peers, MAXIMIZED) is None
    waiting = PAUSE.judge(running(11, rising(0.03)[:10]), peers, MAXIMIZED)
    assert waiting is not None
    assert waiting.cause == "given-up"
    assert waiting.reason == "paused below the best 1/2 of 11 at epoch 10 (.0082 < .014)"
    assert PAUSE.judge(running(11, rising(0.01)[:9]), peers, MAXIMIZED) is None, "not at a rung"


def test_later_rungs_count_all_that_came_to_the_first() -> None:
    short = [paused(n, [0.1] * 10) for n in range(1, 16)]
    long = [trial(n, rising(n / 100)[:20]) for n in range(16, 30)]
    better = running(30, rising(0.205)[:20])
    # 30 came to the first rung, so ten may go beyond the second: those from 20 on are better.
    assert PAUSE.judge(better, [*short, *long], MAXIMIZED) is None
    worse = running(30, rising(0.195)[:20])
    assert PAUSE.judge(worse, [*short, *long], MAXIMIZED) is not None


def test_whoever_lost_at_first_goes_on_when_the_company_is_worse() -> None:
    peers = [trial(1, [0.9] * 50), paused(2, [0.5] * 10), paused(3, [0.4] * 10)]
    assert PAUSE.resumable(peers, MAXIMIZED) == [peers[1]], "two of three"
    peers += [running(4, [0.1] * 10), running(5, [0.1] * 10)]
    assert PAUSE.resumable(peers, MAXIMIZED) == peers[1:3], "three of five"
    further = paused(6, [0.95] * 20)
    assert PAUSE.resumable([*peers, further], MAXIMIZED)[0] is further


def test_whoever_diverged_has_come_and_lost() -> None:
    failed = [trial(n, [0.1] * 15, state=TrialState.FAILED) for n in (1, 2)]
    for peer in failed:
        peer.curve["val_acc"][9] = None
    assert PAUSE.judge(running(3, [0.2] * 10), failed, MAXIMIZED) is None
    assert PAUSE.judge(running(3, [0.2] * 9 + [math.nan]), failed, MAXIMIZED) is not None


@pytest.mark.parametrize("problem", [MAXIMIZED, MINIMIZED], ids=["maximize", "minimize"])
@given(levels=st.lists(st.integers(0, 20), min_size=1, max_size=25), order=st.randoms())
def test_in_the_end_those_went_on_that_would_have_with_all_known(
    problem: Problem, levels: list[int], order: object
) -> None:
    """Whatever the order in which they come: equal values rank by number."""
    curves = {
        n: [problem.sign * (level + epoch / 100) for epoch in range(1, 51)]
        for n, level in enumerate(levels, 1)
    }
    known: dict[int, Trial] = {}
    for n in order.sample(sorted(curves), len(curves)):  # type: ignore[attr-defined]
        known[n] = running(n, [], problem=problem)
        while (go := _go_on(known, curves, problem)) is not None:
            go.state, go.cause = TrialState.RUNNING, None
    best = sorted(curves, key=lambda n: (-levels[n - 1], n))
    places = math.ceil(len(best) / 5)
    done = {n for n, one in known.items() if one.state is TrialState.DONE}
    assert done >= set(best[:places])
    assert not PAUSE.resumable(list(known.values()), problem)


def _go_on(
    known: dict[int, Trial], curves: dict[int, list[float]], problem: Problem
) -> Trial | None:
    """Run whoever runs to where it waits or ends; return who is let through then."""
    trials = list(known.values())
    for one in trials:
        while one.state is TrialState.RUNNING:
            one.epochs_done += 1
            one.curve.setdefault(problem.metric, []).append(curves[one.number][one.epochs_done - 1])
            peers = [peer for peer in trials if peer is not one]
            verdict = PAUSE.judge(one, peers, problem)
            if verdict is not None:
                one.state, one.cause = TrialState.PRUNED, "given-up"
            elif one.epochs_done == one.epochs:
                one.state = TrialState.DONE
    return next(iter(PAUSE.resumable(trials, problem)), None)


def test_it_stands_alone() -> None:
    with pytest.raises(UsageError, match="'pause' stands alone"):
        make_pruner("pause + patience epochs=3")
