"""Which link a session gets: an engine of this process where it is free, else that of another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from tuitune.engine import Answer, Command, EngineOptions, open_engine
from tuitune.engine.commands import Kind
from tuitune.errors import SessionBusyError, StorageError, UsageError
from tuitune.link.attached import AttachedLink
from tuitune.link.base import Link
from tuitune.link.local import LocalLink
from tuitune.model import Session
from tuitune.store import SessionStore

ANSWER_SECONDS = 30.0
"""How long a command waits for its answer; an engine that trains gives it between two batches."""

HANDOVER_SECONDS = 5.0
"""How long is tried again while a process gives the session away."""

LOOK_SECONDS = 0.05

BEGINNING_SECONDS = 0.5
"""How long a process that has just taken the session may take to say where it can be asked."""


def open_link(path: Path, options: EngineOptions, kind: Kind = "screen") -> Link:
    """Return the link to a session: with an engine where it is free, else to who holds it.

    Raises `SessionError` where it can't be read at all, `UsageError` where its trainer can't have
    what `options` ask.
    """
    until = monotonic() + HANDOVER_SECONDS
    while True:
        try:
            store = SessionStore.open(path)
        except SessionBusyError:
            link = AttachedLink(path, kind)
            if not link.is_gone or monotonic() > until:
                return link
            link.close()  # it was given away just now
        else:
            return LocalLink(open_engine(store, options), kind)


@dataclass(frozen=True, slots=True)
class Done:
    """What one command came to."""

    session: Session
    answer: Answer
    pid: int | None
    """The other process that did it; None where this one did."""


def do(path: Path, command: Command) -> Done:
    """Have one command done, by whoever holds the session, else by this process.

    Raises `UsageError` where the engine refuses, `StorageError` where the disk does, and
    `SessionBusyError` where the process that holds the session can't be asked.
    """
    began = monotonic()
    while True:
        link = open_link(path, EngineOptions(), "command")
        try:
            if link.writable:
                done = _ask(link, command)
                if done is not None:
                    return done
            elif monotonic() > began + BEGINNING_SECONDS:
                raise SessionBusyError(link.why_read_only)
        finally:
            link.close()
        if monotonic() > began + HANDOVER_SECONDS:
            raise SessionBusyError(f"Session {path.stem} is given away just now; try again.")
        sleep(LOOK_SECONDS)


def _ask(link: Link, command: Command) -> Done | None:
    """Have a command done by way of a link; None where its engine has ended before."""
    if link.is_gone:
        return None
    answer = link.wait(link.ask(command), ANSWER_SECONDS)
    if answer is None:
        raise SessionBusyError(
            f"The process that holds the session has not answered for {ANSWER_SECONDS:g} s; it may "
            "still do what was asked: look with tuitune show."
        )
    if answer.ended:
        return None
    if answer.refused:
        raise UsageError(answer.refused)
    if answer.unsaved:
        raise StorageError(answer.unsaved)
    pid = link.pid if isinstance(link, AttachedLink) else None
    return Done(link.session, answer, pid)
