"""A link of each kind to a session with a small round, for the contract suite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engine.support import SPACE, executor_of, rising
from tuitune.engine import Answer, Command, CommitRevision, Engine, Result, Run, Undo
from tuitune.link import AttachedLink, Link, LocalLink
from tuitune.link.scripted import ScriptedLink
from tuitune.model.events import (
    EngineState,
    EngineStatus,
    EpochReported,
    Event,
    RevisionCommitted,
    RoundEnded,
    RoundStarted,
    SessionCreated,
    TrialEnded,
    TrialQueued,
    TrialStarted,
)
from tuitune.model.trial import Problem, TrialState
from tuitune.store import SessionStore, read_session

EPOCHS = 4
TRIALS = 3


def create(path: Path) -> None:
    SessionStore.create(
        path,
        SessionCreated("try", Problem(epochs=EPOCHS), 7, 1.0, "test"),
        RevisionCommitted(1, None, SPACE, 1.0),
    ).close()


def make_engine(path: Path) -> Engine:
    return Engine(
        SessionStore.open(path),
        executor_factory=lambda inbox, count: executor_of(rising, inbox, count),
    )


@contextmanager
def local(path: Path) -> Iterator[Link]:
    create(path)
    link = LocalLink(make_engine(path))
    yield link
    link.close()


@contextmanager
def attached(path: Path) -> Iterator[Link]:
    create(path)
    holder = LocalLink(make_engine(path))
    link = AttachedLink(path)
    yield link
    link.close()
    holder.close()


@contextmanager
def scripted(path: Path) -> Iterator[Link]:
    create(path)

    def answer(command: Command) -> Answer:
        match command:
            case Run():
                link.add(EngineState(EngineStatus.RUNNING), *round_events())
                link.add(EngineState(EngineStatus.IDLE))
                return Answer(result=Result(1, 1))
            case CommitRevision(parent=None | 1):
                link.add(RevisionCommitted(2, 1, command.space, 2.0))
                return Answer(result=Result(2))
            case CommitRevision():
                return Answer(refused="made from another revision")
            case Undo():
                return Answer(refused="Revision 1 is the first; there is nothing to undo.")
        return Answer()

    link = ScriptedLink(read_session(path), path, answer=answer)
    yield link
    link.close()


def round_events() -> Iterator[Event]:
    yield RoundStarted(1, 1, "random", "none", TRIALS, 2.0)
    for number in range(1, TRIALS + 1):
        yield TrialQueued(number, 1, 1, {"lr": 1e-3, "width": 9}, number, EPOCHS)
        yield TrialStarted(number, 3.0)
        for epoch in range(1, EPOCHS + 1):
            yield EpochReported(number, epoch, {"val_acc": 0.5}, 0.1)
        yield TrialEnded(number, TrialState.DONE, 4.0, 0.1)
    yield RoundEnded(1, "finished", 5.0)


LINKS: dict[str, Callable[[Path], object]] = {
    "local": local,
    "attached": attached,
    "scripted": scripted,
}
