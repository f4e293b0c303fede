"""Where the parts of a ribbon stand in a pane of a given size. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len

from tuitune.space import Choice, Parameter, format_value
from tuitune.tui.ranges.ribbon_data import MIN_CELLS

NUMBERS = 18
"""Cells for a range in numbers, the blank before and the mark of a change included."""

FRAME_ROWS = 2
"""The title above the ribbons and the line below them."""


@dataclass(frozen=True)
class Layout:
    """Widths in cells, from left to right; together `width`."""

    width: int
    rows: int
    """Lines a parameter, 1 to 4: one; bars and axis; the suggestion above; words below."""
    name: int
    """The mark of the active parameter, its name, a blank."""
    low: int
    """The number at the left end of the axis with its blank; 0 where there is no room."""
    cells: int
    """The axis."""
    high: int
    numbers: int
    verdict: int
    """Words of the verdict beside the ribbon; 0 where there are none."""

    @property
    def axis_x(self) -> int:
        """Where the axis begins."""
        return self.name + self.low

    @property
    def chips(self) -> int:
        """Cells for the options of a choice: from the name to the numbers."""
        return self.low + self.cells + self.high

    @property
    def axis_line(self) -> int:
        """Which line of a parameter has its handles."""
        return {1: 0, 2: 1}.get(self.rows, 2)


SCATTER_ROWS = 6
"""The fewest lines of a scatter, its title included."""


def rows_for(parameters: int, width: int, body: int, *, verdicts: bool) -> int:
    """Return the lines a parameter gets where `body` lines are free for all of them.

    Three or four have the suggestion of a verdict on top, and are for panes that show verdicts;
    a narrow pane takes the words of it below the ribbon, a wide one beside it.
    """
    choices = [(2, True), (3, verdicts), (4, verdicts and width < 130)]
    fitting = [rows for rows, useful in choices if useful and parameters * rows <= body]
    return max(fitting, default=1)


def pane_height(parameters: int, width: int, most: int, *, verdicts: bool) -> int:
    """Return how many lines of at most `most` the pane takes, title and last line included."""
    body = max(most - FRAME_ROWS, 1)
    rows = rows_for(parameters, width, body, verdicts=verdicts)
    return min(parameters * rows + FRAME_ROWS, max(most, 1))


def scatter_height(height: int) -> int:
    """Return the most lines of a zoomed pane that go to the scatter below the ribbons."""
    most = max(height * 3 // 5, SCATTER_ROWS)
    return most if height - most >= FRAME_ROWS + 1 else 0


def plan_layout(
    width: int, rows: int, spanning: Iterable[tuple[str, Parameter]], *, verdicts: bool
) -> Layout:
    """Return the layout for parameters given by name and axis (`space.union_axis`)."""
    named = list(spanning)
    longest = max((cell_len(name) for name, _ in named), default=0)
    name = min(longest, max(width // 6, 4)) + 2
    if rows > 1:
        name = max(name, 8)  # "linear" stands under the name
    numbers = NUMBERS if width >= 60 else min(NUMBERS, max(width * 2 // 5, 0))
    low = high = 0
    if width >= 60:
        ends = [end_labels(p) for _, p in named]
        low = max((len(left) for left, _ in ends), default=0) + 1
        high = max((len(right) for _, right in ends), default=0) + 1
    verdict = 0
    rest = width - name - low - high - numbers
    if verdicts and rows == 1 and width >= 76:
        verdict = 6 if width < 110 else 20
    elif verdicts and rows in (2, 3) and rest >= 60:
        verdict = min(rest * 2 // 5, 60)
    cells = max(rest - verdict, MIN_CELLS + 2)
    # What a very narrow pane can't hold is cut off at the right: the numbers last.
    surplus = name + low + cells + high + numbers + verdict - width
    return Layout(width, rows, name, low, cells, high, max(numbers - max(surplus, 0), 0), verdict)


def end_labels(spanning: Parameter) -> tuple[str, str]:
    """Return the numbers at the ends of an axis; empty for a choice."""
    if isinstance(spanning, Choice):
        return "", ""
    log = spanning.log
    return format_value(spanning.low, 3, log=log), format_value(spanning.high, 3, log=log)
