from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Size

from tests.strategies import ranges
from tests.tui.ranges_app import RangesApp, lines_of
from tests.tui.snapshots import check_snapshot
from tests.tui.trials import make_session
from tuitune.space import Choice, FloatRange, IntRange
from tuitune.tui.formatting import ASCII, UNICODE, Glyphs
from tuitune.tui.plotting import Line
from tuitune.tui.ranges.ribbon_data import Axis, axis_of
from tuitune.tui.ranges.scatter import Across, draw
from tuitune.tui.ranges.scatter_pane import Scatter
from tuitune.tui.ranges.state import RangesState

SIZES = [(80, 24), (120, 40), (40, 12)]


def text_of(lines: list[Line]) -> list[str]:
    return ["".join(text for text, _ in line) for line in lines]


def scatter_lines(app: RangesApp) -> list[str]:
    scatter = app.query_one(Scatter)
    return [scatter.render_line(y).text for y in range(scatter.size.height)]


@given(ranges(frozen=False), st.integers(12, 200), st.integers(-10, 300), st.integers(-60, 60))
def test_the_cursor_stays_on_the_axis_and_has_a_value_of_it(
    p: FloatRange | IntRange, cells: int, cell: int, by: int
) -> None:
    axis = axis_of(p, cells)
    assert isinstance(axis, Axis)
    across = Across(p, axis, axis.cells)
    place = across.step(cell, by)
    assert axis.first <= place <= axis.last
    assert across.cell_at(place / (across.cells - 1)) == place
    value = across.value_at(place)
    assert isinstance(value, int | float)
    assert p.low <= value <= p.high
    if isinstance(p, IntRange):
        assert value == int(value)
    assert across.step(across.step(cell, 0), 0) == across.step(cell, 0)
    assert axis.first <= across.home() <= axis.last
    drawn = across.drawn()
    assert all(drawn.low <= tick <= drawn.high for tick, _ in drawn.ticks)


@given(st.integers(2, 12), st.integers(24, 120), st.integers(0, 200))
def test_the_cursor_of_a_choice_goes_from_option_to_option(
    options: int, cells: int, cell: int
) -> None:
    p = Choice(tuple(f"o{place}" for place in range(options)))
    across = Across(p, axis_of(p, cells), cells)
    place = across.step(cell, 0)
    option = p.options.index(across.value_at(place))
    assert across.cell_of(p.options[option]) == place
    after = p.options.index(across.value_at(across.step(place, 7)))
    assert after == min(option + 1, options - 1)
    before = p.options.index(across.value_at(across.step(place, -1)))
    assert before == max(option - 1, 0)


@pytest.mark.parametrize("name", ["lr", "momentum", "batch", "optimizer"])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_every_kind_of_parameter_has_a_scatter(name: str, glyphs: Glyphs) -> None:
    session = make_session(20)
    state = RangesState(session)
    state.go_to(name)
    state.selected_trial = 7
    drawing = draw(state, 70, 16, 0.5, glyphs)
    lines = text_of(drawing.lines)
    assert len(lines) == 16
    assert {len(line) for line in lines} == {70}
    text = "\n".join(lines)
    assert text.count(glyphs.markers[4]) == 1
    failed = next(t for t in session.trials if t.state == "failed")
    cell = drawing.across.cell_of(failed.params[name])
    assert cell is not None
    assert lines[-3][drawing.start + cell] == glyphs.diverged
    place = drawing.across.cell_at(0.5)
    bar = "|" if glyphs is ASCII else "│"
    inside = [line[drawing.start + place] for line in lines[1:-2]]
    assert inside.count(bar) >= 2
    assert all(line.isascii() for line in lines) or glyphs is UNICODE
    if name == "optimizer":
        assert "sgd" in lines[-1]
        assert "adam" in lines[-1]
    if name == "lr":
        assert "1e-3" in lines[-1]


@pytest.mark.parametrize("size", SIZES)
async def test_it_looks_as_it_did(size: tuple[int, int]) -> None:
    app = RangesApp(make_session(20))
    async with app.run_test(size=size) as pilot:
        app.ranges.selected_trial = 7
        app.ranges.zoomed = True
        await pilot.press("p", "l")
        await pilot.pause()
        scatter = app.query_one(Scatter)
        strips = [scatter.render_line(y) for y in range(scatter.size.height)]
        check_snapshot(f"scatter-{size[0]}x{size[1]}", strips)
        assert scatter.region.bottom == size[1]
        assert lines_of(app.ranges)[0].startswith("─ 1 Ranges")


@pytest.mark.parametrize("size", SIZES)
async def test_the_ends_are_put_at_the_cursor_and_taken_back(size: tuple[int, int]) -> None:
    app = RangesApp(make_session(20))
    async with app.run_test(size=size) as pilot:
        before = app.range_of("lr")
        await pilot.press("p")
        assert "z first" in app.refused[-1]
        app.ranges.zoomed = True
        await pilot.pause()
        await pilot.press("p", "left_square_bracket")
        low, high = app.range_of("lr")
        assert before[0] < low < before[1] == high
        scatter = app.query_one(Scatter)
        assert scatter.value == low
        assert f"{low:.1e}"[:3].rstrip(".0") in scatter_lines(app)[0]
        await pilot.press("L", "right_square_bracket")
        assert low < app.range_of("lr")[1] < high
        assert app.ranges.draft.steps == 2
        narrowed = app.range_of("lr")
        await pilot.press(*"HHHHHHHHHHHH", "right_square_bracket")
        assert "stays above its low end" in app.refused[-1]
        assert app.range_of("lr") == narrowed
        app.ranges.undo()
        app.ranges.undo()
        assert app.range_of("lr") == before
        await pilot.press("j", "j")
        assert "momentum" in scatter_lines(app)[0]
        await pilot.press("escape")
        assert app.ranges.has_focus
        assert scatter.value is None
        await pilot.press("l")
        assert app.range_of("momentum")[0] > 0.5


async def test_a_choice_is_switched_at_the_cursor() -> None:
    app = RangesApp(make_session(20))
    async with app.run_test(size=(80, 24)) as pilot:
        app.ranges.zoomed = True
        await pilot.press(*"jjjj", "p", "l", "left_square_bracket")
        assert "has no ends; t switches" in app.refused[-1]
        assert app.query_one(Scatter).value == "adam"
        await pilot.press("t")
        optimizer = app.ranges.draft.space["optimizer"]
        assert isinstance(optimizer, Choice)
        assert optimizer.on == ("sgd",)


async def test_a_click_places_the_cursor() -> None:
    app = RangesApp(make_session(20))
    async with app.run_test(size=(80, 24)) as pilot:
        app.ranges.zoomed = True
        await pilot.pause()
        scatter = app.query_one(Scatter)
        await pilot.click(Scatter, offset=(60, 4))
        right = scatter.value
        await pilot.click(Scatter, offset=(20, 4))
        left = scatter.value
        assert isinstance(left, float)
        assert isinstance(right, float)
        assert left < right
        column = {line[20] for line in scatter_lines(app)[2:-3]}
        assert "│" in column


async def test_the_scatter_goes_with_the_zoom_and_where_there_is_no_room() -> None:
    app = RangesApp(make_session(20))
    async with app.run_test(size=(80, 24)) as pilot:
        whole = lines_of(app.ranges)
        app.ranges.zoomed = True
        await pilot.pause()
        assert app.query_one(Scatter).size == Size(80, app.query_one(Scatter).size.height)
        assert app.query_one(Scatter).size.height >= 12
        app.ranges.zoomed = False
        await pilot.pause()
        assert lines_of(app.ranges) == whole
        app.ranges.zoomed = True
        await pilot.resize_terminal(80, 8)
        await pilot.pause()
        assert not app.query_one(Scatter).display
