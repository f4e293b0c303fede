"""The sessions of a folder at a glance: only what a list shows is read of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from tuitune.errors import SessionError
from tuitune.session.files import journal_path, read_file
from tuitune.session.lock import is_held
from tuitune.session.reading import read_session
from tuitune.trial import TrialState


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


class _BriefProblem(msgspec.Struct):
    metric: str = "val_acc"
    direction: Literal["maximize", "minimize"] = "maximize"


class _BriefTrial(msgspec.Struct):
    number: int
    state: TrialState
    score: float | None = None


class _BriefSnapshot(msgspec.Struct):
    """The part of a snapshot that a list shows; the rest is skipped, unchecked."""

    format: Literal["tuitune-session"]
    version: Literal[1]
    problem: _BriefProblem
    current: int
    rounds: list[msgspec.Raw]
    trials: list[_BriefTrial]


_decode = msgspec.json.Decoder(_BriefSnapshot).decode


def list_sessions(directory: Path) -> list[SessionSummary]:
    """Return what there is in a folder, by name; none where the folder is missing.

    A session that can't be read is listed with its problem. Needs no right to write.
    """
    try:
        paths = sorted(p for p in directory.iterdir() if p.suffix == ".json")
    except OSError:
        return []
    return [_summarise(path) for path in paths]


def _summarise(path: Path) -> SessionSummary:
    busy = is_held(path.resolve())
    try:
        brief = None if _has_journal(path) else _read_brief(path)
        return _from_session(path, busy) if brief is None else _from_brief(path, busy, brief)
    except SessionError as error:
        return SessionSummary(
            path.stem, path, modified_at=_modified_at(path), busy=busy, problem=str(error)
        )


def _read_brief(path: Path) -> _BriefSnapshot | None:
    """Return the brief of a snapshot, or None where reading it whole must say what is wrong."""
    try:
        return _decode(read_file(path))
    except (ValueError, RecursionError):
        return None


def _from_brief(path: Path, busy: bool, brief: _BriefSnapshot) -> SessionSummary:
    sign = 1 if brief.problem.direction == "maximize" else -1
    done = (t for t in brief.trials if t.state is TrialState.DONE and t.score is not None)
    best = max(done, key=lambda t: (sign * (t.score or 0.0), -t.number), default=None)
    counts = Counter(trial.state for trial in brief.trials)
    if not busy:
        counts[TrialState.INTERRUPTED] += counts.pop(TrialState.RUNNING, 0)
    return SessionSummary(
        path.stem,
        path,
        brief.current,
        len(brief.rounds),
        {state: counts[state] for state in TrialState},
        best.score if best else None,
        best.number if best else None,
        brief.problem.metric,
        _modified_at(path),
        busy,
    )


def _from_session(path: Path, busy: bool) -> SessionSummary:
    session = read_session(path)
    best = session.best
    return SessionSummary(
        path.stem,
        path,
        session.current,
        len(session.rounds),
        dict(session.counts),
        best.score if best else None,
        best.number if best else None,
        session.problem.metric,
        _modified_at(path),
        busy,
    )


def _has_journal(path: Path) -> bool:
    try:
        return journal_path(path.resolve()).stat().st_size > 0
    except OSError:
        return False


def _modified_at(path: Path) -> float:
    times = []
    for file in (path, journal_path(path.resolve())):
        try:
            times.append(file.stat().st_mtime)
        except OSError:
            continue
    return max(times, default=0.0)
