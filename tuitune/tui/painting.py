"""What panes that draw their own lines share: strips from runs, what changed.

Pure. Every segment gets a full style: one without crashes a terminal that shows no colours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

from rich.cells import get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.geometry import Region
from textual.strip import Strip

JOIN_CELLS = 4
"""Changed spans closer than this are sent as one: moving the cursor costs more than cells."""


def to_strip(runs: Iterable[tuple[str, Style]], width: int, style: Style) -> Strip:
    """Return `runs` as a strip of exactly `width` cells, cut or filled with `style`."""
    strip = Strip([Segment(text, run_style) for text, run_style in runs if text])
    return strip.adjust_cell_length(width, style)


def inked_strip(line: Iterable[tuple[str, int]], inks: Mapping[int, Style], width: int) -> Strip:
    """Return a chart's line as a strip; `inks` must know ink 0, which stands for unknown ones."""
    frame = inks[0]
    return to_strip(((text, inks.get(ink, frame)) for text, ink in line), width, frame)


def changed_spans(old: Strip, new: Strip) -> list[tuple[int, int]]:
    """Return the spans of cells, as start and end, in which two lines of one width differ."""
    if old is new:
        return []
    before, after = _cells(old), _cells(new)
    length = max(len(before), len(after))
    before += [None] * (length - len(before))
    after += [None] * (length - len(after))
    spans: list[tuple[int, int]] = []
    for place, (left, right) in enumerate(zip(before, after, strict=True)):
        if left == right:
            continue
        if spans and place - spans[-1][1] < JOIN_CELLS:
            spans[-1] = (spans[-1][0], place + 1)
        else:
            spans.append((place, place + 1))
    return spans


def changed_regions(old: list[Strip], new: list[Strip]) -> list[Region]:
    """Return the regions in which two drawings of one size differ."""
    return [
        Region(start, y, end - start, 1)
        for y, (before, after) in enumerate(zip(old, new, strict=True))
        for start, end in changed_spans(before, after)
    ]


def _cells(strip: Strip) -> list[tuple[str, Style | None] | None]:
    cells: list[tuple[str, Style | None] | None] = []
    for text, style, _ in strip:
        if text.isascii():
            cells.extend((character, style) for character in text)
            continue
        for character in text:
            width = get_character_cell_size(character)
            cells.append((character, style))
            # Both halves of a wide character change together.
            cells.extend([(character, style)] * (width - 1))
    return cells


def text_strip(text: Text, width: int, style: Style) -> Strip:
    """Return one line of `text`, whose own styles lie over `style`, as a strip."""
    runs: list[tuple[str, Style]] = []
    plain = text.plain
    cuts = {0, len(plain)}
    for span in text.spans:
        cuts.update((min(span.start, len(plain)), min(span.end, len(plain))))
    for start, end in pairwise(sorted(cuts)):
        run = style
        for span in text.spans:
            if span.start <= start and end <= span.end:
                run += Style.parse(span.style) if isinstance(span.style, str) else span.style
        runs.append((plain[start:end], run))
    return to_strip(runs, width, style)
