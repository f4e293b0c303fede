"""Charts as lines of inked text; the only file that knows plotext.

plotext 6.1 draws with a native kernel that ends the process on a NaN in a line, eats memory on a
value outside of fixed limits, and fails in worse ways on bad colours. So it only ever sees numbers
from 0 to 1 on axes from 0 to 1, sizes within `MOST_COLUMNS` x `MOST_ROWS`, and colours that are
names of ours (`_FIRST_COLOUR` + slot), which come back as *inks*: the widget decides what an ink
looks like. There is no dashed line in it, so dashes, like gaps, are points that are not connected.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from tuitune.errors import TuiTuneError, plain
from tuitune.tui.curves.series import MOST_CURVES, Axis, Chart, Series
from tuitune.tui.formatting import ASCII, Glyphs, fit

Run = tuple[str, int]
"""Text and its ink: 0 the frame, 1 to `MOST_CURVES` a curve's slot + 1."""

Line = list[Run]

FRAME = 0
MOST_COLUMNS, MOST_ROWS = 600, 200
SMALLEST = (12, 5)
"""Columns and rows below which there is no room for a frame and a curve."""

PANEL = (24, 8)
"""Smallest columns and rows of one of several panels, its title line included."""

_FIRST_COLOUR = 16
_DASHES = (1.5, 1.0)
"""Cells of a dash and of the gap after it."""

_ASCII_DASHES = (0.01, 2.0)
_ESCAPE = re.compile(r"\x1b\[([0-9;]*)m")
_TO_ASCII = str.maketrans("┌┐└┘─│├┤┬┴┼", "++++-|+++++")


class ChartError(TuiTuneError):
    """A chart could not be drawn; the rest of the screen is unharmed."""


@dataclass
class _Path:
    """Points in 0..1 x 0..1, each with whether a line comes to it from the one before."""

    ink: int
    points: list[tuple[float, float]] = field(default_factory=list)
    joined: list[bool] = field(default_factory=list)
    marker: str = ""
    """Empty: the finest dots there are."""

    def add(self, x: float, y: float, joined: bool) -> None:
        self.points.append((x, y))
        self.joined.append(joined)


def draw_curves(chart: Chart, width: int, height: int, glyphs: Glyphs) -> list[Line]:
    """Return `height` lines of `width` cells: solid validation, dashed training, marked ends.

    Too small an area gives blanks. Raises `ChartError` where plotext refuses.
    """
    columns, rows = _canvas(chart.y, width, height)
    dashes = _ASCII_DASHES if glyphs is ASCII else _DASHES
    paths: list[_Path] = []
    for series in chart.series[-2 * MOST_CURVES :]:
        marker = glyphs.markers[series.slot % MOST_CURVES] if glyphs is ASCII else ""
        for stretch in _stretches(series, chart.x, chart.y, columns):
            path = _Path(_ink(series.slot), marker=marker)
            if series.kind == "training":
                _dash(path, stretch, columns, rows, dashes)
            else:
                for index, (x, y) in enumerate(stretch):
                    path.add(x, y, index > 0)
            paths.append(path)
    paths += _end_marks(chart, columns, glyphs)
    return _draw(paths, chart.x, chart.y, width, height, glyphs)


class Mark(NamedTuple):
    """A point of a scatter."""

    x: float | None
    y: float | None
    slot: int
    """Its colour; -1 for the frame's."""
    glyph: str
    """One character."""


class Upright(NamedTuple):
    """A vertical line of a scatter, from the bottom to the top."""

    x: float
    slot: int
    glyph: str
    """The character of each of its cells."""


def draw_scatter(
    points: Iterable[Mark],
    x: Axis,
    y: Axis,
    width: int,
    height: int,
    glyphs: Glyphs,
    *,
    uprights: Iterable[Upright] = (),
) -> list[Line]:
    """Return the drawing of points over vertical lines, a score against a parameter for instance.

    Points that have no place on the axes (None, not finite, not positive on a log axis) are left
    out, those beyond an end stand on it; the last of several in one cell is seen.
    """
    paths: list[_Path] = []
    rows = _canvas(y, width, height)[1]
    for line in uprights:
        if (ux := _unit(line.x, x)) is not None:
            path = _Path(_ink(line.slot), marker=line.glyph)
            for row in range(rows):
                path.add(ux, row / max(rows - 1, 1), False)
            paths.append(path)
    marks: list[_Path] = []
    for mark in points:
        ux, uy = _unit(mark.x, x), _unit(mark.y, y)
        if ux is None or uy is None:
            continue
        path = _Path(_ink(mark.slot) if mark.slot >= 0 else FRAME, marker=mark.glyph)
        path.add(ux, uy, False)
        marks.append(path)
    return _draw([*paths, *_merged(marks)], x, y, width, height, glyphs)


def plot_cells(y: Axis, width: int, height: int) -> tuple[int, int, int]:
    """Return where the cells inside of a frame begin, and how many columns and rows they are."""
    columns, rows = _canvas(y, width, height)
    return width - columns - 1, columns, rows


def draw_small_multiples(
    panels: Sequence[tuple[str, Chart]],
    width: int,
    height: int,
    glyphs: Glyphs,
    *,
    grid: tuple[int, int] | None = None,
) -> list[Line]:
    """Return a grid of charts, each under its title, as many as fit; the first at the top left.

    `grid` are the columns and rows of a full page, for one that is not full (see `grid_of`).
    """
    width, height = max(width, 0), max(height, 0)
    columns, rows = grid_of(len(panels), width, height) if grid is None else grid
    if columns == 0:
        return [[(" " * width, FRAME)] for _ in range(height)]
    lines: list[Line] = []
    panel_height, spare_rows = divmod(height, rows)
    panel_width = width // columns
    for row in range(rows):
        tall = panel_height + (row < spare_rows)
        band: list[Line] = [[] for _ in range(tall)]
        for title, chart in panels[row * columns : (row + 1) * columns]:
            band[0].append((fit(f" {title}", panel_width, ellipsis=glyphs.ellipsis), FRAME))
            drawn = _panel(chart, panel_width, tall - 1, glyphs)
            for line, runs in zip(band[1:], drawn, strict=True):
                line.extend(runs)
        for line in band:
            missing = width - sum(len(text) for text, _ in line)
            if missing:
                line.append((" " * missing, FRAME))
        lines.extend(band)
    return lines


@lru_cache(maxsize=64)
def _panel(chart: Chart, width: int, height: int, glyphs: Glyphs) -> list[Line]:
    """Return `draw_curves`, kept: while trials run, most panels stay as they were."""
    return draw_curves(chart, width, height, glyphs)


def grid_of(panels: int, width: int, height: int) -> tuple[int, int]:
    """Return columns and rows of a grid with room for at most `panels` charts; 0, 0 for none."""
    most_columns, most_rows = width // PANEL[0], height // PANEL[1]
    if panels <= 0 or most_columns == 0 or most_rows == 0:
        return 0, 0
    shown = min(panels, most_columns * most_rows)
    rows = max(math.ceil(shown / most_columns), min(most_rows, math.ceil(math.sqrt(shown / 2))))
    return math.ceil(shown / rows), rows


def parse_ansi(text: str) -> list[Line]:
    """Return lines of runs of what plotext printed: 256-colour codes become inks."""
    lines: list[Line] = []
    for printed in text.split("\n"):
        line: Line = []
        ink = FRAME
        parts = _ESCAPE.split(printed)
        for index, part in enumerate(parts):
            if index % 2:
                ink = _ink_after(part, ink)
            elif part:
                shown = part if part.isprintable() else plain(part)
                if line and line[-1][1] == ink:
                    line[-1] = (line[-1][0] + shown, ink)
                else:
                    line.append((shown, ink))
        lines.append(line)
    return lines


# -- numbers made safe --------------------------------------------------------------------------


def _ink(slot: int) -> int:
    return slot % MOST_CURVES + 1


def _unit(value: float | None, axis: Axis) -> float | None:
    """Return the place of `value` on `axis` from 0 to 1; None where it has none."""
    if value is None or not math.isfinite(value):
        return None
    low, high = axis.low, axis.high
    if axis.log:
        if value <= 0 or low <= 0:
            return None
        value, low, high = math.log10(value), math.log10(low), math.log10(high)
    # Halves: the span of two huge floats is not a float.
    span = high / 2 - low / 2
    if not math.isfinite(span) or span <= 0:
        return 0.5
    return min(max((value / 2 - low / 2) / span, 0.0), 1.0)


def _stretches(series: Series, x: Axis, y: Axis, columns: int) -> list[list[tuple[float, float]]]:
    """Return the unbroken pieces of a curve as points, not many more than can be seen."""
    stretches: list[list[tuple[float, float]]] = [[]]
    for epoch, value in enumerate(series.values, 1):
        ux, uy = _unit(float(epoch), x), _unit(value, y)
        if ux is None or uy is None:
            if stretches[-1]:
                stretches.append([])
        else:
            stretches[-1].append((ux, uy))
    return [_thinned(stretch, 2 * columns) for stretch in stretches if stretch][:MOST_COLUMNS]


def _thinned(points: list[tuple[float, float]], most: int) -> list[tuple[float, float]]:
    """Return at most about twice `most` points: of each bucket, the lowest and the highest."""
    if len(points) <= 2 * most or most < 1:
        return points
    kept = [points[0]]
    size = len(points) / most
    for bucket in range(most):
        part = points[int(bucket * size) : int((bucket + 1) * size)]
        if part:
            ends = {min(part, key=lambda p: p[1]), max(part, key=lambda p: p[1])}
            kept.extend(sorted(ends))
    kept.append(points[-1])
    return kept


def _dash(
    path: _Path,
    points: list[tuple[float, float]],
    columns: int,
    rows: int,
    dashes: tuple[float, float],
) -> None:
    """Add a polyline to `path` in dashes of even length on the screen."""
    path.add(*points[0], False)
    drawing, left = True, dashes[0]
    for (x0, y0), (x1, y1) in pairwise(points):
        # A cell is about twice as tall as it is wide.
        length = math.hypot((x1 - x0) * columns, (y1 - y0) * rows * 2)
        done = 0.0
        while length - done > left:
            done += left
            share = done / length
            path.add(x0 + share * (x1 - x0), y0 + share * (y1 - y0), drawing)
            drawing = not drawing
            left = dashes[0] if drawing else dashes[1]
        left -= length - done
        if drawing:
            path.add(x1, y1, True)


def _end_marks(chart: Chart, columns: int, glyphs: Glyphs) -> list[_Path]:
    """Return each trial's marker at the end of its curve, and once on the way there.

    On the way each stands elsewhere, so that curves which end together can be told apart.
    """
    marks: list[_Path] = []
    curves = {series.trial: series for series in chart.series}
    for series in curves.values():
        places = [
            (epoch, value) for epoch, value in enumerate(series.values, 1) if value is not None
        ]
        if not places:
            continue
        middle = len(places) * _ink(series.slot) // (MOST_CURVES + 2)
        chosen = {places[middle], places[-1]} if columns >= 24 else {places[-1]}
        for epoch, value in sorted(chosen):
            x, y = _unit(float(epoch), chart.x), _unit(value, chart.y)
            if x is not None and y is not None:
                mark = _Path(_ink(series.slot), marker=glyphs.markers[series.slot % MOST_CURVES])
                mark.add(x, y, False)
                marks.append(mark)
    return marks


def _merged(paths: list[_Path]) -> list[_Path]:
    """Return single points of one look as one path each: a call to the kernel costs."""
    groups: dict[tuple[int, str], _Path] = {}
    for path in paths:
        group = groups.setdefault((path.ink, path.marker), _Path(path.ink, marker=path.marker))
        for x, y in path.points:
            group.add(x, y, False)
    return list(groups.values())


def _canvas(y: Axis, width: int, height: int) -> tuple[int, int]:
    """Return columns and rows inside of the frame."""
    labels = max((len(label) for _, label in y.ticks), default=0)
    return max(width - labels - 2, 1), max(height - 3, 1)


# -- plotext --------------------------------------------------------------------------------------


@cache
def _plotext() -> Any:
    """Return plotext, imported at the first drawing: it takes a fifth of a second."""
    import plotext

    plotext.terminal.limit(False, False)
    return plotext


def _draw(
    paths: list[_Path], x: Axis, y: Axis, width: int, height: int, glyphs: Glyphs
) -> list[Line]:
    """Return the lines of a frame with `paths` in it."""
    width, height = max(width, 0), max(height, 0)
    inner_width, inner_height = min(width, MOST_COLUMNS), min(height, MOST_ROWS)
    if inner_width < SMALLEST[0] or inner_height < SMALLEST[1]:
        return [[(" " * width, FRAME)] for _ in range(height)]
    try:
        text = _printed(paths, x, y, inner_width, inner_height)
    except Exception as error:
        # Not chained: what plotext leaves in a traceback can crash who prints it.
        raise ChartError(
            f"The chart of {width} x {height} cells can't be drawn: "
            f"{plain(str(error)) or type(error).__name__}"
        ) from None
    if glyphs is ASCII:
        text = text.translate(_TO_ASCII)
    return _sized(parse_ansi(text), width, height)


def _printed(paths: list[_Path], x: Axis, y: Axis, width: int, height: int) -> str:
    plotext = _plotext()
    figure = plotext.figure
    figure.clear.data()
    figure.clear.settings()
    figure.theme("colorless")
    figure.plot_size(width, height)
    for name, side, axis in (("x", "lower", x), ("y", "left", y)):
        places = [(_unit(tick, axis), label) for tick, label in axis.ticks]
        kept = {p: plain(label) for p, label in places if p is not None and label.strip()}
        figure.ruler(name, side).lim(0.0, 1.0).ticks(list(kept), list(kept.values()))
    for path in paths:
        if path.points:
            figure.draw(_signal(plotext, figure, path))
    printed: str = figure.build().string()
    return printed


def _signal(plotext: Any, figure: Any, path: _Path) -> Any:
    marker = plotext.marker(path.marker or "braille")
    if path.ink != FRAME:
        marker.fill(plotext.pixel(_FIRST_COLOUR + path.ink))
    xs, ys = zip(*path.points, strict=True)
    signal = figure.signal(list(xs), list(ys), marker=marker)
    for index, joined in enumerate(path.joined):
        if joined:
            signal.line(index, True)
    # Drawing asks for the colours of every point, which takes longer than the drawing, to leave
    # them out of its own choice of colours; all of ours are chosen.
    signal._get_unique_pixels = list
    return signal


def _ink_after(code: str, ink: int) -> int:
    """Return the ink after one colour code; what is not one of our colours is the frame's."""
    if code in ("", "0"):
        return FRAME
    numbers = code.split(";")
    if numbers[:2] == ["38", "5"] and len(numbers) == 3:
        found = int(numbers[2]) - _FIRST_COLOUR
        return found if 0 < found <= MOST_CURVES else FRAME
    return ink


def _sized(lines: list[Line], width: int, height: int) -> list[Line]:
    """Return exactly `height` lines of exactly `width` cells."""
    sized: list[Line] = []
    for line in lines[:height]:
        kept: Line = []
        room = width
        for text, ink in line:
            if room > 0:
                kept.append((text[:room], ink))
                room -= len(text[:room])
        if room:
            kept.append((" " * room, FRAME))
        sized.append(kept)
    return sized + [[(" " * width, FRAME)] for _ in range(height - len(sized))]
