"""What a trial started and left its process group: found by a mark in its environment. Linux only.

A child inherits the environment, whatever sessions it opens and parents it loses; only one that
was given another environment on purpose is not found. Elsewhere a process group is all there is.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

MARK = "TUITUNE_GROUP"
"""Variable that names the trials that a process belongs to, the outermost first."""

_PROCESSES = Path("/proc")


def new_mark() -> str:
    """Return a mark for a new group; within that of this process, where it has one."""
    return f"{os.environ.get(MARK, '')}/{uuid4().hex}"


def signal_descendants(mark: str, number: int, leader: int) -> int:
    """Send a signal to all processes with a mark but for the group of `leader`; return how many."""
    if not hasattr(os, "pidfd_open") or not _PROCESSES.is_dir():
        return 0
    wanted = f"{MARK}={mark}".encode()
    sent = 0
    with os.scandir(_PROCESSES) as entries:
        pids = [int(entry.name) for entry in entries if entry.name.isdigit()]
    for pid in pids:
        if pid in (leader, os.getpid()):
            continue
        with suppress(OSError):
            if _is_marked(pid, wanted):
                # By a descriptor: the number may be another process's by now.
                fd = os.pidfd_open(pid)
                try:
                    if _is_marked(pid, wanted) and os.getpgid(pid) != leader:
                        signal.pidfd_send_signal(fd, number)
                        sent += 1
                finally:
                    os.close(fd)
    return sent


def _is_marked(pid: int, wanted: bytes) -> bool:
    with Path(_PROCESSES, str(pid), "environ").open("rb") as file:
        environment = file.read(1 << 20)
    return any(
        part == wanted or part.startswith(wanted + b"/") for part in environment.split(b"\0")
    )
