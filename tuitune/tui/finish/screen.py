"""The finish: the race as it runs, the person's choice, the final line."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tuitune.engine import ChooseContender, StopFinish
from tuitune.model import Finish
from tuitune.tui.finish.lines import (
    contender_line,
    finish_keys,
    finish_status,
    ordered_contenders,
)

if TYPE_CHECKING:
    from tuitune.tui.frame.screen import TuningScreen

UPDATE_SECONDS = 0.5

AROUND_LIST = 16
"""Rows of a screen that the list of contenders leaves to the rest."""


class FinishScreen(ModalScreen[None]):
    """Shows the newest finish of the session; leaving it lets the race go on."""

    AUTO_FOCUS = "OptionList"
    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,E", "dismiss", "leave"),
        Binding("j", "move('down')", show=False),
        Binding("k", "move('up')", show=False),
        Binding("space", "run_or_pause", "pause"),
        Binding("x", "stop", "stop"),
        Binding("y", "copy", "copy"),
    ]

    def __init__(self, tuning: TuningScreen) -> None:
        super().__init__()
        self._tuning = tuning
        self._order: tuple[int, ...] = ()
        self._lines: list[Text] = []
        self._was_over = False
        """Whether the race was over when it was looked at last."""

    @property
    def _finish(self) -> Finish | None:
        finishes = self._tuning.link.session.finishes
        return finishes[-1] if finishes else None

    def compose(self) -> ComposeResult:
        """Who is in the race, where it stands, and the keys."""
        with Vertical():
            yield Static(
                Text("Finish: repeat the best on new seeds, choose, retrain, test once", "bold"),
                markup=False,
            )
            yield OptionList(markup=False)
            yield Static(id="status", markup=False)
            yield Static(id="keys", markup=False)

    def on_mount(self) -> None:
        """Follow the race."""
        self._update()
        self.set_interval(UPDATE_SECONDS, self._update)

    def on_resize(self, event: Resize) -> None:
        """Leave room for the status: the list scrolls, what to do next stays in sight."""
        self.query_one(OptionList).styles.max_height = max(3, event.size.height - AROUND_LIST)

    def _update(self) -> None:
        finish = self._finish
        status = self.query_one("#status", Static)
        self.query_one("#keys", Static).update(finish_keys(finish))
        if finish is None:
            status.update("the finish begins")
            return
        session, glyphs = self._tuning.link.session, self._tuning.glyphs
        self._order = ordered_contenders(session, finish)
        lines = [contender_line(session, finish, trial, glyphs) for trial in self._order]
        if lines != self._lines:
            self._lines = lines
            options = self.query_one(OptionList)
            row = options.highlighted or 0
            if finish.preferred is not None and not self._was_over:
                # The race is over just now: the cursor begins on the one that it prefers.
                row, self._was_over = self._order.index(finish.preferred), True
            options.clear_options()
            options.add_options([Option(line) for line in lines])
            options.highlighted = min(row, len(lines) - 1)
        status.update(finish_status(session, finish, self._tuning.engine_state))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Choose the contender, once the race is over."""
        finish = self._finish
        if finish is None or not finish.waits_for_choice:
            self._tuning.say_error("The race is not waiting for a choice.")
            return
        self._tuning.send(ChooseContender(self._order[event.option_index]))

    def action_move(self, direction: str) -> None:
        """Move the cursor."""
        options = self.query_one(OptionList)
        if direction == "down":
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_run_or_pause(self) -> None:
        """Hold the race, or go on with it."""
        self._tuning.action_run_or_pause()

    def action_copy(self) -> None:
        """Copy the values to use."""
        self._tuning.action_copy_values()

    def action_stop(self) -> None:
        """End the finish without a result."""
        self._tuning.send(StopFinish())
