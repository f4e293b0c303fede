"""The store: the one writer of a session's files."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from tuitune.errors import SessionFileError, StorageError
from tuitune.model.events import Event, RevisionCommitted, SessionCreated
from tuitune.model.session import Session
from tuitune.store.files import (
    check_absent,
    check_exists,
    check_writable,
    real,
    replace_file,
    storage_error,
)
from tuitune.store.journal import Journal, check_event
from tuitune.store.lock import SessionLock
from tuitune.store.reading import interruptions, load
from tuitune.store.restore import decode_snapshot
from tuitune.store.snapshot import VERSION, encode_snapshot

FOLD_BYTES = 256 * 1024
"""A journal below this size is not worth a fold."""


CHECKED_TRIALS = 10_000
"""A session of more trials is not decoded again before its file is replaced."""


class SessionStore:
    """A session that this process holds: events go to its journal, now and then to its snapshot.

    One thread at a time may use it. `create` and `open` make one; `close` gives the session free.
    """

    def __init__(self, path: Path, lock: SessionLock, session: Session, journal: Journal) -> None:
        self.path = path
        """The snapshot, symbolic links resolved."""
        self.session = session
        """As it was found; whoever takes it applies the events, the store doesn't."""
        self._lock = lock
        self._journal = journal
        self._events = session.events
        self._snapshot_bytes = path.stat().st_size

    @classmethod
    def create(
        cls, path: Path, created: SessionCreated, first: RevisionCommitted, *more: Event
    ) -> SessionStore:
        """Make the file of a new session and hold it; `more` is what happened elsewhere before.

        Raises `SessionError` where there is one already or the folder can't be written,
        `UsageError` where a number is beyond its limits, `StorageError` where the disk refuses.
        """
        check_event(created)
        check_event(first)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise storage_error(path.parent, error) from None
        path = real(path)
        check_absent(path)
        session = Session.fold([created, first, *more])
        lock = SessionLock(path)
        lock.acquire()
        try:
            check_absent(path)
            journal = Journal(path, 0)
            _write(path, session)
            return cls(path, lock, session, journal)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def open(cls, path: Path) -> SessionStore:
        """Read a session and hold it; trials found running are recorded as interrupted.

        Raises `SessionBusyError` where another process holds it, `SessionFileError` where it is
        damaged (it is then left as it is), `SessionError` where it is missing or read-only.
        """
        path = real(path)
        check_exists(path)
        check_writable(path)
        lock = SessionLock(path)
        lock.acquire()
        try:
            loaded = load(path)
            store = cls(path, lock, loaded.session, Journal(path, loaded.journal.offset))
            if loaded.version != VERSION:
                # Before anything is added: an older program refuses the file from now on, and
                # doesn't drop what it knows nothing of.
                store._replace(store.session)
        except BaseException:
            lock.release()
            raise
        for event in interruptions(store.session):
            store.session.apply(event)
            with suppress(StorageError):  # it stays pending, as any later event would
                store.append(event)
        return store

    @property
    def pending(self) -> int:
        """How many events the disk has not taken yet."""
        return self._journal.pending

    def append(self, event: Event) -> None:
        """Hand the session's next event to the system; a crash of this process can't lose it then.

        Raises `StorageError` where the disk refuses; the event is kept and written first next time.
        """
        self._events += 1
        self._journal.append(self._events, event)

    def tell(self, address: str) -> None:
        """Say to other processes where this one takes commands."""
        self._lock.tell(address)

    def retry(self) -> None:
        """Try again to write what is pending. Raises `StorageError`, and keeps the rest."""
        self._journal.flush()

    def sync(self) -> None:
        """Make every event outlast a power cut. Raises `StorageError`."""
        self._journal.sync()

    def should_fold(self) -> bool:
        """Say whether the journal outgrew the snapshot, or must not be relied on any more."""
        journal = self._journal
        return journal.doubtful or journal.size > max(FOLD_BYTES, self._snapshot_bytes)

    def fold(self, session: Session) -> None:
        """Replace the snapshot by `session`, which has every event appended; empty the journal.

        Raises `StorageError` where the disk refuses; snapshot and journal are then as before.
        """
        if session.events != self._events:
            raise ValueError(f"the session has {session.events} events, not {self._events}")
        if not self._journal.size and not self._journal.pending:
            return
        self._replace(session)

    def _replace(self, session: Session) -> None:
        self._snapshot_bytes = _write(self.path, session)
        # A crash here is harmless: the journal's lines are older than the snapshot.
        self._journal.clear()

    def close(self) -> None:
        """Write what is pending and give the session free; raises `StorageError`, and is closed."""
        try:
            self._journal.close()
        finally:
            self._lock.release()

    def __enter__(self) -> SessionStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _write(path: Path, session: Session) -> int:
    """Replace a session's file by one that can be read again; returns its size in bytes.

    A small one is decoded before it takes the other's place. A large one is not: each of its
    records was checked when it came into the program, and decoding takes three times as long as
    encoding. Raises `StorageError`, and leaves the file and the journal as they are.
    """
    chunks: Iterable[bytes] = encode_snapshot(session)
    if len(session.trials) <= CHECKED_TRIALS:
        data = b"".join(chunks)
        try:
            decode_snapshot(data, path)
        except SessionFileError as error:
            raise StorageError(
                f"Nothing is lost, but the file can't be replaced: {error}"
            ) from None
        chunks = (data,)
    return replace_file(path, chunks)
