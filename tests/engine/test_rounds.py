"""Rounds: what runs, in which order, and what is left when they end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.support import SPACE, MakeEngine, refusals, rising, run
from tuitune.engine import Engine, Enqueue, Pause, Quit, RetryTrial, Run, SetWorkers, StopTrial
from tuitune.model import Session
from tuitune.model.events import Event
from tuitune.model.trial import Trial, TrialState
from tuitune.store import read_session


def points(session: Session) -> list[tuple[Any, ...]]:
    return [(t.number, tuple(t.params.items()), t.seed, t.curve, t.score) for t in session.trials]


def test_a_round_trains_as_many_trials_as_it_was_asked_for(
    make_engine: MakeEngine, session_file: Path
) -> None:
    run(make_engine(), Run(trials=5))
    session = read_session(session_file)
    assert [t.state for t in session.trials] == [TrialState.DONE] * 5
    assert session.rounds[0].ended == "finished"
    assert all(SPACE.contains(t.params) for t in session.trials)
    assert len({tuple(t.params.items()) for t in session.trials}) == 5


def test_events_alone_make_the_same_session(make_engine: MakeEngine, session_file: Path) -> None:
    before = read_session(session_file)
    for message in run(make_engine(), Run(trials=4)):
        if isinstance(message, Event):
            before.apply(message)
    after = read_session(session_file)
    assert points(before) == points(after)
    assert before.events == after.events


@pytest.mark.parametrize("workers", [2, 3])
def test_a_trial_gives_the_same_curve_whatever_runs_beside_it(
    make_engine: MakeEngine, session_file: Path, tmp_path: Path, workers: int
) -> None:
    fresh = session_file.read_bytes()
    run(make_engine(), Run(trials=8))
    alone = points(read_session(session_file))
    session_file.write_bytes(fresh)
    run(make_engine(workers=workers), Run(trials=8))
    assert points(read_session(session_file)) == alone


def test_more_trials_go_on_with_the_round(make_engine: MakeEngine, session_file: Path) -> None:
    def quit_at_the_third(params: Any, *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
        if len(engine.session.trials) == 3:
            engine.send(Quit())
        yield from rising(params, epochs=epochs, seed=seed)

    engine = make_engine(quit_at_the_third)
    run(engine, Run(trials=10))
    session = read_session(session_file)
    assert [t.state for t in session.trials][2:] == [TrialState.INTERRUPTED]

    run(make_engine(), Run(trials=2))
    session = read_session(session_file)
    assert len(session.rounds) == 1
    assert session.rounds[0].trials == 5
    assert [t.state for t in session.trials] == [TrialState.DONE] * 5


def test_an_interrupted_trial_runs_first_and_gives_the_same_curve(
    make_engine: MakeEngine, session_file: Path
) -> None:
    fresh = session_file.read_bytes()
    run(make_engine(), Run(trials=4))
    whole = points(read_session(session_file))
    session_file.write_bytes(fresh)

    def quit_in_the_second(params: Any, *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
        for report in rising(params, epochs=epochs, seed=seed):
            if engine.session.trials[-1].number == 2:
                engine.send(Quit())
            yield report

    engine = make_engine(quit_in_the_second)
    run(engine, Run(trials=4))
    started: list[int] = []

    def noting(params: Any, *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
        started.append(seed)
        yield from rising(params, epochs=epochs, seed=seed)

    run(make_engine(noting), Run())
    session = read_session(session_file)
    assert points(session) == whole
    assert started[0] == session.trial(2).seed


def test_pausing_holds_a_trial_in_the_middle_and_loses_nothing(
    make_engine: MakeEngine, session_file: Path
) -> None:
    paused_at: list[int] = []

    def pausing(params: Any, *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
        for epoch, report in enumerate(rising(params, epochs=epochs, seed=seed), start=1):
            if epoch == 2 and not paused_at:
                engine.send(Pause())
                paused_at.append(epoch)
            yield report

    class Watching(Engine):
        def pause(self, detail: str = "") -> None:
            super().pause(detail)
            self.send(Run())

    engine = make_engine(pausing)
    engine.__class__ = Watching
    run(engine, Run(trials=2))
    session = read_session(session_file)
    assert paused_at == [2]
    assert [(t.state, t.epochs_done) for t in session.trials] == [(TrialState.DONE, 4)] * 2


def test_a_stopped_trial_keeps_what_it_reported(
    make_engine: MakeEngine, session_file: Path
) -> None:
    closed: list[bool] = []

    def stopping(params: Any, *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
        try:
            for epoch, report in enumerate(rising(params, epochs=epochs, seed=seed), start=1):
                if epoch == 3:
                    engine.send(StopTrial(1))
                yield report
        finally:
            closed.append(True)

    engine = make_engine(stopping)
    run(engine, Run(trials=1))
    trial = read_session(session_file).trial(1)
    assert (trial.state, trial.reason) == (TrialState.STOPPED, "stopped by hand")
    assert trial.epochs_done in (2, 3)
    assert closed == [True]


def test_a_queued_point_and_a_retried_trial_run_in_a_round_of_their_own(
    make_engine: MakeEngine, session_file: Path
) -> None:
    point = {"lr": 1e-3, "width": 32}
    run(make_engine(), Enqueue(point))
    session = read_session(session_file)
    assert [(t.params, t.origin) for t in session.trials] == [(point, "queued by hand")]
    run(make_engine(), RetryTrial(1, epochs=6))
    session = read_session(session_file)
    assert (session.trial(1).epochs_done, session.trial(1).round) == (6, 2)
    assert [r.trials for r in session.rounds] == [1, 1]


def test_a_queued_point_must_be_one_of_the_space(make_engine: MakeEngine) -> None:
    said = run(make_engine(), Enqueue({"lr": 1e-3}))
    assert refusals(said) == ["width has no value; write width=36"]


def test_workers_can_be_added_while_a_round_runs(
    make_engine: MakeEngine, session_file: Path
) -> None:
    def growing(params: Any, *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
        if len(engine.session.trials) == 2:
            engine.send(SetWorkers(3))
        yield from rising(params, epochs=epochs, seed=seed)

    engine = make_engine(growing)
    run(engine, Run(trials=9))
    assert engine.executor.workers == 3
    assert read_session(session_file).counts[TrialState.DONE] == 9


def failing(params: Any, *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
    yield {"val_acc": 0.5}
    raise ZeroDivisionError("nothing to divide by")


def test_a_failing_trainer_pauses_the_round_and_keeps_the_reasons(
    make_engine: MakeEngine, session_file: Path
) -> None:
    engine = make_engine(failing)

    class Stopping(Engine):
        def pause(self, detail: str = "") -> None:
            super().pause(detail)
            self.send(Quit())

    engine.__class__ = Stopping
    said = run(engine, Run(trials=100))
    session = read_session(session_file)
    failed = [t for t in session.trials if t.state is TrialState.FAILED]
    assert len(failed) == len(session.trials) == 3
    assert failed[0].reason == "ZeroDivisionError: nothing to divide by"
    assert "nothing to divide by" in failed[0].traceback
    assert any("3 trials failed with the same error" in getattr(m, "detail", "") for m in said)
    assert failed[0].score is None
    assert session.best is None


def test_without_a_breaker_every_trial_is_tried(
    make_engine: MakeEngine, session_file: Path
) -> None:
    run(make_engine(failing, max_failures=0), Run(trials=9))
    assert read_session(session_file).counts[TrialState.FAILED] == 9


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_divergence_ends_a_trial_at_once_and_is_not_a_fault_of_the_trainer(
    make_engine: MakeEngine, session_file: Path, bad: float
) -> None:
    def diverging(params: Any, *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
        yield {"val_acc": 0.5}
        yield {"val_acc": bad}
        raise AssertionError("it must have been closed")

    run(make_engine(diverging), Run(trials=8))
    session = read_session(session_file)
    assert {(t.state, t.reason, t.epochs_done) for t in session.trials} == {
        (TrialState.FAILED, "diverged at epoch 2", 2)
    }


def test_what_a_trainer_reports_wrongly_fails_its_trial_alone(
    make_engine: MakeEngine, session_file: Path
) -> None:
    def odd(params: Any, *, epochs: int, seed: int) -> Iterator[Any]:
        reports: list[Any] = ["\x1b[31mred", {"acc": 1.0}, {"val_acc": "high"}, 3]
        yield reports[len(engine.session.trials) - 1]

    engine = make_engine(odd, max_failures=0)
    run(engine, Run(trials=4))
    reasons = [t.reason for t in read_session(session_file).trials]
    assert all(reasons)
    assert not any("\x1b" in reason for reason in reasons)


def test_an_empty_trainer_fails(make_engine: MakeEngine, session_file: Path) -> None:
    def nothing(params: Any, *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
        return iter(())

    run(make_engine(nothing), Run(trials=1))
    assert read_session(session_file).trial(1).reason == "the trainer reported no epoch"


def test_a_trainer_that_reports_too_much_is_cut_off(
    make_engine: MakeEngine, session_file: Path
) -> None:
    def endless(params: Any, *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
        while True:
            yield {"val_acc": 0.5}

    run(make_engine(endless), Run(trials=1))
    trial: Trial = read_session(session_file).trial(1)
    assert (trial.state, trial.epochs_done) == (TrialState.DONE, 4)


def test_trials_of_a_learning_sampler_say_how_they_were_drawn(
    make_engine: MakeEngine, session_file: Path
) -> None:
    run(make_engine(), Run(trials=16, sampler="gp"))
    session = read_session(session_file)
    even = [t.number for t in session.trials if t.draw == "uniform"]
    assert even == [*range(1, 9), 12, 16]
    assert {t.draw for t in session.trials} == {"uniform", "adaptive"}
    assert all(SPACE.contains(t.params) for t in session.trials)
