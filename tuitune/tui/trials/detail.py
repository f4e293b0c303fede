"""The selected trial, all of it."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.events import Blur, Focus, Resize
from textual.widgets import Static

from tuitune.model import Session
from tuitune.tui.describe import describe_trial
from tuitune.tui.formatting import Glyphs
from tuitune.tui.frame.arrange import TITLES
from tuitune.tui.frame.rule import Tabbed, title_rule


class Detail(Tabbed, VerticalScroll, can_focus=True):
    """Follows the selection of the trial table."""

    DEFAULT_CSS = """
    Detail { scrollbar-size: 0 0; }
    Detail > Static { height: auto; width: 1fr; }
    Detail > #detail-title { dock: top; height: 1; }
    Detail > #detail-body { padding: 0 1; }
    """

    def __init__(
        self, session: Session, glyphs: Glyphs, output: Callable[[int], dict[str, list[str]]]
    ) -> None:
        """`output` returns what a trial printed, lines by file name."""
        super().__init__()
        self._session = session
        self._output = output
        self._glyphs = glyphs
        self._number: int | None = None
        self._shown: Text | None = None

    def compose(self) -> ComposeResult:
        """The title rule and the text."""
        yield Static(id="detail-title", markup=False)
        yield Static(id="detail-body", markup=False)

    def show(self, session: Session, number: int | None) -> None:
        """Show a trial; None: none is selected."""
        self._session, self._number = session, number
        self.update_trial()

    def update_trial(self) -> None:
        """Draw again where something differs."""
        if not self.display:
            return
        if self._number is None or self._number > len(self._session.trials):
            text = Text("no trial is selected", "dim")
        else:
            trial = self._session.trial(self._number)
            output = self._output(self._number)
            text = describe_trial(self._session, trial, self._glyphs, output)
        if text != self._shown:
            self._shown = text
            self.query_one("#detail-body", Static).update(text)
            self._draw_title()

    def _draw_title(self) -> None:
        title = title_rule(
            TITLES["detail"],
            "y copies its values",
            self.size.width,
            self._glyphs,
            focused=self.has_focus,
            tabs=self.tabs,
        )
        self.query_one("#detail-title", Static).update(title)

    def draw_title(self) -> None:
        """Draw the title anew."""
        if self.is_mounted:
            self._draw_title()

    def on_focus(self, _event: Focus) -> None:
        """Mark the title."""
        self._draw_title()

    def on_blur(self, _event: Blur) -> None:
        """Unmark the title."""
        self._draw_title()

    def on_resize(self, _event: Resize) -> None:
        """Fit the title to the new width."""
        self._draw_title()
        self.update_trial()
