"""The snapshot: a whole session as strict JSON, one trial a line.

What is read back, and what is said of a file that can't be, is `restore.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import msgspec

from tuitune.model.limits import Ordinal, Seed, SessionName, Time, Workers
from tuitune.model.records import Finish, Revision, Round
from tuitune.model.session import Session
from tuitune.model.trial import Problem, Trial
from tuitune.space import Space
from tuitune.words import encode

FORMAT = "tuitune-session"
VERSION = 2
_CHUNK_BYTES = 1 << 20


class Snapshot(msgspec.Struct):
    """The whole file."""

    format: str
    version: int
    events: Annotated[int, msgspec.Meta(ge=1, le=2**62)]
    """How many events are folded in; lines of the journal up to this number are history."""
    program: str
    name: SessionName
    seed: Seed
    created_at: Time
    problem: Problem
    current: Ordinal
    redo: list[Ordinal]
    draft: Space | None
    waiting: list[Ordinal]
    """Queued and interrupted trials in the order in which they run."""
    revisions: list[Revision]
    rounds: list[Round]
    trials: list[Trial]
    finishes: list[Finish] = msgspec.field(default_factory=list)
    workers: Workers | None = None
    lengths: list[Ordinal] = msgspec.field(default_factory=list)
    """Every length that was set, the problem's last; empty: only that one."""
    ranked_at: Ordinal | None = None
    """The epoch at which trials are ranked; None: the problem's last one."""


_EVENTS = re.compile(rb'"events": ?(\d+)')
_VERSION = re.compile(rb'"version": ?(\d+)')


def encode_snapshot(session: Session) -> Iterator[bytes]:
    """Yield the file of a session in pieces of about a megabyte."""
    head = {
        "format": FORMAT,
        "version": VERSION,
        "events": session.events,
        "program": session.program,
        "name": session.name,
        "seed": session.seed,
        "created_at": session.created_at,
        "problem": session.problem,
        "current": session.current,
        "redo": session.redo,
        "draft": session.draft,
        "waiting": list(session.waiting),
    }
    if session.workers is not None:
        head["workers"] = session.workers
    if len(session.lengths) > 1:
        head["lengths"] = session.lengths
    if session.criterion.epochs != session.problem.epochs:
        head["ranked_at"] = session.criterion.epochs
    yield b"{\n"
    for name, value in head.items():
        yield b' "%b": %b,\n' % (name.encode(), msgspec.json.format(encode(value), indent=0))
    yield b' "revisions": [' + b"".join(_lines(map(encode, session.revisions))) + b"],\n"
    yield b' "rounds": [' + b"".join(_lines(map(encode, session.rounds))) + b"],\n"
    if session.finishes:
        yield b' "finishes": [' + b"".join(_lines(map(encode, session.finishes))) + b"],\n"
    yield b' "trials": ['
    yield from _lines(map(encode, session.trials))
    yield b"]\n}\n"


def _lines(records: Iterable[bytes]) -> Iterator[bytes]:
    """Yield JSON records one a line with commas between, many at a time."""
    chunk: list[bytes] = []
    size = 0
    before = b"\n  "
    for record in records:
        chunk += (before, record)
        before = b",\n  "
        size += len(record)
        if size > _CHUNK_BYTES:
            yield b"".join(chunk)
            chunk.clear()
            size = 0
    if before == b",\n  ":
        chunk.append(b"\n ")
    yield b"".join(chunk)


def version_of(data: bytes) -> int:
    """Return the version that a snapshot's first lines give; this one's where they give none."""
    found = _VERSION.search(data, 0, 200)
    return int(found[1]) if found else VERSION


def peek_events(path: Path) -> int | None:
    """Return how many events a snapshot holds, from its first lines; None where they don't tell."""
    try:
        with path.open("rb") as file:
            found = _EVENTS.search(file.read(200))
    except OSError:
        return None
    return int(found[1]) if found else None
