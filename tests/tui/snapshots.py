"""Text snapshots of panes: the strips' text, where each style stands, and a legend of the styles.

A snapshot is a `.txt` file in `tests/tui/pictures/`. `TUITUNE_UPDATE_SNAPSHOTS=1` writes what is
drawn now; without it a snapshot that is missing is written and fails, so that it is looked at, and
with `CI` set it is not written either.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.style import Style
from textual.strip import Strip

FOLDER = Path(__file__).with_name("pictures")
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def check_snapshot(name: str, strips: Sequence[Strip]) -> None:
    """Compare what is drawn with the snapshot `name`; the test fails where they differ."""
    drawn = as_text(strips)
    path = FOLDER / f"{name}.txt"
    if os.environ.get("TUITUNE_UPDATE_SNAPSHOTS"):
        FOLDER.mkdir(exist_ok=True)
        path.write_text(drawn, "utf-8")
        return
    if not path.exists():
        if not os.environ.get("CI"):
            FOLDER.mkdir(exist_ok=True)
            path.write_text(drawn, "utf-8")
        pytest.fail(f"there was no snapshot {name}; look at it and commit it:\n{drawn}")
    assert drawn == path.read_text("utf-8"), (
        f"{name} looks different; if that is right, run with TUITUNE_UPDATE_SNAPSHOTS=1"
    )


def as_text(strips: Sequence[Strip]) -> str:
    """Return the lines, below each where which style stands, and what the letters mean."""
    legend: dict[str, str] = {}
    lines: list[str] = []
    marks: list[str] = []
    for strip in strips:
        mark = ""
        for text, style, _ in strip:
            assert style is not None, f"a segment without a style crashes NO_COLOR: {text!r}"
            letter = legend.setdefault(_describe(style), LETTERS[len(legend) % len(LETTERS)])
            mark += letter * len(text)
        lines.append(strip.text.rstrip())
        marks.append(_runs(mark))
    named = [f"{letter} = {description}" for description, letter in legend.items()]
    return "\n".join([*lines, "-- styles", *marks, "-- legend", *named, ""])


def _runs(mark: str) -> str:
    """Return `aaab` as `a3 b1`."""
    runs: list[str] = []
    start = 0
    for place in range(1, len(mark) + 1):
        if place == len(mark) or mark[place] != mark[start]:
            runs.append(f"{mark[start]}{place - start}")
            start = place
    return " ".join(runs)


def _describe(style: Style) -> str:
    return str(style.without_color + Style(color=style.color, bgcolor=style.bgcolor))
