"""A session with all that belongs to it: renamed, copied, deleted; not while a process holds it.

What a person exported (`NAME.csv`, a journal) is theirs and stays as it is.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from tuitune.errors import SessionError
from tuitune.store.files import (
    check_exists,
    check_writable,
    files_of,
    journal_path,
    lock_path,
    real,
    replace_file,
    report_path,
    result_path,
    shown,
    storage_error,
)
from tuitune.store.lock import SessionLock
from tuitune.store.snapshot import encode_snapshot
from tuitune.store.store import SessionStore

RESULTS = (".json", ".toml", ".npz")
"""How the files end that hold what a finish came to."""
NOTHING_LOST = "the session stays as it was"


def belongings(path: Path) -> list[Path]:
    """Return what there is beside the snapshot `path` that is the session's, its lock left out."""
    known = [files_of(path), report_path(path), *(result_path(path, end) for end in RESULTS)]
    return [file for file in known if file.exists()]


def copy_session(path: Path, target: Path) -> None:
    """Write the session of the file `path` and its belongings under the name of `target`.

    Raises `SessionBusyError` while a process holds it, `SessionError` where there is none, or one
    already where the copy would stand, `StorageError` where the disk refuses.
    """
    path = real(path)
    _check_free(path, target)
    with SessionStore.open(path) as store:
        _write_copy(store, path, target)


def rename_session(path: Path, target: Path) -> None:
    """Give the session of the file `path`, and its belongings, the name of `target`.

    Raises as `copy_session`. A crash in the middle leaves the old one whole.
    """
    path = real(path)
    _check_free(path, target)
    with SessionStore.open(path) as store:
        _write_copy(store, path, target)
        _remove(path)


def delete_session(path: Path) -> None:
    """Delete the session of the file `path`, which may be damaged, with its belongings.

    Raises as `copy_session`. Where `path` is a link, the link goes too.
    """
    given, path = path, real(path)
    check_exists(path)
    check_writable(path)
    lock = SessionLock(path)
    lock.acquire()
    try:
        _remove(path)
        given.unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(path, error, "what is left can be deleted again") from None
    finally:
        lock.release()


def _check_free(path: Path, target: Path) -> None:
    check_exists(path)
    for taken in (target, journal_path(target), *belongings(target)):
        if taken.exists():
            raise SessionError(f"{shown(taken)} exists already: choose another name.")


def _write_copy(store: SessionStore, path: Path, target: Path) -> None:
    """Write all of a session under another name, its snapshot last; nothing is left of a half."""
    session = store.session
    session.name = target.stem
    written: list[Path] = []
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for source, copy in _pairs(path, target):
            written.append(copy)
            if source.is_dir():
                shutil.copytree(source, copy, symlinks=True)
            else:
                shutil.copy2(source, copy)
        result = result_path(target, ".json")
        if result.exists():
            _name_result(result, target.stem)
        replace_file(target, encode_snapshot(session), NOTHING_LOST, path)
    except BaseException as error:
        for copy in written:
            _discard(copy)
        if isinstance(error, OSError | shutil.Error):
            cause = error if isinstance(error, OSError) else OSError()
            raise storage_error(target, cause, NOTHING_LOST) from None
        raise


def _pairs(path: Path, target: Path) -> Iterator[tuple[Path, Path]]:
    for source in belongings(path):
        yield source, target.with_name(target.stem + source.name.removeprefix(path.stem))


def _name_result(file: Path, name: str) -> None:
    """Say the new name in what a finish came to; what is no such file is left as it is."""
    with suppress(ValueError, KeyError, TypeError):
        record = msgspec.json.decode(file.read_bytes())
        record["name"] = name
        text = msgspec.json.format(msgspec.json.encode(record), indent=1)
        replace_file(file, [text, b"\n"], NOTHING_LOST)


def _remove(path: Path) -> None:
    """Delete a session that is held: its snapshot first, so that half of it is no session."""
    path.unlink()
    for file in (journal_path(path), *belongings(path)):
        _discard(file)
    lock_path(path).unlink(missing_ok=True)


def _discard(file: Path) -> None:
    if file.is_dir() and not file.is_symlink():
        shutil.rmtree(file, ignore_errors=True)
    else:
        file.unlink(missing_ok=True)
