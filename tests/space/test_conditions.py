"""Parameters that count only beside some values of another one."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import units
from tuitune.errors import SpaceError
from tuitune.space import (
    Choice,
    Condition,
    FloatRange,
    Space,
    Value,
    classify_change,
    format_parameter,
    middle_point,
    parse_assignment,
    parse_entry,
    parse_parameter,
    parse_point,
)


def space(*texts: str) -> Space:
    return Space(dict(map(parse_assignment, texts)))


SGD = space("optimizer=sgd|nesterov|adam", "momentum=0..0.99 if optimizer=sgd|nesterov", "lr=0..1")
DEEP = space("layers=1..4 int", "act_2=relu|tanh if layers>=2", "slope=0..1 if act_2=relu")


@pytest.mark.parametrize(
    "text",
    [
        "0..0.99 if optimizer=sgd|nesterov",
        "1e-6..1e-2 log = 1e-3 if optimizer=sgd",
        "relu|(tanh) if layers>=3",
        "16..256 int step 16 if layers<=2",
        "sgd|adam = sgd if layers=2..4",
        "0..1 if flag=true|1|1.0e-3|\"two if words\"",
        "\"a if b\"|c if optimizer=\"|\"",
    ],
)  # fmt: skip
def test_the_text_form_reads_back(text: str) -> None:
    parameter = parse_parameter(text)
    assert parameter.when is not None
    assert parse_parameter(format_parameter(parameter)) == parameter
    assert msgspec.json.decode(msgspec.json.encode(parameter), type=type(parameter)) == parameter


@given(
    st.one_of(
        st.builds(
            lambda options: Condition("a", options),
            st.lists(
                st.one_of(st.integers(-9, 9), st.booleans(), st.text(min_size=1, max_size=9)),
                min_size=1, max_size=4, unique_by=repr,
            ).map(tuple),
        ),
        st.builds(lambda low: Condition("a", low=low), st.integers(-99, 99)),
        st.builds(lambda high: Condition("a", high=high), st.integers(-99, 99)),
        st.tuples(st.integers(-99, 99), st.integers(0, 99)).map(
            lambda ends: Condition("a", low=ends[0], high=ends[0] + ends[1])
        ),
    )
)  # fmt: skip
def test_every_condition_reads_back(condition: Condition) -> None:
    parameter = FloatRange(0, 1, when=condition)
    assert parse_parameter(format_parameter(parameter)) == parameter


def test_the_file_says_it_as_the_format_does() -> None:
    encoded = msgspec.json.decode(msgspec.json.encode(SGD["momentum"]))
    assert encoded["when"] == {"parameter": "optimizer", "options": ["sgd", "nesterov"]}
    encoded = msgspec.json.decode(msgspec.json.encode(DEEP["act_2"]))
    assert encoded["when"] == {"parameter": "layers", "low": 2}


WRONG = [
    (("a=1|2", "b=0..1 if c=1"), "b is said to count by 'c'; there is a: write"),
    (("b=0..1 if b=1",), "b is said to count by 'b'"),
    (("a=0..1", "b=0..1 if a=1"), "a is a range of real ones"),
    (("a=x|y", "b=0..1 if a=z"), "counts by options of a, which are x|y; write b=0..1 if a=x"),
    (("a=x|y", "b=0..1 if a>=2"), "counts by options of a"),
    (("a=1..9 int", "b=0..1 if a=1|5"), "counts by a span of a; write b=0..1 if a>=9"),
    (("a=x|y if b=x", "b=x|y if a=x"), "conditions go in a circle through a"),
    (("a=x|y", "b=x|y if a=x", "c=x|y if b=x", "d=0..1 if c=x"), "d counts by c by b by a; write"),
]


@pytest.mark.parametrize(("texts", "message"), WRONG, ids=[" ".join(t) for t, _ in WRONG])
def test_a_condition_that_can_not_be_is_refused(texts: tuple[str, ...], message: str) -> None:
    with pytest.raises(SpaceError) as refused:
        space(*texts)
    assert message in str(refused.value)
    assert "write " in str(refused.value)


@pytest.mark.parametrize(
    "text",
    ["0..1 if", "0..1 if a", "0..1 if a=", "0..1 if a>=x", "0..1 if a=1||2", "0..1 if a=3..2",
     "0..1 if a=(x)", "0..1 if a>=1e400"],
)  # fmt: skip
def test_a_condition_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SpaceError):
        parse_parameter(text)


def test_options_that_are_whole_numbers_are_a_span() -> None:
    given_as_options = space("a=1..9 int", "b=0..1 if a=3|2|4")
    assert given_as_options["b"].when == Condition("a", low=2, high=4)


def test_what_counts_follows_the_parents() -> None:
    assert DEEP.parents_first == ("layers", "act_2", "slope")
    assert DEEP.ancestors("slope") == ("act_2", "layers")
    assert DEEP.counts("slope", {"layers": 2, "act_2": "relu"})
    assert not DEEP.counts("slope", {"layers": 2, "act_2": "tanh"})
    # The parent doesn't count itself.
    assert not DEEP.counts("slope", {"layers": 1, "act_2": "relu"})
    assert DEEP.active({"layers": 1, "act_2": "relu", "slope": 0.5}) == {"layers": 1}


@given(st.lists(units, min_size=3, max_size=3))
def test_a_point_has_what_counts_and_no_more(at: list[float]) -> None:
    for one in (SGD, DEEP):
        params = one.from_unit(at)
        one.validate_params(params)
        assert one.contains(params)
        assert one.from_unit(one.to_unit(params) | dict.fromkeys(one.names, 0.5)) is not None
        assert set(one.to_unit(params)) == set(params)
        assert parse_point([], one, params) == params


def test_ranges_that_never_meet_a_condition_leave_it_out() -> None:
    assert SGD.can_count("momentum")
    assert not SGD.replace("optimizer", SGD["optimizer"].freeze("adam")).can_count("momentum")
    off = parse_entry("adam|sgd", SGD["optimizer"], SGD["optimizer"])
    assert SGD.replace("optimizer", off).can_count("momentum")
    shallow = DEEP.replace("layers", DEEP["layers"].freeze(1))
    assert not shallow.can_count("act_2")
    assert not shallow.can_count("slope")
    assert not DEEP.replace("act_2", DEEP["act_2"].freeze("tanh")).can_count("slope")
    stepped = space("n=1..9 int step 4", "b=0..1 if n=6..8")
    assert not stepped.can_count("b")


def test_a_changed_range_keeps_its_condition() -> None:
    momentum = SGD["momentum"]
    for text in ("0.5..0.9", "x2", "0.9", "~", "/2"):
        assert parse_entry(text, momentum, momentum).when == momentum.when
    narrower = parse_entry("0.5..0.9", momentum, momentum)
    assert classify_change(momentum, narrower) == "narrowed"
    act = DEEP["act_2"]
    assert parse_entry("relu", act, act).when == act.when
    assert isinstance(act, Choice)
    assert act.with_options_on(["tanh"]).when == act.when


def test_a_point_by_hand_has_what_counts() -> None:
    assert parse_point(["optimizer=adam", "lr=0.5"], SGD) == {"optimizer": "adam", "lr": 0.5}
    like: dict[str, Value] = {"optimizer": "sgd", "momentum": 0.9, "lr": 0.5}
    assert parse_point(["optimizer=adam"], SGD, like) == {"optimizer": "adam", "lr": 0.5}
    given_too = parse_point(["optimizer=adam", "momentum=0.5"], SGD, like)
    with pytest.raises(SpaceError, match="momentum doesn't count beside optimizer=adam; leave it"):
        SGD.validate_params(given_too)
    with pytest.raises(SpaceError, match="momentum has no value"):
        SGD.validate_params({"optimizer": "sgd", "lr": 0.5})
    frozen = SGD.replace("momentum", SGD["momentum"].freeze(0.9))
    assert parse_point(["optimizer=adam", "lr=0.5"], frozen) == {"optimizer": "adam", "lr": 0.5}
    assert parse_point(["optimizer=sgd", "lr=0.5"], frozen)["momentum"] == 0.9
    assert set(middle_point(SGD)) == {"optimizer", "momentum", "lr"}
    SGD.validate_params(middle_point(SGD))


def test_one_that_never_meets_its_condition_needs_no_value() -> None:
    with pytest.raises(SpaceError, match="slope doesn't count beside act_2=nothing"):
        DEEP.validate_params({"layers": 1, "slope": 0.5})
