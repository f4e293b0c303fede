"""The scatter below the zoomed ranges: score against the active parameter, with a cursor.

While it has the keys there is a cursor, and `[` and `]` put the ends of the range at it; keys that
it has no use for are those of the ranges pane that it stands in.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Literal

from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.strip import Strip
from textual.widget import Widget

from tuitune.space import Value, format_value
from tuitune.tui.formatting import Glyphs, safe_text
from tuitune.tui.frame.rule import title_rule
from tuitune.tui.keymap import SCATTER
from tuitune.tui.painting import changed_regions, inked_strip, text_strip
from tuitune.tui.plotting import SMALLEST, ChartError
from tuitune.tui.ranges.ribbon_data import Options
from tuitune.tui.ranges.scatter import Across, Drawing, draw
from tuitune.tui.ranges.state import RangesState

_INKS = ("done", "selected", "diverged", "range", "cursor")
_COARSE_CELLS = 10


class Scatter(Widget, can_focus=True):
    """A point for each trial that trained to its end, a cross at the bottom for each that failed.

    The columns of brackets are the ends of the draft.
    """

    DEFAULT_CSS = Path(__file__).with_suffix(".tcss").read_text("utf-8")
    BINDINGS: ClassVar[list[BindingType]] = [*SCATTER]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "scatter--frame",
        *(f"scatter--{ink}" for ink in _INKS),
    }

    def __init__(
        self,
        state: RangesState,
        glyphs: Glyphs,
        put: Callable[[Literal["low", "high"], Value], None],
    ) -> None:
        """`put` is called with the end of the range and the value that it is to have."""
        super().__init__(id="scatter")
        self._state = state
        self._glyphs = glyphs
        self._put = put
        self._name = ""
        self._share: float | None = None
        self._drawing: Drawing | None = None
        self._strips: list[Strip] = []

    @property
    def points(self) -> bool:
        """Whether the keys go here; known before the event of it, which keys may overtake."""
        return self.is_attached and self.screen.focused is self

    @property
    def value(self) -> Value | None:
        """The value at the cursor; None without one."""
        if self._drawing is None or not self.points:
            return None
        return self._drawing.across.value_at(self._cell(self._drawing.across))

    def _cell(self, across: Across) -> int:
        """Return the cursor's cell: it begins in the middle of the range, or at the option."""
        if self._share is None or self._name != self._state.name:
            self._name = self._state.name
            cell = across.home()
            if isinstance(across.axis, Options):
                option = across.axis.options[self._state.option_of(self._name)]
                cell = across.cell_of(option) or 0
            self._go(across, cell)
        assert self._share is not None
        return across.cell_at(self._share)

    def _go(self, across: Across, cell: int) -> None:
        self._share = cell / max(across.cells - 1, 1)
        if isinstance(across.axis, Options):
            self._state.go_to_option(across.option_at(cell))

    # -- drawing -----------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Return line `y` of the pane."""
        if len(self._strips) != self.size.height:
            self._strips = self._draw()
        if y < len(self._strips):
            return self._strips[y]
        return Strip.blank(self.size.width, self.rich_style)

    def paint(self) -> None:
        """Draw what the ranges pane shows now, and ask for the cells that differ."""
        width, height = self.size
        if not self.is_attached or not self.display or not width or not height:
            return
        old, self._strips = self._strips, self._draw()
        if len(old) == height and all(strip.cell_length == width for strip in old):
            if regions := changed_regions(old, self._strips):
                self.refresh(*regions)
        else:
            self.refresh()

    def _draw(self) -> list[Strip]:
        width, height = self.size
        state, glyphs = self._state, self._glyphs
        inks: dict[int, Style] = {0: self.get_component_rich_style("scatter--frame")}
        inks |= {i: self.get_component_rich_style(f"scatter--{n}") for i, n in enumerate(_INKS, 1)}
        lines = [[("", 0)] for _ in range(height - 1)]
        self._drawing = None
        if width >= SMALLEST[0] and height > SMALLEST[1]:
            try:
                self._drawing = self._draw_points(width, height - 1)
                lines = self._drawing.lines
            except ChartError as error:
                lines[0] = [(f" {error}", 0)]
        title = f"{safe_text(state.session.problem.metric)} by {safe_text(state.name)}"
        rule = title_rule(title, self._notes(), width, glyphs, focused=self.points)
        strips = [text_strip(rule, width, self.rich_style)]
        return [*strips, *(inked_strip(line, inks, width) for line in lines)][:height]

    def _draw_points(self, width: int, height: int) -> Drawing:
        """Draw once for the axis, and where there is a cursor once more with it."""
        drawing = draw(self._state, width, height, None, self._glyphs)
        if not self.points:
            return drawing
        self._cell(drawing.across)
        return draw(self._state, width, height, self._share, self._glyphs)

    def _notes(self) -> str:
        """Return the value at the cursor, and what the keys do."""
        value = self.value
        if value is None:
            return "p or a click points into it"
        p = self._state.parameter
        log = bool(getattr(p, "log", False))
        shown = safe_text(format_value(value, 3, log=log))
        assert self._drawing is not None
        if isinstance(self._drawing.across.axis, Options):
            return f"{shown} · h l · t on/off · esc"
        return f"{shown} · h l · [ low end ] high end · esc"

    def notify_style_update(self) -> None:
        """Draw in the colours of another theme."""
        super().notify_style_update()
        self._strips = []

    def on_resize(self) -> None:
        """Draw at the new size."""
        self._strips = []
        self.paint()

    def on_focus(self) -> None:
        """Show the cursor."""
        self.paint()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.paint()

    # -- actions and the mouse -----------------------------------------------------------------

    def action_step(self, cells: int) -> None:
        """Move the cursor by cells; in a choice, to the next option."""
        self._move(cells)

    def action_step_coarse(self, direction: int) -> None:
        """Move the cursor by ten cells."""
        self._move(direction * _COARSE_CELLS)

    def _move(self, cells: int) -> None:
        if self._drawing is not None:
            across = self._drawing.across
            self._go(across, across.step(self._cell(across), cells))
            self.paint()

    def action_put(self, side: Literal["low", "high"]) -> None:
        """Put an end of the range at the cursor."""
        value = self.value
        if value is not None:
            self._put(side, value)

    def action_leave(self) -> None:
        """Give the keys back to the ranges."""
        if isinstance(self.parent, Widget):
            self.screen.set_focus(self.parent)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Put the cursor where the pointer is."""
        event.stop()
        self.screen.set_focus(self)
        drawing = self._drawing
        if drawing is None:
            return
        cell = event.x - drawing.start
        if 0 <= cell < drawing.across.cells:
            self._cell(drawing.across)
            self._go(drawing.across, drawing.across.step(cell, 0))
            self.paint()
