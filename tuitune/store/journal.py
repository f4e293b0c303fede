"""The journal: one line of JSON an event, appended when it happens.

A line is `{"n": 17, "e": {...}}`, where n counts the session's events from 1. The file only ever
grows until it is removed, so whoever reads it sees whole lines and perhaps the beginning of one.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from tuitune.errors import SessionFileError, TuiTuneError, UsageError
from tuitune.model.events import Event, StoredEvent
from tuitune.model.session import Session
from tuitune.store.files import (
    check_exists,
    excerpt,
    follow_mode,
    journal_path,
    shown,
    storage_error,
    sync_folder,
    why,
    write_all,
)
from tuitune.store.snapshot import VERSION
from tuitune.store.upgrade import upgraded_event
from tuitune.words import encode


class JournalLine(msgspec.Struct, frozen=True):
    """One event and its number."""

    n: int
    e: StoredEvent


_decode = msgspec.json.Decoder(JournalLine).decode
_decode_event = msgspec.json.Decoder(StoredEvent).decode
_WRONG_RECORD = (msgspec.ValidationError, TuiTuneError)


def check_event(event: Event) -> None:
    """Raise `UsageError` where an event could not be read again: a number is beyond its limits."""
    try:
        _decode_event(encode(event))
    except msgspec.ValidationError as error:
        raise UsageError(f"That can't be kept: {excerpt(error)}.") from None


class JournalReader:
    """Reads what was added to a journal since the last look."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.offset = 0
        """Bytes that were read as whole lines."""
        self.number = 0
        """Number of the event that was read last; 0 where the journal has none."""
        self._lines = 0
        self._last = b""
        """The last line read: while it stands where it stood, the journal is the same one."""

    def read(self) -> list[JournalLine]:
        """Return the new lines; from the first one again where another journal took the place.

        A torn last line is left for the next time. Raises `SessionFileError` for a damaged line.
        """
        try:
            with self._path.open("rb") as file:
                file.seek(self.offset - len(self._last))
                data = file.read()
                if not data.startswith(self._last):
                    self._begin_again()
                    file.seek(0)
                    data = file.read()
        except FileNotFoundError:
            self._begin_again()
            return []
        except OSError as error:
            check_exists(self._path)
            raise SessionFileError(
                f"Journal {shown(self._path)} can't be read: {why(error)}."
            ) from None
        raw = data[len(self._last) :].split(b"\n")
        raw.pop()
        return self._decode_lines(raw)

    def _decode_lines(self, raw: list[bytes]) -> list[JournalLine]:
        lines = []
        whole = len(raw)
        for index, text in enumerate(raw):
            try:
                lines.append(_decode(text))
            except (ValueError, RecursionError, TuiTuneError) as error:
                # What a power cut leaves of a last line is not JSON; a wrong record is no accident.
                if index == len(raw) - 1 and not isinstance(error, _WRONG_RECORD):
                    whole = index
                    break
                raise SessionFileError(
                    f"Journal {shown(self._path)} is damaged in line {self._lines + index + 1}: "
                    f"{excerpt(error)}."
                ) from None
        if whole:
            self.offset += sum(map(len, raw[:whole])) + whole
            self._lines += whole
            self._last = raw[whole - 1] + b"\n"
            self.number = lines[-1].n
        return lines

    def _begin_again(self) -> None:
        self.offset = self.number = self._lines = 0
        self._last = b""


class GapError(SessionFileError):
    """The journal goes on somewhere else than where the session stands."""


def apply_lines(
    session: Session, lines: Iterable[JournalLine], path: Path, version: int
) -> list[Event]:
    """Fold the lines that `session` doesn't hold yet into it, and return their events.

    `version` is that of the snapshot, which the journal belongs to.

    Raises `GapError` where events are missing, `SessionFileError` where one can't follow; then
    the session must not be used any more.
    """
    applied: list[Event] = []
    known = session.events
    for line in lines:
        if line.n <= known:
            continue
        if line.n != session.events + 1:
            raise GapError(
                f"Journal {shown(path)} goes from event {session.events} to event {line.n}; "
                f"expected event {session.events + 1}: the session file or the journal was "
                "replaced by another one."
            )
        event: Event = line.e if version == VERSION else upgraded_event(line.e)
        try:
            session.apply(event)
        except (ValueError, LookupError) as error:
            raise SessionFileError(
                f"Journal {shown(path)} is damaged at event {line.n}: {excerpt(error)}."
            ) from None
        applied.append(event)
    return applied


class Journal:
    """The writing end: owned by the one process that holds the session's lock."""

    def __init__(self, session_file: Path, size: int) -> None:
        """Go on after `size` bytes; what follows them is a torn line and is cut off."""
        self._path = journal_path(session_file)
        self._session = session_file
        self._file: int | None = None
        self._pending: deque[bytes] = deque()
        self._torn = False
        self._unsynced_name = False
        self.size = size
        """Bytes of whole lines in the file."""
        self.doubtful = False
        """A sync failed: the system may have dropped what it said it took. A fold mends that."""
        if size:
            try:
                self._open()
                self._cut_back()
            except OSError as error:
                self._close()
                raise storage_error(self._path, error) from None
        else:
            self.clear()

    @property
    def pending(self) -> int:
        """How many events the disk has not taken yet."""
        return len(self._pending)

    def append(self, number: int, event: Event) -> None:
        """Hand event `number` to the system. Raises `StorageError`; the event is then pending."""
        self._pending.append(b'{"n":%d,"e":%b}\n' % (number, encode(event)))
        self.flush()

    def flush(self) -> None:
        """Write what is pending, the oldest first. Raises `StorageError`, and keeps the rest."""
        pending = self._pending
        try:
            descriptor = self._open() if self._file is None else self._file
            if self._torn:
                self._cut_back()
            while pending:
                line = pending[0]
                self._torn = True
                write_all(descriptor, line)
                self._torn = False
                self.size += len(line)
                pending.popleft()
        except OSError as error:
            if self._torn:
                with suppress(OSError):
                    self._cut_back()
            raise storage_error(self._path, error) from None

    def sync(self) -> None:
        """Make all events outlast a power cut. Raises `StorageError`."""
        if self._pending:
            self.flush()
        if self._file is None:
            return
        try:
            os.fsync(self._file)
            if self._unsynced_name:
                sync_folder(self._path.parent)
                self._unsynced_name = False
        except OSError as error:
            self.doubtful = True
            raise storage_error(self._path, error) from None

    def clear(self) -> None:
        """Forget everything: a snapshot holds it. A file that can't be removed does no harm."""
        self._pending.clear()
        self.doubtful = False
        try:
            self._path.unlink(missing_ok=True)
        except OSError:
            self._torn = True  # what follows its whole lines is cut off before the next one
            return
        self._close()
        self.size = 0
        self._torn = False

    def close(self) -> None:
        """Write what is pending and close the file. Raises `StorageError` where that fails."""
        try:
            if self._pending:
                self.flush()
        finally:
            self._close()

    def _open(self) -> int:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        self._file = os.open(self._path, flags, 0o666)
        follow_mode(self._file, self._session)
        self._unsynced_name = True
        return self._file

    def _cut_back(self) -> None:
        if self._file is not None:
            os.ftruncate(self._file, self.size)
        self._torn = False

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
