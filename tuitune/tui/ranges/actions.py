"""What the keys of the ranges pane do; `tui/keymap.py` binds them by these names."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Literal

from textual.widget import Widget

from tuitune.errors import UsageError
from tuitune.space import Choice
from tuitune.tui.ranges.state import Handle, RangesState, Size


class RangesActions(Widget):
    """The verbs of the pane; `Ranges` adds how it is drawn."""

    state: RangesState

    def changed(self) -> None:
        """Draw the pane after the draft changed, and say so."""
        raise NotImplementedError

    def paint(self) -> None:
        """Draw the pane after the keys went elsewhere."""
        raise NotImplementedError

    def refuse(self, text: str) -> None:
        """Say why a key did nothing."""
        raise NotImplementedError

    def open_entry(self, end: Literal["low", "high"] | None) -> None:
        """Begin exact entry, of one end or of the whole range."""
        raise NotImplementedError

    def announce_commit(self) -> None:
        """Say that the draft is to be committed."""
        raise NotImplementedError

    def attempt(self, change: Callable[[], bool]) -> bool:
        """Do what may change the draft; refuse in one sentence where it can't be done."""
        try:
            changed = change()
        except UsageError as error:
            self.refuse(str(error))
            return False
        if changed:
            self.changed()
        else:
            self.paint()
        return True

    # -- where the keys act ----------------------------------------------------------------

    def action_next_parameter(self) -> None:
        """Go to the next parameter."""
        self.state.step_parameter(1)
        self.paint()

    def action_previous_parameter(self) -> None:
        """Go to the parameter before."""
        self.state.step_parameter(-1)
        self.paint()

    def action_pick_handle(self, handle: Handle) -> None:
        """Choose the end that the keys move: `low`, `high` or `both`."""
        self.state.handle = handle
        self.paint()

    # -- moves -----------------------------------------------------------------------------

    def action_move_down(self) -> None:
        """Move the end down by 0.1 decade; in a choice, the option to the left."""
        self._move(-1, "normal")

    def action_move_up(self) -> None:
        """Move the end up by 0.1 decade; in a choice, the option to the right."""
        self._move(1, "normal")

    def action_move_down_fine(self) -> None:
        """Move the end down by 0.02 decade."""
        self._move(-1, "fine")

    def action_move_up_fine(self) -> None:
        """Move the end up by 0.02 decade."""
        self._move(1, "fine")

    def action_move_down_coarse(self) -> None:
        """Move the end down by a decade."""
        self._move(-1, "coarse")

    def action_move_up_coarse(self) -> None:
        """Move the end up by a decade."""
        self._move(1, "coarse")

    def _move(self, direction: Literal[-1, 1], size: Size) -> None:
        self.attempt(lambda: self.state.move(direction, size, monotonic()))

    def action_exact_entry(self) -> None:
        """Type a range or a value for the active parameter."""
        self.open_entry(None)

    def action_end_entry(self) -> None:
        """Type the end that the keys move; of a choice, switch the option under the cursor."""
        handle = self.state.handle
        if isinstance(self.state.draft.space[self.state.name], Choice):
            self.action_toggle_option()
        else:
            self.open_entry(None if handle == "both" else handle)

    # -- proposals -------------------------------------------------------------------------

    def action_take_proposal(self) -> None:
        """Take the proposal for the active parameter."""
        self.attempt(lambda: self.state.take(monotonic()))

    def action_take_all_proposals(self) -> None:
        """Take the proposals for all parameters."""
        self.attempt(lambda: self.state.take_all(monotonic()))

    def action_toggle_bold(self) -> None:
        """Show the bold proposals, or the careful ones."""
        try:
            self.state.toggle_bold()
        except UsageError as error:
            self.refuse(str(error))
        self.paint()

    def action_widen(self) -> None:
        """Widen the range on the side where the best trials lie."""
        self.attempt(lambda: self.state.widen(monotonic()))

    def action_toggle_frozen(self) -> None:
        """Freeze at the selected trial's value, or free."""
        self.attempt(lambda: self.state.toggle_frozen(monotonic()))

    def action_centre(self) -> None:
        """Centre the range on the selected trial."""
        self.attempt(lambda: self.state.centre(monotonic()))

    def action_reset_parameter(self) -> None:
        """Take the revision's range again."""
        self.attempt(self.state.reset)

    def action_toggle_option(self) -> None:
        """Switch the option under the cursor on or off."""
        self.attempt(lambda: self.state.toggle_option(monotonic()))

    def action_commit(self) -> None:
        """Ask for the draft to be committed."""
        self.announce_commit()
