"""The session that the app begins with: the book's experiment on the embedded digits."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from tuitune.engine.creation import create_session
from tuitune.store import list_sessions, session_path

NAME = "mnist"


def create_example(directory: Path) -> Path:
    """Create it under a free name in `directory`, which is made, and return its file.

    Raises `TuiTuneError` or `OSError` where it can't be written.
    """
    taken = {summary.name for summary in list_sessions(directory)}
    names = (NAME if i == 1 else f"{NAME}-{i}" for i in count(1))
    path = session_path(next(name for name in names if name not in taken), directory)
    directory.mkdir(parents=True, exist_ok=True)
    create_session(path).close()
    return path
