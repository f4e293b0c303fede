"""The trial table: every trial on a row, kept in order while scores change.

An update costs a binary search for each changed trial; only cells that differ are sent. Rows scroll
by an offset of its own: a virtual size that grew with every trial would lay out the whole screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from rich.style import Style
from textual import events, on
from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip

from tuitune.model import Session
from tuitune.model.trial import Criterion, Trial, TrialState
from tuitune.tui.dialogs.ask import Ask
from tuitune.tui.formatting import UNICODE, Glyphs, format_count
from tuitune.tui.frame.arrange import LOG_COLUMNS
from tuitune.tui.keymap import TRIALS
from tuitune.tui.painting import changed_regions
from tuitune.tui.trials.filtering import EXAMPLE, Filter, parse_filter
from tuitune.tui.trials.lines import PARTS, TrialLines
from tuitune.tui.trials.marks import TrialMarks
from tuitune.tui.trials.ranking import TrialOrder, sort_key
from tuitune.tui.trials.viewport import Viewport

_HEAD = 2
"""Lines above the rows: title and headings."""

_WHEEL_ROWS = 3


class TrialTable(TrialMarks, can_focus=True):
    """All trials of a session, sorted and filtered; the selected one is what the keys act on."""

    DEFAULT_CSS = Path(__file__).with_suffix(".tcss").read_text("utf-8")

    BINDINGS: ClassVar[list[BindingType]] = [*TRIALS]
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"trial-table--{part}" for part in PARTS}

    @dataclass
    class Selected(Message):
        """The cursor stands on another trial."""

        trial: int

    @dataclass
    class Opened(Message):
        """A person wants to see everything about a trial."""

        trial: int

    def __init__(
        self,
        session: Session | None = None,
        *,
        glyphs: Glyphs = UNICODE,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._session: Session | None = None
        self._view = Viewport(TrialOrder(sort_key("score", Criterion("", 1, 1))))
        self._column, self._flipped = "score", False
        self._filter = Filter()
        self._follows = False
        self._glyphs = glyphs
        self._lines = TrialLines(glyphs, self._style)
        self._slots: dict[int, int] = {}
        self._strips: list[Strip] = []
        self._strip_keys: list[object] = []
        self._changed: set[int] = set()
        if session is not None:
            self.show_session(session)

    # -- what it shows -----------------------------------------------------------------------

    @property
    def selected(self) -> int | None:
        """Number of the trial under the cursor; None in an empty table."""
        return self._view.selected

    @property
    def filter_text(self) -> str:
        """The filter in force; empty for none."""
        return self._filter.text

    @property
    def follows(self) -> bool:
        """Whether the cursor goes to every trial that starts."""
        return self._follows

    @property
    def rows(self) -> int:
        """How many trials the filter lets through."""
        return len(self._view.order)

    def show_session(self, session: Session) -> None:
        """Show all of `session`: a new one, or one that may have changed anywhere."""
        self._session = session
        self._lines.forget()
        self._load()

    def update_trials(self, numbers: Iterable[int]) -> None:
        """Show the changes of these trials; the rest is as it was."""
        session = self._session
        if session is None:
            return
        before = self.selected
        trials = [session.trial(number) for number in numbers]
        self._view.update(trials)
        self._changed.update(trial.number for trial in trials)
        running = (t.number for t in trials if t.state is TrialState.RUNNING)
        newest = max(running, default=0)
        if self._follows and newest > (self.selected or 0):
            self._view.select(newest)
        self._show_cursor(before)

    def show_markers(self, slots: Mapping[int, int]) -> None:
        """Mark the trials that the chart draws: number to slot, 0 to 5."""
        if self._slots != slots:
            self._slots = dict(slots)
            self._paint()

    def set_filter(self, text: str) -> None:
        """Show the trials that `text` describes. Raises `UsageError`; then nothing changes."""
        self._filter = self._parse(text)
        self._load()

    def clear_filter(self) -> bool:
        """Show all trials again; return whether there was a filter."""
        if not self._filter.tests:
            return False
        self.set_filter("")
        return True

    def select(self, number: int) -> bool:
        """Put the cursor on a trial; return False where the table doesn't show it."""
        before = self.selected
        if found := self._view.select(number):
            self._follows = False
            self._show_cursor(before)
        return found

    def sort_by(self, column: str, *, flipped: bool = False) -> None:
        """Sort by a column (see `ranking.sort_key`)."""
        self._column, self._flipped = column, flipped
        self._load()

    def _parse(self, text: str) -> Filter:
        revisions = () if self._session is None else self._session.revisions
        names = {name: None for one in revisions for name in one.space.parameters}
        return parse_filter(text, list(names))

    # -- order and cursor --------------------------------------------------------------------

    def _load(self) -> None:
        session = self._session
        if session is None:
            return
        key = sort_key(self._column, session.criterion, flipped=self._flipped)
        before = self.selected
        order = TrialOrder(key, self._filter.matches if self._filter.tests else None)
        self._view.show(order, session.trials)
        self._strip_keys = []
        self._show_cursor(before)

    def _show_cursor(self, before: int | None) -> None:
        """Draw the changes, and tell where the cursor has come to another trial."""
        number = self.selected
        if number is not None and number != before:
            self.post_message(self.Selected(number))
        self._paint()

    def _go(self, row: int) -> None:
        """Put the cursor on a row, or the nearest there is."""
        before = self.selected
        self._view.go(row)
        self._follows = False
        self._show_cursor(before)

    # -- drawing -----------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Return line `y` of the pane."""
        if len(self._strips) != self.size.height:
            self._paint()
        if y < len(self._strips):
            return self._strips[y]
        return Strip.blank(self.size.width, self.rich_style)

    def on_resize(self) -> None:
        """Choose the columns anew."""
        self._view.resize(self.size.height - _HEAD)
        self._repaint()

    @on(events.Focus)
    @on(events.Blur)
    def _repaint(self) -> None:
        """Draw every line anew: whether the keys go here shows."""
        self._strip_keys = []
        self._paint()

    def draw_title(self) -> None:
        """Draw the title anew."""
        self._paint()

    def notify_style_update(self) -> None:
        """Draw in the colours of another theme."""
        super().notify_style_update()
        self._strip_keys = []
        self._strips = []

    def _style(self, name: str) -> Style:
        """Return the full style of a part, of the widget itself for an empty name."""
        return self.get_component_rich_style(f"trial-table--{name}") if name else self.rich_style

    def _paint(self) -> None:
        """Draw what changed since the last time, and ask for these cells only."""
        width, height = self.size
        if self._session is None or not self.is_attached or width == 0 or height == 0:
            return
        wide = self.app.size.width >= LOG_COLUMNS
        if self._lines.lay_out(self._session, width, wide_state=wide, mixed=self._is_mixed()):
            self._strip_keys = []
        keys = [self._line_key(y) for y in range(height)]
        old_keys, old = self._strip_keys, self._strips
        kept = len(old_keys) == len(keys) == len(old)
        strips = [
            old[y]
            if kept and key == old_keys[y] and self._number_on(y) not in self._changed
            else self._line(y)
            for y, key in enumerate(keys)
        ]
        self._strip_keys, self._strips = keys, strips
        self._changed.clear()
        if len(old) == height and all(strip.cell_length == width for strip in old):
            regions = changed_regions(old, strips)
            if regions:
                self.refresh(*regions)
        else:
            self.refresh()

    def _number_on(self, y: int) -> int | None:
        return self._view.number_on(y - _HEAD)

    def _line_key(self, y: int) -> object:
        if y == 0:
            return self._notes(), self.tabs
        if y == 1:
            return self._column, self._flipped
        number = self._number_on(y)
        if number is None:
            return len(self._view.order) == 0
        marked = number in self._marks
        return (
            number,
            self._number_on(y + 1),
            number == self.selected,
            self._slots.get(number),
            marked,
        )

    def _line(self, y: int) -> Strip:
        lines, width = self._lines, self.size.width
        if y == 0:
            return lines.title(self._notes(), width, focused=self.has_focus, tabs=self.tabs)
        if y == 1:
            return lines.header(self._column, self._ascends, width)
        number = self._number_on(y)
        if number is not None and self._session is not None:
            trial = self._session.trial(number)
            slot, marked = self._slots.get(number), number in self._marks
            selected = number == self.selected
            ruled = self._is_ruled(trial, self._number_on(y + 1))
            short = self._session.is_short(trial)
            return lines.trial(
                trial,
                width,
                selected=selected,
                slot=slot,
                marked=marked,
                ruled=ruled,
                short=short,
            )
        hint = f"no trial matches {self._filter.text}" if self._filter.tests else "no trials yet"
        return lines.hint(hint if y == _HEAD and not len(self._view.order) else "", width)

    def _is_mixed(self) -> bool:
        """Whether scores in sight are of different lengths, so that each says its own."""
        session = self._session
        assert session is not None
        if len(session.lengths) > 1:
            return True
        sight = filter(None, map(self._view.number_on, range(self._view.page)))
        return any(session.trial(n).epochs_done > session.criterion.epochs for n in sight)

    def _is_ruled(self, trial: Trial, below: int | None) -> bool:
        """Whether trials begin under `trial` that are done and too short to be ranked with it."""
        session = self._session
        if session is None or below is None or self._column != "score" or self._flipped:
            return False
        ranked = session.criterion.is_full(trial) or trial.state is TrialState.RUNNING
        return ranked and session.is_short(session.trial(below))

    def _notes(self) -> str:
        parts = [self._lines.sort_note(self._column, self._ascends)]
        if self._filter.tests:
            parts.append(f"/{self._filter.text}")
        if self._marks:
            parts.append(f"{len(self._marks)} marked")
        if self._follows:
            parts.append("follow")
        here = self._view.row + 1 if len(self._view.order) else 0
        parts.append(f"{format_count(here)}/{format_count(len(self._view.order))}")
        return "  ".join(parts)

    @property
    def _ascends(self) -> bool:
        """Whether values grow from row to row."""
        best_is_high = self._session is None or self._session.problem.sign > 0
        return self._flipped == (self._column == "score" and best_is_high)

    # -- actions -----------------------------------------------------------------------------

    def action_cursor_down(self) -> None:
        """Go to the next trial."""
        self._go(self._view.row + 1)

    def action_cursor_up(self) -> None:
        """Go to the previous trial."""
        self._go(self._view.row - 1)

    def action_cursor_top(self) -> None:
        """Go to the first trial."""
        self._go(0)

    def action_cursor_bottom(self) -> None:
        """Go to the last trial."""
        self._go(len(self._view.order) - 1)

    def action_half_page_down(self) -> None:
        """Go down by half of what is in sight."""
        self._go(self._view.row + max(self._view.page // 2, 1))

    def action_half_page_up(self) -> None:
        """Go up by half of what is in sight."""
        self._go(self._view.row - max(self._view.page // 2, 1))

    def action_scroll_columns_left(self) -> None:
        """Bring the parameter columns further left into sight."""
        self._lines.first -= 1
        self._paint()

    def action_scroll_columns_right(self) -> None:
        """Bring the parameter columns further right into sight."""
        self._lines.first += 1
        self._paint()

    def action_sort_next(self) -> None:
        """Sort by the next column."""
        keys = self._lines.sortable
        if keys:
            place = keys.index(self._column) if self._column in keys else -1
            self.sort_by(keys[(place + 1) % len(keys)])

    def action_sort_reverse(self) -> None:
        """Turn the order round."""
        self.sort_by(self._column, flipped=not self._flipped)

    def action_go_to_best(self) -> None:
        """Go to the best finished trial."""
        if self._session is not None and self._session.best is not None:
            self.select(self._session.best.number)

    def action_follow_newest(self) -> None:
        """Follow the newest running trial, or stop following."""
        follows = not self._follows
        if follows and self._session is not None:
            newest = max(self._session.running, default=len(self._session.trials))
            if newest:
                self.select(newest)
        self._follows = follows
        self._paint()

    def action_filter(self) -> None:
        """Ask which trials to show, and say how many that is while it is typed."""
        trials = [] if self._session is None else self._session.trials

        def check(text: str) -> str:
            matches = self._parse(text).matches
            count = sum(map(matches, trials))
            return f"{format_count(count)} of {format_count(len(trials))} trials"

        def take(text: str | None) -> None:
            if text is not None:
                self.set_filter(text)

        ask = Ask("Which trials?", self._filter.text, check=check, detail=f"like {EXAMPLE}")
        self.app.push_screen(ask, take)

    def action_open_trial(self) -> None:
        """Ask for the detail of the selected trial."""
        if self.selected is not None:
            self.post_message(self.Opened(self.selected))

    # -- mouse -------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """Select a row (twice: open it), or sort by a heading."""
        x, y = event.get_content_offset_capture(self)
        number = self._number_on(y)
        if number is not None:
            self.select(number)
            if event.chain == 2:
                self.action_open_trial()
        elif y == 1 and (column := self._lines.column_at(x)) is not None:
            self.sort_by(column, flipped=column == self._column and not self._flipped)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Go down."""
        event.stop()
        self._go(self._view.row + _WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Go up."""
        event.stop()
        self._go(self._view.row - _WHEEL_ROWS)
