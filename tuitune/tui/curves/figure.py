"""The book's figure: the best trials as small multiples, their axes in common. Pure.

Plates like the one of "Deep Learning from Scratch", chapter 6: twenty panels, each a trial, solid
validation and dashed training, the best at the top left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tuitune.model.trial import Trial
from tuitune.tui.curves.series import Chart, MetricPair, Shown, make_chart
from tuitune.tui.formatting import Glyphs, short_score
from tuitune.tui.plotting import Line, draw_small_multiples, grid_of

FIGURE_TRIALS = 20
"""How many of the best the book shows."""


@dataclass(frozen=True)
class Page:
    """The panels in sight."""

    number: int
    """Counts from 0."""
    pages: int
    first: int
    """Place of the first panel among the best, from 0."""
    last: int
    """The place after the last panel."""
    grid: tuple[int, int]
    """Columns and rows; 0, 0 where not one panel fits."""


def page_of(trials: int, number: int, width: int, height: int) -> Page:
    """Return page `number`, or the nearest there is, of `trials` panels in `width` x `height`."""
    columns, rows = grid = grid_of(trials, width, height)
    size = columns * rows
    if size == 0:
        return Page(0, 0, 0, 0, (0, 0))
    pages = -(-trials // size)
    number = min(max(number, 0), pages - 1)
    return Page(number, pages, number * size, min((number + 1) * size, trials), grid)


def panel_title(rank: int, trial: Trial) -> str:
    """Return what stands above a panel: rank, number, score."""
    return f"{rank}. #{trial.number} {short_score(trial.score)}"


def figure_panels(
    trials: Sequence[Trial],
    pair: MetricPair,
    page: Page,
    *,
    shown: Shown,
    smoothed: bool,
    accuracy: bool,
    width: int,
    height: int,
) -> list[tuple[str, Chart]]:
    """Return title and chart of each panel of a page.

    The axes span all of `trials`, the best first, so that turning the page moves no axis;
    `width` x `height` is the area of the page in cells.
    """
    columns, rows = page.grid
    every = make_chart(
        trials,
        {},
        pair,
        shown=shown,
        smoothed=smoothed,
        accuracy=accuracy,
        width=width // max(columns, 1),
        height=height // max(rows, 1) - 1,
    )
    return [
        (
            panel_title(rank, trial),
            Chart(tuple(s for s in every.series if s.trial == trial.number), every.x, every.y),
        )
        for rank, trial in list(enumerate(trials, 1))[page.first : page.last]
    ]


def draw_figure(
    panels: Sequence[tuple[str, Chart]], page: Page, width: int, height: int, glyphs: Glyphs
) -> list[Line]:
    """Return the lines of a page, every panel in the size that it has on a full one."""
    return draw_small_multiples(panels, width, height, glyphs, grid=page.grid)
