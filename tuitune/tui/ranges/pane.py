"""The ranges pane: a ribbon for each parameter, edited by keys and mouse.

It draws its own lines and keeps them, so that only the cells that differ reach the terminal. What
it knows is `RangesState`, how it looks `ranges_lines`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from time import monotonic
from typing import ClassVar, Literal

from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from tuitune.advice import Advice, Verdict, next_trials, preview
from tuitune.engine import Reason
from tuitune.model import Session
from tuitune.space import Choice, Value
from tuitune.tui.formatting import UNICODE, Glyphs
from tuitune.tui.frame.arrange import TITLES
from tuitune.tui.frame.rule import Tabbed, title_rule
from tuitune.tui.keymap import RANGES
from tuitune.tui.painting import changed_regions, text_strip, to_strip
from tuitune.tui.ranges.actions import RangesActions
from tuitune.tui.ranges.draft import Draft
from tuitune.tui.ranges.entry import Entry
from tuitune.tui.ranges.lines import (
    Window,
    draw_pane,
    open_window,
    preview_text,
    ribbon_of,
    title_notes,
)
from tuitune.tui.ranges.ribbon_chips import chips
from tuitune.tui.ranges.ribbon_data import Axis
from tuitune.tui.ranges.ribbon_layout import pane_height, scatter_height
from tuitune.tui.ranges.ribbon_view import ROLES
from tuitune.tui.ranges.ribbon_words import plain_ascii
from tuitune.tui.ranges.scatter_pane import Scatter
from tuitune.tui.ranges.state import RangesState

AT_ONCE_TRIALS = 2000
"""With so many trials the preview is worked out at every key, with more after a moment's rest."""
PREVIEW_SECONDS = 0.2


class Ranges(Tabbed, RangesActions, can_focus=True):
    """All parameters of a session as ribbons; the keys change a draft of their ranges."""

    DEFAULT_CSS = Path(__file__).with_suffix(".tcss").read_text("utf-8")

    BINDINGS: ClassVar[list[BindingType]] = [*RANGES]

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"ranges--{role}" for role in ROLES}

    class DraftChanged(Message):
        """The ranges on the screen are others than before."""

    class Committed(Message):
        """The draft is to become the next revision."""

    class Refused(Message):
        """A key could not be obeyed: one sentence."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(
        self,
        session: Session,
        *,
        glyphs: Glyphs = UNICODE,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.state = RangesState(session)
        self._glyphs = glyphs
        self._entry = Entry(lambda name, text: self.state.judge(name, text), glyphs)
        self._scatter = Scatter(self.state, glyphs, self._put_handle)
        self._zoomed = False
        self._top = 0
        self._window: Window | None = None
        self._ribbon_rows = 0
        self._strips: list[Strip] = []
        self._styles: dict[str, Style] = {}
        self._preview = ""
        self._preview_timer: Timer | None = None
        self._drag: tuple[str, Literal["low", "high"], float] | None = None

    def compose(self) -> ComposeResult:
        """The scatter and the line for exact entry; the pane draws the ribbons itself."""
        yield self._scatter
        yield self._entry

    # -- what it shows -----------------------------------------------------------------------

    @property
    def draft(self) -> Draft:
        """The ranges as edited."""
        return self.state.draft

    @property
    def selected_trial(self) -> int | None:
        """The trial that is marked in every ribbon."""
        return self.state.selected_trial

    @selected_trial.setter
    def selected_trial(self, number: int | None) -> None:
        if number != self.state.selected_trial:
            self.state.selected_trial = number
            self.paint()

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """The verdict on each parameter, where there is one."""
        return self.state.verdicts

    @verdicts.setter
    def verdicts(self, verdicts: Mapping[str, Verdict]) -> None:
        self.state.verdicts = dict(verdicts)
        self.paint()

    def show_advice(self, advice: Advice | None) -> None:
        """Show the verdicts of an advice, and keep its bold alternatives for `b`; None: not yet."""
        self.state.bold_verdicts = dict(advice.bold) if advice else {}
        self.verdicts = advice.verdicts if advice else {}

    def show_session(self, session: Session) -> None:
        """Show another session, or the same one after its revisions or rounds changed."""
        before = self.draft.space
        self.state.show_session(session)
        if self.draft.space != before and self._entry.is_open:
            self._close_entry()
        self._renew_preview()
        self.paint()

    def update_trials(self, numbers: Iterable[int]) -> None:
        """Show what became of these trials; the rest is as it was."""
        state = self.state
        for number in numbers:
            state.data.update(state.session.trial(number))
        self._renew_preview()
        self.paint()

    def height_for(self, width: int, rows_available: int) -> int:
        """Return how many lines, of those available, the pane makes use of."""
        verdicts = bool(self.state.verdicts)
        return pane_height(len(self.state.names), width, rows_available, verdicts=verdicts)

    @property
    def zoomed(self) -> bool:
        """Whether the pane has the whole screen, and so a scatter below its ribbons."""
        return self._zoomed

    @zoomed.setter
    def zoomed(self, zoomed: bool) -> None:
        if zoomed != self._zoomed:
            self._zoomed = zoomed
            self._divide()

    def _divide(self) -> None:
        """Share the lines between ribbons and scatter."""
        width, height = self.size
        most = scatter_height(height) if self._zoomed else 0
        below = height - self.height_for(width, height - most) if most else 0
        self._ribbon_rows = height - below
        self._scatter.display = below > 0
        self._scatter.styles.height = below
        self._entry.styles.offset = (0, -below)
        self._strips = []
        self.paint()

    def reasons(self) -> dict[str, Reason]:
        """Return why parameters were changed, where a proposal was taken."""
        return self.state.reasons()

    # -- the draft ---------------------------------------------------------------------------

    def undo(self) -> bool:
        """Take the last step of the draft back; return whether there was one."""
        return self._stepped(self.draft.undo())

    def redo(self) -> bool:
        """Do the step again that was undone last; return whether there was one."""
        return self._stepped(self.draft.redo())

    def _stepped(self, stepped: bool) -> bool:
        if stepped:
            self.changed()
        return stepped

    def changed(self) -> None:
        """Draw the pane after the draft changed, and say so."""
        self._renew_preview()
        self.paint()
        self.post_message(self.DraftChanged())

    def refuse(self, text: str) -> None:
        """Say why a key did nothing."""
        self.post_message(self.Refused(text))

    def announce_commit(self) -> None:
        """Say that the draft is to be committed."""
        self.post_message(self.Committed())

    def _renew_preview(self) -> None:
        """Work out what the draft would do, now or when the keys rest."""
        if not self.draft.is_changed:
            self._preview = ""
        elif len(self.state.session.trials) <= AT_ONCE_TRIALS:
            self._preview = self._work_out_preview()
        elif self._preview_timer is None and self.is_attached:
            self._preview_timer = self.set_timer(PREVIEW_SECONDS, self._show_preview)

    def _show_preview(self) -> None:
        self._preview_timer = None
        if self.draft.is_changed:
            self._preview = self._work_out_preview()
        self.paint()

    def _work_out_preview(self) -> str:
        session = self.state.session
        trials = next_trials(session, self.draft.space, self.state.verdicts)
        seen = preview(session, self.draft.space, trials=trials, workers=session.workers or 1)
        return preview_text(seen)

    # -- exact entry -------------------------------------------------------------------------

    def open_entry(self, end: Literal["low", "high"] | None) -> None:
        """Begin exact entry, of one end or of the whole range."""
        self._entry.open(self.state.name, end)

    def on_entry_entered(self, event: Entry.Entered) -> None:
        """Take what was typed."""
        event.stop()
        if self.attempt(lambda: self.state.enter(event.name, event.text, monotonic())):
            self._close_entry()

    def on_entry_failed(self, event: Entry.Failed) -> None:
        """Say what is wrong with it; it stays to be mended."""
        event.stop()
        self.refuse(event.text)

    def on_entry_left(self, event: Entry.Left) -> None:
        """Go back to the ribbons."""
        event.stop()
        self._close_entry()

    def _put_handle(self, side: Literal["low", "high"], value: Value) -> None:
        self.attempt(lambda: self.state.put_handle(side, value, monotonic()))

    def action_point(self) -> None:
        """Point into the scatter."""
        if self._scatter.display:
            self.screen.set_focus(self._scatter)
        else:
            self.refuse(f"z first: the zoomed ranges show a scatter of {self.state.name} below")

    def _close_entry(self) -> None:
        had_keys = self._entry.has_focus_within
        self._entry.close()
        if had_keys:
            self.focus()

    # -- drawing -----------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Return line `y` of the pane."""
        width, height = self.size.width, self._ribbon_rows
        if len(self._strips) != height or (height and self._strips[0].cell_length != width):
            self._strips = self._draw()
        if y < len(self._strips):
            return self._strips[y]
        return Strip.blank(width, self.rich_style)

    def paint(self) -> None:
        """Draw the pane, and ask for the cells that differ."""
        width, height = self.size.width, self._ribbon_rows
        if not self.is_attached or width == 0 or height == 0:
            return
        old = self._strips
        self._strips = self._draw()
        if len(old) == height and all(strip.cell_length == width for strip in old):
            regions = changed_regions(old, self._strips)
            if regions:
                self.refresh(*regions)
        else:
            self.refresh()
        self._scatter.paint()

    def draw_title(self) -> None:
        """Draw the title anew."""
        self.paint()

    def _draw(self) -> list[Strip]:
        width, height = self.size.width, self._ribbon_rows
        if width == 0 or height == 0:
            return []
        state, glyphs = self.state, self._glyphs
        window = self._window = open_window(state, width, height, self._top)
        self._top = window.top
        style = self.rich_style
        notes = plain_ascii(title_notes(state, window), glyphs)
        title = title_rule(
            TITLES["ranges"],
            notes,
            width,
            glyphs,
            focused=self.has_focus_within,
            tabs=self.tabs,
        )
        strips = [text_strip(title, width, style)]
        for line in draw_pane(state, window, height, self._preview, glyphs):
            runs = ((text, self._style(role)) for text, role in line)
            strips.append(to_strip(runs, width, style))
        return strips[:height]

    def _style(self, role: str) -> Style:
        """Return the full style of a role of one or more words."""
        style = self._styles.get(role)
        if style is None:
            first, *more = (f"ranges--{word}" for word in role.split())
            style = self.get_component_rich_style(first)
            for name in more:
                style += self.get_component_rich_style(name, partial=True)
            self._styles[role] = style
        return style

    def notify_style_update(self) -> None:
        """Draw in the colours of another theme."""
        super().notify_style_update()
        self._styles = {}
        self._strips = []

    def on_resize(self) -> None:
        """Draw at the new size."""
        self._divide()

    def on_focus(self) -> None:
        """Show that the keys go here; to the line, where somebody was typing."""
        if self._entry.is_open:
            self._entry.take_focus()
        self.paint()

    def on_blur(self) -> None:
        """Show that the keys go elsewhere."""
        self.paint()

    # -- the mouse ---------------------------------------------------------------------------

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Choose a parameter; move its nearest handle to the pointer, or switch a chip."""
        window = self._window
        place = window.parameter_at(event.y) if window is not None else None
        if window is None or place is None:
            return
        self.state.step_parameter(place - self.state.active)
        name = self.state.name
        layout = window.layout
        ribbon = ribbon_of(self.state, name, layout)
        if isinstance(self.state.parameter, Choice):
            self._click_chip(event.x - layout.name)
            return
        axis, column = ribbon.columns.axis, event.x - layout.axis_x
        if isinstance(axis, Axis) and axis.start <= column < axis.cells:
            side = self.state.nearest_handle(name, axis, column)
            self.state.handle = side
            self._drag = (name, side, monotonic())
            self.capture_mouse()
            self._drag_to(column)
        self.paint()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Move the handle with the pointer."""
        if self._drag is not None and self._window is not None:
            self._drag_to(event.x - self._window.layout.axis_x)

    def on_mouse_up(self, _event: events.MouseUp) -> None:
        """Let the handle go."""
        if self._drag is not None:
            self._drag = None
            self.release_mouse()

    def _drag_to(self, column: int) -> None:
        if self._drag is None or self._window is None:
            return
        name, side, since = self._drag
        axis = ribbon_of(self.state, name, self._window.layout).columns.axis
        if not isinstance(axis, Axis):
            return
        column = min(max(column, axis.start), axis.cells - 1)
        if not self.attempt(lambda: self.state.drag(name, side, axis, column, since)):
            self._drag = None
            self.release_mouse()

    def _click_chip(self, x: int) -> None:
        assert self._window is not None
        layout = self._window.layout
        for chip in chips(ribbon_of(self.state, self.state.name, layout), layout, self._glyphs):
            if chip.start <= x < chip.start + chip.width:
                self.state.go_to_option(chip.option)
                self.action_toggle_option()
        self.paint()
