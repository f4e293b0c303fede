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
    """Textual's driver, whose thread that writes would die of a terminal that answers EIO."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._loop = asyncio.get_running_loop()
        self._file: Any = _Watched(cast("TextIO", self._file), self._lose)

    def _lose(self) -> None:
        with suppress(RuntimeError):  # the app has ended already
            self._loop.call_soon_threadsafe(self._app.lose_terminal)  # type: ignore[attr-defined]
