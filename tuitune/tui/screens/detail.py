"""One trial over the whole screen: all numbers, its curve, its error."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tuitune.session import Session
from tuitune.trial import Trial
from tuitune.tui.describe import describe_trial
from tuitune.tui.formatting import Glyphs


class TrialDetail(ModalScreen[None]):
    """Scrolls with the usual keys; `esc q enter` leave it."""

    CSS_PATH = "detail.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "dismiss", "leave"),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def __init__(self, session: Session, trial: Trial, glyphs: Glyphs) -> None:
        super().__init__()
        self._session = session
        self._trial = trial
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        """The text, scrolling."""
        with VerticalScroll():
            yield Static(self._describe(), markup=False)
            yield Static("\nesc leaves · y in the table copies it", markup=False)

    def on_mount(self) -> None:
        """Follow the trial while it runs."""
        self.set_interval(1.0, self._update)

    def _describe(self) -> Text:
        return describe_trial(self._session, self._trial, self._glyphs)

    def _update(self) -> None:
        if not self._trial.is_finished:
            self.query(Static).first().update(self._describe())

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)
