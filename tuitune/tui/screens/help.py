"""The keys of a pane and those that work everywhere, made from the one table of keys."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tuitune.tui.keymap import GROUPS, display_keys

STORY = """Press space: the round trains its trials, and the table fills, best on top.
Look where the best trials lie in the ranges above. Move the ends of a range
(h l, after [ or ] to choose the end) or type it (=), and press R: the next
round draws from the new ranges. u takes it back. q quits; all is saved.
"""


def help_text(pane: str, keys: dict[str, str]) -> Text:
    """Return the help of a pane; `keys` are a person's own keys by binding id."""
    text = Text()
    text.append(STORY + "\n")
    for group in _groups(pane):
        text.append(f"{group}\n", "bold")
        for binding in GROUPS[group]:
            if binding.system:
                continue
            key = display_keys(keys.get(binding.id or "", binding.key))
            text.append(f"  {key:<12}", "bold")
            text.append(f" {binding.tooltip or binding.description}")
            text.append(f"  {binding.id}\n", "dim")
    return text


def _groups(pane: str) -> Iterable[str]:
    return (*([pane] if pane in GROUPS else []), "everywhere",
            *(name for name in GROUPS if name not in (pane, "everywhere")))  # fmt: skip


class Help(ModalScreen[None]):
    """Scrolls with the usual keys; any of `? q esc enter` leaves it."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter,f1", "dismiss", "leave"),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def __init__(self, pane: str, keys: dict[str, str]) -> None:
        super().__init__()
        self._pane = pane
        self._keys = keys

    def compose(self) -> ComposeResult:
        """The text, scrolling."""
        with VerticalScroll():
            yield Static(help_text(self._pane, self._keys), markup=False)

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)
