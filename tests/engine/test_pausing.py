"""A round whose pruner pauses: what goes on is what an undisturbed training comes to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.finishing import Bench, function_problem, happened, network_problem
from tests.engine.support import refusals
from tuitune.engine import Quit, Run
from tuitune.model.events import TrialResumed
from tuitune.model.trial import TrialState
from tuitune.pruners import is_control
from tuitune.pruners.pausing import RUNGS, is_paused
from tuitune.store.files import files_of
from tuitune.trainers.mlp.data import mlp_function
from tuitune.trainers.spec import MlpSpec

ROUND = Run(trials=12, pruner="pause", sampler="halton")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A session of the built-in network, ten epochs a trial."""
    return Bench(tmp_path, network_problem(epochs=10))


def check(bench: Bench) -> None:
    """Hold every curve to that of an undisturbed training, and the shares to the rungs."""
    session = bench.session
    assert isinstance(session.problem.trainer, MlpSpec)
    train = mlp_function(session.problem.trainer, session.seed)
    for trial in session.trials:
        whole = list(train(session.full_params(trial), epochs=10, seed=trial.seed))
        reports = [report for report in whole if report]
        for name, column in trial.curve.items():
            assert column == [report[name] for report in reports[: trial.epochs_done]]
    assert {t.state for t in session.trials} == {TrialState.DONE, TrialState.PRUNED}
    done = [t for t in session.trials if t.state is TrialState.DONE]
    assert len([t for t in done if not t.control]) >= len(session.trials) / RUNGS[-1][1]
    assert not [t.number for t in session.trials if is_paused(t) and is_control(t.seed)]
    assert all(t.reason.startswith("control, paused ") for t in done if t.control)
    round_ = session.rounds[0]
    assert round_.ended == "finished"
    assert round_.finished == round_.drawn == 12
    assert round_.epochs_spent == sum(t.epochs_done for t in session.trials) < 120
    assert not files_of(bench.path).exists(), "nothing is left of the checkpoints"


@pytest.mark.parametrize("workers", [1, 2])
def test_what_goes_on_is_equal_to_an_undisturbed_training(bench: Bench, workers: int) -> None:
    said = bench.run(ROUND, train=None, workers=workers)
    assert "TrialResumed" in happened(said)
    check(bench)


def test_it_goes_on_after_the_program_has_ended(bench: Bench) -> None:
    engine = bench.engine(None)
    listener = engine.subscribe()
    engine.send(ROUND)
    engine.start()
    while not isinstance(listener.get(timeout=60), TrialResumed):
        pass
    engine.send(Quit())
    assert engine.join(60)
    assert bench.session.counts[TrialState.PRUNED]
    bench.run(Run(), train=None)
    check(bench)


def test_a_resumed_trial_counts_its_time_once(bench: Bench) -> None:
    bench.run(ROUND, train=None)
    session = bench.session
    spent = sum(trial.seconds for trial in session.trials)
    assert session.rounds[0].seconds_spent == pytest.approx(spent, abs=1e-3)


def test_it_is_refused_for_a_trainer_that_can_not_go_on(tmp_path: Path) -> None:
    bench = Bench(tmp_path, function_problem())
    (refused,) = refusals(bench.run(ROUND))
    assert "needs a trainer that goes on from a checkpoint" in refused
    assert bench.session.rounds == []
