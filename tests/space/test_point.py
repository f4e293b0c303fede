"""Points as a person writes them."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.strategies import spaces
from tuitune.errors import SpaceError
from tuitune.space import (
    Choice,
    FloatRange,
    IntRange,
    Space,
    Value,
    format_point,
    middle_point,
    parse_point,
    split_point,
)

SPACE = Space(
    {
        "lr": FloatRange(1e-6, 1e-2, log=True),
        "batch": IntRange(16, 256),
        "opt": Choice(("sgd", "two words", 'a "b" c=1', "128", True)),
        "dropout": FloatRange(0.0, 0.5, frozen=0.25),
    }
)


def test_a_line_is_split_at_spaces_but_within_quotes() -> None:
    assert split_point('  lr=1e-3   opt="two \\" words" batch=7 ') == [
        "lr=1e-3", 'opt="two \\" words"', "batch=7",
    ]  # fmt: skip
    assert split_point("") == []
    assert split_point('opt="open') == ['opt="open']


def test_values_are_read_and_the_frozen_one_is_there() -> None:
    params = parse_point(["lr=1e-3", "batch=32", 'opt="two words"'], SPACE)
    assert params == {"lr": 1e-3, "batch": 32, "opt": "two words", "dropout": 0.25}


def test_a_copy_differs_in_what_is_given() -> None:
    base: dict[str, Value] = {"lr": 1e-4, "batch": 16, "opt": "sgd", "dropout": 0.1}
    assert parse_point(["lr=1e-3"], SPACE, base) == {**base, "lr": 1e-3}
    assert parse_point([], SPACE, base) == base


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lr=1 lr=2", "lr is given twice: give each parameter one value"),
        ("wd=1", "'wd' is none of them: try lr="),
        ("fast", "a value is written as a name, = and the value, unlike 'fast': try lr="),
        ("lr=1 batch=", "unlike 'batch=': try lr="),
        ("lr=nan", "a value is finite"),
        ('opt="open', "quoted text ends with its quote"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    with pytest.raises(SpaceError, match=said):
        parse_point(split_point(text), SPACE)


@pytest.mark.parametrize("option", SPACE["opt"].options)  # type: ignore[union-attr]
def test_every_option_is_read_back(option: object) -> None:
    params = {"lr": 0.0093004, "batch": 16, "opt": option, "dropout": 1.0}
    found = parse_point(split_point(format_point(params)), SPACE)  # type: ignore[arg-type]
    assert found == params
    assert [type(v) for v in found.values()] == [type(v) for v in params.values()]


@given(spaces())
def test_the_middle_is_a_point_that_is_read_back(space: Space) -> None:
    point = middle_point(space)
    space.validate_params(point)
    assert parse_point(split_point(format_point(point)), space) == point
