"""Two processes from the start: the shell waits for one, and the other can outlive its terminal.

The second one trains and draws. The first passes signals on, stops and goes on as the second does,
and ends as it does; when the second has left its terminal, the shell has its prompt back.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from contextlib import suppress
from typing import NoReturn

PASSED_ON = ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT")

LEFT = b"left"

TOGETHER_SECONDS = 0.05
"""How far apart two processes of a job may be continued by one `fg`."""


class Tether:
    """The second process's hold on the first; without one, nobody is told anything."""

    def __init__(self, word: int | None = None, parent: int | None = None) -> None:
        self._word = word
        self.parent = parent
        """A descriptor that ends when the first process does; None: there is no first process."""

    def leave(self) -> None:
        """Let the first process end, and the shell go on: this one has left the terminal."""
        if self._word is not None:
            with suppress(OSError):
                os.write(self._word, LEFT)
            os.close(self._word)
            self._word = None
        self.let_go()

    def let_go(self) -> None:
        """Outlive the first process from now on."""
        if self.parent is not None:
            os.close(self.parent)
            self.parent = None


def part() -> Tether:
    """Go on in a second process, where the system has them; the first never returns.

    To be called before anything that has threads is imported.
    """
    if not hasattr(os, "fork"):
        return Tether()
    word, says = os.pipe()
    parent, lives = os.pipe()
    pid = os.fork()
    if pid:
        os.close(says)
        os.close(parent)
        _Shepherd(pid, word).watch()
    os.close(word)
    os.close(lives)
    return Tether(says, parent)


class _Shepherd:
    """The first process: it waits for the second."""

    def __init__(self, pid: int, word: int) -> None:
        self._pid = pid
        self._word: int | None = word
        self._said = b""

    def watch(self) -> NoReturn:
        """End as the second process does."""
        bell, ringer = os.pipe()
        for end in (bell, ringer):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(ringer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for name in PASSED_ON:
            number = getattr(signal, name)
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._pass_on)
        while True:
            self._look()
            ends = [bell] if self._word is None else [bell, self._word]
            ready, _, _ = select.select(ends, [], [])
            if bell in ready:
                os.read(bell, 4096)
            if self._word in ready:
                self._hear()

    def _hear(self) -> None:
        """Take the second process's word; end where it has left."""
        assert self._word is not None
        data = os.read(self._word, 64)
        self._said += data
        if self._said.startswith(LEFT):
            os._exit(0)
        if not data:
            os.close(self._word)
            self._word = None

    def _pass_on(self, number: int, _frame: object) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._pid, number)

    def _look(self) -> None:
        """See what became of the second process."""
        while True:
            pid, status = os.waitpid(self._pid, os.WNOHANG | os.WUNTRACED)
            if not pid:
                return
            if os.WIFSTOPPED(status):
                self._stop()
            else:
                if self._word is not None:
                    self._hear()  # it may have left, and ended since
                _end_as(status)

    def _stop(self) -> None:
        """Stop as the second process has, and continue it when this one is continued."""
        os.kill(os.getpid(), signal.SIGSTOP)
        # `fg` continues both at once; `kill -CONT` of this one alone doesn't.
        time.sleep(TOGETHER_SECONDS)
        pid, _ = os.waitpid(self._pid, os.WNOHANG | os.WCONTINUED)
        if not pid:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGCONT)


def _end_as(status: int) -> NoReturn:
    """End by the same signal, or with the same code."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        with suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    sys.stdout.flush()
    os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1)
