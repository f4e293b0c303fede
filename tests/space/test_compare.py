from __future__ import annotations

import pytest
from hypothesis import given

from tests.strategies import parameters, ranges
from tuitune.errors import SpaceError
from tuitune.space import (
    Choice,
    FloatRange,
    IntRange,
    Parameter,
    classify_change,
    decade_ticks,
    format_parameter,
    parse_parameter,
    union_axis,
)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("1e-6..1e-2 log", "1e-6..1e-2 log", "held"),
        ("1e-6..1e-2 log", "1e-6..1e-2 log in ..1", "held"),
        ("1e-6..1e-2 log", "1e-5..1e-2 log", "narrowed"),
        ("1e-6..1e-2 log", "1e-5..1e-3 log", "narrowed"),
        ("1e-6..1e-2 log", "1e-6..1 log", "widened"),
        ("1e-6..1e-2 log", "1e-5..1 log", "shifted"),
        ("1e-6..1e-2 log", "1e-6..1e-2", "shifted"),
        ("0..1", "0..1 step 0.5", "shifted"),
        ("1..4", "1..4 int", "shifted"),
        ("1..4", "sgd|adam", "shifted"),
        ("1e-6..1e-2 log", "0|1e-6..1e-2 log", "widened"),
        ("0|1e-6..1e-2 log", "1e-6..1e-2 log", "narrowed"),
        ("0|1e-6..1e-2 log", "1e-6..1 log", "shifted"),
        ("1e-6..1e-2 log", "1e-6..1e-2 log = 1e-3", "frozen"),
        ("1e-6..1e-2 log = 1e-3", "1e-6..1e-2 log", "freed"),
        ("1e-6..1e-2 log = 1e-3", "1e-5..1e-2 log = 1e-3", "held"),
        ("1e-6..1e-2 log = 1e-3", "1e-6..1e-2 log = 2e-3", "shifted"),
        ("sgd|adam|x", "sgd|adam|(x)", "narrowed"),
        ("sgd|adam|(x)", "sgd|adam|x", "widened"),
        ("sgd|adam|(x)", "sgd|(adam)|x", "shifted"),
        ("sgd|adam|(x)", "sgd|adam|(x) = x", "frozen"),
    ],
)
def test_changes_have_the_words_of_the_design(before: str, after: str, change: str) -> None:
    assert classify_change(parse_parameter(before), parse_parameter(after)) == change


@given(parameters())
def test_no_change_is_held(p: Parameter) -> None:
    assert classify_change(p, p) == "held"


@given(ranges(), ranges())
def test_an_axis_holds_all_its_revisions(
    one: FloatRange | IntRange, two: FloatRange | IntRange
) -> None:
    if type(one) is not type(two) or one.log != two.log:
        return
    axis = union_axis([one, two])
    assert not axis.is_frozen
    for p in (one, two):
        for value in (p.low, p.high, p.from_unit(0.3)):
            assert 0 <= axis.to_unit(value, clipped=False) <= 1


@pytest.mark.parametrize(
    ("revisions", "axis"),
    [
        (["1e-6..1e-2 log in 1e-8..1", "1e-4..1 log"], "1e-6..1 log"),
        (["1e-6..1e-2 log", "1e-5..1e-2 log = 0.1"], "1e-6..0.1 log"),
        (["0|1e-6..1e-2 log", "1e-5..1e-2 log"], "0|1e-6..1e-2 log"),
        (["0..0.5", "1e-3..0.2 log"], "1e-3..0.5 log"),
        (["0..0.5 step 0.1", "0.2..0.8"], "0..0.8"),
        (["16..64 int", "32..256 log int = 300"], "16..300 log int"),
        (["sgd|(adam)", "(sgd)|adam = sgd"], "sgd|adam"),
        (["sgd|adam", "adam|x"], "sgd|adam|x"),
    ],
)
def test_axes(revisions: list[str], axis: str) -> None:
    assert format_parameter(union_axis(parse_parameter(text) for text in revisions)) == axis


def test_an_axis_has_one_kind() -> None:
    with pytest.raises(SpaceError, match="at least one"):
        union_axis([])
    with pytest.raises(SpaceError, match="one kind"):
        union_axis([FloatRange(0, 1), IntRange(0, 1)])
    with pytest.raises(SpaceError, match="one kind"):
        union_axis([FloatRange(0, 1), Choice((0, 1))])


def test_decades() -> None:
    assert decade_ticks(1e-6, 1e-2) == (1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
    assert decade_ticks(3e-4, 3e-2) == (1e-3, 1e-2)
    assert decade_ticks(2.0, 5.0) == ()
    with pytest.raises(SpaceError, match="decades lie in a range above 0"):
        decade_ticks(0, 1)
