"""Trials side by side: only what differs between them, and their curves together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer
from textual.screen import Screen
from textual.widgets import Static

from tuitune.model import Session
from tuitune.tui.curves.pane import Curves
from tuitune.tui.formatting import Glyphs
from tuitune.tui.trials.differences import comparison

UPDATE_SECONDS = 0.5


class Compare(Screen[None]):
    """Scrolls with the usual keys, the chart takes its own; `esc` and `q` leave."""

    AUTO_FOCUS = "Curves"
    CSS_PATH = "compare.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,C", "dismiss", "leave"),
        Binding("j,down", "scroll(0, 1)", show=False),
        Binding("k,up", "scroll(0, -1)", show=False),
        Binding("h,left", "scroll(-4, 0)", show=False),
        Binding("l,right", "scroll(4, 0)", show=False),
    ]

    def __init__(self, session: Session, numbers: Sequence[int], glyphs: Glyphs) -> None:
        """`numbers`: at least two trials; the first six have a curve."""
        super().__init__()
        self._session = session
        self._trials = [session.trial(number) for number in numbers]
        self._glyphs = glyphs
        self._seen: object = None
        self._curves = Curves(session, glyphs=glyphs, only=numbers)

    def compose(self) -> ComposeResult:
        """The table, the chart, the keys."""
        with ScrollableContainer(can_focus=False):
            yield Static(id="differences", markup=False)
        yield self._curves
        yield Static("h j k l scroll · v val/train · m metric · ~ smooth · esc leaves", id="keys",
                     markup=False)  # fmt: skip

    def on_mount(self) -> None:
        """Show it, and follow the trials that train."""
        self._show()
        self.set_interval(UPDATE_SECONDS, self._follow)

    def on_curves_drawn(self, _event: Curves.Drawn) -> None:
        """Name the columns as the chart names its curves."""
        self._show()

    def _follow(self) -> None:
        seen = [(trial.state, trial.epochs_done, trial.score) for trial in self._trials]
        if seen != self._seen:
            self._seen = seen
            self._show()
            self._curves.update([trial.number for trial in self._trials])

    def _show(self) -> None:
        text = comparison(self._session, self._trials, self._curves.slots, self._glyphs)
        self.query_one("#differences", Static).update(text)

    def action_scroll(self, x: int, y: int) -> None:
        """Scroll the table by cells."""
        self.query_one(ScrollableContainer).scroll_relative(x=x, y=y, animate=False)
