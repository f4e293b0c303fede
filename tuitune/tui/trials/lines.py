"""The lines of the trial table: title, headings, a row for each trial. It knows no cursor keys."""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import set_cell_size
from rich.style import Style
from textual.strip import Strip

from tuitune.model import Session
from tuitune.model.trial import Trial, TrialState
from tuitune.tui.curves.series import MOST_CURVES
from tuitune.tui.formatting import Glyphs, fit
from tuitune.tui.frame.arrange import TITLES
from tuitune.tui.frame.rule import title_rule
from tuitune.tui.painting import text_strip, to_strip
from tuitune.tui.trials.columns import Column, Columns, columns_of

PREFIX = 2
"""Cells before the columns: cursor and curve marker."""

PARTS = (
    *("header", "running", "dim", "failed", "cursor", "hint"),
    *(f"curve-{slot + 1}" for slot in range(MOST_CURVES)),
)
"""What `style` is asked for."""

_DIM = frozenset({TrialState.QUEUED, TrialState.PRUNED, TrialState.STOPPED, TrialState.INTERRUPTED})


class TrialLines:
    """Turns trials into strips; `style` gives the full style of a part, of the pane for ""."""

    def __init__(self, glyphs: Glyphs, style: Callable[[str], Style]) -> None:
        self._glyphs = glyphs
        self._style = style
        self._columns = Columns((), (), ())
        self._shown: list[Column] = []
        self._more_after = False
        self._depends: tuple[object, ...] = ()
        self.first = 0
        """First of the columns that scroll sideways; `lay_out` keeps it in range."""

    def forget(self) -> None:
        """Choose the columns anew next time."""
        self._depends = ()

    def lay_out(self, session: Session, width: int, *, wide_state: bool, mixed: bool) -> bool:
        """Choose the columns for `width` cells (see `columns_of`); return whether they changed."""
        depends = (
            width,
            wide_state,
            len(session.revisions),
            session.current,
            len(str(len(session.trials))),
            len(str(len(session.rounds))),
            session.criterion,
            len(session.finishes),
            mixed,
        )
        if self._depends == (*depends, self.first):
            return False
        self._columns = columns_of(session, self._glyphs, wide_state=wide_state, mixed=mixed)
        last = self._columns.last_first(width - PREFIX)
        self.first = min(max(self.first, 0), last)
        self._shown, count = self._columns.visible(width - PREFIX, self.first)
        self._more_after = self.first + count < len(self._columns.scrolling)
        self._depends = (*depends, self.first)
        return True

    @property
    def sortable(self) -> list[str]:
        """Keys of the columns that can be sorted by, from left to right."""
        columns = self._columns
        every = (*columns.leading, *columns.scrolling, *columns.closing)
        return [column.key for column in every if column.key != "flags"]

    def column_at(self, x: int) -> str | None:
        """Return the key of the column in cell `x` of a line; None where it can't be sorted by."""
        end = PREFIX
        for column in self._shown:
            start, end = end, end + column.width + 1
            if start <= x < end:
                return None if column.key == "flags" else column.key
        return None

    def sort_note(self, key: str, ascends: bool) -> str:
        """Return what the title says about the order."""
        columns = self._columns
        every = (*columns.leading, *columns.scrolling, *columns.closing)
        title = next((c.title for c in every if c.key == key and c.title), key)
        return f"{title} {self._arrow(ascends)}"

    def _arrow(self, ascends: bool) -> str:
        return self._glyphs.up if ascends else self._glyphs.down

    # -- lines -------------------------------------------------------------------------------

    def title(self, notes: str, width: int, *, focused: bool, tabs: tuple[str, ...]) -> Strip:
        """Return the pane's title rule."""
        title = TITLES["trials"]
        text = title_rule(title, notes, width, self._glyphs, focused=focused, tabs=tabs)
        return text_strip(text, width, self._style(""))

    def header(self, sorted_by: str, ascends: bool, width: int) -> Strip:
        """Return the headings, with signs where more columns are to either side."""
        glyphs = self._glyphs
        parts = [" " * (PREFIX - 1) + (glyphs.before if self.first else " ")]
        for column in self._shown:
            mark = self._arrow(ascends) if column.key == sorted_by else ""
            parts.append(" " + column.heading(mark, glyphs.ellipsis))
        text = "".join(parts)
        if self._more_after:
            text = set_cell_size(text, width - 1) + glyphs.after
        style = self._style("header")
        return to_strip([(text, style)], width, style)

    def trial(
        self,
        trial: Trial,
        width: int,
        *,
        selected: bool,
        slot: int | None,
        marked: bool,
        ruled: bool,
        short: bool,
    ) -> Strip:
        """Return the row of a trial; `slot` is its curve's marker and colour.

        The mark of a trial that is to be compared stands before its number. A rule stands under
        the last one of those that are ranked where `short` ones follow, which are too short for it.
        """
        glyphs = self._glyphs
        style = self._row_style(trial.state, selected, short) + Style(underline=ruled or None)
        marker, marker_style = " ", style
        if slot is not None:
            marker = glyphs.markers[slot]
            marker_style = style + Style(color=self._style(f"curve-{slot + 1}").color)
        cells = "".join(
            " " + fit(c.cell(trial), c.width, right=c.right, ellipsis=glyphs.ellipsis)
            for c in self._shown
        )
        if marked:
            cells = glyphs.mark + cells[1:]
        cursor = glyphs.cursor if selected else " "
        return to_strip([(cursor, style), (marker, marker_style), (cells, style)], width, style)

    def hint(self, text: str, width: int) -> Strip:
        """Return a line without a trial."""
        blank = " " * PREFIX
        return to_strip(
            [(blank + text if text else "", self._style("hint"))], width, self._style("")
        )

    def _row_style(self, state: TrialState, selected: bool, short: bool) -> Style:
        if state is TrialState.RUNNING:
            style = self._style("running")
        elif state is TrialState.FAILED:
            style = self._style("failed")
        else:
            style = self._style("dim" if short or state in _DIM else "")
        if selected:
            style = style + Style(bgcolor=self._style("cursor").bgcolor, bold=True)
        return style
