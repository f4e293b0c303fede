"""What has happened and what to press next."""

from __future__ import annotations

from collections import deque
from time import time

from rich.text import Text
from textual.timer import Timer
from textual.widget import Widget

from tuitune.tui.formatting import Glyphs, safe_text
from tuitune.tui.frame.rule import title_rule

KEPT = 10_000


class Log(Widget):
    """One or two lines: the hint or the last event, and an advice. Three or more: a titled log."""

    DEFAULT_CSS = "Log { height: 1; color: $foreground; }"

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._lines: deque[tuple[float, str]] = deque(maxlen=KEPT)
        self._hint = ""
        self._status = ""
        self._status_ends: Timer | None = None
        self._advice: list[str] = []

    @property
    def events(self) -> list[tuple[float, str]]:
        """What happened since the screen was opened, the newest first: when (since 1970), what."""
        return list(self._lines)

    def say(self, line: str) -> None:
        """Add a line."""
        self._lines.appendleft((time(), line))
        self.refresh()

    def advise(self, lines: list[str]) -> None:
        """Show what the trials say, below the hint."""
        if lines != self._advice:
            self._advice = lines
            self.refresh()

    def hint(self, text: str) -> None:
        """Say which key is next; stays until another hint."""
        if text != self._hint:
            self._hint = text
            self.refresh()

    def status(self, text: str, seconds: float) -> None:
        """Answer a key, in the place of the hint, until another answer or for so long."""
        if self._status_ends is not None:
            self._status_ends.stop()
        self._status = text
        self._status_ends = self.set_timer(seconds, self._end_status)
        self.refresh()

    def _end_status(self) -> None:
        self._status = ""
        self.refresh()

    def _ordered(self) -> list[str]:
        """Return the answer to a key, the hint or what happened last, an advice, then the rest."""
        events = [line for _, line in self._lines]
        now = self._status or self._hint
        first = [now] if now else events[:1]
        rest = events if now else events[1:]
        return [*first, *self._advice[:1], *rest[:1], *self._advice[1:], *rest[1:]]

    def render(self) -> Text:
        """Return as many lines as there is room for."""
        width, height = self.size
        lines = self._ordered()
        shown = Text(no_wrap=True, overflow="ellipsis", end="")
        if height >= 3:
            shown.append_text(title_rule("log", "", width, self._glyphs, focused=False))
            shown.append("\n")
            height -= 1
        for index, line in enumerate(lines[:height]):
            if index:
                shown.append("\n")
            # All of it is data: the hint, too, may hold the final line of a session's file.
            row = Text(
                f" {safe_text(line)}", "bold" if line == (self._status or self._hint) else ""
            )
            row.truncate(width, overflow="ellipsis")
            shown.append_text(row)
        return shown
