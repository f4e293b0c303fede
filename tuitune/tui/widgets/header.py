"""The one line at the top."""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget

from tuitune.session import Session
from tuitune.tui.formatting import Glyphs
from tuitune.tui.headline import Facts, headline


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
        self._facts = Facts("idle", None, None, "", None)
        self._line = Text()

    def tell(self, session: Session, facts: Facts) -> None:
        """Show new facts; draws only where the line differs."""
        self._session, self._facts = session, facts
        line = headline(session, facts, self.size.width or 80, self._glyphs)
        if line != self._line:
            self._line = line
            self.refresh()

    def render(self) -> Text:
        """Return the line at the present width."""
        return headline(self._session, self._facts, self.size.width, self._glyphs)
