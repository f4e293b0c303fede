"""Runs one verb while the system refuses one kind of call on the session's files.

    python -m tests.long.refusing CALL ERROR NTH TIMES VERB...

CALL: write, sync, rename, open or lock. ERROR: a name of `errno`, or `short` for a write that takes
half of its bytes. The NTH call is refused, and those after it, TIMES in all.
"""

from __future__ import annotations

import errno
import fcntl
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tuitune.cli import main

FOLDER = "sessions"


def is_of_session(path: str) -> bool:
    """Whether a path is that of a session's file, and not of the folder."""
    parts = Path(path).parts
    return FOLDER in parts and parts[-1] != FOLDER


def path_of(descriptor: int) -> str:
    """Return what an open file is called (Linux)."""
    try:
        return str(Path(f"/proc/self/fd/{descriptor}").readlink())
    except OSError:
        return ""


class Refusal:
    """Counts the calls of one kind, and refuses."""

    def __init__(self, error: str, nth: int, times: int) -> None:
        self._error, self._nth, self._times = error, nth, times
        self._count = 0

    def strikes(self, path: str) -> bool:
        """Count a call on a file; return whether it is to be refused."""
        if not is_of_session(path):
            return False
        self._count += 1
        return self._nth <= self._count < self._nth + self._times

    def refuse(self) -> OSError:
        """Return the error of the system."""
        code = getattr(errno, self._error)
        return OSError(code, os.strerror(code))

    @property
    def is_short(self) -> bool:
        """Whether a write takes half of its bytes instead."""
        return self._error == "short"


def patch(call: str, refusal: Refusal) -> None:
    """Let the calls of a kind be refused from now on."""
    module: Any = fcntl if call == "lock" else os
    name = {"sync": "fsync", "rename": "replace", "lock": "flock"}.get(call, call)
    original: Callable[..., Any] = getattr(module, name)

    def refused(first: Any, *more: Any, **named: Any) -> Any:
        path = path_of(first) if isinstance(first, int) else str(first)
        if refusal.strikes(path):
            if not refusal.is_short:
                raise refusal.refuse()
            data = more[0]
            return original(first, data[: max(len(data) // 2, 1)])
        return original(first, *more, **named)

    setattr(module, name, refused)


if __name__ == "__main__":
    call, error, nth, times, *verb = sys.argv[1:]
    patch(call, Refusal(error, int(nth), int(times)))
    sys.argv = ["tuitune", *verb]
    main()
