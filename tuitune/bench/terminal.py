"""A real pseudo-terminal with the program in it: what it writes, and when."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from types import TracebackType

from tuitune.bench.samples import COMMAND
from tuitune.errors import TuiTuneError

PATIENCE_SECONDS = 30.0
"""How long anything may take before the measurement is given up."""

TITLES = (b"Ranges", b"Trials", b"Curves")
"""What stands on a full screen of the app."""

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Terminal:
    """`tuitune` with some arguments in a terminal of its own; ended at the end of the `with`."""

    def __init__(self, arguments: Sequence[str], folder: Path, *, columns: int, rows: int) -> None:
        self._fd, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        environment = {
            name: value for name, value in os.environ.items() if name not in ("LINES", "COLUMNS")
        }
        self.started = monotonic()
        self._process = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=folder,
            env={**environment, "TERM": "xterm-256color", "PYTHONUTF8": "1"},
            stdin=inner,
            stdout=inner,
            stderr=inner,
            start_new_session=True,
        )
        os.close(inner)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.terminate()
        until = monotonic() + 5.0
        while self._process.poll() is None and monotonic() < until:
            self._read(0.05)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._fd)

    @property
    def pid(self) -> int:
        """The program that was started; it may have children."""
        return self._process.pid

    def press(self, key: str) -> None:
        """Send a key."""
        os.write(self._fd, key.encode())

    def count(self, seconds: float) -> int:
        """Read for a while and return how many bytes came."""
        until = monotonic() + seconds
        total = 0
        while (left := until - monotonic()) > 0:
            total += len(self._read(left))
        return total

    def settle(self, quiet_seconds: float = 1.0) -> None:
        """Read until nothing has come for a while."""
        until = monotonic() + PATIENCE_SECONDS
        while self._read(quiet_seconds) and monotonic() < until:
            pass

    def seconds_to(self, *marks: bytes) -> float:
        """Read until all of `marks` have come; return the seconds it took. Raises TuiTuneError."""
        began = monotonic()
        seen = b""
        while any(mark not in seen for mark in marks):
            if self._process.poll() is not None:
                raise TuiTuneError(f"the program ended by itself: {seen[-300:]!r}")
            if monotonic() - began > PATIENCE_SECONDS:
                raise TuiTuneError(f"{marks[0]!r} did not come within {PATIENCE_SECONDS:.0f} s")
            seen += self._read(0.5)
        return monotonic() - began

    def seconds_to_answer(self, key: str, mark: bytes, patience_seconds: float) -> float | None:
        """Send a key; return the seconds until `mark` came, None where it did not in time."""
        began = monotonic()
        self.press(key)
        seen = b""
        while (left := began + patience_seconds - monotonic()) > 0:
            seen += self._read(left)
            if mark in seen:
                return monotonic() - began
        return None

    def seconds_to_full_screen(self, quiet_seconds: float = 0.15) -> float:
        """Return the time from the start to the last byte of the first full screen."""
        self.seconds_to(*TITLES)
        last = monotonic()
        while self._read(quiet_seconds):
            last = monotonic()
        return last - self.started

    def cpu_seconds(self) -> float:
        """Return the CPU time that the program has used, in steps of 10 ms (Linux only).

        The shell waits for its first process; the second one draws.
        """
        first = self._process.pid
        children = Path(f"/proc/{first}/task/{first}/children").read_text(encoding="ascii")
        ticks = 0
        for pid in (first, *children.split()):
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
            fields = stat.rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / _TICKS_PER_SECOND

    def _read(self, timeout: float) -> bytes:
        """Return what has come within `timeout` seconds, at most 64 KiB; empty for nothing."""
        ready, _, _ = select.select([self._fd], [], [], timeout)
        if not ready:
            return b""
        try:
            return os.read(self._fd, 65536)
        except OSError:
            return b""  # the program has closed its end
