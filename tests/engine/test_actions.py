"""What a person asks for about one trial: retry, resume, extend, clone, queue; and budgets."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.support import MakeEngine, refusals, rising, run
from tuitune.engine import Command, Engine, Enqueue, RetryTrial, Run, StopTrial
from tuitune.model import Session
from tuitune.model.events import TrainerChanged
from tuitune.model.trial import By, TrialState
from tuitune.store import read_session

POINT = {"lr": 0.5, "width": 7}


def serve(engine: Engine, *commands: Command) -> Session:
    for command in commands:
        engine.send(command)
    engine.run(until_idle=True)
    return engine.session


def falling(params: dict[str, Any], *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
    """Half of the trials are much worse than the rest: a pruner gives them up."""
    for _ in range(epochs):
        yield {"val_acc": 0.9 if seed % 2 else 0.1}


def test_a_point_of_one_s_own_is_trained_also_outside_the_ranges(make_engine: MakeEngine) -> None:
    session = serve(make_engine(), Run(trials=2))
    session = serve(make_engine(), Enqueue(POINT, origin="clone of 2"))
    trial = session.trial(3)
    assert (trial.params, trial.origin, trial.state) == (POINT, "clone of 2", TrialState.DONE)
    assert [r.drawn for r in session.rounds] == [2, 1]


def test_it_is_kept_who_asked_and_how_a_point_came_about(
    make_engine: MakeEngine, session_file: Path
) -> None:
    ann, bob = By("screen", 7, "ann"), By("command", 9, "bob")
    serve(make_engine(), Run(trials=2, by=ann))
    serve(make_engine(), Enqueue(POINT, start=False, by=bob))
    session = serve(make_engine(), StopTrial(3, by=ann))
    for seen in (session, read_session(session_file)):
        assert [(t.draw, t.by) for t in seen.trials] == [
            ("uniform", None), ("uniform", None), ("person", ann),
        ]  # fmt: skip
        assert [record.by for record in seen.rounds] == [ann, bob]
        assert seen.trial(3).cause == "person"


def failing(params: dict[str, Any], *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
    """Each trial fails in its own way, and none of the others' texts says how."""
    match params["width"]:
        case 8:
            raise ValueError("the price is inf today, the loss diverged, all is nan")
        case 9:
            yield {"val_acc": math.nan}
        case 10:
            yield {"train_acc": 0.5}
        case 11:
            raise MemoryError
        case 12:
            for _ in range(epochs):
                yield {"val_acc": 0.5}
            raise ValueError("the disk of the log is full")


def test_why_a_trial_failed_is_no_matter_of_words(make_engine: MakeEngine) -> None:
    points = [Enqueue({"lr": 1e-3, "width": width}) for width in (8, 9, 10, 11, 12, 13)]
    session = serve(make_engine(train=failing, max_failures=0), *points)
    assert [(t.state.value, t.cause) for t in session.trials] == [
        ("failed", "error"), ("failed", "diverged"), ("failed", "no-score"),
        ("failed", "memory"), ("done", "crashed"), ("failed", "no-score"),
    ]  # fmt: skip
    assert session.trial(5).score == 0.5
    assert (
        session.trial(5).reason == "ValueError: the disk of the log is full, after its last epoch"
    )


def test_a_point_can_wait_for_the_next_run(make_engine: MakeEngine) -> None:
    session = serve(make_engine(), Enqueue(POINT, start=False), Enqueue(POINT, start=False))
    assert [t.state for t in session.trials] == [TrialState.QUEUED] * 2
    session = serve(make_engine(), RetryTrial(1))
    assert session.counts[TrialState.QUEUED] == 2
    session = serve(make_engine(), Run(trials=1))
    assert [t.state for t in session.trials] == [TrialState.DONE] * 3
    assert len(session.rounds) == 1


def test_an_extended_trial_goes_on_to_its_new_length(make_engine: MakeEngine) -> None:
    before = serve(make_engine(), Run(trials=1)).trial(1)
    curve = before.curve["val_acc"]
    session = serve(make_engine(), RetryTrial(1, epochs=6))
    trial = session.trial(1)
    assert (trial.epochs_done, trial.state, trial.kept) == (6, TrialState.DONE, None)
    assert trial.curve["val_acc"][:4] == curve
    assert len(session.trials) == 1, "no trial is drawn for the one that moved"


@pytest.mark.parametrize("how", ["stopped", "failed", "dropped", "killed with the program"])
def test_an_extension_that_does_not_end_loses_nothing(
    make_engine: MakeEngine, session_file: Path, how: str
) -> None:
    before = serve(make_engine(), Run(trials=2))
    best, score = before.best, before.trial(1).score
    curve = dict(before.trial(1).curve)
    assert best is not None

    def train(params: dict[str, Any], *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
        reports = rising(params, epochs=epochs, seed=seed)
        yield next(reports)
        if how == "stopped":
            engine.send(StopTrial(1))
        elif how == "failed":
            raise ValueError("no more")
        yield from reports

    engine = make_engine(train)
    if how == "dropped":
        session = serve(engine, RetryTrial(1, epochs=9, start=False))
        session = serve(make_engine(), Run(trials=1, new_round=True))
    elif how == "killed with the program":
        session = serve(engine, RetryTrial(1, epochs=9, start=False))
        assert read_session(session_file).trial(1).kept is not None
        session = serve(make_engine(train), Run())
        assert (session.trial(1).epochs_done, session.trial(1).kept) == (9, None)
        return
    else:
        session = serve(engine, RetryTrial(1, epochs=9))
    for found in (session, read_session(session_file)):
        trial = found.trial(1)
        assert (trial.state, trial.score, trial.epochs) == (TrialState.DONE, score, 4)
        assert trial.curve == curve
        assert "when run again for 9 epochs" in trial.reason
        assert trial.kept is None
        assert found.best is not None


def test_a_pruned_trial_resumed_by_hand_is_left_alone_by_the_pruner(
    make_engine: MakeEngine,
) -> None:
    session = serve(make_engine(falling), Run(trials=24, pruner="median startup=4"))
    pruned = [t for t in session.trials if t.state is TrialState.PRUNED]
    assert pruned
    number = pruned[0].number
    session = serve(make_engine(falling), RetryTrial(number))
    trial = session.trial(number)
    assert (trial.state, trial.epochs_done, trial.exempt) == (TrialState.DONE, 4, True)


def test_a_retry_in_the_round_itself_draws_nothing_more(make_engine: MakeEngine) -> None:
    failed: list[int] = []

    def train(params: dict[str, Any], *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
        if len(failed) < 1:
            failed.append(seed)
            engine.send(RetryTrial(1))
            raise ValueError("once")
        yield from rising(params, epochs=epochs, seed=seed)

    engine = make_engine(train)
    session = serve(engine, Run(trials=2))
    assert [t.state for t in session.trials] == [TrialState.DONE] * 2


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (RetryTrial(9), "There is no trial 9; there are 1 to 1"),
        (RetryTrial(1, epochs=0), "at least 1 epoch, not 0"),
        (Enqueue({"lr": 0.1}), "width has no value"),
        (Enqueue({**POINT, "depth": 3}), "'depth' is none of them"),
        (Enqueue({**POINT, "width": 7.5}), "width takes a whole number"),
        (Enqueue({**POINT, "lr": -1.0}), "lr must be a number above 0"),
    ],
)
def test_what_can_t_be_done_is_said(make_engine: MakeEngine, command: Command, words: str) -> None:
    serve(make_engine(), Run(trials=1))
    said = run(make_engine(), command)
    assert [words in text for text in refusals(said)] == [True]


def test_a_round_ends_when_its_epochs_are_spent(make_engine: MakeEngine) -> None:
    session = serve(make_engine(), Run(trials=50, epochs_budget=10))
    assert session.rounds[0].ended == "out of budget"
    assert len(session.trials) == 3


def test_a_round_ends_when_its_wall_time_is_spent(make_engine: MakeEngine) -> None:
    session = serve(make_engine(), Run(trials=50, seconds_budget=1e-9))
    assert session.rounds[0].ended == "out of budget"
    assert len(session.trials) == 1


def test_a_trainer_that_changed_is_said_at_each_round(
    make_engine: MakeEngine, session_file: Path
) -> None:
    text = session_file.read_text()
    session_file.write_text(text.replace('"epochs": 4', '"epochs": 4, "pins": {"numpy": "1.0"}'))
    engine = make_engine()
    said = run(engine, Run(trials=1))
    (words,) = [m.message for m in said if isinstance(m, TrainerChanged)]
    assert words.startswith("since the session began: numpy 2")
    assert words.endswith("was 1.0")
    assert engine.session.rounds[0].changed[0].startswith("numpy 2")
