"""One engine per session: the operating system's lock on a session, and who holds it.

Only the system's lock decides, so a crash never leaves a session locked. What the lock file says
about its holder is read only while the lock is held.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from tuitune.errors import SessionBusyError, SessionError, quote
from tuitune.store.files import follow_mode, lock_path, read_only, why

if sys.platform != "win32":
    import fcntl

_PATIENCE_SECONDS = 0.2
"""How long an opener waits: a reader that looks whether it is held takes it for an instant."""


class Holder(msgspec.Struct, frozen=True):
    """The process that holds a session."""

    pid: int
    host: str
    started: float
    """When it took the session, seconds since 1970 (UTC)."""
    address: str = ""
    """Where it takes commands from other processes of its host; empty: nowhere."""


class SessionLock:
    """The lock of one session; held from `acquire` to `release`, or until the process ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # The lock file stays: removing one that somebody waits for would let two in.
        self._lock = FileLock(
            lock_path(path),
            timeout=_PATIENCE_SECONDS,
            poll_interval=0.02,
            thread_local=False,
            fallback_to_soft=False,
            preserve_lock_file=True,
            on_acquired=self._sign,
        )

    def _sign(self, descriptor: int) -> None:
        follow_mode(descriptor, self._path)
        _sign(descriptor)

    def acquire(self) -> None:
        """Take the lock. Raises `SessionBusyError` where another holds it, else `SessionError`."""
        try:
            self._lock.acquire()
        except Timeout:
            raise SessionBusyError(busy_text(self._path)) from None
        except PermissionError:
            raise read_only(self._path, self._path.parent) from None
        except (OSError, NotImplementedError) as error:
            reason = why(error) if isinstance(error, OSError) else "the file system has no locks"
            raise SessionError(
                f"Session {quote(self._path.stem)} can't be locked: {reason}; put it on a disk "
                "that has file locks (a network disk may have none)."
            ) from None

    def release(self) -> None:
        """Give the session free; where the system refuses that, it is when the process ends."""
        with suppress(OSError):
            self._lock.release()

    def tell(self, address: str) -> None:
        """Say where the holder takes commands; nobody learns of it where the disk is full."""
        with suppress(OSError), lock_path(self._path).open("r+b") as file:
            _sign(file.fileno(), address)


def is_held(path: Path) -> bool:
    """Say whether a process, this one included, holds the session; needs no right to write."""
    lock = lock_path(path)
    if sys.platform == "win32":
        probe = FileLock(lock, timeout=0, preserve_lock_file=True)
        try:
            with probe:
                return False
        except OSError:
            return lock.exists()
    try:
        descriptor = os.open(lock, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False


def holder(path: Path) -> Holder | None:
    """Return who holds the session; None where nobody does or the holder left no word."""
    try:
        found = msgspec.json.decode(lock_path(path).read_bytes(), type=Holder)
    except (OSError, ValueError):
        return None
    if found.host == socket.gethostname() and not _is_alive(found.pid):
        return None  # the one before; the present holder has not signed yet
    return found if is_held(path) else None


def busy_text(path: Path) -> str:
    """Return one sentence that says who holds the session."""
    found = holder(path)
    who = "another process"
    if found is not None:
        who = f"process {found.pid} on {quote(found.host, 60)[1:-1]}"
    return (
        f"Session {quote(path.stem)} is in use by {who}; it opens read-only, or end that one first."
    )


def _sign(descriptor: int, address: str = "") -> None:
    """Write into the lock file who holds it. Only the lock counts: a full disk is no matter."""
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        word = Holder(os.getpid(), socket.gethostname(), time.time(), address)
        os.pwrite(descriptor, msgspec.json.encode(word), 0)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
