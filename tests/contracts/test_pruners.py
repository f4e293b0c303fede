"""What every pruner promises: no side effects, no early verdicts, and the best stays."""

from __future__ import annotations

import copy
import random

import pytest

from tests.pruners.rounds import MAXIMIZED, MINIMIZED, rising, running, trial
from tuitune.model.trial import Problem, Trial, TrialState
from tuitune.pruners import PRUNERS, GiveUp, Pruner, make_pruner

TEXTS = [
    *(name for name in PRUNERS if name != "threshold"),
    "threshold value=.5 epoch=45",
    "median + patience epochs=3",
    "asha eta=2 grace=3",
]


@pytest.fixture(params=TEXTS)
def pruner(request: pytest.FixtureRequest) -> Pruner:
    return make_pruner(request.param)


def falling(level: float) -> list[float | None]:
    """Return a loss that falls to 1 - `level`; the better level is lower at every epoch."""
    return [2 - value - level for value in rising(level) if value is not None]


def finished_round(problem: Problem, count: int = 30) -> list[Trial]:
    curve = rising if problem.sign > 0 else falling
    return [trial(n, curve(0.3 + 0.02 * n), problem=problem) for n in range(1, count + 1)]


@pytest.mark.parametrize("problem", [MAXIMIZED, MINIMIZED], ids=["maximize", "minimize"])
def test_the_best_of_a_round_is_never_given_up(pruner: Pruner, problem: Problem) -> None:
    *peers, best = finished_round(problem)
    values = best.curve[problem.metric]
    for epochs in range(1, 51):
        assert pruner.judge(running(31, values[:epochs], problem=problem), peers, problem) is None


@pytest.mark.parametrize("problem", [MAXIMIZED, MINIMIZED], ids=["maximize", "minimize"])
def test_the_first_trial_passes_its_first_epoch(pruner: Pruner, problem: Problem) -> None:
    assert pruner.judge(running(1, [0.1], problem=problem), [], problem) is None
    assert pruner.judge(running(1, []), [trial(2, rising(0.9))], MAXIMIZED) is None


def test_nothing_is_saved_by_stopping_after_the_last_epoch(pruner: Pruner) -> None:
    peers = finished_round(MAXIMIZED)
    assert pruner.judge(running(31, [0.01] * 50), peers, MAXIMIZED) is None


@pytest.mark.parametrize("problem", [MAXIMIZED, MINIMIZED], ids=["maximize", "minimize"])
def test_a_metric_that_is_no_number_stops_at_once(pruner: Pruner, problem: Problem) -> None:
    peers = finished_round(problem)
    for values in ([None], [0.5, None], [0.5, 0.5, float("nan")]):
        reason = pruner.judge(running(31, values, problem=problem), peers, problem)
        if pruner == make_pruner("none"):
            assert reason is None
        else:
            assert reason == GiveUp(
                "diverged", f"{problem.metric} is not finite at epoch {len(values)}"
            )


def test_holes_in_the_curves_of_others_do_no_harm(pruner: Pruner) -> None:
    peers = finished_round(MAXIMIZED)
    for peer in peers[::3]:
        peer.curve["val_acc"][5:40:7] = [None] * 5
        peer.curve["val_acc"][6] = float("nan")
    peers += [
        trial(40, [], state=TrialState.QUEUED),
        trial(41, [None, None], state=TrialState.PRUNED),
        trial(42, [], state=TrialState.FAILED),
        trial(43, [None] * 50),
    ]
    best = rising(0.99)
    for epochs in range(1, 51):
        assert pruner.judge(running(31, best[:epochs]), peers, MAXIMIZED) is None


def test_the_verdict_depends_on_the_arguments_alone(pruner: Pruner) -> None:
    """One pruner sees a round in which trials end, run again and go; another sees one question."""
    generator = random.Random(3)
    peers: list[Trial] = []
    verdicts = 0
    for step in range(120):
        kind = generator.random()
        if kind < 0.7 or len(peers) < 12:
            length = generator.choice([50, 50, 50, 20])
            state = TrialState.DONE if length == 50 else TrialState.PRUNED
            values: list[float | None] = [generator.random() for _ in range(length)]
            peers.append(trial(step + 1, values, state=state))
        elif kind < 0.85:
            again = generator.choice(peers)
            again.begin_again()
            again.curve["val_acc"] = [generator.random() for _ in range(50)]
            again.state, again.epochs_done = TrialState.DONE, 50
        else:
            peers.remove(generator.choice(peers))
        epochs = generator.randint(1, 50)
        level = generator.choice([0.3, 0.6])
        judged = running(1000, [generator.random() * level for _ in range(epochs)])
        before = copy.deepcopy((judged, peers))
        verdict = pruner.judge(judged, peers, MAXIMIZED)
        assert (judged, peers) == before
        assert verdict == copy.deepcopy(fresh(pruner)).judge(judged, peers, MAXIMIZED)
        assert verdict == pruner.judge(judged, list(reversed(peers)), MAXIMIZED)
        verdicts += verdict is not None
    if pruner != make_pruner("none"):
        assert verdicts > 0


def fresh(pruner: Pruner) -> Pruner:
    """Return a pruner with the same options that has seen nothing."""
    return next(made for text in TEXTS if (made := make_pruner(text)) == pruner)
