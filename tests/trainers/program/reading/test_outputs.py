"""Kinds of output, read as a person would: `outputs/NAME.out` and `.err`, and what they hold.

In `outputs/expected.json`: the name that is asked for, the value in each report (null: it has
none), `train`: the training partner in the last one, `others`: what else the last one holds.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuitune.trainers.program.reading import lines
from tuitune.trainers.program.reading.lines import Stream
from tuitune.trainers.program.reading.reader import Reader

FOLDER = Path(__file__).parent / "outputs"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text("utf-8"))
STREAMS: tuple[Stream, ...] = ("out", "err")


def printed(kind: str, stream: Stream) -> bytes:
    file = FOLDER / f"{kind}.{stream}"
    return file.read_bytes() if file.exists() else b""


def read(kind: str, piece: int = 1 << 16) -> tuple[list[dict[str, float]], str | None]:
    expected = EXPECTED[kind]
    reader = Reader(expected["asked"])
    reports: list[dict[str, float]] = []
    for stream in STREAMS:
        data = printed(kind, stream)
        for start in range(0, len(data), piece):
            reports += reader.feed(stream, data[start : start + piece])
    reports += reader.end()
    return reports, reader.partner


def test_every_output_has_its_numbers() -> None:
    assert {file.stem for file in FOLDER.glob("*.*")} == {*EXPECTED, "expected"}


@pytest.mark.parametrize("kind", EXPECTED)
def test_a_person_reads_these_numbers(kind: str) -> None:
    expected = EXPECTED[kind]
    reports, partner = read(kind)
    found = [report.get(expected["asked"]) for report in reports]
    assert list(map(repr, found)) == [repr(v and float(v)) for v in expected["values"]]
    assert reports[-1].get(partner or "") == expected.get("train"), reports[-1]
    for name, value in expected.get("others", {}).items():
        assert reports[-1].get(name) == value, reports[-1]


@settings(max_examples=60, deadline=None)
@given(kind=st.sampled_from(list(EXPECTED)), piece=st.integers(1, 40))
def test_it_is_the_same_in_pieces_of_any_size(kind: str, piece: int) -> None:
    assert repr(read(kind, piece)) == repr(read(kind))


HOSTILE = [
    "[INFO " + "1:11 " * 200,
    "[2026-11-25 " * 90,
    "a.py:12 " * 300,
    "a/b/" * 900 + " loss: 1/2",
    "1,000," * 600,
    "{" * 4000 + "1}",
    "a | " * 1000 + "1",
    "Epoch " * 700 + "1",
    "a@1.2:" * 700,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:8])
def test_no_line_takes_for_ever(text: str) -> None:
    """Each of these would, if a part of an expression could match it in two ways."""
    reader = Reader("val_acc")
    assert list(reader.feed("out", f"{text}\nval_acc=0.5\n".encode())) + list(reader.end())


@pytest.mark.parametrize("kind", EXPECTED)
def test_nothing_is_lost_where_most_lines_are_passed_over(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = read(kind)
    monkeypatch.setattr(lines, "SURE", 0)
    asked = EXPECTED[kind]["asked"]
    found = read(kind)
    assert repr([report.get(asked) for report in found[0]]) == repr(
        [report.get(asked) for report in expected[0]]
    )
    assert found[1] == expected[1]
