from __future__ import annotations

import math
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import choices, ranges
from tuitune.errors import SpaceError
from tuitune.space import (
    Choice,
    FloatRange,
    IntRange,
    Parameter,
    centre_on,
    format_range,
    move_handle,
    parse_parameter,
    round_outward,
    toggle_option,
    widen,
)
from tuitune.space.moves import Side, Size

sides: st.SearchStrategy[Side] = st.sampled_from(["low", "high", "both"])
sizes: st.SearchStrategy[Size] = st.sampled_from(["fine", "normal", "coarse"])
directions: st.SearchStrategy[Literal[-1, 1]] = st.sampled_from([-1, 1])
Move = tuple[Side, Literal[-1, 1], Size]
moves: st.SearchStrategy[Move] = st.tuples(sides, directions, sizes)


def assert_valid(p: Parameter) -> None:
    assert isinstance(p, FloatRange | IntRange)
    assert p.low < p.high
    assert p.hard_low is None or p.hard_low <= p.low
    assert p.hard_high is None or p.high <= p.hard_high


@given(ranges(frozen=False), st.lists(moves, max_size=12))
def test_handles_never_cross_and_limits_hold(p: Parameter, steps: list[Move]) -> None:
    for side, direction, size in steps:
        before, p = p, move_handle(p, side, direction, size)
        assert_valid(p)
        assert isinstance(before, FloatRange | IntRange)
        assert isinstance(p, FloatRange | IntRange)
        if side == "low":
            assert p.high == before.high
            assert (p.low - before.low) * direction >= 0
        elif side == "high":
            assert p.low == before.low
            assert (p.high - before.high) * direction >= 0


@given(ranges(frozen=False), sides, directions, sizes)
def test_there_and_back_and_there_is_there(
    p: FloatRange | IntRange, side: Side, direction: Literal[-1, 1], size: Size
) -> None:
    axis = (p.low, p.high)
    opposite: Literal[-1, 1] = -1 if direction == 1 else 1
    free = type(p)(p.low, p.high, log=p.log, step=p.step)  # type: ignore[arg-type]
    if side == "both" and free.log:
        free = FloatRange(1e-3, 5e-2, log=True)
    there = move_handle(free, side, direction, size, axis=axis)
    back = move_handle(there, side, opposite, size, axis=axis)
    if there == free or back == there:  # too near to the other handle to go, or to come back
        return
    again = move_handle(back, side, direction, size, axis=axis)
    assert bounds(again) == pytest.approx(bounds(there), rel=1e-9, abs=1e-9)


def bounds(p: Parameter) -> tuple[float, float]:
    assert isinstance(p, FloatRange | IntRange)
    return p.low, p.high


@pytest.mark.parametrize(
    ("before", "side", "direction", "size", "after"),
    [
        ("1e-6..1e-2 log", "low", 1, "normal", "1.25e-6..1e-2"),
        ("1e-6..1e-2 log", "low", -1, "normal", "8e-7..1e-2"),
        ("1e-6..1e-2 log", "high", 1, "fine", "1e-6..1.05e-2"),
        ("3.7e-6..1e-2 log", "low", 1, "coarse", "3.7e-5..1e-2"),
        ("3.7e-6..1e-2 log", "low", 1, "normal", "5e-6..1e-2"),
        ("1e-6..1e-2 log", "both", 1, "normal", "1.25e-6..1.25e-2"),
        ("1e-6..1e-2 log", "both", -1, "coarse", "1e-7..1e-3"),
        ("3e-6..1e-2 log", "both", 1, "normal", "4e-6..1.33e-2"),
        ("1e-3..1.2e-3 log", "low", 1, "normal", "1e-3..1.2e-3"),
        ("1e-3..1e-2 log in 1e-3..", "low", -1, "coarse", "1e-3..1e-2"),
        ("1e-3..1e-2 log in 5e-4..", "low", -1, "coarse", "5e-4..1e-2"),
        ("1e-3..1e-2 log in ..2e-2", "both", 1, "coarse", "2e-3..2e-2"),
        ("0..0.5", "high", -1, "normal", "0..0.49"),
        ("0..0.5", "high", -1, "coarse", "0..0.45"),
        ("0..0.5", "high", -1, "fine", "0..0.499"),
        ("0..0.5", "both", 1, "coarse", "0.05..0.55"),
        ("0..0.5 in ..0.52", "both", 1, "coarse", "0.02..0.52"),
        ("0..0.5 step 0.1", "high", -1, "normal", "0..0.4"),
        ("16..256 int", "low", 1, "fine", "17..256"),
        ("16..256 int", "low", 1, "coarse", "40..256"),
        ("16..256 int step 16", "low", 1, "fine", "32..256"),
        ("2..64 log int", "low", 1, "fine", "3..64"),
        ("2..64 log int", "low", -1, "normal", "1..64"),
        ("1..64 log int", "low", -1, "coarse", "1..64"),
        ("2..64 log int", "high", -1, "normal", "2..50"),
        ("1..2 int", "low", 1, "fine", "1..2"),
    ],
)
def test_single_moves(
    before: str, side: Side, direction: Literal[-1, 1], size: Size, after: str
) -> None:
    assert format_range(move_handle(parse_parameter(before), side, direction, size)) == after


def test_the_axis_sets_the_size_of_linear_steps() -> None:
    p = FloatRange(0.4, 0.5)
    assert move_handle(p, "low", 1, "coarse", axis=(0, 0.5)) == FloatRange(0.45, 0.5)
    assert move_handle(p, "low", 1, "coarse", axis=(0, 10)) == p


@given(st.floats(1e-8, 1), st.floats(0.1, 4), directions, sizes)
def test_sliding_keeps_the_width(
    low: float, decades: float, direction: Literal[-1, 1], size: Size
) -> None:
    p: Parameter = FloatRange(low, low * 10**decades, log=True)
    for _ in range(10):
        slid = move_handle(p, "both", direction, size)
        assert slid.width() == pytest.approx(p.width(), abs=0.025)
        p = slid
    assert p.width() == pytest.approx(decades, abs=0.03)


def test_what_has_no_handles_is_refused() -> None:
    with pytest.raises(SpaceError, match="a choice has no handles"):
        move_handle(Choice(("a", "b")), "low", 1, "fine")
    with pytest.raises(SpaceError, match=r"a frozen parameter stays.* here 0.5, .*write 0\.\.1"):
        move_handle(FloatRange(0, 1, frozen=0.5), "low", 1, "fine")
    with pytest.raises(SpaceError, match="a choice has no handles"):
        widen(Choice(("a", "b")), "low")
    with pytest.raises(SpaceError, match="a choice has no centre"):
        centre_on(Choice(("a", "b")), "a")


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("1e-6..1e-2 log", 1e-3, "3.16e-4..3.16e-3"),
        ("1e-6..1e-2 log = 1e-4", 1e-3, "3.16e-4..3.16e-3"),
        ("1e-6..2e-3 log in ..2e-3", 1e-3, "3.16e-4..2e-3"),
        ("0..0.5", 0.2, "0.15..0.25"),
        ("16..256 int", 100, "76..124"),
        ("1..64 log int", 8, "2..26"),
        ("1..64 log int", 1, "1..4"),
    ],
)
def test_centring(before: str, value: float, after: str) -> None:
    assert format_range(centre_on(parse_parameter(before), value)) == after


def test_centring_needs_a_place_on_the_scale() -> None:
    with pytest.raises(SpaceError, match="a log range is centred on a value above 0"):
        centre_on(parse_parameter("0|1e-6..1e-2 log"), 0)
    with pytest.raises(SpaceError, match="5 is above 1"):
        centre_on(parse_parameter("1e-6..1e-2 log in ..1"), 5)


@given(ranges(frozen=False), st.data())
def test_a_centred_range_holds_its_value(p: FloatRange | IntRange, data: st.DataObject) -> None:
    value = p.from_unit(data.draw(st.floats(0, 1)))
    if value == 0 and p.log:
        return
    centred = centre_on(p, value)
    assert_valid(centred)
    assert centred.contains(value)


@pytest.mark.parametrize(
    ("before", "side", "after"),
    [
        ("1e-6..1e-2 log", "high", "1e-6..1"),
        ("1e-6..1e-2 log", "low", "1e-8..1e-2"),
        ("1e-6..1e-2 log in ..0.1", "high", "1e-6..0.1"),
        ("1e-6..1e-2 log in ..1e-2", "high", "1e-6..1e-2"),
        ("3e-4..3e-2 log", "high", "3e-4..0.5"),
        ("0..0.5", "high", "0..0.8"),
        ("0..0.5", "low", "0..0.5"),
        ("-1..1", "low", "-2..1"),
        ("1..8 int", "high", "1..12"),
        ("16..64 log int", "low", "5..64"),
    ],
)
def test_widening(before: str, side: Literal["low", "high"], after: str) -> None:
    assert format_range(widen(parse_parameter(before), side)) == after


@given(ranges(frozen=False), st.sampled_from(["low", "high"]))
def test_widening_keeps_all_there_was(
    p: FloatRange | IntRange, side: Literal["low", "high"]
) -> None:
    wide = widen(p, side)
    assert_valid(wide)
    low, high = bounds(wide)
    slack = 1e-9 * (p.high - p.low)
    assert low <= p.low + slack
    assert high >= p.high - slack


@given(st.floats(1e-12, 1e12), st.floats(0, 12))
def test_log_bounds_are_rounded_outward(low: float, decades: float) -> None:
    high = low * 10**decades
    below, above = round_outward(low, high, True)
    assert low / 5 <= below <= low * (1 + 1e-11)
    assert high * (1 - 1e-11) <= above <= high * 5
    if low < high:
        for bound in (below, above):
            assert f"{bound:.9e}"[0] in "125"
            assert set(f"{bound:.9e}"[2:11]) == {"0"}


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_linear_bounds_are_rounded_outward(low: float, width: float) -> None:
    high = low + width
    below, above = round_outward(low, high, False)
    slack = 1e-6 * width
    assert low - 0.2 * width <= below <= low + slack
    assert high - slack <= above <= high + 0.2 * width


def test_typed_bounds_stay() -> None:
    assert round_outward(1e-6, 1e-2, True) == (1e-6, 1e-2)
    assert round_outward(10**-5.999999999999999, 5e-2, True)[1] == 5e-2
    assert round_outward(0.83, 0.97, False) == (0.83, 0.97)
    assert round_outward(3.1e-3, 8e-3, True) == (2e-3, 1e-2)
    assert round_outward(0.5, 0.5, False) == (0.5, 0.5)


@given(choices(frozen=False), st.data())
def test_switching_twice_changes_nothing(p: Choice, data: st.DataObject) -> None:
    option = data.draw(st.sampled_from(p.options))
    if p.contains(option) and p.width() == 1:
        with pytest.raises(SpaceError, match="at least one option stays on"):
            toggle_option(p, option)
    else:
        switched = toggle_option(p, option)
        assert switched.contains(option) != p.contains(option)
        if (switched.contains(option) and switched.width() > 1) or not switched.contains(option):
            assert toggle_option(switched, option) == p


def test_switching_is_for_choices_that_vary() -> None:
    with pytest.raises(SpaceError, match="only a choice has options"):
        toggle_option(FloatRange(0, 1), 0.5)
    with pytest.raises(SpaceError, match="a frozen parameter stays at its value, here b"):
        toggle_option(Choice(("a", "b"), frozen="b"), "a")
    with pytest.raises(SpaceError, match="'c' is none of them"):
        toggle_option(Choice(("a", "b")), "c")


def test_moves_end_at_the_least_distance() -> None:
    p: Parameter = parse_parameter("1e-3..1e-2 log")
    for _ in range(100):
        p = move_handle(p, "low", 1, "fine")
    assert 0.02 * (1 - 1e-9) <= p.width() < 0.05
    assert math.isclose(bounds(p)[1], 1e-2)
