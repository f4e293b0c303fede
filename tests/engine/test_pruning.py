"""Pruners in the engine: controls run on, the audit is said, and a quit changes no verdict."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.support import SPACE, executor_of, run
from tuitune.advice import audit
from tuitune.cli.progress import end_line, trial_line
from tuitune.engine import Engine, Quit, RetryTrial, Run
from tuitune.model import Session
from tuitune.model.events import RevisionCommitted, SessionCreated, TrialSpared
from tuitune.model.trial import Problem, TrialState
from tuitune.pruners import is_control
from tuitune.results.report import report
from tuitune.store import SessionStore, read_session

EPOCHS = 20


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A fresh session of twenty epochs, closed."""
    file = tmp_path / "long.json"
    SessionStore.create(
        file,
        SessionCreated("long", Problem(epochs=EPOCHS), 3, 1.0, "test"),
        RevisionCommitted(1, None, SPACE, 1.0),
    ).close()
    return file


def curve(params: dict[str, Any], *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
    """Rise to a height that the params give, at a speed that the seed gives."""
    height = SPACE["lr"].to_unit(params["lr"])
    for epoch in range(1, epochs + 1):
        yield {"val_acc": round(height * epoch / (epoch + seed % 7), 3), "train_acc": 0.5}


def run_round(path: Path, train: Any, *sent: Any) -> list[Any]:
    engine = Engine(
        SessionStore.open(path),
        executor_factory=lambda inbox, count: executor_of(train, inbox, count),
    )
    return run(engine, *sent)


def verdicts(session: Session) -> list[tuple[Any, ...]]:
    return [
        (t.number, t.params, t.seed, t.state, t.reason, t.control, t.epochs_done, t.curve)
        for t in session.trials
    ]


def test_a_control_runs_on_and_keeps_the_reason(path: Path) -> None:
    said = run_round(path, curve, Run(trials=120, pruner="median startup=5"))
    session = read_session(path)
    spared = {event.number: event for event in said if isinstance(event, TrialSpared)}
    controls = [trial for trial in session.trials if trial.control]
    assert {trial.number for trial in controls} == set(spared) != set()
    for trial in controls:
        assert is_control(trial.seed)
        assert (trial.state, trial.epochs_done) == (TrialState.DONE, EPOCHS)
        assert trial.reason == f"control, {spared[trial.number].reason}"
        assert "reason=" in trial_line(trial)
    pruned = [trial for trial in session.trials if trial.state is TrialState.PRUNED]
    assert not any(is_control(trial.seed) for trial in pruned)
    assert all(trial.reason.startswith("below the median at epoch ") for trial in pruned)


def test_the_end_line_and_the_report_say_what_was_saved(path: Path) -> None:
    run_round(path, curve, Run(trials=120, pruner="median startup=5"))
    session = read_session(path)
    found = audit(session.trials, session.criterion)
    assert found is not None
    assert found.given_up == session.counts[TrialState.PRUNED]
    spent = sum(trial.epochs_done for trial in session.trials)
    assert found.saved == pytest.approx(1 - spent / (120 * EPOCHS))
    assert f"; false give-ups {len(found.false)} of {len(found.controls)}" in found.text
    assert f"; {found.text}; best val_acc" in end_line(session, 120, 1.0)
    assert f"The {found.text.split(' (')[0]}" in report(session)
    run_round(path, curve, Run(trials=3, pruner="none", new_round=True))
    assert "pruner" not in end_line(read_session(path), 3, 1.0)
    assert report(read_session(path)).count("false give-ups") == 1


def test_a_trial_that_was_given_up_is_run_to_its_end_by_hand(path: Path) -> None:
    run_round(path, curve, Run(trials=40, pruner="median startup=5"))
    before = read_session(path)
    pruned = next(t for t in before.trials if t.state is TrialState.PRUNED)
    run_round(path, curve, RetryTrial(pruned.number))
    after = read_session(path).trial(pruned.number)
    assert (after.state, after.epochs_done, after.control) == (TrialState.DONE, EPOCHS, False)
    assert after.curve["val_acc"][: pruned.epochs_done] == pruned.curve["val_acc"]


@pytest.mark.parametrize("sampler", ["random", "halton", "sobol"])
@pytest.mark.parametrize("pruner", ["median startup=5", "asha", "hyperband eta=2"])
def test_quitting_in_the_middle_changes_no_point_and_no_verdict(
    path: Path, pruner: str, sampler: str
) -> None:
    fresh = path.read_bytes()
    ask = Run(trials=40, pruner=pruner, sampler=sampler)
    run_round(path, curve, ask)
    whole = verdicts(read_session(path))
    assert {state for _, _, _, state, *_ in whole} == {TrialState.DONE, TrialState.PRUNED}

    path.write_bytes(fresh)
    quit_in_each_run(path, ask, reports=(37, 61, 83))
    assert verdicts(read_session(path)) == whole


def quit_in_each_run(path: Path, ask: Run, *, reports: tuple[int, ...]) -> None:
    """Begin the round, quit after so many reports, go on and quit again, and then to its end."""
    for number, limit in enumerate(reports):
        run(quitting_engine(path, limit), ask if number == 0 else Run())
        assert read_session(path).rounds[0].ended is None
    run_round(path, curve, Run())


def quitting_engine(path: Path, reports: int) -> Engine:
    """Return an engine that is asked to quit when its trainer has made so many reports."""
    left = iter(range(reports))

    def train(params: Any, *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
        for metrics in curve(params, epochs=epochs, seed=seed):
            if next(left, None) is None:
                engine.send(Quit())
            yield metrics

    engine = Engine(
        SessionStore.open(path),
        executor_factory=lambda inbox, count: executor_of(train, inbox, count),
    )
    return engine


@pytest.mark.parametrize("sampler", ["halton", "sobol"])
def test_ten_more_go_on_with_the_sequence_and_a_new_round_has_its_own(
    path: Path, sampler: str
) -> None:
    fresh = path.read_bytes()
    run_round(path, curve, Run(trials=30, sampler=sampler))
    whole = [trial.params for trial in read_session(path).trials]
    assert len({tuple(params.items()) for params in whole}) == 30

    path.write_bytes(fresh)
    run(quitting_engine(path, 19 * EPOCHS), Run(trials=200, sampler=sampler))
    drawn = len(read_session(path).trials)
    run_round(path, curve, Run(trials=10))
    session = read_session(path)
    assert [trial.params for trial in session.trials] == whole[: drawn + 10]
    assert len(session.rounds) == 1

    run_round(path, curve, Run(trials=10))
    second = [trial.params for trial in read_session(path).trials_of(2)]
    assert len(second) == 10
    assert not any(params in whole for params in second)
