"""The one line at the bottom: the keys of the pane, then those that are always there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding
from textual.events import Click
from textual.strip import Strip
from textual.widget import Widget

from tuitune.tui.keymap import GROUPS, display_keys
from tuitune.tui.painting import text_strip

ALWAYS = ("palette", "help", "quit")
"""At the right of every line, at every width."""


@dataclass(frozen=True)
class Hint:
    """A key with what it does, from one cell to another of the line."""

    key: str
    words: str
    action: str
    start: int = 0

    @property
    def end(self) -> int:
        """The cell after its last one."""
        return self.start + cell_len(self.key) + 1 + cell_len(self.words)


def key_hints(pane: str, own: dict[str, str], width: int) -> list[Hint]:
    """Return what the line says in `width` cells; hints that find no room are left out.

    `own` are a person's own keys by binding id.
    """
    here = [b for b in GROUPS.get(pane, ()) if b.show]
    everywhere = [b for b in GROUPS["everywhere"] if b.show and b.id not in ALWAYS]
    fixed = [next(b for b in GROUPS["everywhere"] if b.id == name) for name in ALWAYS]
    right = [_hint(binding, own) for binding in fixed]
    while len(right) > 2 and _length(right) > width:
        right.pop(0)
    start = width - _length(right) - 1
    placed, x = [], 1
    for hint in (_hint(binding, own) for binding in (*here, *everywhere)):
        found = Hint(hint.key, hint.words, hint.action, x)
        if found.end + 1 < start:
            placed.append(found)
            x = found.end + 2
    x = max(start, 0)
    for hint in right:
        placed.append(Hint(hint.key, hint.words, hint.action, x))
        x = placed[-1].end + 2
    return placed


def _hint(binding: Binding, own: dict[str, str]) -> Hint:
    mine = own.get(binding.id or "")
    key = display_keys(mine.split(",")[0]) if mine else binding.key_display or binding.key
    return Hint(key, binding.description, binding.action)


def _length(hints: Sequence[Hint]) -> int:
    words = sum(cell_len(hint.key) + 1 + cell_len(hint.words) for hint in hints)
    return words + 2 * (len(hints) - 1)


class KeyLine(Widget):
    """Shows the hints of a pane; a click on one does what its key does."""

    DEFAULT_CSS = "KeyLine { height: 1; background: $panel; color: $foreground; }"

    def __init__(self) -> None:
        super().__init__()
        self._own: dict[str, str] = {}
        self._pane = ""
        self._hints: list[Hint] = []

    def show(self, pane: str, own: dict[str, str]) -> None:
        """Show the keys of a pane; `own` are a person's own keys by binding id."""
        if pane != self._pane or own != self._own:
            self._pane, self._own = pane, own
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 - it has one line
        """Return the line at the present width."""
        width = self.size.width
        self._hints = key_hints(self._pane, self._own, width)
        text = Text(no_wrap=True, end="")
        for hint in self._hints:
            text.append(" " * (hint.start - cell_len(text.plain)))
            text.append(hint.key, "bold")
            text.append(f" {hint.words}", "dim")
        return text_strip(text, width, self.rich_style)

    async def on_click(self, event: Click) -> None:
        """Do what the key under the pointer does."""
        for hint in self._hints:
            if hint.start <= event.x < hint.end:
                focused = self.screen.focused or self.screen
                await self.app.run_action(hint.action, focused)
                return
