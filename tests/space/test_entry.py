from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import parameters
from tuitune.errors import SpaceError, plain
from tuitune.space import (
    Choice,
    FloatRange,
    IntRange,
    Parameter,
    format_parameter,
    parse_entry,
    parse_parameter,
)


@pytest.mark.parametrize(
    ("current", "text", "result"),
    [
        ("1e-6..1e-2 log in 1e-8..1", "3e-4..2e-2", "3e-4..2e-2 log in 1e-8..1"),
        ("1e-6..1e-2 log", "3e-4..", "3e-4..1e-2 log"),
        ("1e-6..1e-2 log", "..2e-2", "1e-6..2e-2 log"),
        ("1e-6..1e-2 log", "= 3e-4 to 2e-2", "3e-4..2e-2 log"),
        ("1e-6..1e-2 log", "3e-4", "1e-6..1e-2 log = 3e-4"),
        ("1e-6..1e-2 log", "=0.1", "1e-6..1e-2 log = 0.1"),
        ("1e-6..1e-2 log = 1e-3", "1e-5..", "1e-5..1e-2 log"),
        ("1e-6..1e-2 log", "x2", "1e-8..1 log"),
        ("1e-6..1e-2 log in 1e-7..0.1", "x2", "1e-7..0.1 log in 1e-7..0.1"),
        ("1e-6..1e-2 log", "/2", "1e-5..1e-3 log"),
        ("1e-6..1e-2 log", "/ 10", "6.31e-5..1.585e-4 log"),
        ("0..0.8", "/10", "0.36..0.44"),
        ("0..0.8", "×2", "-0.4..1.2"),
        ("16..256 int", "/2", "76..196 int"),
        ("16..256 log int", "/2", "32..128 log int"),
        ("1..9 log int", "x3", "1..81 log int"),
        ("1e-6..1e-2 log", "~", "0..1"),
        ("1e-6..1e-2 log", "0..0.5 lin", "0..0.5"),
        ("0..0.5 step 0.1", "1e-3..0.5 log", None),
        ("0..0.5", "1e-3..0.5 log", "1e-3..0.5 log"),
        ("0..0.5", "0|1e-3..0.5 log", "0|1e-3..0.5 log"),
        ("0|1e-6..1e-2 log", "1e-5..1e-3", "0|1e-5..1e-3 log"),
        ("0|1e-6..1e-2 log", "1e-5..1e-3 log", "1e-5..1e-3 log"),
        ("0|1e-6..1e-2 log", "0", "0|1e-6..1e-2 log = 0"),
        ("0..0.5 step 0.1", "0.2..0.4", "0.2..0.4 step 0.1"),
        ("16..256 int", "32..64", "32..64 int"),
        ("16..256 int", "32..64 int log", "32..64 log int"),
        ("16..256 int", "32", "16..256 int = 32"),
        ("sgd|adam|momentum", "sgd|adam", "sgd|adam|(momentum)"),
        ("sgd|adam|momentum", "(sgd)|adam", "(sgd)|adam|(momentum)"),
        ("sgd|adam|momentum", "adam", "sgd|adam|momentum = adam"),
        ("sgd|adam|momentum", "sgd|adam = sgd", "sgd|adam|(momentum) = sgd"),
        ("1|2|3 = 1", "2|3", "(1)|2|3"),
    ],
)
def test_what_may_be_typed(current: str, text: str, result: str | None) -> None:
    p, original = parse_parameter(current), FloatRange(0, 1)
    if result is None:
        with pytest.raises(SpaceError, match="a step goes with a linear range"):
            parse_entry(text, p, original)
    else:
        assert format_parameter(parse_entry(text, p, original)) == result


@pytest.mark.parametrize(
    ("current", "text", "message"),
    [
        ("1e-6..1e-2 log", "", "nothing was entered; write 1e-6..1e-2"),
        ("1e-6..1e-2 log", "abc", "a range takes new bounds, one value, a factor or ~, not 'abc'"),
        ("1e-6..1e-2 log", "1..1e-3", "a range goes up, not from 1 to 1e-3; write 1e-3..1 log"),
        ("1e-6..1e-2 log", "2e-2..", "a range goes up"),
        ("1e-6..1e-2 log", "0..1", "a log range starts above 0"),
        ("1e-6..1e-2 log", "0", "a value on a log scale is above 0, not 0"),
        ("1e-6..1e-2 log", "nan", "a value is finite"),
        ("1e-6..1e-2 log in 1e-8..1", "1e-9..1", "1e-9 is below 1e-8"),
        ("1e-6..1e-2 log in 1e-8..1", "2", "2 is above 1"),
        ("1e-6..1e-2 log", "sgd|adam", "options are for choices"),
        ("1e-6..1e-2 log", "1..2 int", "a range of real numbers stays one"),
        ("1e-6..1e-2 log", "x0", "a width is changed by a factor from"),
        ("1e-6..1e-2 log", "/" + "9" * 400, "a width is changed by a factor from"),
        ("1e-6..1e-2 log", "x1000000", "that is wider than numbers go"),
        ("16..256 int", "16.5", "an integer range holds whole numbers"),
        ("16..256 int", "16.5..20", "an integer range holds whole numbers"),
        ("sgd|adam", "momentum", "the options are 'sgd', 'adam', 'momentum' is none of them"),
        ("sgd|adam", "sgd|x", "'x' is none of them"),
        ("sgd|adam", "sgd|(x)", "'x' is none of them"),
        ("sgd|adam", "1..2", "'1..2' is none of them"),
        ("sgd|adam", "", "nothing was entered"),
    ],
)
def test_what_is_refused_says_why(current: str, text: str, message: str) -> None:
    p = parse_parameter(current)
    with pytest.raises(SpaceError) as raised:
        parse_entry(text, p, p)
    assert message in str(raised.value)
    assert_helpful(str(raised.value), p)


@given(parameters(), st.text(st.sampled_from('0123456789.e-+|x/~*= loginsdam\x1b"('), max_size=20))
def test_any_entry_is_taken_or_refused_well(p: Parameter, text: str) -> None:
    changed, refusal = p, "; write "
    try:
        changed = parse_entry(text, p, p)
    except SpaceError as error:
        refusal = str(error)
    assert plain(refusal) == refusal
    assert len(refusal) < 400
    assert "; write " in refusal
    assert type(changed) is type(p)
    if not isinstance(changed, Choice) and not isinstance(p, Choice) and " in" not in text:
        assert (changed.hard_low, changed.hard_high) == (p.hard_low, p.hard_high)


@given(parameters(frozen=False))
def test_its_own_text_changes_nothing(p: Parameter) -> None:
    text = format_parameter(p)
    if not (isinstance(p, FloatRange | IntRange) and " int" in text) or isinstance(p, IntRange):
        assert parse_entry(text, p, p) == p


def assert_helpful(message: str, p: Parameter) -> None:
    """Assert that the examples are entries that are accepted somewhere for this kind."""
    assert plain(message) == message
    assert len(message) < 300
    rule, _, examples = message.rpartition("; write ")
    assert rule
    for example in examples.removesuffix(" to allow 0 as well").split(", or "):
        scratch = p if isinstance(p, Choice) else p.free()
        if not isinstance(scratch, Choice) and (".." in example or "=" in example):
            parse_parameter(example)
        else:
            parse_entry(example, scratch, scratch)


@pytest.mark.parametrize(
    ("current", "text", "result"),
    [
        ("16..256 int step 16", "20..100", "16..112 int step 16"),
        ("16..256 int step 16", "32..96", "32..96 int step 16"),
        ("16..256 int step 16 in 16..256", "20..250", "16..256 int step 16 in 16..256"),
        ("16..240 int step 16 in 16..250", "20..245", "16..240 int step 16 in 16..250"),
        ("16..256 int step 16", "40..100 in 40..100", "48..96 int step 16 in 40..100"),
        ("0..0.5 step 0.1", "0.13..", "0.1..0.5 step 0.1"),
    ],
)
def test_bounds_move_outward_to_the_grid_of_a_step(current: str, text: str, result: str) -> None:
    p = parse_parameter(current)
    assert format_parameter(parse_entry(text, p, p)) == result


@given(st.integers(-300, 300), st.integers(1, 300))
def test_no_entry_of_bounds_leaves_the_grid(low: int, width: int) -> None:
    p = parse_parameter("16..256 int step 16")
    entered = parse_entry(f"{low}..{low + width}", p, p)
    values = [entered.from_unit(unit / 50) for unit in range(51)]
    assert all(isinstance(value, int) and value % 16 == 0 for value in values)
    assert entered.contains(min(v for v in range(-320, 640, 16) if v >= low))
