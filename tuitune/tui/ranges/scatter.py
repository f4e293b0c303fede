"""What the scatter under the zoomed ranges shows: score against one parameter. Pure.

Its columns are those of the parameter's ribbon, so that the cursor, the brackets and the trials
stand where they stand above.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tuitune.space import Choice, FloatRange, IntRange, Parameter, Value, format_value
from tuitune.tui.curves import series
from tuitune.tui.curves.series import MetricPair, is_accuracy, value_axis
from tuitune.tui.formatting import ASCII, Glyphs, fit, safe_text
from tuitune.tui.plotting import Line, Mark, Upright, draw_scatter, plot_cells
from tuitune.tui.ranges.ribbon_data import Axis, Options, axis_of
from tuitune.tui.ranges.state import RangesState, snapped

DONE, SELECTED, DIVERGED, RANGE, CURSOR = range(5)
"""Colours of the drawing."""

MOST_SCORES = 1000
"""Of more scores the axis of scores looks at the quantiles."""


@dataclass(frozen=True)
class Across:
    """The horizontal axis: columns of cells and the values that they stand for."""

    parameter: Parameter
    """As drafted."""
    axis: Axis | Options
    cells: int

    def cell_of(self, value: Value) -> int | None:
        """Return the cell of a value; None outside of the axis."""
        column = self.axis.column(value)
        return None if column is None else self._cell(column)

    def _cell(self, column: int) -> int:
        if isinstance(self.axis, Axis):
            return column
        return min((2 * column + 1) * self.cells // (2 * self.axis.cells), self.cells - 1)

    def value_at(self, cell: int) -> Value:
        """Return the value of a cell, as a person would type it; of a choice, the option."""
        axis, p = self.axis, self.parameter
        if isinstance(axis, Options):
            return axis.options[self.option_at(cell)]
        assert isinstance(p, FloatRange | IntRange)
        return snapped(p, axis, min(max(cell, axis.first), axis.last))

    def option_at(self, cell: int) -> int:
        """Return the place of the option that a cell belongs to."""
        return min(max(cell * self.axis.cells // max(self.cells, 1), 0), self.axis.cells - 1)

    def step(self, cell: int, cells: int) -> int:
        """Return the cell `cells` further, 0 for the nearest; in a choice, the next option's."""
        axis = self.axis
        if isinstance(axis, Options):
            option = self.option_at(cell) + (cells > 0) - (cells < 0)
            return self._cell(min(max(option, 0), axis.cells - 1))
        return min(max(cell + cells, axis.first), axis.last)

    def cell_at(self, share: float) -> int:
        """Return the cell of a cursor at a share of the axis, 0 to 1."""
        return self.step(round(share * (self.cells - 1)), 0)

    def home(self) -> int:
        """Return the cell in the middle of the drafted range."""
        p, axis = self.parameter, self.axis
        if isinstance(axis, Options):
            return self._cell(0)
        assert isinstance(p, FloatRange | IntRange)
        low, high = axis.brackets(p.low, p.high)
        return self.step((low + high) // 2, 0)

    def drawn(self) -> series.Axis:
        """Return the axis as it is drawn, in cells, with ticks at round values."""
        axis, p = self.axis, self.parameter
        ticks: list[tuple[float, str]] = []
        if isinstance(axis, Options):
            room = max(self.cells // axis.cells - 1, 1)
            ticks = [
                (float(self._cell(place)), fit(safe_text(format_value(option)), room).strip())
                for place, option in enumerate(axis.options)
            ]
        else:
            log = axis.log
            round_ones = series.parameter_axis(axis.low, axis.high, log=log, width=self.cells)
            whole = isinstance(p, IntRange)
            values = [(v, t) for v, t in round_ones.ticks if not whole or v == int(v)]
            if len(values) < 2:
                values = [(v, format_value(v, 3, log=log)) for v in (axis.low, axis.high)]
            ticks = [(float(axis.clipped(value)), text) for value, text in values]
            if axis.zero:
                ticks.insert(0, (0.0, "0"))
        return series.Axis(0.0, float(max(self.cells - 1, 1)), tuple(ticks))


@dataclass(frozen=True)
class Drawing:
    """A scatter, drawn."""

    lines: list[Line]
    across: Across
    start: int
    """The cell of the pane where the columns begin."""


def draw(
    state: RangesState, width: int, height: int, cursor: float | None, glyphs: Glyphs
) -> Drawing:
    """Return the scatter of the active parameter in `width` x `height` cells.

    `cursor` is a share of the axis, 0 to 1; None for no cursor. Only trials that trained to their
    end have a point; those that failed are crosses at the bottom.
    """
    problem, name = state.session.problem, state.name
    gains = state.data.gains(name)
    scores = problem.sign * gains.done
    if len(scores) > MOST_SCORES:
        scores = np.quantile(scores, np.linspace(0.0, 1.0, MOST_SCORES))
    pair = MetricPair(problem.metric, problem.train_metric)
    y = value_axis(scores.tolist(), rows=height - 3, accuracy=is_accuracy(problem, pair))
    start, cells, rows = plot_cells(y, width, height)
    across = Across(state.parameter, axis_of(state.spanning(name), cells), cells)
    if isinstance(across.axis, Axis):
        across = Across(across.parameter, across.axis, across.axis.cells)
    marks = [*_marks(state, across, y, rows, glyphs)]
    place = None if cursor is None else across.cell_at(cursor)
    uprights = [*_uprights(across, place, glyphs)]
    lines = draw_scatter(marks, across.drawn(), y, width, height, glyphs, uprights=uprights)
    return Drawing(lines, across, start)


def _marks(
    state: RangesState, across: Across, y: series.Axis, rows: int, glyphs: Glyphs
) -> Iterator[Mark]:
    """Yield a mark for each cell that has trials, the selected trial last."""
    points = state.data.gains(state.name)
    for cell in {across.cell_of(value) for value in points.failed_values}:
        if cell is not None:
            yield Mark(float(cell), y.low, DIVERGED, glyphs.diverged)
    sign = state.session.problem.sign
    columns = across.axis.columns(points.done_values)
    span = max(y.high - y.low, 1e-300)
    shares = np.clip((sign * points.done - y.low) / span, 0.0, 1.0)
    heights = np.round(shares * (rows - 1)).astype(np.int64)
    inside = columns >= 0
    places = np.unique(np.stack([columns[inside], heights[inside]]), axis=1)
    option = [across.cell_of(o) for o in getattr(across.axis, "options", ())]
    for column, row in places.T.tolist():
        x = option[column] if option else column
        yield Mark(float(x or 0), y.low + row / max(rows - 1, 1) * span, DONE, glyphs.markers[0])
    trial = state.trial()
    score = None if trial is None else state.session.criterion.score(trial)
    if trial is not None and score is not None and state.name in trial.params:
        place = across.cell_of(trial.params[state.name])
        if place is not None and math.isfinite(score):
            yield Mark(float(place), score, SELECTED, glyphs.markers[4])


def _uprights(across: Across, cursor: int | None, glyphs: Glyphs) -> Iterator[Upright]:
    p, axis = across.parameter, across.axis
    if isinstance(axis, Axis) and isinstance(p, FloatRange | IntRange):
        low, high = axis.brackets(p.low, p.high)
        yield Upright(float(low), RANGE, glyphs.low)
        yield Upright(float(high), RANGE, glyphs.high)
    elif isinstance(p, Choice):
        for option in p.options:
            if p.contains(option) and (cell := across.cell_of(option)) is not None:
                yield Upright(float(cell), RANGE, "." if glyphs is ASCII else "┊")
    if cursor is not None:
        yield Upright(float(cursor), CURSOR, "|" if glyphs is ASCII else "│")
