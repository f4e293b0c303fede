"""The one line at the top."""

from __future__ import annotations

from textual.strip import Strip
from textual.widget import Widget

from tuitune.model import Session
from tuitune.model.events import EngineStatus
from tuitune.tui.formatting import Glyphs
from tuitune.tui.frame.headline import Facts, headline
from tuitune.tui.painting import changed_regions, text_strip


class Header(Widget):
    """Says what is open, what it is doing, how far it is and how good it got."""

    DEFAULT_CSS = """
    Header { height: 1; background: $panel; color: $foreground; }
    Header.-read-only { background: $warning 30%; }
    """

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__()
        self._session = session
        self._glyphs = glyphs
        self._facts = Facts(EngineStatus.IDLE, None, None, "")
        self._strip: Strip | None = None

    def tell(self, session: Session, facts: Facts) -> None:
        """Show new facts; draws only the cells that differ."""
        self._session, self._facts = session, facts
        before, self._strip = self._strip, None
        now = self.render_line(0)
        if before is None or before.cell_length != now.cell_length:
            self.refresh()
        elif regions := changed_regions([before], [now]):
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 - it has one line
        """Return the line at the present width."""
        width = self.size.width
        if self._strip is None or self._strip.cell_length != width:
            line = headline(self._session, self._facts, width, self._glyphs)
            self._strip = text_strip(line, width, self.rich_style)
        return self._strip

    def notify_style_update(self) -> None:
        """Draw anew in other colours."""
        self._strip = None
        super().notify_style_update()
