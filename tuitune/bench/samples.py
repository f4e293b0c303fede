"""Sessions to measure with: as large as wanted, written in one go."""

from __future__ import annotations

import math
import sys
from pathlib import Path

from msgspec.structs import replace

from tuitune import __version__
from tuitune.engine.creation import book_space
from tuitune.model import Session
from tuitune.model.events import (
    EpochReported,
    ProblemChanged,
    RevisionCommitted,
    RoundEnded,
    RoundStarted,
    SessionCreated,
    TrialEnded,
    TrialQueued,
    TrialStarted,
)
from tuitune.model.trial import Problem, TrialState
from tuitune.samplers import DrawPoint, make_sampler
from tuitune.store.files import replace_file
from tuitune.store.snapshot import encode_snapshot

COMMAND = (sys.executable, "-m", "tuitune")
"""The program as a measurement starts it in a process of its own."""


def write_session(
    path: Path,
    *,
    trials: int,
    epochs: int = 50,
    next_round: int = 0,
    trained_epochs: int = 50,
) -> Session:
    """Write a session file with a finished round of `trials` trials, and return the session.

    Each has a curve of `epochs` epochs. With `next_round` a round of so many trials is begun of
    which none has run, so that the next `run` is of just that many; they train `trained_epochs`.
    """
    first = epochs if trials else trained_epochs
    problem = Problem(epochs=first, samples=100, classes=10)
    session = Session(SessionCreated(path.stem, problem, seed=0, at=0.0, program=__version__))
    session.events = 1
    session.apply(RevisionCommitted(1, None, book_space(), at=0.0))
    if trials:
        _add_round(session, trials, epochs)
    if next_round:
        number = len(session.rounds) + 1
        if trained_epochs != first:
            session.apply(ProblemChanged(replace(problem, epochs=trained_epochs), at=0.0))
        session.apply(RoundStarted(number, 1, "random", "none", next_round, at=0.0))
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, encode_snapshot(session))
    return session


def _add_round(session: Session, trials: int, epochs: int) -> None:
    sampler = make_sampler("random")
    space = session.space
    session.apply(RoundStarted(1, 1, "random", "none", trials, at=0.0))
    for number in range(1, trials + 1):
        params = sampler.sample(space, DrawPoint(0, 1, 1, number, number - 1))
        session.apply(TrialQueued(number, 1, 1, params, seed=number, epochs=epochs))
        session.apply(TrialStarted(number, at=0.0))
        height = 0.1 + 0.7 * space["lr"].to_unit(params["lr"])
        for epoch in range(1, epochs + 1):
            accuracy = round(height * (1 - math.exp(-epoch / 12)), 2)
            session.apply(
                EpochReported(
                    number,
                    epoch,
                    {
                        "val_acc": accuracy,
                        "train_acc": round(accuracy + 0.05, 4),
                        "loss": round(2.3 - accuracy, 5),
                        "val_loss": round(2.35 - accuracy, 5),
                    },
                    seconds=0.006 * epoch,
                )
            )
        session.apply(TrialEnded(number, TrialState.DONE, at=0.0, seconds=0.006 * epochs))
    session.apply(RoundEnded(1, "finished", at=0.0))
