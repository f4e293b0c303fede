"""How the sessions stand that processes of this user hold."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tuitune.errors import SessionError
from tuitune.link.attached import Unreachable, ask_who_holds
from tuitune.link.server import PREFIX, short_folders
from tuitune.link.wire import Hello
from tuitune.model import Session
from tuitune.model.events import EngineStatus
from tuitune.model.remaining import seconds_left
from tuitune.store import Holder, holder, list_paths, read_session


@dataclass(frozen=True, slots=True)
class Standing:
    """One session that a process holds."""

    name: str
    path: Path
    pid: int
    host: str
    state: EngineStatus
    """Of its engine; following where that can't be asked."""
    round: int | None
    done: int
    """Trials of the round that have ended."""
    total: int
    best: float | None
    seconds_left: float | None
    """Until the round is over; None where it doesn't run, or that isn't known."""
    screens: int


def standing_of(path: Path, session: Session) -> Standing | None:
    """Return how a session stands; None where nobody holds it."""
    found = holder(path)
    return _standing(path, session, found) if found is not None else None


def all_standings(directory: Path) -> list[Standing]:
    """Return what runs: the sessions of a folder, then all others of this user on this host."""
    paths = {path.resolve(): path for path in list_paths(directory)}
    for hello in _all_held():
        paths.setdefault(Path(hello.path).resolve(), Path(hello.path))
    found = []
    for path in paths.values():
        held = holder(path)
        if held is None:
            continue
        with suppress(SessionError):
            found.append(_standing(path, read_session(path), held))
    return found


def _standing(path: Path, session: Session, found: Holder) -> Standing:
    hello = None
    if found.address and found.host == socket.gethostname():
        with suppress(Unreachable):
            hello = ask_who_holds(found.address)
    record = session.round
    is_busy = hello is not None and hello.state.is_busy
    return Standing(
        path.stem,
        path.resolve(),
        found.pid,
        found.host,
        hello.state if hello is not None else EngineStatus.FOLLOWING,
        None if record is None else record.number,
        0 if record is None else record.finished,
        0 if record is None else record.trials,
        session.best_score,
        seconds_left(session) if is_busy else None,
        0 if hello is None else hello.screens,
    )


def _all_held() -> Iterator[Hello]:
    """Yield the first words of all processes of this user that hold a session on this host."""
    for address in _addresses():
        with suppress(Unreachable):
            yield ask_who_holds(address)


def _addresses() -> list[str]:
    if sys.platform != "linux":
        return [
            str(socket_file)
            for folder in short_folders()
            for socket_file in folder.glob(f"{PREFIX}*/link")
        ]
    try:
        lines = Path("/proc/net/unix").read_text("ascii", errors="replace").splitlines()
    except OSError:
        return []
    names = (line.split()[-1] for line in lines if "@" in line)
    # A socket and each of its connections have a line of the same name.
    return sorted({name for name in names if name.startswith(f"@{PREFIX}")})
