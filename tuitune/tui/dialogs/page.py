"""A text laid over the screen: help, a trial, advice, a comparison of revisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

UPDATE_SECONDS = 1.0


class Page(ModalScreen[None]):
    """Scrolls with the usual keys; `esc`, `q` and `enter` leave it."""

    CSS_PATH = "page.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,question_mark,f1", "dismiss", "leave"),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
        Binding("g", "scroll(-100000)", show=False),
        Binding("G", "scroll(100000)", show=False),
    ]

    def __init__(self, text: Callable[[], Text], *, live: bool = False) -> None:
        """`text` is asked again every second where the page is `live`."""
        super().__init__()
        self._text = text
        self._live = live

    def compose(self) -> ComposeResult:
        """The text, scrolling."""
        with VerticalScroll():
            yield Static(self._text(), id="page-text", markup=False)
        yield Static("j k scroll · esc leaves", id="page-keys", markup=False)

    def on_mount(self) -> None:
        """Follow what changes."""
        if self._live:
            self.set_interval(UPDATE_SECONDS, self._update)

    def _update(self) -> None:
        self.query_one("#page-text", Static).update(self._text())

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)
