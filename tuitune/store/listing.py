"""The sessions of a folder at a glance."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tuitune.errors import SessionError
from tuitune.model.trial import TrialState
from tuitune.store.files import is_session, journal_path, real
from tuitune.store.lock import is_held
from tuitune.store.reading import read_session


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """One line of the list of sessions."""

    name: str
    """By which it is opened: the file's name without `.json`."""
    path: Path
    revision: int = 0
    """Number of the current revision; 0 where the file can't be read."""
    rounds: int = 0
    trials: dict[TrialState, int] = field(default_factory=dict)
    """How many trials are in each state."""
    best_score: float | None = None
    best_trial: int | None = None
    """Number of the best trial; None before the first is done."""
    metric: str = ""
    modified_at: float = 0.0
    """When snapshot or journal were last written, seconds since 1970 (UTC)."""
    busy: bool = False
    """Whether a process holds it."""
    problem: str = ""
    """Why it can't be read, one sentence; empty where it can."""


def list_sessions(directory: Path) -> list[SessionSummary]:
    """Return what there is in a folder, by name; none where the folder is missing.

    A session that can't be read is listed with its problem. Needs no right to write.
    """
    return [_summarise(path) for path in list_paths(directory)]


def list_paths(directory: Path) -> list[Path]:
    """Return the session files of a folder, by name; none where it is missing."""
    try:
        return sorted(p for p in directory.iterdir() if is_session(p))
    except OSError:
        return []


def _summarise(path: Path) -> SessionSummary:
    busy = is_held(real(path))
    try:
        session = read_session(path)
    except SessionError as error:
        return SessionSummary(
            path.stem, path, modified_at=_modified_at(path), busy=busy, problem=str(error)
        )
    best = session.best
    return SessionSummary(
        path.stem,
        path,
        session.current,
        len(session.rounds),
        dict(session.counts),
        session.best_score,
        best.number if best else None,
        session.problem.metric,
        _modified_at(path),
        busy,
    )


def _modified_at(path: Path) -> float:
    times = []
    for file in (path, journal_path(real(path))):
        try:
            times.append(file.stat().st_mtime)
        except OSError:
            continue
    return max(times, default=0.0)
