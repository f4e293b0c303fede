"""A disk that refuses to write: nothing is lost and nothing is left half done."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.model.sample import (
    ROUND,
    create,
    full_session,
    one_trial,
    queued,
    state_of,
    with_interruption,
)
from tuitune.errors import StorageError
from tuitune.store import read_session
from tuitune.store.files import journal_path
from tuitune.store.lock import is_held


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "book.json"


class Disk:
    """Lets `room` more bytes be written by `os.write`, then refuses with `code`."""

    def __init__(self, code: int) -> None:
        self.room: int | None = None
        self._code = code
        self._write: Callable[[int, bytes], int] = os.write

    def write(self, descriptor: int, data: bytes) -> int:
        if self.room is None:
            return self._write(descriptor, data)
        if self.room == 0:
            raise OSError(self._code, "refused")
        written = self._write(descriptor, data[: self.room])
        self.room -= written
        return written


@pytest.fixture(params=[errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT])
def disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    disk = Disk(request.param)
    monkeypatch.setattr("tuitune.store.files.os.write", disk.write)
    yield disk
    disk.room = None


@pytest.mark.parametrize("room", [0, 1, 40])
def test_a_refused_event_is_kept_and_written_first(path: Path, disk: Disk, room: int) -> None:
    store = create(path, [ROUND, *one_trial(1)])
    whole = journal_path(path).read_bytes()
    disk.room = room
    for count, event in enumerate(one_trial(2), 1):
        store.session.apply(event)
        with pytest.raises(StorageError, match=r"book\.journal\.jsonl' can't be saved: "):
            store.append(event)
        assert store.pending == count
        assert journal_path(path).read_bytes() == whole, "the half line is cut back"
        disk.room = room
    with pytest.raises(StorageError):
        store.retry()
    with pytest.raises(StorageError):
        store.sync()
    disk.room = None
    store.retry()
    assert store.pending == 0
    store.sync()
    assert state_of(read_session(path)) == state_of(store.session)
    store.close()


@pytest.mark.parametrize("room", [0, 300])
def test_a_fold_on_a_full_disk_changes_nothing(path: Path, disk: Disk, room: int) -> None:
    store = create(path)
    files = {file: file.read_bytes() for file in path.parent.iterdir()}
    disk.room = room
    with pytest.raises(StorageError, match=r"book\.json' can't be saved: "):
        store.fold(store.session)
    assert {file: file.read_bytes() for file in path.parent.iterdir()} == files
    assert not store.should_fold()
    disk.room = None
    store.fold(store.session)
    store.close()
    assert state_of(read_session(path)) == state_of(with_interruption(full_session()))


def test_a_fold_writes_what_the_journal_could_not(path: Path, disk: Disk) -> None:
    store = create(path, [ROUND])
    disk.room = 10
    for event in one_trial(1):
        store.session.apply(event)
        with pytest.raises(StorageError):
            store.append(event)
    disk.room = None
    store.fold(store.session)
    assert store.pending == 0
    store.close()
    assert state_of(read_session(path)) == state_of(store.session)


def test_closing_on_a_full_disk_says_so_and_gives_the_session_free(path: Path, disk: Disk) -> None:
    store = create(path, [ROUND])
    disk.room = 0
    with pytest.raises(StorageError):
        store.append(queued(1))
    with pytest.raises(StorageError):
        store.close()
    assert not is_held(path)


def test_a_new_session_on_a_full_disk_leaves_no_file(path: Path, disk: Disk) -> None:
    disk.room = 0
    with pytest.raises(StorageError):
        create(path, [])
    assert not path.exists()
    assert not is_held(path)


def test_a_failed_sync_asks_for_a_fold(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = create(path, [ROUND])

    def refuse(descriptor: int) -> None:
        raise OSError(errno.EIO, "refused")

    with monkeypatch.context() as patch:
        patch.setattr("tuitune.store.journal.os.fsync", refuse)
        with pytest.raises(StorageError, match="input/output error"):
            store.sync()
    assert store.should_fold(), "the system may have dropped what it took"
    store.fold(store.session)
    assert not store.should_fold()
    store.close()


def test_a_lock_that_the_system_keeps_is_no_error(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = create(path, [ROUND])
    flock = fcntl.flock

    def refuse(descriptor: int, operation: int) -> None:
        if operation == fcntl.LOCK_UN:
            raise OSError(errno.ENOLCK, "refused")
        flock(descriptor, operation)

    with monkeypatch.context() as patch:
        patch.setattr(fcntl, "flock", refuse)
        store.close()
    assert state_of(read_session(path)) == state_of(store.session)
