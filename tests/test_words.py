"""Foreign text at every exit, as one kind; and numbers as they are said."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitune.words import MOST_MARKS, Exit, ascii_json, json_text, no_zero, plain, plural, safe

ANY_TEXT = st.text(st.characters(codec=None), max_size=60)
"""With halves of surrogate pairs, controls, and all the rest."""

HOSTILE = {
    "colour": "\x1b[31mred",
    "title": "\x1b]0;title\x07",
    "C1 control": "\x9b31mred",
    "NUL": "a\0b",
    "backspaces": "secret\b\b\b",
    "carriage return": "good\rbad",
    "turned round": "abc\u202egpj.exe",
    "isolates": "\u2066a\u2069",
    "no width": "a" + "\u200b" * 100 + "b",
    "marks": "e" + "\u0301" * 500,
    "half a pair": "a\ud800b",
    "tag letters": "a\U000e0041",
    "line separator": "a\u2028b",
    "private": "\ue000",
}


def does_nothing(text: str) -> bool:
    """Whether a terminal only shows the text, on one line, in as much room as it seems to take."""
    categories = [unicodedata.category(c) for c in text]
    marks = "".join("m" if c in ("Mn", "Me") else "." for c in categories)
    return (
        not {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} & set(categories)
        and "m" * (MOST_MARKS + 1) not in marks
    )


@pytest.mark.parametrize("exit", [e for e in get_args(Exit) if e != "json"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_does_nothing(kind: str, exit: Exit) -> None:
    assert does_nothing(safe(HOSTILE[kind], exit))


@given(ANY_TEXT, st.sampled_from(["terminal", "csv", "markdown"]))
def test_whatever_the_text_it_does_nothing(text: str, exit: Exit) -> None:
    assert does_nothing(safe(text, exit))


@given(ANY_TEXT)
def test_what_is_safe_stays_as_it_is(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(st.text(max_size=60))
def test_json_loses_nothing_and_does_nothing(text: str) -> None:
    written = json_text({"text": text, text: 1})
    assert json.loads(written) == {"text": text, text: 1}
    assert not {"Cc", "Cf", "Co", "Cn", "Zl", "Zp"} & {unicodedata.category(c) for c in written}
    assert json.loads(f'"{safe(text, "json")}"') == text


def test_json_of_half_a_pair_can_be_read() -> None:
    assert json.loads(json_text(["a\ud800b"])) == ["a?b"]


@given(st.one_of(ANY_TEXT, st.sampled_from(["=1+1", "+cmd", "-cmd|' /C calc'!A0", "@SUM(A1)"])))
def test_a_spreadsheet_finds_no_formula(text: str) -> None:
    file = io.StringIO()
    csv.writer(file).writerow([safe(text, "csv")])
    (cell,) = next(csv.reader(io.StringIO(file.getvalue(), newline="")))
    if cell.startswith(("=", "+", "-", "@")):
        float(cell)


def test_numbers_stay_numbers_in_a_csv() -> None:
    for text in ("-3.5", "+1", "-1e-5", "-.5"):
        assert safe(text, "csv") == text
    assert safe("-x", "csv") == "'-x"


def test_markdown_takes_nothing_for_its_own() -> None:
    said = safe("*a* <b> `c` [d](e) | val_acc", "markdown")
    assert said == "\\*a\\* \\<b> \\`c\\` [d]\\(e) \\| val_acc"


@pytest.mark.parametrize(
    ("text", "said"), [("0.45", ".45"), ("-0.2", "-.2"), ("12.4", "12.4"), ("0", "0"), ("", "")]
)
def test_the_zero_before_a_point_is_not_said(text: str, said: str) -> None:
    assert no_zero(text) == said


def test_one_of_a_thing_is_singular() -> None:
    assert [plural(n, "trial") for n in (0, 1, 2)] == ["0 trials", "1 trial", "2 trials"]


@given(st.text())
def test_escaped_json_says_the_same(text: str) -> None:
    whole = json_text({text: text})
    escaped = ascii_json(whole)
    assert escaped.isascii()
    assert json.loads(escaped) == json.loads(whole)
