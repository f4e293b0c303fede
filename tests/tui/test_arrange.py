"""Where the panes stand, at every size."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitune.tui.frame.arrange import PANES, Box, arrange


def boxes_at(width: int, height: int, **options: object) -> dict[str, Box]:
    settings = {"focused": "ranges", "zoomed": False, "rounds": 3, **options}
    return arrange(
        width,
        height,
        ranges_height=lambda _width, most: min(7, most),
        **settings,  # type: ignore[arg-type]
    )


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


@given(
    width=st.integers(20, 400),
    height=st.integers(6, 150),
    focused=st.sampled_from(PANES),
    zoomed=st.booleans(),
    rounds=st.integers(0, 200),
    wanted=st.integers(1, 300),
)
def test_panes_fill_the_screen_without_overlap(
    width: int, height: int, focused: str, zoomed: bool, rounds: int, wanted: int
) -> None:
    boxes = arrange(
        width,
        height,
        ranges_height=lambda _width, most: min(wanted, most),
        rounds=rounds,
        focused=focused,
        zoomed=zoomed,
    )
    assert focused in boxes
    assert sum(box.width * box.height for box in boxes.values()) == width * height
    for box in boxes.values():
        assert box.width > 0
        assert box.height > 0
        assert 0 <= box.x <= box.x + box.width <= width
        assert 0 <= box.y <= box.y + box.height <= height
    assert not [pair for pair in combinations(boxes, 2) if overlap(*map(boxes.get, pair))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("width", "height", "panes"),
    [
        (40, 10, {"ranges", "log"}),
        (59, 40, {"ranges", "log"}),
        (80, 22, {"ranges", "trials", "curves", "log"}),
        (120, 38, {"ranges", "trials", "curves", "log"}),
        (200, 48, {"ranges", "trials", "curves", "rounds", "detail", "log"}),
    ],
)
def test_each_size_shows_its_panes(width: int, height: int, panes: set[str]) -> None:
    assert set(boxes_at(width, height)) == panes


def test_the_zoomed_pane_has_the_screen() -> None:
    boxes = boxes_at(200, 48, focused="curves", zoomed=True)
    assert boxes["curves"] == Box(0, 0, 200, 47)
    assert set(boxes) == {"curves", "log"}


def test_a_pane_without_a_place_gets_that_of_trials_and_curves() -> None:
    assert set(boxes_at(80, 22, focused="rounds")) == {"ranges", "rounds", "log"}
