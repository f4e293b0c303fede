"""Sessions and trials for the tests of the screen, made through events as everywhere."""

from __future__ import annotations

import math

from tuitune.model import Session
from tuitune.model.events import (
    EpochReported,
    RevisionCommitted,
    RoundStarted,
    SessionCreated,
    TrialAnnotated,
    TrialEnded,
    TrialQueued,
    TrialStarted,
)
from tuitune.model.trial import Cause, Problem, TrialState
from tuitune.space import Choice, FloatRange, IntRange, Space

SPACE = Space(
    {
        "lr": FloatRange(1e-6, 1e-1, log=True),
        "weight_decay": FloatRange(1e-8, 1e-2, log=True),
        "momentum": FloatRange(0.5, 0.99),
        "batch": IntRange(16, 256),
        "optimizer": Choice(("sgd", "adam")),
    }
)


def new_session(problem: Problem | None = None) -> Session:
    """Return a session with one revision of `SPACE` and one round, without trials."""
    session = Session(SessionCreated("hunt", problem or Problem(), 0, 0.0, "0.1.0"))
    session.apply(RevisionCommitted(1, None, SPACE, 0.0))
    session.apply(RoundStarted(1, 1, "random", "none", 100, 0.0))
    return session


def queue(session: Session, round_number: int = 1) -> int:
    """Queue the next trial; return its number. Its params follow from the number."""
    number = len(session.trials) + 1
    params: dict[str, float | int | str | bool] = {
        "lr": 10 ** (-5 + (number * 7 % 40) / 10),
        "weight_decay": 10 ** (-8 + (number * 11 % 60) / 10),
        "momentum": 0.5 + (number * 13 % 50) / 100,
        "batch": 16 * (1 + number % 8),
        "optimizer": "adam" if number % 2 else "sgd",
    }
    session.apply(TrialQueued(number, round_number, 1, params, seed=number, epochs=50))
    return number


def start(session: Session, number: int) -> None:
    session.apply(TrialStarted(number, 10.0 * number))


def report(session: Session, number: int, epochs: int = 1) -> None:
    """Report the next `epochs` epochs of a trial: a rising curve whose height its number gives."""
    top = 0.3 + (number * 17 % 60) / 100
    for _ in range(epochs):
        epoch = session.trial(number).epochs_done + 1
        val = top * (1 - math.exp(-epoch / (4 + number % 9)))
        metrics: dict[str, float | None] = {"val_acc": val, "train_acc": min(1.0, val * 1.1)}
        session.apply(EpochReported(number, epoch, metrics, 0.15 * epoch))


def end(
    session: Session,
    number: int,
    state: TrialState = TrialState.DONE,
    why: str = "",
    cause: Cause | None = None,
) -> None:
    seconds = session.trial(number).seconds
    session.apply(TrialEnded(number, state, 10.0 * number + seconds, seconds, why, cause=cause))


def make_session(done: int = 20, problem: Problem | None = None) -> Session:
    """Return a session of `done` finished trials and one of each other state after them."""
    session = new_session(problem)
    for _ in range(done):
        number = queue(session)
        start(session, number)
        report(session, number, 50)
        end(session, number)
    others: list[tuple[TrialState, int, str, Cause | None]] = [
        (TrialState.FAILED, 3, "the loss was not finite at epoch 4", "diverged"),
        (TrialState.PRUNED, 5, "below the median at epoch 5", "given-up"),
        (TrialState.STOPPED, 7, "stopped by hand", "person"),
        (TrialState.INTERRUPTED, 9, "the program ended", None),
    ]
    for state, epochs, why, cause in others:
        number = queue(session)
        start(session, number)
        report(session, number, epochs)
        end(session, number, state, why, cause)
    running = queue(session)
    start(session, running)
    report(session, running, 23)
    queue(session)
    if done >= 3:
        session.apply(TrialAnnotated(2, pinned=True))
        session.apply(TrialAnnotated(3, note="plateau [red]early[/red]", tags=("odd",)))
    return session
