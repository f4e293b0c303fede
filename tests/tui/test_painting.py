from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.strip import Strip

from tuitune.tui.painting import (
    JOIN_CELLS,
    changed_regions,
    changed_spans,
    inked_strip,
    text_strip,
    to_strip,
)

PLAIN, BOLD = Style(), Style(bold=True)
runs = st.lists(st.tuples(st.text("ab日 ", max_size=6), st.sampled_from([PLAIN, BOLD])), max_size=5)


def cells(strip: Strip) -> list[tuple[str, Style | None]]:
    return [(c, style) for text, style, _ in strip for c in text for _ in range(cell_len(c))]


@given(runs, st.integers(0, 30))
def test_a_strip_has_its_width_and_full_styles(line: list[tuple[str, Style]], width: int) -> None:
    strip = to_strip(line, width, PLAIN)
    assert strip.cell_length == width
    assert all(segment.style is not None for segment in strip)


@given(runs, runs, st.integers(0, 30))
def test_outside_of_the_changed_spans_nothing_differs(
    before: list[tuple[str, Style]], after: list[tuple[str, Style]], width: int
) -> None:
    old, new = to_strip(before, width, PLAIN), to_strip(after, width, PLAIN)
    spans = changed_spans(old, new)
    left, right = cells(old), cells(new)
    inside = {place for start, end in spans for place in range(start, end)}
    assert all(left[place] == right[place] for place in range(width) if place not in inside)
    assert all(left[start] != right[start] for start, _ in spans)
    assert all(left[end - 1] != right[end - 1] for _, end in spans)
    gaps = [b[0] - a[1] for a, b in pairwise(spans)]
    assert all(gap >= JOIN_CELLS for gap in gaps)
    assert changed_spans(new, new) == []


def test_regions_are_those_of_the_lines() -> None:
    old = [to_strip([("abc", PLAIN)], 5, PLAIN), to_strip([("abc", PLAIN)], 5, PLAIN)]
    new = [old[0], to_strip([("aXc", PLAIN)], 5, PLAIN)]
    assert [tuple(region) for region in changed_regions(old, new)] == [(1, 1, 1, 1)]


def test_inks_and_text_become_styles() -> None:
    strip = inked_strip([("ab", 1), ("c", 99)], {0: PLAIN, 1: BOLD}, 4)
    assert [(s.text, s.style) for s in strip] == [("ab", BOLD), ("c", PLAIN), (" ", PLAIN)]
    text = Text("ab")
    text.stylize("bold", 1, 2)
    strip = text_strip(text, 3, Style(italic=True))
    assert strip.text == "ab "
    assert [s.style for s in strip][1] == Style(italic=True, bold=True)
