"""The revisions and their rounds; enter goes back to one."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.events import Blur, Focus, Resize
from textual.message import Message

from tuitune.model import Session
from tuitune.tui.formatting import Glyphs
from tuitune.tui.frame.arrange import TITLES
from tuitune.tui.frame.rule import Tabbed, title_rule
from tuitune.tui.keymap import ROUNDS
from tuitune.tui.rounds.history import describe_revision


class Rounds(Tabbed, can_focus=True):
    """One line a revision, the newest last, with the reasons that it keeps."""

    BINDINGS: ClassVar[list[BindingType]] = [*ROUNDS]

    DEFAULT_CSS = "Rounds { color: $foreground; }"

    class Chosen(Message):
        """A person wants to go back to a revision."""

        def __init__(self, revision: int) -> None:
            super().__init__()
            self.revision = revision

    class Compared(Message):
        """A person wants to see what differs from a revision."""

        def __init__(self, revision: int) -> None:
            super().__init__()
            self.revision = revision

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__()
        self._session = session
        self._glyphs = glyphs
        self._cursor = session.current - 1
        self._lines: list[list[Text]] = []

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
        detail = f"enter goes back · d compares · {self._cursor + 1} of {count}"
        shown = title_rule(
            TITLES["rounds"],
            detail,
            width,
            self._glyphs,
            focused=self.has_focus,
            tabs=self.tabs,
        )
        for index, line in self._window(max(height - 1, 1)):
            row = line.copy()
            row.truncate(width, overflow="ellipsis", pad=True)
            if index == self._cursor and self.has_focus:
                row.stylize("reverse")
            shown.append("\n")
            shown.append_text(row)
        return shown

    def _window(self, room: int) -> list[tuple[int, Text]]:
        """Return (revision's index, line) for the lines in sight, the cursor's among them.

        Reasons are shown where all of them fit, else those of the cursor's revision alone.
        """
        whole = sum(map(len, self._lines)) <= room
        rows = [
            (index, line)
            for index, lines in enumerate(self._lines)
            for line in (lines if whole or index == self._cursor else lines[:1])
        ]
        last = max((i for i, row in enumerate(rows) if row[0] == self._cursor), default=0)
        first = min(max(last - room + 1, 0), max(len(rows) - room, 0))
        return rows[first : first + room]

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

    def action_compare(self) -> None:
        """Ask for what differs between the revision under the cursor and the current one."""
        self.post_message(self.Compared(self._cursor + 1))

    def on_focus(self, _event: Focus) -> None:
        """Mark the title."""
        self.refresh()

    def on_blur(self, _event: Blur) -> None:
        """Unmark the title."""
        self.refresh()

    def on_resize(self, _event: Resize) -> None:
        """Fit the lines to the new size."""
        self.show_session(self._session)
