"""Between the screen and the session: a queue from the engine, or the file of somebody else's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Protocol

from tuitune.engine import Command, Engine, EngineOptions, Quit, open_engine
from tuitune.engine.commands import asked_by
from tuitune.errors import SessionBusyError
from tuitune.model import Session
from tuitune.model.events import (
    DraftSaved,
    EpochReported,
    Event,
    Notice,
    RevisionCommitted,
    RevisionSelected,
    RoundEnded,
    RoundExtended,
    RoundStarted,
    TrialAnnotated,
    TrialEnded,
    TrialQueued,
    TrialRequeued,
    TrialResumed,
    TrialSpared,
    TrialStarted,
)
from tuitune.results.logs import output_lines
from tuitune.store import Follower, SessionStore, read_session

JOIN_SECONDS = 5.0
"""How long the end of the app waits for the engine to save."""

OUTPUT_LINES = 20
"""How much of what a trial printed is shown."""

_STRUCTURE = (RevisionCommitted, RevisionSelected, RoundStarted, RoundEnded, RoundExtended)


@dataclass
class Drained:
    """What has happened since the screen looked last; already folded into its session."""

    trials: set[int] = field(default_factory=set)
    """Trials that changed."""
    epochs: int = 0
    """Epochs that were finished."""
    happened: list[Event] = field(default_factory=list)
    """Everything but the epochs."""
    notices: list[Notice] = field(default_factory=list)
    structure: bool = False
    """Revisions or rounds changed."""
    replaced: bool = False
    """The link has a new session object: everything may have changed."""

    def __bool__(self) -> bool:
        return bool(self.trials or self.happened or self.notices or self.structure or self.replaced)

    def add(self, event: Event) -> None:
        """Sort one event in."""
        match event:
            case EpochReported():
                self.trials.add(event.number)
                self.epochs += 1
                return
            case (
                TrialQueued()
                | TrialRequeued()
                | TrialStarted()
                | TrialResumed()
                | TrialSpared()
                | TrialEnded()
                | TrialAnnotated()
            ):
                self.trials.add(event.number)
            case DraftSaved():
                pass
            case _ if isinstance(event, _STRUCTURE):
                self.structure = True
        self.happened.append(event)


class Link(Protocol):
    """What the screen knows of a session."""

    session: Session
    path: Path
    writable: bool
    """Whether commands reach an engine."""
    why_read_only: str
    """One sentence; empty where writable."""

    def drain(self) -> Drained:
        """Fold what has happened into the session and return it."""

    def send(self, command: Command) -> None:
        """Ask the engine for something."""

    def output(self, trial: int) -> dict[str, list[str]]:
        """Return the end of what a trial printed, plain lines by file name."""

    def request_end(self) -> None:
        """Begin to end; doesn't wait."""

    def close(self) -> None:
        """End, and wait until everything is saved."""


class EngineLink:
    """A session that this process holds: an engine in its own thread behind two queues."""

    writable = True
    why_read_only = ""

    def __init__(self, engine: Engine) -> None:
        self.path = engine.recorder.store.path
        self.session = read_session(self.path)
        self._engine = engine
        self._events = self._engine.subscribe()
        self._engine.open_door()
        self._engine.start()

    def drain(self) -> Drained:
        """Fold what the engine has said since the last time."""
        drained = Drained()
        while True:
            try:
                message = self._events.get_nowait()
            except Empty:
                return drained
            if isinstance(message, Event):
                self.session.apply(message)
                drained.add(message)
            else:
                drained.notices.append(message)

    def send(self, command: Command) -> None:
        """Put a command in the engine's inbox."""
        self._engine.send(asked_by(command, "screen"))

    def output(self, trial: int) -> dict[str, list[str]]:
        """Return the end of what a trial printed."""
        return _output(self.session, self.path, trial)

    def request_end(self) -> None:
        """Ask the engine to save and end."""
        self._engine.send(Quit())

    def close(self) -> None:
        """Wait until the engine has saved everything."""
        self.request_end()
        self._engine.join(JOIN_SECONDS)


class FollowingLink:
    """A session that another process holds: its file, read as it grows."""

    writable = False

    def __init__(self, path: Path, why: str) -> None:
        self.path = path
        self.why_read_only = why
        self._follower = Follower(path)
        self.session = self._follower.session

    def drain(self) -> Drained:
        """Fold what the other process has written since the last time."""
        drained = Drained()
        _add_all(drained, self._follower.poll())
        if self._follower.session is not self.session:
            self.session = self._follower.session
            drained.replaced = True
        return drained

    def send(self, command: Command) -> None:  # noqa: ARG002 - the protocol's
        """Refuse: the screen asks `writable` first."""
        raise SessionBusyError(self.why_read_only)

    def output(self, trial: int) -> dict[str, list[str]]:
        """Return the end of what a trial printed, where its files are here."""
        return _output(self.session, self.path, trial)

    def request_end(self) -> None:
        """Nothing to end."""

    def close(self) -> None:
        """Nothing to save."""


def _output(session: Session, path: Path, trial: int) -> dict[str, list[str]]:
    return output_lines(path, trial, OUTPUT_LINES) if session.problem.keeps_output else {}


def _add_all(drained: Drained, events: Iterable[Event]) -> None:
    for event in events:
        drained.add(event)


def open_link(path: Path, options: EngineOptions) -> Link:
    """Return the link to a session: with an engine where it is free, else following its file.

    Raises `SessionError` where it can't be read at all, `UsageError` where its trainer can't have
    what `options` ask.
    """
    try:
        store = SessionStore.open(path)
    except SessionBusyError as error:
        return FollowingLink(path, str(error))
    return EngineLink(open_engine(store, options))
