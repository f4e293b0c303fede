"""From the screen that was left to a process without one, which goes on with its work."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from threading import Event as Signal
from threading import Thread
from time import monotonic

from tuitune.engine.announcing import AnnounceOptions
from tuitune.link import Drained, LocalLink
from tuitune.link.leaving import leave_terminal, note_leave, stay, write_log
from tuitune.model.events import BreakerTripped, EngineFailed, Event, Notice
from tuitune.tui.frame.announcing import Announcer

SCREEN_SECONDS = 2.0
"""How long a screen may take to put the terminal back: one that is stuck never does."""

ENDING = (signal.SIGTERM, signal.SIGINT)


class Departure:
    """A thread that holds the process together once its screen was left."""

    def __init__(self, options: AnnounceOptions, has_left: Callable[[], None]) -> None:
        """`has_left` is called when the process has left its terminal."""
        quiet = replace(options, bell=False, notify=False)
        self._announcer = Announcer(quiet, lambda: None, lambda _: None)
        self._has_left = has_left
        self._screen_ended = Signal()
        self._thread: Thread | None = None
        self._code = 0

    def begin(self, link: LocalLink, how: str, words: str) -> None:
        """Let the work of `link` go on from here; in the main thread, whose signals it takes.

        `words` are said on the terminal before it is left.
        """
        for number in ENDING:
            signal.signal(number, lambda got, _frame: self._end(link, got))
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self._thread = Thread(target=self._run, args=(link, how, words), name="departure")
        self._thread.start()

    @property
    def has_begun(self) -> bool:
        """Whether the process goes on without a screen."""
        return self._thread is not None

    def screen_ended(self) -> None:
        """Say that the terminal is as it was before, and wait for the end of the process."""
        self._screen_ended.set()
        # Whoever used the event loop has set the signals back.
        assert self._thread is not None
        self._thread.join()

    def _end(self, link: LocalLink, number: int) -> None:
        self._code = 128 + number
        link.request_end()

    def _run(self, link: LocalLink, how: str, words: str) -> None:
        self._screen_ended.wait(SCREEN_SECONDS)
        if words:
            with suppress(OSError):
                print(words, file=sys.__stdout__, flush=True)
        note_leave(link.path, link.session, how)
        leave_terminal(link.path)
        write_log(link.path, f"{how}; it goes on without a screen")
        link.show_screen(False)
        self._has_left()

        def see(drained: Drained) -> None:
            told: list[Event | Notice] = [*drained.notices, *drained.happened]
            self._announcer.see(link.session, link.path, told, monotonic())
            for problem in self._announcer.problems():
                write_log(link.path, problem)
            for notice in drained.notices:
                if isinstance(notice, BreakerTripped | EngineFailed):
                    write_log(link.path, notice.message)

        stay(link, see)
        os._exit(self._code)
