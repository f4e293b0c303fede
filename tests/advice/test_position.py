"""The vectorised positions are those of the parameters themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.strategies import choices, ranges, spaces
from tuitune.advice.position import cells, column, inside, is_zero, positions, value_at
from tuitune.space import Choice, FloatRange, IntRange, Space, Value


@given(ranges(frozen=False), st.floats(0, 1))
def test_positions_are_the_units_of_the_parameter(p: FloatRange | IntRange, unit: float) -> None:
    assume(not (isinstance(p, FloatRange) and p.zero))
    value = p.from_unit(unit)
    found = positions(p, column(p, [value]))[0]
    assert found == pytest.approx(p.to_unit(value, clipped=False), abs=1e-9)
    assert value_at(p, float(found)) == pytest.approx(value, rel=1e-6, abs=1e-6)


@given(spaces(), st.lists(st.lists(st.floats(0, 1), min_size=5, max_size=5), max_size=6))
def test_inside_says_what_contains_says(space: Space, rows: list[list[float]]) -> None:
    free = Space({name: p.free() for name, p in space.parameters.items()})
    points: list[dict[str, Value]] = [free.from_unit(row[: len(space.names)]) for row in rows]
    columns = {n: column(p, [point[n] for point in points]) for n, p in space.parameters.items()}
    found = inside(space, columns, len(points))
    assert found.tolist() == [space.contains(point) for point in points]


@given(ranges(), st.one_of(st.booleans(), st.text(max_size=3), st.none()))
def test_what_is_no_number_is_in_no_range(p: FloatRange | IntRange, value: Value | None) -> None:
    space = Space({"x": p})
    assert not inside(space, {"x": column(p, [value])}, 1)[0]


@given(choices())
def test_options_are_told_apart_by_type(p: Choice) -> None:
    codes = column(p, p.options)
    assert codes.tolist() == list(range(len(p.options)))
    assert column(p, ["no such option at all, surely"]).tolist() == [-1]


def test_cells_and_the_extra_zero() -> None:
    assert cells(IntRange(1, 9)) == 9
    assert cells(IntRange(16, 64, step=16)) == 4
    assert cells(FloatRange(0, 1, step=0.25)) == 5
    assert cells(FloatRange(0, 1)) is None
    zero = FloatRange(1e-3, 1, log=True, zero=True)
    assert is_zero(zero, np.array([0.0, 0.1])).tolist() == [True, False]
    assert is_zero(FloatRange(0, 1), np.array([0.0])).tolist() == [False]
