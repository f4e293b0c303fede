"""Leaving the terminal: the process that trains goes on without one, and what is said on return."""

from __future__ import annotations

import getpass
import os
import re
import shlex
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec

from tuitune.errors import plain
from tuitune.link.base import Drained
from tuitune.link.local import LocalLink
from tuitune.model import Session
from tuitune.model.events import EngineStatus
from tuitune.model.trial import TrialState
from tuitune.store.files import files_of

ALONE_SECONDS = 60.0
"""How long a process whose work is over, or paused, waits for a screen before it ends."""

LOOK_SECONDS = 1.0

LOG_NAME = "engine.log"
NOTE_NAME = "left.json"


def log_file(path: Path) -> Path:
    """Return where a process without a terminal writes, for the session in `path`."""
    return files_of(path) / LOG_NAME


def leave_terminal(path: Path) -> None:
    """Go on without the terminal: another process group, and its output in the session's log.

    A process that leads its group stays in it; it is to ignore SIGHUP.
    """
    with suppress(OSError):
        os.setsid()
    drop_descriptors()
    log = log_file(path)
    with suppress(OSError):
        log.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for number in (1, 2):
            os.dup2(descriptor, number)
        os.close(descriptor)


def drop_descriptors() -> None:
    """Let standard input and outputs lead nowhere: the terminal is gone."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    os.close(nowhere)


def write_log(path: Path, text: str) -> None:
    """Add a line with the time to the session's log; a full disk is no matter."""
    log = log_file(path)
    with suppress(OSError):
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8", errors="replace") as file:
            file.write(f"{datetime.now():%Y-%m-%d %H:%M:%S} process {os.getpid()}: {text}\n")


def stay(link: LocalLink, see: Callable[[Drained], None]) -> None:
    """Go on until the work is done and nobody has been attached for a minute; then save and end.

    `see` is told what has happened, about once a second.
    """
    quiet_since = time.monotonic()
    while link.state is not EngineStatus.STOPPED:
        drained, message = Drained(), link.receive(LOOK_SECONDS)
        while message is not None:
            drained.add(message)
            message = link.receive()
        see(drained)
        now = time.monotonic()
        if link.state.is_busy or link.state is EngineStatus.PAUSING:
            quiet_since = now
        if now - max(quiet_since, link.alone_since()) >= ALONE_SECONDS:
            write_log(link.path, "nothing to do and nobody attached: everything is saved, it ends")
            break
    link.close()


# -- what happened meanwhile -----------------------------------------------------------------


class Left(msgspec.Struct, frozen=True):
    """How a session stood when the last screen left it."""

    at: float
    """Seconds since 1970, UTC."""
    how: str
    """In two words."""
    round: int
    ended: dict[str, int]
    """How many trials were in each state that is an end."""
    best: int | None = None


def note_leave(path: Path, session: Session, how: str) -> None:
    """Keep how a session stands, for who comes back; a full disk is no matter."""
    best = session.best.number if session.best is not None else None
    left = Left(time.time(), how, len(session.rounds), _ended(session), best)
    file = files_of(path) / NOTE_NAME
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(msgspec.json.encode(left))


def take_note(path: Path, session: Session) -> str:
    """Return one line that says what happened since the last screen left; empty where none did.

    It is said once.
    """
    file = files_of(path) / NOTE_NAME
    try:
        left = msgspec.json.decode(file.read_bytes(), type=Left)
        file.unlink()
    except (OSError, msgspec.DecodeError):
        return ""
    return meanwhile(left, session)


def meanwhile(left: Left, session: Session) -> str:
    """Return what happened to a session since a screen left it, in one line."""
    now = _ended(session)
    counts = {state: now[state] - left.ended.get(state, 0) for state in now}
    ran = sum(counts.values())
    record = session.round
    words = [f"{ran} ran" if record is None else f"{ran} of {record.trials} ran"]
    if record is not None and record.number > left.round:
        words = [f"{ran} ran, round {record.number} began"]
    if counts[TrialState.PRUNED] > 0:
        words.append(f"{counts[TrialState.PRUNED]} given up")
    if counts[TrialState.FAILED] > 0:
        words.append(f"{counts[TrialState.FAILED]} failed: `!`")
    if session.best is not None and session.best.number != left.best:
        words.append(f"new best #{session.best.number}")
    if record is not None and record.ended:
        words.append(f"round {record.number} {record.ended}")
    return f"since {datetime.fromtimestamp(left.at):%H:%M}, {left.how}: {', '.join(words)}"


def _ended(session: Session) -> dict[str, int]:
    states = (TrialState.DONE, TrialState.PRUNED, TrialState.FAILED, TrialState.STOPPED)
    return {state.value: session.counts[state] for state in states}


def session_words(path: Path) -> str:
    """Return NAME as the next command needs it: a path where the folder isn't the usual one."""
    usual = path.resolve().parent == Path("sessions").resolve()
    name = path.stem if usual else str(path)
    return plain(shlex.quote(name))


def logout_warning(
    folder: Path = Path("/etc/systemd"), lingering: Path = Path("/var/lib/systemd/linger")
) -> str:
    """Return what to do where logging out ends all processes; empty where it doesn't (systemd).

    `folder` has systemd's settings, and `lingering` a file for each user whose processes stay.
    """
    files = [folder / "logind.conf", *sorted((folder / "logind.conf.d").glob("*.conf"))]
    kills = False
    for file in files:
        try:
            text = file.read_text("utf-8", errors="replace")
        except OSError:
            continue
        for value in re.findall(r"^\s*KillUserProcesses\s*=\s*(\S+)", text, re.MULTILINE):
            kills = value.lower() in ("yes", "true", "1", "on")
    try:
        lingers = (lingering / getpass.getuser()).exists()
    except (OSError, KeyError):
        lingers = False
    if not kills or lingers:
        return ""
    return (
        "Logging out ends all of your processes on this host: run loginctl enable-linger, or start "
        "with systemd-run --user --scope tuitune."
    )
