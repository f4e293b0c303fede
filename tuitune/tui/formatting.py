"""Numbers and text for people: fixed widths for columns, short forms for lines, safe text, glyphs.

Pure. Every function takes any float, also NaN and the infinities, and returns printable text.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from tuitune.words import (
    MISSING as MISSING,
)
from tuitune.words import format_age as format_age
from tuitune.words import format_count as format_count
from tuitune.words import format_duration as format_duration
from tuitune.words import format_rate as format_rate
from tuitune.words import format_score as format_score
from tuitune.words import no_zero, plain, short_exponent

"""Stands where there is no number."""


@dataclass(frozen=True)
class Glyphs:
    """The characters that the panes draw with, all one cell wide; `UNICODE` or `ASCII`."""

    done: str
    running: str
    queued: str
    pruned: str
    failed: str
    stopped: str
    interrupted: str
    bars: str
    """Eight heights, the lowest first."""
    low: str
    """Left bracket of a range."""
    high: str
    """Right bracket of a range."""
    inside: str
    """Axis within the brackets."""
    axis: str
    """Axis outside of them."""
    decade: str
    """A power of ten within the brackets."""
    tick: str
    """A power of ten outside of them."""
    diverged: str
    selected: str
    """Marks the row or line that the keys act on."""
    cursor: str
    """The selected row of a table."""
    rule: str
    """Pane titles are drawn with it."""
    solid: str
    dashed: str
    ellipsis: str
    down: str
    up: str
    before: str
    """There is more to the left."""
    after: str
    """There is more to the right."""
    markers: str
    """One for each curve of the chart."""
    star: str
    """The trial that a finish chose."""
    pin: str
    note: str
    tag: str
    note_and_tag: str
    mark: str
    """A trial that is to be compared."""
    times: str
    dash: str

    def state(self, state: str) -> str:
        """Return the glyph of a trial's state, given by its word."""
        return str(getattr(self, state))


UNICODE = Glyphs(
    done="✓",
    running="▶",
    queued="·",
    pruned="◌",
    failed="✗",
    stopped="■",
    interrupted="‖",
    bars="▁▂▃▄▅▆▇█",
    low="[",
    high="]",
    inside="━",
    axis="─",
    decade="╋",
    tick="┼",
    diverged="×",
    selected="▸",
    cursor="▌",
    rule="─",
    solid="━",
    dashed="┅",
    ellipsis="…",
    down="↓",
    up="↑",
    before="‹",
    after="›",
    markers="●○◆◇▲■",
    star="★",
    pin="#",
    note="”",
    tag="+",
    note_and_tag="‡",
    mark="*",
    times="×",
    dash="–",
)

ASCII = Glyphs(
    done="v",
    running=">",
    queued=".",
    pruned="o",
    failed="x",
    stopped="s",
    interrupted="i",
    bars="_.,-=+*#",
    low="[",
    high="]",
    inside="=",
    axis="-",
    decade="+",
    tick="+",
    diverged="x",
    selected=">",
    cursor=">",
    rule="-",
    solid="=",
    dashed="-",
    ellipsis="~",
    down="v",
    up="^",
    before="<",
    after=">",
    markers="@o*+%&",
    star="$",
    pin="#",
    note='"',
    tag="+",
    note_and_tag="&",
    mark="*",
    times="x",
    dash="-",
)


def glyphs_for(ascii_only: bool) -> Glyphs:
    """Return the glyph set of a terminal."""
    return ASCII if ascii_only else UNICODE


def safe_text(text: object) -> str:
    """Return `text` as one line of printable characters: data must not steer a terminal."""
    return plain(str(text))


def fit(text: str, width: int, *, right: bool = False, ellipsis: str = "…") -> str:
    """Return `text` in exactly `width` cells, cut with an ellipsis or filled with blanks."""
    if width <= 0:
        return ""
    if text.isascii():
        if len(text) > width:
            return text[: width - 1] + ellipsis
        return text.rjust(width) if right else text.ljust(width)
    cells = cell_len(text)
    if cells > width:
        return set_cell_size(set_cell_size(text, width - 1).rstrip() + ellipsis, width)
    return " " * (width - cells) + text if right else text + " " * (width - cells)


def short_score(value: float | None) -> str:
    """Return a score for a line of text: `.5571`, without the leading zero."""
    return no_zero(format_score(value))


def format_param(value: object, width: int = 8, *, log: bool = False) -> str:
    """Return a parameter's value for a column: `3.98e-03` on a log scale, `0.320`, `128`, `adam`.

    `width` is in cells, 8 for a log scale and 5 for a linear one; what is longer is left to the
    column to cut, what is not a number is made safe.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        text = str(value) if abs(value) < 10**18 else f"{float(min(value, 10**300)):.2e}"
        return text
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)
        if log:
            return f"{value:.2e}"
        return _linear(value, width)
    return MISSING if value is None else safe_text(value)


def _linear(value: float, width: int) -> str:
    """Return a number of a linear scale with as many decimals as fit, three at most."""
    for decimals in range(3, -1, -1):
        text = f"{value:.{decimals}f}"
        if len(text) <= width:
            if float(text) == 0 and value != 0:
                break
            return text
    return short_exponent(value, 1)


def format_seconds(seconds: float) -> str:
    """Return a trial's wall time in at most 5 cells: `7.2s`, `121s`, `13m`, `2.1h`."""
    if not math.isfinite(seconds) or seconds < 0:
        return MISSING
    if seconds < 99.95:
        return f"{seconds:.1f}s"
    if seconds < 999.5:
        return f"{seconds:.0f}s"
    if seconds < 59_970:
        return f"{seconds / 60:.0f}m"
    hours = seconds / 3600
    return f"{hours:.0f}h" if hours < 9_999.5 else ">9kh"
