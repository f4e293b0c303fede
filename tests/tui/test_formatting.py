from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tuitune.model.trial import TrialState
from tuitune.tui import formatting as fmt

any_float = st.floats(allow_nan=True, allow_infinity=True)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.55714, "0.5571"),
        (1.0, "1.0000"),
        (12.3456, "12.346"),
        (-0.5, "-0.500"),
        (123456.7, "123457"),
        (1e30, "1.0e30"),
        (3.2e-12, "3.2e-12"[:6] if len("3.2e-12") <= 6 else "3e-12"),
        (0.0, "0.0000"),
        (None, "--"),
        (math.nan, "--"),
    ],
)
def test_scores(value: float | None, text: str) -> None:
    assert fmt.format_score(value) == text


@given(any_float)
def test_a_score_keeps_its_width_and_its_value(value: float) -> None:
    text = fmt.format_score(value)
    assert len(text) <= 7
    if math.isfinite(value) and value != 0 and 1e-99 < abs(value) < 1e99:
        assert float(text) == pytest.approx(value, rel=0.5)


def test_short_scores_have_no_leading_zero() -> None:
    assert fmt.short_score(0.5571) == ".5571"
    assert fmt.short_score(-0.25) == "-.250"
    assert fmt.short_score(1.0) == "1.0000"
    assert fmt.short_score(None) == "--"


@pytest.mark.parametrize(
    ("value", "width", "log", "text"),
    [
        (0.00398, 8, True, "3.98e-03"),
        (0.32, 5, False, "0.320"),
        (128, 8, False, "128"),
        (128, 8, True, "128"),
        ("adam", 8, False, "adam"),
        (True, 8, False, "true"),
        (0.00002, 5, False, "2.0e-5"),
        (12345.6, 5, False, "12346"),
        ("a\x1b[31mb", 8, False, "a[31mb"),
        (None, 8, False, "--"),
    ],
)
def test_params(value: object, width: int, log: bool, text: str) -> None:
    assert fmt.format_param(value, width, log=log) == text


@given(st.one_of(any_float, st.integers(), st.text(), st.booleans(), st.none()), st.booleans())
def test_a_param_is_always_printable(value: object, log: bool) -> None:
    text = fmt.format_param(value, log=log)
    assert all(c.isprintable() or c == " " or ord(c) >= 0xA0 for c in text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.3, "0.3 s"),
        (41.2, "41 s"),
        (180, "3 min"),
        (7800, "2 h 10"),
        (86400 * 5 + 3 * 3600, "5 d 3 h"),
        (math.inf, "--"),
        (None, "--"),
        (-1, "0.0 s"),
    ],
)
def test_durations(seconds: float | None, text: str) -> None:
    assert fmt.format_duration(seconds) == text


@given(any_float)
def test_trial_seconds_keep_five_cells(seconds: float) -> None:
    assert len(fmt.format_seconds(seconds)) <= 5


def test_rates_counts_ages() -> None:
    assert fmt.format_rate(41.2) == "41 ep/s"
    assert fmt.format_rate(2.34) == "2.3 ep/s"
    assert fmt.format_rate(0.25) == "15 ep/min"
    assert fmt.format_rate(0.001) == "4 ep/h"
    assert fmt.format_rate(None) == "-- ep/s"
    assert fmt.format_count(100000) == "100,000"
    assert fmt.format_age(12.3) == "12 s ago"
    assert fmt.format_age(0.2) == "just now"
    assert fmt.format_age(None) == "never"


@given(st.text(), st.integers(0, 30), st.booleans())
def test_fit_gives_exactly_the_width(text: str, width: int, right: bool) -> None:
    assert cell_len(fmt.fit(fmt.safe_text(text), width, right=right)) == width


@pytest.mark.parametrize("glyphs", [fmt.UNICODE, fmt.ASCII])
def test_every_glyph_is_one_cell(glyphs: fmt.Glyphs) -> None:
    assert len(glyphs.bars) == 8
    assert len(glyphs.markers) == len(set(glyphs.markers)) == 6
    states = {glyphs.state(state.value) for state in TrialState}
    assert len(states) == len(TrialState)
    for field in glyphs.__dataclass_fields__:
        for glyph in getattr(glyphs, field):
            assert cell_len(glyph) == 1
    assert fmt.glyphs_for(glyphs is fmt.ASCII) is glyphs


def test_ascii_glyphs_are_ascii() -> None:
    assert all(getattr(fmt.ASCII, name).isascii() for name in fmt.ASCII.__dataclass_fields__)


@given(st.text())
def test_safe_text_has_no_control_characters(text: str) -> None:
    assert not any(ord(c) < 32 or ord(c) == 127 for c in fmt.safe_text(text))
