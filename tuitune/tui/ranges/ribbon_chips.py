"""A choice as a row of chips that are switched on and off. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len

from tuitune.space import Choice, format_value
from tuitune.tui.formatting import Glyphs, fit, safe_text, short_score
from tuitune.tui.ranges.ribbon_data import bar_height
from tuitune.tui.ranges.ribbon_layout import Layout
from tuitune.tui.ranges.ribbon_view import Line, Ribbon
from tuitune.tui.ranges.ribbon_words import plain_ascii


@dataclass(frozen=True)
class Chip:
    """One option of a choice on the screen."""

    option: int
    start: int
    """Its first cell, from the end of the name."""
    text: str
    on: bool

    @property
    def width(self) -> int:
        """In cells."""
        return cell_len(self.text)


def chips(ribbon: Ribbon, layout: Layout, glyphs: Glyphs) -> list[Chip]:
    """Return the options that fit: `[sgd ▇] (adam ▂)`, on and off, the one at the cursor always."""
    p = ribbon.parameter
    assert isinstance(p, Choice)
    running = {ribbon.columns.axis.column(value) for value in ribbon.running}
    every: list[Chip] = []
    at = 0
    for index, option in enumerate(p.options):
        place = ribbon.columns.axis.column(option)
        text = plain_ascii(safe_text(format_value(option)), glyphs)
        mark = _chip_mark(ribbon, place, place in running, glyphs)
        on = p.contains(option)
        text = fit(text, min(cell_len(text), 16), ellipsis=glyphs.ellipsis)
        text = f"[{text} {mark}]" if on else f"({text} {mark})"
        every.append(Chip(index, at, text, on))
        at += cell_len(text) + 1
    cursor = min(ribbon.option, len(every) - 1)
    end = every[cursor].start + every[cursor].width
    shift = max(0, end - layout.chips) if ribbon.active else 0
    # Whole chips only: the first one shown begins at the left end.
    shift = min((c.start for c in every if c.start >= shift), default=0)
    return [
        Chip(chip.option, chip.start - shift, chip.text, chip.on)
        for chip in every
        if chip.start >= shift and chip.start + chip.width - shift <= layout.chips
    ]


def _chip_mark(ribbon: Ribbon, place: int | None, running: bool, glyphs: Glyphs) -> str:
    columns = ribbon.columns
    if place is None:
        return " "
    gain = columns.best[place]
    if gain is not None:
        return glyphs.bars[bar_height(gain, ribbon.scale)]
    if running:
        return glyphs.running
    if columns.given_up[place]:
        return glyphs.bars[0]
    return glyphs.diverged if columns.failed[place] else " "


def choice_lines(ribbon: Ribbon, layout: Layout, glyphs: Glyphs) -> list[Line]:
    """Return the chips and, where there are more lines, the best score of each below it."""
    shown = chips(ribbon, layout, glyphs)
    names: Line = []
    scores: Line = []
    at = 0
    p = ribbon.parameter
    assert isinstance(p, Choice)
    for chip in shown:
        gap = " " * (chip.start - at)
        place = ribbon.columns.axis.column(p.options[chip.option])
        gain = None if place is None else ribbon.columns.best[place]
        score = "" if gain is None else short_score(gain * ribbon.sign)
        role = "chip" if chip.on else "cut"
        if ribbon.active and chip.option == ribbon.option:
            role = "handle"
        elif ribbon.selected is not None and place == ribbon.columns.axis.column(ribbon.selected):
            role = f"{role} selected"
        names += [(gap, "label"), (chip.text, role)]
        shown_score = fit(f" {score}", chip.width, ellipsis=glyphs.ellipsis)
        scores += [(gap, "label"), (shown_score, "label")]
        at = chip.start + chip.width
    blank = (" " * (layout.chips - at), "label")
    lines = [[*names, blank]]
    if layout.rows > 1:
        lines.append([*scores, blank])
    if layout.rows > 2:
        lines.insert(0, [(" " * layout.chips, "label")])
    if layout.rows > 3:
        lines.append([])
    return lines
