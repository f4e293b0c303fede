"""Following a session that another process, or nobody, is running."""

from __future__ import annotations

from pathlib import Path

from tuitune.model.events import Event
from tuitune.model.session import Session
from tuitune.store.files import Signature, check_exists, journal_path, real, signature
from tuitune.store.journal import GapError, JournalReader, apply_lines
from tuitune.store.lock import is_held
from tuitune.store.reading import Loaded, load, show_interrupted
from tuitune.store.snapshot import peek_events

_Look = tuple[Signature | None, Signature | None]
"""The states of snapshot and journal."""


class Follower:
    """A session that grows as its files do. Takes no lock and writes nothing."""

    session: Session
    _journal: JournalReader
    _version: int
    _seen: _Look

    def __init__(self, path: Path) -> None:
        """Read the session. Raises `SessionError` where it is missing or damaged."""
        self._path = real(path)
        self._journal_path = journal_path(self._path)
        self.replaced = False
        """Whether the last `poll` made a new session, because events had gone to the snapshot."""
        self._take(load(self._path))
        if self.session.running and not is_held(self._path):
            show_interrupted(self.session)

    def poll(self) -> list[Event]:
        """Return what happened since the last poll; `session` has it applied already.

        Costs a few microseconds where nothing changed. Where `replaced` is set, `session` is a new
        one and the list is empty. Trials whose engine is gone are reported as interrupted.
        Raises `SessionError` where the session is gone or damaged.
        """
        self.replaced = False
        held = not self.session.running or is_held(self._path)
        events = self._read_news()
        if not (held or events or self.replaced):
            # The lock was free before the journal was read, so nobody can have added to it.
            events += show_interrupted(self.session)
        return events

    def _read_news(self) -> list[Event]:
        seen = self._look()
        if seen == self._seen:
            return []
        try:
            events = apply_lines(
                self.session, self._journal.read(), self._journal_path, self._version
            )
        except GapError:
            return self._reload()
        if seen[0] != self._seen[0]:
            check_exists(self._path)
            folded = peek_events(self._path)
            if folded is None or max(folded, self._journal.number) != self.session.events:
                return self._reload()
        self._seen = seen
        return events

    def _reload(self) -> list[Event]:
        self._take(load(self._path))
        self.replaced = True
        return []

    def _take(self, loaded: Loaded) -> None:
        self.session = loaded.session
        self._journal, self._version = loaded.journal, loaded.version
        # An older state of the journal than was read only costs one look more.
        self._seen = (loaded.snapshot, None)

    def _look(self) -> _Look:
        return signature(self._path), signature(self._journal_path)
