"""The states of a line, as a person could have seen them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitune.trainers.program.reading.states import LONGEST, Screen, State


def states(*chunks: bytes) -> list[tuple[str, bool]]:
    screen = Screen()
    found: list[State] = []
    for chunk in chunks:
        found += screen.feed(chunk)
    return [(state.text, state.final) for state in [*found, *screen.end()]]


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        (b"a 1\nb 2\n", [("a 1", True), ("b 2", True)]),
        (b"a 1\r\n", [("a 1", False), ("a 1", True)]),
        (b"no end", [("no end", True)]),
        (b"\r 50%\r100%\n", [(" 50%", False), ("100%", True)]),
        (b"longer\rab\n", [("longer", False), ("abnger", True)]),
        (b"longer\r\x1b[Kab\n", [("longer", False), ("ab", True)]),
        (b"longer\x1b[2K\x1b[1Gab\n", [("longer", False), ("ab", True)]),
        (b"ab\x1b[0Gcd\n", [("ab", False), ("cd", True)]),
        (b"loss 1\b\b2.5\n", [("loss2.5", True)]),
        (b"loss 9\b1.5\n", [("loss 1.5", True)]),
        (b"\b\b\bx\n", [("x", True)]),
        (b"\x1b[1;32macc\x1b[0m \x1b]0;title\x07\x1b[38;5;9m0.5\x1b[m\n", [("acc 0.5", True)]),
        (b"a\x1b[Ab\x1b[?25lc\n", [("abc", True)]),
        ("정확도 0.5\n".encode(), [("정확도 0.5", True)]),
        (b"\xff 1\n", [("\ufffd 1", True)]),
        (b"\n \n\t\n", []),
        (b"x\x00y\x07\n", [("xy", True)]),
        (b"1\tval\n", [("1\tval", True)]),
    ],
)
def test_what_stands_in_a_line(data: bytes, seen: list[tuple[str, bool]]) -> None:
    assert states(data) == seen
    assert states(*(data[i : i + 1] for i in range(len(data)))) == seen


@given(st.lists(st.binary(max_size=30), max_size=8))
def test_pieces_of_any_size_are_the_same(chunks: list[bytes]) -> None:
    assert states(*chunks) == states(b"".join(chunks))


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=80))
def test_text_without_controls_is_itself(text: str) -> None:
    expected = [(text, True)] if text.strip() else []
    assert states(text.encode()) == expected


def test_a_line_without_an_end_is_bounded() -> None:
    screen = Screen()
    for _ in range(40):
        assert list(screen.feed(b"x" * 10_000)) == []
    (state,) = screen.end()
    assert state.text == "x" * LONGEST
    flood = Screen()
    seen = [s for _ in range(100) for s in flood.feed(b"\r" + b"#" * 200)]
    assert len(seen) == 99
    assert {len(state.text) for state in seen} == {200}
