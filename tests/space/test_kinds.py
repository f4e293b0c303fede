from __future__ import annotations

import itertools
import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.space.messages import check_message
from tests.strategies import choices, float_ranges, int_ranges, parameters, ranges, units
from tuitune.errors import SpaceError
from tuitune.space import ZERO_SHARE, Choice, FloatRange, IntRange, Parameter, Value

LR = FloatRange(1e-6, 1e-2, log=True)


@given(parameters(), units)
def test_a_drawn_value_is_in_the_parameter(p: Parameter, unit: float) -> None:
    value = p.from_unit(unit)
    assert p.contains(value)
    if not isinstance(p, Choice) and not p.is_frozen and not (value == 0 and p.log):
        assert p.low <= value <= p.high  # type: ignore[operator]
    if p.is_frozen:
        assert value == p.frozen


@given(float_ranges(frozen=False).filter(lambda p: p.step is None), units)
def test_unit_and_value_are_inverse(p: FloatRange, unit: float) -> None:
    value = p.from_unit(unit)
    back = p.to_unit(value)
    if p.zero and unit < ZERO_SHARE:
        assert value == 0
        assert back == ZERO_SHARE / 2
    else:
        assert back == pytest.approx(unit, abs=1e-6)


@given(st.one_of(int_ranges(frozen=False), choices(frozen=False)), units)
def test_the_unit_of_a_whole_value_gives_it_again(p: IntRange | Choice, unit: float) -> None:
    value = p.from_unit(unit)
    assert p.from_unit(p.to_unit(value)) == value


@given(ranges(frozen=False), units, units)
def test_values_rise_with_units(p: FloatRange | IntRange, one: float, two: float) -> None:
    low, high = sorted((one, two))
    assert p.from_unit(low) <= p.from_unit(high)


@given(parameters())
def test_json_round_trip(p: Parameter) -> None:
    decoded = msgspec.json.decode(msgspec.json.encode(p), type=Parameter)
    assert decoded == p
    assert msgspec.json.encode(decoded) == msgspec.json.encode(p)


def test_decoding_a_wrong_range_says_what_is_wrong() -> None:
    text = b'{"kind": "float", "low": 0, "high": 1, "log": true}'
    with pytest.raises(SpaceError, match="a log range starts above 0, not at 0; write 1e-6"):
        msgspec.json.decode(text, type=Parameter)


def test_a_log_range_is_even_in_decades() -> None:
    assert [LR.from_unit(u / 4) for u in range(5)] == pytest.approx([1e-6, 1e-5, 1e-4, 1e-3, 1e-2])
    assert LR.width() == pytest.approx(4)


def test_whole_numbers_are_equally_likely_with_both_ends() -> None:
    p = IntRange(3, 7)
    drawn = [p.from_unit((i + 0.5) / 1000) for i in range(1000)]
    assert {v: drawn.count(v) for v in range(3, 8)} == dict.fromkeys(range(3, 8), 200)


def test_log_whole_numbers_have_their_share_of_the_scale() -> None:
    p = IntRange(1, 64, log=True)
    drawn = [p.from_unit((i + 0.5) / 100_000) for i in range(100_000)]
    total = math.log(64.5 / 0.5)
    for value in (1, 2, 8, 63, 64):
        share = math.log((value + 0.5) / (value - 0.5)) / total
        assert drawn.count(value) / 100_000 == pytest.approx(share, abs=2e-5)


def test_steps_are_drawn_without_rounding_dust() -> None:
    p = FloatRange(0, 0.5, step=0.1)
    assert [p.from_unit((i + 0.5) / 6) for i in range(6)] == [0, 0.1, 0.2, 0.3, 0.4, 0.5]
    assert IntRange(16, 64, step=16).from_unit(0.99) == 64


def test_zero_has_its_share() -> None:
    p = FloatRange(1e-8, 1e-4, log=True, zero=True)
    assert [p.from_unit(u) for u in (0, 0.0999)] == [0, 0]
    assert p.from_unit(ZERO_SHARE) == pytest.approx(1e-8)
    assert p.contains(0)
    assert p.contains(1e-8)
    assert not LR.contains(0)


def test_units_outside_of_the_range() -> None:
    assert LR.to_unit(1.0, clipped=False) == pytest.approx(1.5)
    assert LR.to_unit(1e-8, clipped=False) == pytest.approx(-0.5)
    assert LR.to_unit(0, clipped=False) == -1
    assert (LR.to_unit(1.0), LR.to_unit(0)) == (1, 0)
    assert IntRange(1, 4).to_unit(5, clipped=False) > 1
    assert FloatRange(1e-4, 1, log=True, zero=True).to_unit(1e-5, clipped=False) < 0
    assert Choice(("a", "b"), off=("b",)).to_unit("b", clipped=False) == -1


def test_contains_tolerates_rounding_alone() -> None:
    assert LR.contains(1e-2 * (1 + 1e-12))
    assert not LR.contains(1.001e-2)
    assert not FloatRange(0, 1).contains(True)
    assert not FloatRange(0, 1).contains(math.nan)
    assert not FloatRange(0, 1).contains("0.5")
    assert not IntRange(1, 4).contains(2.5)
    frozen = LR.freeze(1e-3)
    assert frozen.contains(1e-3)
    assert not frozen.contains(2e-3)
    assert frozen.free() == LR


def test_bounds_stay_within_the_limits_and_on_whole_values() -> None:
    limited = FloatRange(1e-6, 1e-2, log=True, hard_low=1e-8, hard_high=1)
    assert limited.with_bounds(1e-9, 10).low == 1e-8
    assert limited.with_bounds(1e-9, 10).high == 1
    whole = IntRange(16, 256, hard_low=8).with_bounds(3.5, 99.2)
    assert (whole.low, whole.high) == (8, 100)
    stepped = FloatRange(0, 0.5, step=0.1).with_bounds(0.13, 0.37)
    assert (stepped.low, stepped.high) == (0.1, 0.4)
    assert LR.freeze(1e-3).with_bounds(1e-4, 1e-2) == FloatRange(1e-4, 1e-2, log=True)
    with pytest.raises(SpaceError, match="a range goes up"):
        LR.with_bounds(1e-2, 1e-3)


@given(ranges())
def test_the_same_bounds_change_nothing(p: FloatRange | IntRange) -> None:
    assert p.with_bounds(p.low, p.high) == p.free()


def test_options_are_told_apart_by_type_and_size() -> None:
    p = Choice((1, True, "1", 2.5))
    assert p.freeze(True).frozen is True
    assert p.freeze(1.0).frozen == 1
    assert p.from_unit(0.3) is True
    assert p.with_options_on(["1", 1]).on == (1, "1")
    assert not p.with_options_on(["1"]).contains(1)
    assert p.width() == 4
    with pytest.raises(SpaceError, match="at least one option stays on"):
        p.with_options_on([])
    with pytest.raises(SpaceError, match=r"the options are 1, true, '1', 2\.5, 'adam' is none"):
        p.freeze("adam")


BAD_FLOATS: list[dict[str, Any]] = [
    {"low": 1, "high": 0},
    {"low": 1, "high": 1},
    {"low": 1e-2, "high": 1e-6, "log": True},
    {"low": 0, "high": 1, "log": True},
    {"low": -1, "high": 1, "log": True},
    {"low": math.nan, "high": 1},
    {"low": 0, "high": math.inf},
    {"low": 0, "high": 1e155},
    {"low": 0, "high": 10**400},
    {"low": "0", "high": 1},
    {"low": False, "high": True},
    {"low": 0, "high": 1, "zero": True},
    {"low": 0, "high": 1, "step": 0},
    {"low": 0, "high": 1, "step": 2},
    {"low": 0, "high": 1, "step": 0.3},
    {"low": 0, "high": 1, "step": 1e-9},
    {"low": 1, "high": 10, "log": True, "step": 1},
    {"low": 0, "high": 1, "hard_low": 0.5},
    {"low": 0, "high": 1, "hard_high": 0.5},
    {"low": 1, "high": 2, "log": True, "hard_low": 0},
    {"low": 1, "high": 2, "log": True, "frozen": 0},
    {"low": 1, "high": 2, "hard_high": 3, "frozen": 4},
    {"low": 1, "high": 2, "hard_low": 0, "frozen": -4},
    {"low": 1, "high": 2, "frozen": math.nan},
    {"low": 1, "high": 1 + 1e-14},
]
BAD_INTS: list[dict[str, Any]] = [
    {"low": 5, "high": 5},
    {"low": 5, "high": 2},
    {"low": 0, "high": 5, "log": True},
    {"low": 0.5, "high": 5},
    {"low": 0, "high": 2**60},
    {"low": 0, "high": 10, "step": 3},
    {"low": 0, "high": 10, "frozen": 2.5},
    {"low": 1, "high": 10, "step": 1, "log": True},
]
BAD_CHOICES: list[dict[str, Any]] = [
    {"options": ()},
    {"options": ("sgd",)},
    {"options": ("sgd", "sgd")},
    {"options": (1, 1.0)},
    {"options": tuple(range(65))},
    {"options": ("a", "b" * 101)},
    {"options": ("a", "\x1b[31mred")},
    {"options": ("a", math.nan)},
    {"options": ("a", None)},
    {"options": ("a", "b"), "off": ("a", "b")},
    {"options": ("a", "b"), "off": ("c",)},
    {"options": ("a", "b"), "frozen": "c"},
]
BAD: list[tuple[type[Parameter], dict[str, Any]]] = [
    *zip(itertools.repeat(FloatRange), BAD_FLOATS),
    *zip(itertools.repeat(IntRange), BAD_INTS),
    *zip(itertools.repeat(Choice), BAD_CHOICES),
]


@pytest.mark.parametrize(("kind", "fields"), BAD)
def test_what_is_wrong_is_refused_with_an_example_that_works(
    kind: type[Parameter], fields: dict[str, Any]
) -> None:
    with pytest.raises(SpaceError) as raised:
        kind(**fields)
    check_message(str(raised.value))


@given(st.one_of(st.text(), st.floats(), st.none(), st.booleans()))
def test_what_is_no_number_has_no_unit(value: Value) -> None:
    if isinstance(value, float) and math.isfinite(value) and 0 < abs(value) <= 1e150:
        assert 0 <= LR.to_unit(value) <= 1
    elif value != 0 or isinstance(value, bool):
        with pytest.raises(SpaceError):
            LR.to_unit(value)


def test_a_unit_is_a_number() -> None:
    with pytest.raises(SpaceError, match="not nan"):
        LR.from_unit(math.nan)
    assert (LR.from_unit(-3), LR.from_unit(7)) == (1e-6, 1e-2)
