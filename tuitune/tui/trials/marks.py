"""Marks on trials, to compare those that have one; they are the screen's own and are not saved."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from tuitune.model import Session
from tuitune.tui.formatting import Glyphs
from tuitune.tui.frame.rule import Tabbed
from tuitune.tui.trials.compare import Compare


class TrialMarks(Tabbed):
    """The verbs of marking; `TrialTable` adds the rows that show it."""

    @dataclass
    class Refused(Message):
        """A key did nothing, and why."""

        text: str

    _session: Session | None
    _glyphs: Glyphs

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._marks: dict[int, None] = {}

    @property
    def selected(self) -> int | None:
        """Number of the trial under the cursor."""
        raise NotImplementedError

    def _paint(self) -> None:
        """Draw the rows that changed."""
        raise NotImplementedError

    @property
    def marked(self) -> list[int]:
        """The marked trials, in the order of marking."""
        return list(self._marks)

    def action_toggle_mark(self) -> None:
        """Mark the selected trial, or take its mark away."""
        number = self.selected
        if number is None:
            return
        if number in self._marks:
            del self._marks[number]
        else:
            self._marks[number] = None
        self._paint()

    def action_compare(self) -> None:
        """Show what differs between the marked trials; of one alone, from the selected one."""
        numbers = self.marked
        if len(numbers) == 1 and self.selected not in (None, *numbers):
            numbers.append(self.selected or 0)
        if self._session is None or len(numbers) < 2:
            self.post_message(self.Refused("Mark two trials or more with m; C compares them then."))
            return
        self.app.push_screen(Compare(self._session, numbers, self._glyphs))
