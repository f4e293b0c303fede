"""Reading a session: snapshot and journal together, whoever writes them meanwhile."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from tuitune.errors import SessionFileError
from tuitune.model.events import TrialEnded
from tuitune.model.session import Session
from tuitune.model.trial import TrialState
from tuitune.store.files import Signature, journal_path, read_file, real, signature
from tuitune.store.journal import JournalReader, apply_lines
from tuitune.store.lock import is_held
from tuitune.store.restore import decode_snapshot
from tuitune.store.snapshot import version_of

_ATTEMPTS = 20
"""How often a session that is folded just now is read again before its error is believed."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A session as the disk has it, and how far its files were read."""

    session: Session
    journal: JournalReader
    snapshot: Signature | None
    """The snapshot that was read."""
    version: int
    """Of the format that the files have."""


def read_session(path: Path) -> Session:
    """Return the session of a file, for looking at; nothing is written and no lock is taken.

    Trials found running show as interrupted unless a process holds the session. Raises
    `SessionError` where there is none, `SessionFileError` where it can't be read.
    """
    path = real(path)
    held = is_held(path)
    session = load(path).session
    if not held:
        show_interrupted(session)
    return session


def load(path: Path) -> Loaded:
    """Return the session as it is on the disk: the snapshot with the journal folded in.

    A fold replaces the snapshot and then removes the journal; a reader between the two, or before
    the first and after the second, sees the snapshot change and reads again.
    """
    for attempt in range(_ATTEMPTS):
        before = signature(path)
        journal = JournalReader(journal_path(path))
        try:
            data = read_file(path)
            session, version = decode_snapshot(data, path), version_of(data)
            apply_lines(session, journal.read(), journal_path(path), version)
        except SessionFileError:
            if signature(path) == before or attempt == _ATTEMPTS - 1:
                raise
            continue
        if signature(path) == before:
            break
    return Loaded(session, journal, before, version)


def interruptions(session: Session) -> list[TrialEnded]:
    """Return the events that say of each running trial that its engine is gone."""
    return [
        TrialEnded(
            number=trial.number,
            state=TrialState.INTERRUPTED,
            at=time.time(),
            seconds=trial.seconds,
            reason="the program ended while it ran",
        )
        for trial in session.running.values()
    ]


def show_interrupted(session: Session) -> list[TrialEnded]:
    """Show running trials as interrupted, as the next engine will record it; returns the events.

    They are not in the file, so they don't count in `Session.events`.
    """
    events = interruptions(session)
    for event in events:
        session.apply(event)
    session.events -= len(events)
    return events
