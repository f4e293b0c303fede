"""The terminal under the app: one that is gone is noticed, and ends no process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TextIO, cast

from textual.drivers.linux_driver import LinuxDriver


class _Watched:
    """A file whose refusals are told instead of raised."""

    def __init__(self, file: TextIO, lost: Callable[[], None]) -> None:
        self._file = file
        self._lost = lost

    def write(self, text: str) -> int:
        """Write, or tell that the terminal is gone."""
        try:
            return self._file.write(text)
        except OSError:
            self._lost()
            return len(text)

    def flush(self) -> None:
        """Flush, or tell that the terminal is gone."""
        try:
            self._file.flush()
        except OSError:
            self._lost()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class TerminalDriver(LinuxDriver):
    """Textual's driver, for a terminal that may be gone, and a process that may be stopped.

    Textual's thread that writes would die of EIO. After a stop that it was not asked for (SIGSTOP)
    Textual would read keys in two threads, and never end the first.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._has_terminal = False
        self._loop = asyncio.get_running_loop()
        self._file: Any = _Watched(cast("TextIO", self._file), self._lose)

    def start_application_mode(self) -> None:
        """Take the terminal."""
        self._has_terminal = True
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        self._has_terminal = False
        super().stop_application_mode()

    def _sigcont_application(self, *_: object) -> None:
        if not self._has_terminal:
            super()._sigcont_application()
            return
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._take_again)

    def _take_again(self) -> None:
        """Set the terminal up anew: others have had it while this process was stopped."""
        if self._has_terminal:
            self.suspend_application_mode()
            self.resume_application_mode()
            self._app.refresh(layout=True)

    def _lose(self) -> None:
        with suppress(RuntimeError):  # the app has ended already
            self._loop.call_soon_threadsafe(self._app.lose_terminal)  # type: ignore[attr-defined]
