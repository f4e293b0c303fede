"""Curves of trials that ended are kept as text until somebody looks, and read the same."""

from __future__ import annotations

import sys

import msgspec
import pytest

from tests.model.sample import CREATED, FIRST, ROUND
from tuitune.model import Session
from tuitune.model.events import (
    EpochReported,
    TrialEnded,
    TrialQueued,
    TrialRequeued,
    TrialResumed,
    TrialStarted,
)
from tuitune.model.trial import Cause, Trial, TrialState

EPOCHS = 200


def value(epoch: int) -> float:
    return epoch * 0.1 / 7


def report(session: Session, first: int, last: int) -> None:
    for epoch in range(first, last + 1):
        metrics = {"val_acc": value(epoch), "loss": None if epoch % 5 == 0 else 1 / epoch}
        session.apply(EpochReported(1, epoch, metrics, epoch * 1.0))


def trained(state: TrialState, epochs: int = EPOCHS) -> tuple[Session, Trial]:
    session = Session.fold([CREATED, FIRST, ROUND])
    session.apply(TrialQueued(1, 1, 1, {"lr": 1e-3}, 7, EPOCHS))
    session.apply(TrialStarted(1, 1.0))
    report(session, 1, epochs)
    cause: Cause | None = "given-up" if state is TrialState.PRUNED else None
    session.apply(TrialEnded(1, state, 9.0, epochs * 1.0, "paused", cause=cause))
    return session, session.trial(1)


def test_it_is_text_until_it_is_looked_at() -> None:
    _, trial = trained(TrialState.DONE)
    assert isinstance(trial._curve, msgspec.Raw)
    assert sys.getsizeof(bytes(trial._curve)) < 2 * EPOCHS * 24
    assert trial.curve["val_acc"] == [value(epoch) for epoch in range(1, EPOCHS + 1)]
    assert trial.curve["loss"][3:6] == [1 / 4, None, 1 / 6]
    assert trial.curve is trial.curve, "decoded once"


def test_an_interrupted_one_and_one_without_reports_are_left() -> None:
    _, trial = trained(TrialState.INTERRUPTED, 3)
    assert len(trial.curve["val_acc"]) == 3
    _, trial = trained(TrialState.STOPPED, 0)
    assert trial.curve == {}


def test_a_trial_that_was_paused_goes_on_where_it_stood() -> None:
    session, trial = trained(TrialState.PRUNED, 40)
    owner = session.rounds[0]
    assert (owner.finished, session.counts[TrialState.PRUNED]) == (1, 1)
    session.apply(TrialResumed(1, 20.0))
    assert (trial.state, trial.reason, trial.cause) == (TrialState.RUNNING, "", None)
    assert (owner.finished, session.counts[TrialState.PRUNED]) == (0, 0)
    report(session, 41, EPOCHS)
    session.apply(TrialEnded(1, TrialState.DONE, 30.0, EPOCHS * 1.0))
    assert trial.curve["val_acc"] == [value(epoch) for epoch in range(1, EPOCHS + 1)]
    assert (owner.finished, owner.epochs_spent, owner.seconds_spent) == (1, EPOCHS, EPOCHS * 1.0)


def test_as_a_control_it_keeps_the_reason_and_only_a_pruned_one_is_resumed() -> None:
    session, trial = trained(TrialState.PRUNED, 40)
    session.apply(TrialResumed(1, 20.0, control=True))
    assert (trial.control, trial.reason) == (True, "control, paused")
    session, _ = trained(TrialState.DONE)
    with pytest.raises(ValueError, match="only a pruned one goes on"):
        session.apply(TrialResumed(1, 20.0))
    session.apply(TrialRequeued(1, EPOCHS))
    assert session.trial(1).curve == {}
