"""The ribbon of a parameter: bars of the best scores over an axis with brackets. Pure."""

from __future__ import annotations

from rich.cells import cell_len

from tuitune.space import Choice, FloatRange, IntRange
from tuitune.tui.formatting import ASCII, Glyphs, fit
from tuitune.tui.ranges.ribbon_chips import choice_lines
from tuitune.tui.ranges.ribbon_data import Axis, bar_height
from tuitune.tui.ranges.ribbon_layout import Layout, end_labels
from tuitune.tui.ranges.ribbon_view import Cells, Line, Ribbon, Span
from tuitune.tui.ranges.ribbon_words import name_span, number_column, verdict_words


def draw_ribbon(ribbon: Ribbon, layout: Layout, glyphs: Glyphs) -> list[Line]:
    """Return the ribbon as `layout.rows` lines of exactly `layout.width` cells."""
    words = verdict_words(ribbon, layout, glyphs)
    if isinstance(ribbon.parameter, Choice):
        body = choice_lines(ribbon, layout, glyphs)
    else:
        body = _range_lines(ribbon, layout, glyphs)
    numbers = number_column(ribbon, layout, glyphs)
    lines = []
    for row in range(layout.rows):
        line = [name_span(ribbon, layout, row, glyphs), *body[row]]
        line.append(numbers[row])
        line += words[row]
        lines.append(_exactly(line, layout.width, glyphs))
    return lines


def _range_lines(ribbon: Ribbon, layout: Layout, glyphs: Glyphs) -> list[Line]:
    axis = ribbon.columns.axis
    assert isinstance(axis, Axis)
    left, right = end_labels(ribbon.spanning) if layout.low else ("", "")
    ends = (
        (left.rjust(layout.low - 1) + " ", "label"),
        (" " + right.ljust(layout.high - 1), "label"),
    )
    blank = (" " * layout.low, "label"), (" " * layout.high, "label")
    bars, line = _bars(ribbon, axis, glyphs), _axis_cells(ribbon, axis, glyphs)

    def framed(cells: Cells, frame: tuple[Span, Span]) -> Line:
        return [frame[0], *_joined(cells), frame[1]] if layout.low else _joined(cells)

    if layout.rows == 1:
        return [framed(_merged(bars, line, glyphs), ends)]
    lines = [framed(bars, blank), framed(line, ends)]
    if layout.rows > 2:
        lines.insert(0, framed(_suggestion(ribbon, axis, glyphs), blank))
    if layout.rows > 3:
        lines.append([])
    return lines


def _bars(ribbon: Ribbon, axis: Axis, glyphs: Glyphs) -> Cells:
    """Return the best score of each column as a bar; the selected trial's column inverted."""
    columns = ribbon.columns
    cells: Cells = []
    for column in range(axis.cells):
        gain = columns.best[column]
        if gain is not None:
            height = bar_height(gain, ribbon.scale)
            role = "cut" if column in ribbon.cut else f"bar-{height // 2 + 1}"
            cells.append((glyphs.bars[height], role))
        elif columns.given_up[column]:
            # Given up early: never above a finished trial, so the lowest bar.
            cells.append((glyphs.bars[0], "cut"))
        else:
            cells.append((" ", "label"))
    at = axis.column(ribbon.selected) if ribbon.selected is not None else None
    if at is not None:
        text, role = cells[at]
        cells[at] = (text, f"{role} selected")
    return cells


def _axis_cells(ribbon: Ribbon, axis: Axis, glyphs: Glyphs) -> Cells:
    """Return the axis: decades, what runs and what failed, the handles on top."""
    p = ribbon.parameter
    assert isinstance(p, FloatRange | IntRange)
    low, high = axis.brackets(p.low, p.high)
    frozen = p.frozen is not None
    ticks = axis.ticks()
    cells: Cells = []
    for column in range(axis.cells):
        if low < column < high and not frozen:
            cells.append((glyphs.decade if column in ticks else glyphs.inside, "inside"))
        else:
            cells.append((glyphs.tick if column in ticks else glyphs.axis, "axis"))
    if axis.zero:
        allowed = isinstance(p, FloatRange) and p.zero and not frozen
        cells[0] = ("0", "inside" if allowed else "axis")
        cells[1] = (" ", "axis")
    for column, failed in enumerate(ribbon.columns.failed):
        if failed:
            cells[column] = (glyphs.diverged, "diverged")
    for value in ribbon.running:
        at = axis.column(value)
        if at is not None:
            cells[at] = (glyphs.running, "running")
    of_round = ribbon.of_round
    if isinstance(of_round, FloatRange | IntRange) and of_round.frozen is None:
        for at, glyph in zip(axis.brackets(of_round.low, of_round.high), "()", strict=True):
            cells[at] = (glyph, "round")
    if p.frozen is not None:
        at = axis.column(p.frozen)
        if at is not None:
            cells[at] = ("=", _handle_role(ribbon, "low"))
        return cells
    cells[low] = (glyphs.low, _handle_role(ribbon, "low"))
    cells[high] = (glyphs.high, _handle_role(ribbon, "high"))
    return cells


def _handle_role(ribbon: Ribbon, side: str) -> str:
    if not ribbon.active:
        return "bracket"
    return "handle" if ribbon.handle in (side, "both") else "bracket"


def _merged(bars: Cells, line: Cells, glyphs: Glyphs) -> Cells:
    """Return bars and axis in one line: brackets and running trials over bars over the axis."""
    quiet = {glyphs.inside: glyphs.queued, glyphs.decade: glyphs.tick}
    if glyphs is ASCII:
        # Here the axis is made of characters that are bars as well.
        quiet = dict.fromkeys((glyphs.inside, glyphs.decade, glyphs.axis, glyphs.tick), " ")
    cells: Cells = []
    for bar, (glyph, role) in zip(bars, line, strict=True):
        chosen = bar[1].endswith(" selected")
        if role in ("bracket", "handle", "round", "running") or bar[0] == " ":
            shown = quiet.get(glyph, glyph) if role in ("inside", "axis") else glyph
            cells.append((shown, f"{role} selected" if chosen else role))
        else:
            cells.append(bar)
    return cells


def _suggestion(ribbon: Ribbon, axis: Axis, glyphs: Glyphs) -> Cells:
    """Return the proposal of the verdict over the axis,"""
    cells: Cells = [(" ", "suggest")] * axis.cells
    verdict = ribbon.verdict
    if verdict is None or not verdict.changes_range:
        return cells
    proposal = verdict.proposal
    if not isinstance(proposal, FloatRange | IntRange):
        return cells
    if proposal.frozen is not None:
        at = axis.column(proposal.frozen)
        if at is not None:
            cells[at] = ("=", "suggest")
        return cells
    low, high = axis.brackets(proposal.low, proposal.high)
    dash = "┄" if glyphs is not ASCII else "-"
    for column in range(low + 1, high):
        cells[column] = (dash, "suggest")
    word = " suggest "
    if high - low - 1 >= len(word):
        start = (low + high + 1 - len(word)) // 2
        for offset, character in enumerate(word):
            cells[start + offset] = (character, "suggest")
    cells[low] = (_end(glyphs.before, "«", proposal.low < axis.low, glyphs), "suggest")
    cells[high] = (_end(glyphs.after, "»", proposal.high > axis.high, glyphs), "suggest")
    return cells


def _joined(cells: Cells) -> Line:
    """Return cells as spans: neighbours of one role together."""
    line: Line = []
    for text, role in cells:
        if line and line[-1][1] == role:
            line[-1] = (line[-1][0] + text, role)
        else:
            line.append((text, role))
    return line


def _exactly(line: Line, width: int, glyphs: Glyphs) -> Line:
    """Return a line of exactly `width` cells: filled with blanks, or the last words cut."""
    shown: Line = []
    left = width
    for text, role in line:
        if not text:
            continue
        if cell_len(text) > left:
            text = fit(text, left, ellipsis=glyphs.ellipsis)
        if text:
            shown.append((text, role))
        left -= cell_len(text)
    if left > 0:
        shown.append((" " * left, "label"))
    return shown


def _end(glyph: str, beyond: str, is_beyond: bool, glyphs: Glyphs) -> str:
    """Return the end of a suggestion; another one where it reaches beyond the axis."""
    return beyond if is_beyond and glyphs is not ASCII else glyph
