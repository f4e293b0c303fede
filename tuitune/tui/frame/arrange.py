"""Where each pane stands on a screen of a given size: pure, so that every size can be tested."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

PANES = ("ranges", "trials", "curves", "rounds", "detail")
"""In the order of their numbers and of the tab key."""

TITLES = {
    "ranges": "1 Ranges",
    "trials": "2 Trials",
    "curves": "3 Curves",
    "rounds": "4 Rounds",
    "detail": "5 Trial",
}
"""Each with the key that chooses it."""

SINGLE_COLUMNS, SINGLE_ROWS = 60, 16
"""Below either of them one pane has the screen."""
LOG_COLUMNS = 120
"""From here on there is a log, and the trial table shows a state column."""
WIDE_COLUMNS = 180
"""From here on the rounds and the selected trial have panes of their own."""


@dataclass(frozen=True)
class Box:
    """A rectangle in cells, from the top left corner of the area below the header."""

    x: int
    y: int
    width: int
    height: int


def arrange(
    width: int,
    height: int,
    *,
    ranges_height: Callable[[int, int], int],
    rounds: int,
    focused: str,
    zoomed: bool,
) -> dict[str, Box]:
    """Return the box of each pane that is on the screen, title rules included.

    `width` x `height` is the area between header and footer, `ranges_height(width, most)` how high
    the ranges would like to be, `rounds` how many rounds there are. `log` is a box as well: one
    or two lines without a title, three or more with one.
    """
    if zoomed or width < SINGLE_COLUMNS or height < SINGLE_ROWS - 2:
        return {focused: Box(0, 0, width, height - 1), "log": Box(0, height - 1, width, 1)}
    if width >= WIDE_COLUMNS:
        return _wide(width, height, ranges_height, rounds)
    log = 4 if width >= LOG_COLUMNS and height >= 30 else 2 if height >= 20 else 1
    top = min(ranges_height(width, max(height // 2, 4)), height - log - 6)
    below = height - log - top
    left = min(max(46, width * 55 // 100), width - 30)
    if focused in ("rounds", "detail"):
        # They have no place of their own at this size; the ranges stay in sight above them.
        lower = {focused: Box(0, top, width, below)}
    else:
        lower = {
            "trials": Box(0, top, left, below),
            "curves": Box(left, top, width - left, below),
        }
    return {"ranges": Box(0, 0, width, top), **lower, "log": Box(0, height - log, width, log)}


def _wide(
    width: int, height: int, ranges_height: Callable[[int, int], int], rounds: int
) -> dict[str, Box]:
    log = 4
    left = width * 48 // 100
    usable = height - log
    ranges = min(ranges_height(left, usable // 2), usable - 10)
    history = min(max(rounds + 2, 5), (usable - ranges) // 2)
    trials = usable * 45 // 100
    return {
        "ranges": Box(0, 0, left, ranges),
        "rounds": Box(0, ranges, left, history),
        "detail": Box(0, ranges + history, left, usable - ranges - history),
        "trials": Box(left, 0, width - left, trials),
        "curves": Box(left, trials, width - left, usable - trials),
        "log": Box(0, usable, width, log),
    }


def tabs_of(boxes: Mapping[str, Box]) -> tuple[str, tuple[str, ...]]:
    """Return the pane whose title names those that have no place, and their titles.

    It is the first one in the lower half, or the only one.
    """
    shown = [name for name in PANES if name in boxes]
    hidden = tuple(TITLES[name] for name in PANES if name not in boxes)
    holder = next((name for name in shown if name != "ranges"), shown[0])
    return holder, hidden
