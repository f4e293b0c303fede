from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import spaces
from tuitune.errors import SpaceError
from tuitune.space import Choice, FloatRange, IntRange, Space, Value

SPACE = Space(
    {
        "lr": FloatRange(1e-6, 1e-2, log=True),
        "layers": IntRange(1, 8),
        "optimizer": Choice(("sgd", "adam"), frozen="adam"),
    }
)


@given(spaces(), st.data())
def test_every_point_is_in_its_space(space: Space, data: st.DataObject) -> None:
    size = len(space.names)
    units = data.draw(st.lists(st.floats(0, 1), min_size=size, max_size=size))
    params = space.from_unit(units)
    assert tuple(params) == space.names
    assert space.contains(params)
    space.validate_params(params)
    again = space.to_unit(params)
    assert tuple(again) == space.names
    assert all(0 <= unit <= 1 for unit in again.values())


@given(spaces())
def test_json_round_trip(space: Space) -> None:
    assert msgspec.json.decode(msgspec.json.encode(space), type=Space) == space


def test_names_and_replacing() -> None:
    assert SPACE.names == ("lr", "layers", "optimizer")
    assert SPACE.free_names == ("lr", "layers")
    frozen = SPACE.replace("lr", SPACE["lr"].freeze(1e-3))
    assert frozen.free_names == ("layers",)
    assert SPACE.free_names == ("lr", "layers")
    assert frozen.from_unit({"layers": 0.99}) == {"lr": 1e-3, "layers": 8, "optimizer": "adam"}


def test_contains_asks_for_every_parameter() -> None:
    assert SPACE.contains({"lr": 1e-3, "layers": 2, "optimizer": "adam", "other": 1})
    assert not SPACE.contains({"lr": 1e-3, "layers": 2})
    assert not SPACE.contains({"lr": 1e-3, "layers": 2, "optimizer": "sgd"})


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"lr": 1e-3, "layers": 2}, "optimizer has no value; write optimizer=adam"),
        ({"lr": 1e-3, "layers": 2, "optimizer": "adam", "x": 1}, "'x' is none of them"),
        ({"lr": "1", "layers": 2, "optimizer": "adam"}, "lr takes a finite number, not '1'"),
        ({"lr": True, "layers": 2, "optimizer": "adam"}, "lr takes a finite number"),
        ({"lr": float("nan"), "layers": 2, "optimizer": "adam"}, "lr takes a finite number"),
        ({"lr": 1e-3, "layers": 2.5, "optimizer": "adam"}, "layers takes a whole number"),
        ({"lr": 1e-3, "layers": 2, "optimizer": 3}, "optimizer takes one of its options"),
    ],
)
def test_params_of_another_shape_are_refused(params: dict[str, Value], message: str) -> None:
    with pytest.raises(SpaceError, match=message):
        SPACE.validate_params(params)


def test_params_outside_are_of_the_right_shape() -> None:
    far: dict[str, Value] = {"lr": 9.0, "layers": 99, "optimizer": "sgd"}
    SPACE.validate_params(far)
    assert SPACE.to_unit(far, clipped=False)["lr"] > 1


@pytest.mark.parametrize(
    "name",
    ["", "a b", "a=b", "a,b", "{a}", "a\tb", "\x1b[2Jboo", "x" * 65, "x" * 1_000_000, "\u202ea"],
)
def test_bad_names_are_refused_in_a_short_plain_line(name: str) -> None:
    with pytest.raises(SpaceError) as raised:
        Space({name: IntRange(1, 2)})
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 200


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(SpaceError, match="at least one parameter"):
        Space({})
    with pytest.raises(SpaceError, match="the parameters are lr, layers, optimizer, 'wd' is none"):
        SPACE["wd"]
    with pytest.raises(SpaceError, match="'wd' is none"):
        SPACE.replace("wd", IntRange(1, 2))
    with pytest.raises(SpaceError, match="one unit for each of the 3 parameters, not 2"):
        SPACE.from_unit([0.1, 0.2])
    with pytest.raises(SpaceError, match="layers has no value"):
        SPACE.from_unit({"lr": 0.5})
    with pytest.raises(SpaceError, match="optimizer has no value"):
        SPACE.to_unit({"lr": 0.5, "layers": 1})


def test_the_room_is_light() -> None:
    code = "import sys, tuitune.space; print([m for m in ('numpy', 'textual') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
