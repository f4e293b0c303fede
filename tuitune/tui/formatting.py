"""Numbers and text for people: fixed widths for columns, short forms for lines, safe text, glyphs.

Pure. Every function takes any float, also NaN and the infinities, and returns printable text.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from tuitune.errors import plain

MISSING = "--"
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


def format_score(value: float | None, width: int = 6) -> str:
    """Return a score in at most `width` cells (6 or more), as exactly as they allow: `0.5571`."""
    if value is None or not math.isfinite(value):
        return MISSING
    for decimals in range(max(width - 2, 0), -1, -1):
        text = f"{value:.{decimals}f}"
        if len(text) <= width and (float(text) != 0 or value == 0 or abs(value) < 1e-99):
            return text
    for decimals in range(max(width - 5, 0), -1, -1):
        text = _exponent(value, decimals)
        if len(text) <= width:
            return text
    return _exponent(value, 0)


def short_score(value: float | None) -> str:
    """Return a score for a line of text: `.5571`, without the leading zero."""
    text = format_score(value)
    if text.startswith("0."):
        return text[1:]
    return "-" + text[2:] if text.startswith("-0.") else text


def _exponent(value: float, decimals: int) -> str:
    """Return `1.2e9`, `3e-12`: no plus sign and no leading zero in the exponent."""
    digits, exponent = f"{value:.{decimals}e}".split("e")
    return f"{digits}e{int(exponent)}"


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
    return _exponent(value, 1)


def format_duration(seconds: float | None) -> str:
    """Return a time span: `0.3 s`, `41 s`, `3 min`, `2 h 10`, `5 d 3 h`."""
    if seconds is None or not math.isfinite(seconds):
        return MISSING
    seconds = max(seconds, 0.0)
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes:02}"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if days < 10_000 else "> 27 years"


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


def format_rate(per_second: float | None, unit: str = "ep") -> str:
    """Return a speed: `41 ep/s`, `2.3 ep/s`, `14 ep/min`, `3 ep/h`."""
    if per_second is None or not math.isfinite(per_second) or per_second <= 0:
        return f"{MISSING} {unit}/s"
    if per_second >= 9.95:
        return f"{format_count(round(per_second))} {unit}/s"
    if per_second >= 0.95:
        return f"{per_second:.1f} {unit}/s"
    if per_second * 60 >= 0.95:
        return f"{per_second * 60:.0f} {unit}/min"
    return f"{per_second * 3600:.0f} {unit}/h"


def format_count(count: int) -> str:
    """Return a whole number with a comma every three digits: `100,000`."""
    return f"{count:,}"


def format_age(seconds: float | None) -> str:
    """Return how long ago something was: `just now`, `12 s ago`, `3 min ago`."""
    if seconds is None or not math.isfinite(seconds):
        return "never"
    return "just now" if seconds < 1.5 else f"{format_duration(round(seconds))} ago"
