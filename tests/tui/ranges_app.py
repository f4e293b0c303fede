"""An app with nothing but the ranges pane, and what it says."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.strip import Strip

from tuitune.advice import Proposal, Verdict
from tuitune.model import Session
from tuitune.space import Choice, FloatRange
from tuitune.tui.formatting import UNICODE, Glyphs
from tuitune.tui.ranges.pane import Ranges


class RangesApp(App[None]):
    CSS = "Ranges { width: 100%; height: 100%; }"

    def __init__(self, session: Session, glyphs: Glyphs = UNICODE) -> None:
        super().__init__()
        self.ranges = Ranges(session, glyphs=glyphs)
        self.refused: list[str] = []
        self.changes = 0
        self.commits = 0

    def compose(self) -> ComposeResult:
        yield self.ranges

    def on_mount(self) -> None:
        self.ranges.focus()

    def on_ranges_refused(self, message: Ranges.Refused) -> None:
        self.refused.append(message.text)

    def on_ranges_draft_changed(self) -> None:
        self.changes += 1

    def on_ranges_committed(self) -> None:
        self.commits += 1

    def range_of(self, name: str) -> tuple[float, float]:
        """The drafted bounds of a range."""
        p = self.ranges.draft.space[name]
        assert not isinstance(p, Choice)
        return p.low, p.high


def strips_of(ranges: Ranges) -> list[Strip]:
    return [ranges.render_line(y) for y in range(ranges.size.height)]


def lines_of(ranges: Ranges) -> list[str]:
    return [strip.text.rstrip() for strip in strips_of(ranges)]


def expand_lr() -> Verdict:
    """A verdict as the advice gives it: the best trials lie at the upper edge of lr."""
    return Verdict(
        parameter="lr",
        kind="expand-up",
        sure=3,
        text="the best 15 of 100 lie in 3e-3..0.1, and scores get better towards 0.1 as far as "
        "100 trials tell; nothing beyond it has been tried",
        short="the best lie towards the upper end",
        proposal=FloatRange(2e-3, 1.0, log=True),
        change=Proposal(low=2e-3, high=1.0),
        numbers={"evidence_up": 4.2},
    )
