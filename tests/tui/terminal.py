"""A real pseudo-terminal around the program, whose screen a test can read.

Nothing here sleeps: every wait is for bytes of the program, or for its end, with a limit.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte

LIMIT_SECONDS = 30.0
"""How long a test waits for what must come; generous, because nothing depends on it."""


def _begin(ignored: Sequence[signal.Signals]) -> None:
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Terminal:
    """The program in a terminal of a given size."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        size: tuple[int, int] = (80, 24),
        environment: Mapping[str, str] | None = None,
        folder: Path,
        program: Sequence[str] = ("-m", "tuitune"),
        ignored: Sequence[signal.Signals] = (),
    ) -> None:
        """`program` is what the interpreter runs; `ignored` signals it does not get."""
        columns, rows = size
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.bytes_read = 0
        self.raw = bytearray()
        self._master, slave = pty.openpty()
        self._resize(slave, columns, rows)
        self.process = subprocess.Popen(
            [sys.executable, *program, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=folder,
            env={
                **os.environ,
                "TERM": "xterm-256color",
                "LANG": "C.UTF-8",
                "XDG_CONFIG_HOME": str(folder / "config"),
                "OPENBLAS_NUM_THREADS": "1",
                **(environment or {}),
            },
            start_new_session=True,
            preexec_fn=lambda: _begin(ignored),
        )
        self.before = termios.tcgetattr(slave)
        self._slave = slave

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for end in (self._master, self._slave):
            if end >= 0:
                os.close(end)

    # -- keys and size ---------------------------------------------------------------------

    def press(self, keys: str) -> None:
        """Type `keys`, as bytes go over the wire."""
        os.write(self._master, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Change the size, as a person who drags the window does."""
        self.screen.resize(rows, columns)
        self._resize(self._master, columns, rows)

    @staticmethod
    def _resize(end: int, columns: int, rows: int) -> None:
        fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def hang_up(self) -> None:
        """Close the terminal, as a lost SSH link does: the program gets SIGHUP."""
        os.close(self._master)
        os.close(self._slave)
        self._master = self._slave = -1

    # -- what it shows ---------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The screen as lines of text."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def read(self, seconds: float) -> int:
        """Read what comes within `seconds`, at least one piece; return how many bytes."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return 0
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return 0
        self.bytes_read += len(data)
        self.raw += data
        self._stream.feed(data)
        return len(data)

    def wait_for(self, wanted: str | Callable[[str], bool]) -> str:
        """Read until the screen shows `wanted`; fail with the screen where it never does."""
        ends = time.monotonic() + LIMIT_SECONDS
        while True:
            shown = self.text
            if wanted in shown if isinstance(wanted, str) else wanted(shown):
                return shown
            if time.monotonic() > ends:
                raise AssertionError(f"{wanted!r} did not come; the screen shows:\n{shown}")
            if not self.read(0.25) and self.process.poll() is not None and not self.read(0):
                raise AssertionError(
                    f"the program ended ({self.process.returncode}) before {wanted!r}:\n{shown}"
                )

    def wait_for_end(self) -> int:
        """Read until the program ends; return its exit code."""
        ends = time.monotonic() + LIMIT_SECONDS
        while self.process.poll() is None:
            if time.monotonic() > ends:
                raise AssertionError(f"the program did not end; the screen shows:\n{self.text}")
            if self._master >= 0:
                self.read(0.05)
            else:
                try:
                    self.process.wait(0.05)
                except subprocess.TimeoutExpired:
                    continue
        while self._master >= 0 and self.read(0):
            pass
        return self.process.returncode

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        self.process.send_signal(number)

    @property
    def is_restored(self) -> bool:
        """Whether the terminal is as it was: cooked, and off the alternate screen."""
        raw = bytes(self.raw)
        left = raw.rfind(b"\x1b[?1049l") > raw.rfind(b"\x1b[?1049h")
        return left and termios.tcgetattr(self._slave)[3] == self.before[3]
