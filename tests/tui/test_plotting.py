from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tui.trials import make_session
from tuitune.tui import plotting
from tuitune.tui.curves.series import Axis, Chart, Series, make_chart, metric_pairs, parameter_axis
from tuitune.tui.formatting import ASCII, UNICODE
from tuitune.tui.plotting import (
    ChartError,
    Line,
    Mark,
    Upright,
    draw_curves,
    draw_scatter,
    draw_small_multiples,
    grid_of,
    parse_ansi,
    plot_cells,
)

UNIT = Axis(0.0, 1.0, ((0.0, "0"), (1.0, "1")))
EPOCHS = Axis(1.0, 50.0, ((1.0, "1"), (50.0, "50")))


def chart_of(*values: tuple[float | None, ...], kind: str = "validation") -> Chart:
    series = [
        Series(n, n % 6, "training" if kind == "training" else "validation", v)
        for n, v in enumerate(values)
    ]
    return Chart(tuple(series), EPOCHS, UNIT)


def text_of(lines: list[Line]) -> str:
    return "\n".join("".join(text for text, _ in line) for line in lines)


def inks_of(lines: list[Line]) -> set[int]:
    return {ink for line in lines for _, ink in line}


def widths_of(lines: list[Line]) -> set[int]:
    return {sum(len(text) for text, _ in line) for line in lines}


RISING = tuple(1 - math.exp(-epoch / 10) for epoch in range(50))


def test_a_drawing_has_its_size_its_inks_and_its_ticks() -> None:
    lines = draw_curves(chart_of(RISING, RISING[::-1]), 60, 15, UNICODE)
    assert len(lines) == 15
    assert widths_of(lines) == {60}
    assert inks_of(lines) == {0, 1, 2}
    text = text_of(lines)
    assert "┌" in text
    assert "50" in text.splitlines()[-1]
    assert text.count("●") == 2


def test_dashes_have_gaps_and_lines_have_none() -> None:
    level = tuple(0.5 for _ in range(50))
    solid = text_of(draw_curves(chart_of(level), 60, 11, UNICODE)).splitlines()
    dashed = text_of(draw_curves(chart_of(level, kind="training"), 60, 11, UNICODE)).splitlines()
    row = next(y for y, line in enumerate(solid) if "●" in line)
    assert len(set(solid[row][4:-3]) - {"●"}) == 1
    assert len(set(dashed[row][4:-3]) - {"●"}) > 1


def test_a_gap_stays_empty() -> None:
    gap = tuple(None if 15 <= epoch < 35 else 0.5 for epoch in range(50))
    lines = text_of(draw_curves(chart_of(gap), 60, 11, UNICODE)).splitlines()
    row = next(y for y, line in enumerate(lines) if "●" in line)
    assert lines[row][25:38].strip() == ""
    assert lines[row][6:12].strip() != ""


def test_what_lies_outside_stands_on_the_edge() -> None:
    high = tuple(1e300 if epoch % 2 else -1e300 for epoch in range(50))
    lines = draw_curves(chart_of(high), 40, 10, UNICODE)
    assert widths_of(lines) == {40}
    assert 1 in inks_of(lines)


def test_without_unicode_everything_is_ascii() -> None:
    lines = draw_curves(chart_of(RISING, RISING[::-1]), 60, 15, ASCII)
    assert text_of(lines).isascii()
    assert {"@", "o", "+"} <= set(text_of(lines))


@pytest.mark.parametrize(("width", "height"), [(0, 0), (1, 1), (11, 5), (12, 4), (0, 9), (9, 0)])
def test_where_there_is_no_room_there_are_blanks(width: int, height: int) -> None:
    lines = draw_curves(chart_of(RISING), width, height, UNICODE)
    assert len(lines) == height
    assert text_of(lines).strip() == ""
    assert widths_of(lines) <= {width}


def test_scatter_leaves_out_what_has_no_place() -> None:
    axis = parameter_axis(1e-6, 1e-2, log=True, width=60)
    places = [(1e-4, 0.5, 0), (0.0, 0.5, 1), (-1.0, 0.5, 2), (None, 0.5, 3), (1e-3, math.nan, 4)]
    points = [Mark(x, y, slot, "@") for x, y, slot in places]
    lines = draw_scatter([*points, Mark(1e-5, 0.2, -1, "·")], axis, UNIT, 60, 12, UNICODE)
    text = text_of(lines)
    assert text.count("@") == 1
    assert text.count("·") == 1
    assert inks_of(lines) == {0, 1}
    assert "1e-4" in text
    assert text_of(draw_scatter(points, axis, UNIT, 60, 12, ASCII)).isascii()


@pytest.mark.parametrize(("width", "height"), [(12, 5), (40, 9), (80, 20), (133, 37)])
def test_a_column_of_a_scatter_is_a_cell_of_the_screen(width: int, height: int) -> None:
    start, columns, rows = plot_cells(UNIT, width, height)
    x = Axis(0.0, columns - 1.0)
    for column in {0, 1, columns // 2, columns - 2, columns - 1}:
        upright = Upright(float(column), 3, "|")
        top = Mark(float(column), 1.0, 1, "o")
        lines = draw_scatter([top], x, UNIT, width, height, UNICODE, uprights=[upright])
        drawn = [line for line in text_of(lines).split("\n") if line[start + column] in "|o"]
        assert len(drawn) == rows
        assert drawn[0][start + column] == "o"
        assert text_of(lines).count("|") == rows - 1


def test_small_multiples_fill_the_area_with_as_many_as_fit() -> None:
    session = make_session(20)
    pair = metric_pairs(session.problem, [])[0]
    panels = [
        (f"#{t.number}", make_chart([t], {}, pair, accuracy=True, width=24, height=8))
        for t in session.trials[:20]
    ]
    for width, height, shown in [(120, 40, 20), (80, 24, 9), (30, 9, 1), (20, 9, 0)]:
        lines = draw_small_multiples(panels, width, height, UNICODE)
        assert len(lines) == height
        assert widths_of(lines) == {width}
        assert text_of(lines).count("#") == shown


@pytest.mark.parametrize("panels", range(0, 25, 3))
def test_a_grid_has_room_for_its_panels(panels: int) -> None:
    for width, height in [(24, 8), (80, 24), (200, 50), (10, 10), (0, 0)]:
        columns, rows = grid_of(panels, width, height)
        assert columns * 24 <= width
        assert rows * 8 <= height
        assert (columns == 0) == (rows == 0)
        if columns and panels:
            assert (columns - 1) * rows < max(panels, 1)


def test_ansi_becomes_inks() -> None:
    text = "a\x1b[38;5;17mb\x1b[1m\x1b[38;5;18mc\x1b[0md\x1b[38;5;99me\x1b[38;2;1;2;3mf\n\x07g"
    assert parse_ansi(text) == [
        [("a", 0), ("b", 1), ("c", 2), ("def", 0)],
        [("g", 0)],
    ]


def test_an_error_is_one_sentence_without_a_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> str:
        raise RuntimeError("kernel\x1b[31m said no")

    monkeypatch.setattr(plotting, "_printed", fail)
    with pytest.raises(ChartError, match=r"40 x 10 cells can't be drawn: kernel\[31m said no") as e:
        draw_curves(chart_of(RISING), 40, 10, UNICODE)
    assert e.value.__suppress_context__


FUZZ = """
import itertools, math, random
from tuitune.tui.formatting import ASCII, UNICODE
from tuitune.tui.plotting import (
    Mark, Upright, draw_curves, draw_scatter, draw_small_multiples,
)
from tuitune.tui.curves.series import Axis, Chart, Series, epoch_axis, parameter_axis, value_axis

rng = random.Random(0)
ODD = [math.nan, math.inf, -math.inf, 1e308, -1e308, 1.8e308, 5e-324, 0.0, -0.0, None, 1e16, 0.5]
SIZES = [0, 1, 2, 5, 11, 12, 13, 24, 80, 10_000]

def values(n):
    return tuple(rng.choice(ODD) if rng.random() < 0.5 else rng.random() for _ in range(n))

drawn = 0
for turn in range(60):
    length = rng.choice([0, 1, 2, 3, 50]) if turn else 20_000
    series = tuple(
        Series(n, rng.choice([0, 5, 6, 1000]), rng.choice(["validation", "training"]),
               values(length))
        for n in range(rng.choice([0, 1, 6, 14]))
    )
    everything = [v for s in series for v in s.values if v is not None]
    y = rng.choice([
        value_axis(everything, rows=10), value_axis(everything, rows=0, accuracy=True),
        Axis(-1.7e308, 1.7e308, ((0.0, "0\\x1b[31m"), (math.nan, "nan"))), Axis(0.0, 0.0),
        Axis(math.nan, math.inf), Axis(1.0, -1.0), Axis(1e16, 1e16 + 2, ((1e16, "x" * 50),)),
    ])
    x = rng.choice([epoch_axis(length, 60), Axis(1.0, 1.0), Axis(5.0, 50.0)])
    width, height = rng.choice(SIZES), rng.choice([0, 1, 4, 5, 6, 20, 40])
    if width > 1000:
        height = min(height, 6)
    chart = Chart(series, x, y)
    lines = draw_curves(chart, width, height, rng.choice([ASCII, UNICODE]))
    assert len(lines) == height and all(sum(len(t) for t, _ in l) == width for l in lines)
    points = [Mark(rng.choice(ODD), rng.choice(ODD), rng.randrange(-1, 9), rng.choice("o[×"))
              for _ in range(length % 999)]
    uprights = [Upright(rng.choice([v for v in ODD if v is not None]), rng.randrange(9), "│")]
    axis = rng.choice([x, y, parameter_axis(1e-6, 1e-2, log=True, width=width),
                       Axis(0.0, 1.0, log=True), Axis(1e-300, 1e300, log=True)])
    lines = draw_scatter(points, axis, y, width, height, UNICODE, uprights=uprights)
    assert len(lines) == height
    if turn % 20 == 0:
        draw_small_multiples([("t\\x1b", chart)] * 3, min(width, 80), height, UNICODE)
    drawn += 1
print("drawn", drawn)
"""


def test_no_number_ends_the_process() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FUZZ],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout == "drawn 60\n"
    assert done.stderr == ""
