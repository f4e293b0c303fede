"""The revisions and their rounds; enter goes back to one."""

from __future__ import annotations

from rich.text import Text
from textual.events import Blur, Focus, Resize
from textual.message import Message
from textual.widget import Widget

from tuitune.session import Session
from tuitune.tui.describe import describe_revision
from tuitune.tui.formatting import Glyphs
from tuitune.tui.widgets.rule import title_rule


class Rounds(Widget, can_focus=True):
    """One line a revision, the newest last."""

    DEFAULT_CSS = "Rounds { color: $foreground; }"

    class Chosen(Message):
        """A person wants to go back to a revision."""

        def __init__(self, revision: int) -> None:
            super().__init__()
            self.revision = revision

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__()
        self._session = session
        self._glyphs = glyphs
        self._cursor = session.current - 1
        self._lines: list[Text] = []

    def show_session(self, session: Session) -> None:
        """Show another session, or the same one after its revisions or rounds changed."""
        moved = session is not self._session or self._cursor >= len(session.revisions)
        self._session = session
        if moved or not self.has_focus:
            self._cursor = session.current - 1
        lines = [describe_revision(session, r, self._glyphs) for r in session.revisions]
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    def render(self) -> Text:
        """Return the title and as many revisions around the cursor as there is room for."""
        width, height = self.size
        count = len(self._lines)
        detail = f"enter goes back · {self._cursor + 1} of {count}"
        shown = title_rule("4 Rounds", detail, width, self._glyphs, focused=self.has_focus)
        room = max(height - 1, 1)
        first = min(max(self._cursor - room + 1, 0), max(count - room, 0))
        for index, line in enumerate(self._lines[first : first + room], start=first):
            row = line.copy()
            row.truncate(width, overflow="ellipsis", pad=True)
            if index == self._cursor and self.has_focus:
                row.stylize("reverse")
            shown.append("\n")
            shown.append_text(row)
        return shown

    def action_cursor_down(self) -> None:
        """Next revision."""
        self._cursor = min(self._cursor + 1, len(self._lines) - 1)
        self.refresh()

    def action_cursor_up(self) -> None:
        """Previous revision."""
        self._cursor = max(self._cursor - 1, 0)
        self.refresh()

    def action_choose(self) -> None:
        """Go back to the revision under the cursor."""
        self.post_message(self.Chosen(self._cursor + 1))

    def on_focus(self, _event: Focus) -> None:
        """Mark the title."""
        self.refresh()

    def on_blur(self, _event: Blur) -> None:
        """Unmark the title."""
        self.refresh()

    def on_resize(self, _event: Resize) -> None:
        """Fit the lines to the new size."""
        self.show_session(self._session)
