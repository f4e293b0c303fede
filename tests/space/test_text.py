from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.space.messages import check_message
from tests.strategies import parameters, values
from tuitune.errors import SpaceError, plain
from tuitune.space import (
    Choice,
    FloatRange,
    IntRange,
    Parameter,
    Value,
    format_parameter,
    format_range,
    format_value,
    parse_assignment,
    parse_parameter,
    parse_value,
    split_assignment,
)

LR = FloatRange(1e-6, 1e-2, log=True)
FORMS: list[tuple[str, Parameter]] = [
    ("1e-6..1e-2 log", LR),
    ("0..0.5", FloatRange(0, 0.5)),
    ("0..0.5 step 0.1", FloatRange(0, 0.5, step=0.1)),
    ("16..256 log int", IntRange(16, 256, log=True)),
    ("16..256 int step 16", IntRange(16, 256, step=16)),
    ("16..256", FloatRange(16, 256)),
    ("-5..5 int", IntRange(-5, 5)),
    ("sgd|adam|momentum", Choice(("sgd", "adam", "momentum"))),
    ("sgd|(adam)", Choice(("sgd", "adam"), off=("adam",))),
    ("sgd|adam = adam", Choice(("sgd", "adam"), frozen="adam")),
    ("0|1", Choice((0, 1))),
    ("true|1|1.5|2.0", Choice((True, 1, 1.5, 2.0))),
    ('"two words"|"1"|"a\\"b"|""', Choice(("two words", "1", 'a"b', ""))),
    ("0|1e-8..1e-4 log", FloatRange(1e-8, 1e-4, log=True, zero=True)),
    ("0|1e-8..1e-4 log = 0", FloatRange(1e-8, 1e-4, log=True, zero=True, frozen=0)),
    ("1e-6..1e-2 log in 1e-8..1", FloatRange(1e-6, 1e-2, log=True, hard_low=1e-8, hard_high=1)),
    ("1e-6..1e-2 log in ..1", FloatRange(1e-6, 1e-2, log=True, hard_high=1)),
    ("1e-6..1e-2 log in 1e-8..", FloatRange(1e-6, 1e-2, log=True, hard_low=1e-8)),
    ("1e-6..1e-2 log = 1e-3", LR.freeze(1e-3)),
]


@pytest.mark.parametrize(("text", "parameter"), FORMS)
def test_the_forms_of_the_readme(text: str, parameter: Parameter) -> None:
    assert parse_parameter(text) == parameter
    assert format_parameter(parameter) == text
    assert parse_assignment(f" lr = {text} ") == ("lr", parameter)


@given(parameters())
def test_every_parameter_reads_back_as_it_was(p: Parameter) -> None:
    text = format_parameter(p)
    assert parse_parameter(text) == p
    assert format_parameter(parse_parameter(text)) == text
    assert plain(text) == text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("1e-6…1e-2 log", "1e-6..1e-2 log"),
        ("1e-6 to 1e-2 LOG", "1e-6..1e-2 log"),
        ("  .000001 .. +0.01   log ", "1e-6..1e-2 log"),
        ("1e-6..1e-2 = 1e-3 in ..1 log", "1e-6..1e-2 log in ..1 = 1e-3"),
        ("1e-6..1e-2 log=1e-3", "1e-6..1e-2 log = 1e-3"),
        ("1...5 lin", "0.5..1"),
        ("16..256 step 16 int", "16..256 int step 16"),
        ("1e1..1e3 int", "10..1000 int"),
        ("−1..1", "-1..1"),
        ("0 | 1e-8 to 1e-4 log", "0|1e-8..1e-4 log"),
        (" sgd | ( adam )| x=sgd", "sgd|(adam)|x = sgd"),
        ("1e-3|True", "1e-3|true"),
    ],
)
def test_what_is_tolerated(text: str, canonical: str) -> None:
    if text.startswith("1..."):
        with pytest.raises(SpaceError, match=r"write 0.5\.\.1$"):
            parse_parameter(text)
    else:
        assert format_parameter(parse_parameter(text)) == canonical


WRONG = [
    "",
    " ",
    "x",
    "1e-3",
    "..",
    "1..",
    "..1",
    "1..x",
    "a..b",
    "nan..1",
    "0..inf",
    "1e999..1",
    "0..1e151",
    "0..1 log",
    "-1..1 log",
    "1..0",
    "1..0 log",
    "1..1",
    "1..2 log lin",
    "1..2 log log",
    "1..2 foo",
    "1..2 step",
    "1..2 step 0",
    "1..2 step -1",
    "1..2 step 5",
    "0..1 step 0.3",
    "1..2 log step 0.5",
    "0.5..3 int",
    "0..9 int step 0.5",
    "0|1..5 log int",
    "0|1..5",
    "0|0..1 log",
    "1..2 in 3..4",
    "1..2 in 1.5..",
    "1..2 log in 0..3",
    "1..2 in ..1.5",
    "1..2 = x",
    "1..2 log = 0",
    "1..2 in 0..3 = 9",
    "1..2 = nan",
    "1..9 int = 2.5",
    "1..2 in 0..3 in 0..3",
    "1..2 = 1 = 2",
    "1..2logint",
    "1,2..3",
    "sgd|",
    "|sgd",
    "sgd||adam",
    "sgd|sgd",
    "(sgd)|(adam)",
    "sgd|(adam",
    "sgd|adam)",
    "sgd|two words",
    "sgd|adam =",
    "sgd|adam = x",
    "sgd|adam = sgd|adam",
    '"sgd|adam',
    'sgd|"ad',
    "1|1.0",
    "1|nan",
    "1|1e999",
    "0|1|1..2 log",
    "\x1b[31m1..2",
    "1\n..2 x",
    "9" * 1_000_000,
    "1..2 " + "y" * 19_000,
    "٣..٤",
    "0x1..2",
    "1_0..20",
    "9" * 500 + "..1",
    "1|" + "9" * 300,
    "a|\x1b[2J",
    "a|" + "b" * 101,
    "|".join("ab" * 90),
]


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_each_refusal_is_one_line_with_an_example_that_works(text: str) -> None:
    with pytest.raises(SpaceError) as raised:
        parse_parameter(text)
    check_message(str(raised.value))
    with pytest.raises(SpaceError, match=r"^(lr: |a parameter is)"):
        parse_assignment(f"lr={text}")


@given(st.text(st.sampled_from('0123456789.e-+|()"= \\…logintstepsx\x1b'), max_size=40))
def test_any_text_is_read_or_refused_well(text: str) -> None:
    refusal = None
    try:
        p = parse_parameter(text)
    except SpaceError as error:
        refusal = str(error)
    if refusal is None:
        assert parse_parameter(format_parameter(p)) == p
    else:
        check_message(refusal)


@pytest.mark.parametrize(
    "text", ["lr", "lr=", "=1..2", " =1..2", "a b=1..2", "x" * 65 + "=1..2", "\x1b[2J=1..2"]
)
def test_assignments_without_name_or_range_are_refused(text: str) -> None:
    with pytest.raises(SpaceError) as raised:
        parse_assignment(text)
    check_message(str(raised.value))


def test_an_entry_is_split_at_its_first_equals_sign() -> None:
    assert split_assignment(" lr = 1..2 = 1 ") == ("lr", "1..2 = 1")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("-3", -3),
        ("3.0", 3.0),
        ("3e2", 300.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("true", True),
        ("False", False),
        ("adam", "adam"),
        (' "3" ', "3"),
        ("1e", "1e"),
        ("1_000", "1_000"),
        ("", ""),
        ("0x10", "0x10"),
    ],
)
def test_values_are_typed_by_how_they_look(text: str, value: Value) -> None:
    assert parse_value(text) == value
    assert type(parse_value(text)) is type(value)


@pytest.mark.parametrize("text", ["nan", "-inf", "Infinity", "1e999", "9" * 30, '"open', '"a" b'])
def test_values_that_no_session_can_hold_are_refused(text: str) -> None:
    with pytest.raises(SpaceError) as raised:
        parse_value(text)
    check_message(str(raised.value))


@given(values.filter(lambda v: not isinstance(v, str)))
def test_numbers_read_back_exactly(value: Value) -> None:
    assert parse_value(format_value(value)) == value
    assert parse_value(format_value(value, log=True)) == value


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (3e-4, None, "3e-4"),
        (0.05, None, "0.05"),
        (128, None, "128"),
        (0.0, None, "0"),
        (-0.0, None, "0"),
        (1e-2, None, "0.01"),
        (0.003, None, "3e-3"),
        (1.0, None, "1"),
        (1e5, None, "1e5"),
        (1234567.5, None, "1234567.5"),
        (1e150, None, "1e150"),
        (0.00398107, 3, "3.98e-3"),
        (0.123456, 3, "0.123"),
        (-2.34567, 2, "-2.3"),
        (0.99951, 3, "1"),
        (12345.678, 3, "12300"),
        (123456.0, 3, "1.23e5"),
        (12345, 3, "12345"),
        (2_500_000, 3, "2.5e6"),
        (True, 3, "true"),
        ("adam", 3, "adam"),
        (9.996, 3, "10"),
        (float("nan"), 3, "nan"),
    ],
)
def test_numbers_are_short(value: Value, digits: int | None, text: str) -> None:
    assert format_value(value, digits) == text


def test_what_is_in_use_is_shown_briefly() -> None:
    assert format_range(FloatRange(3e-4, 3e-2, log=True)) == "3e-4..3e-2"
    assert format_range(FloatRange(1e-8, 1e-4, log=True, zero=True)) == "0|1e-8..1e-4"
    assert format_range(FloatRange(0.12345, 0.5)) == "0.123..0.5"
    assert format_range(FloatRange(0.123451, 0.123452)) == "0.123451..0.123452"
    assert format_range(LR.freeze(1e-3)) == "= 1e-3"
    assert format_range(Choice(("sgd", "adam", "x y"), off=("adam",))) == 'sgd|"x y"'
    assert format_range(Choice(("sgd", "adam"), frozen="adam")) == "= adam"


@pytest.mark.parametrize(
    "text",
    ["1..9007199254740993 int", "9007199254740993|5", "1..10 int = 9007199254740993",
     "0..10 int in ..9007199254740993", "-9007199254740993..1 int"],
)  # fmt: skip
def test_a_whole_number_is_exact_or_refused(text: str) -> None:
    with pytest.raises(SpaceError, match=r"whole numbers up to 9007199254740992, not -?9007199254"):
        parse_parameter(text)
    held = text.replace("740993", "740991")
    assert format_parameter(parse_parameter(held)) == held


def test_none_is_no_option_unless_it_is_meant_as_a_word() -> None:
    with pytest.raises(SpaceError, match=r'None is a word here.*write "None"') as caught:
        parse_parameter("None|1.0|5.0")
    choice = parse_parameter(str(caught.value).rpartition("; write ")[2])
    assert choice == Choice(("None", 1.0, 5.0))
    assert format_parameter(choice) == '"None"|1.0|5.0'
