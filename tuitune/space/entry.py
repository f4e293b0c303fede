"""Exact entry: what a person types for one parameter in the app or after `tuitune narrow`."""

from __future__ import annotations

import math
import re
from typing import Final, NoReturn

from msgspec.structs import replace

from tuitune.errors import SpaceError, quote
from tuitune.space.checks import whole
from tuitune.space.kinds import Choice, FloatRange, IntRange, Parameter
from tuitune.space.numbers import format_value, tidy_to
from tuitune.space.text import RangeText, is_choice_text, parse_choice, parse_range, parse_value

_FACTOR: Final = re.compile(r"([x×*/])\s*(\d+\.?\d*|\.\d+)", re.ASCII | re.IGNORECASE)
_LARGEST_FACTOR: Final = 1e6


def parse_entry(text: str, current: Parameter, original: Parameter) -> Parameter:
    """Return `current` changed as `text` says; SpaceError says what is wrong.

    `3e-4..2e-2` sets both bounds, `3e-4..` and `..2e-2` one of them; scale, step, limits and an
    allowed 0 stay unless the text goes on as the text form does (`1e-4..1 log`, `0..1 lin`).
    `3e-4` freezes there. `x2` makes the range twice as wide and `/10` ten times narrower, about its
    centre, both in the parameter's own scale. `~` returns `original`. For a choice `sgd|adam`
    leaves those options on, and `adam` freezes. A new range or list of options also frees.
    """
    text = text.strip().removeprefix("=").strip()
    if text == "~":
        return original
    if isinstance(current, Choice):
        return _choice_entry(text, current)
    if not text:
        _refuse("nothing was entered", _bounds_example(current))
    factor = _FACTOR.fullmatch(text)
    if factor:
        size = float(factor.group(2)) if len(factor.group(2)) < 20 else math.inf
        if not 1 / _LARGEST_FACTOR <= size <= _LARGEST_FACTOR:
            _refuse("a width is changed by a factor from 1e-6 to 1e6", "x2, or /10")
        return _scaled(current, 1 / size if factor.group(1) == "/" else size)
    if is_choice_text(text):
        _refuse("options are for choices, this is a range", _bounds_example(current))
    if ".." in text or "…" in text or re.search(r"\sto\s", text, re.IGNORECASE):
        return _range_entry(parse_range(text), current)
    value = parse_value(text)
    if isinstance(value, str | bool):
        _refuse(
            f"a range takes new bounds, one value, a factor or ~, not {quote(text)}",
            f"{_bounds_example(current)}, or {format_value(current.low, log=current.log)}",
        )
    return current.freeze(value)


def _choice_entry(text: str, current: Choice) -> Choice:
    if not text:
        _refuse("nothing was entered", _choice_example(current))
    try:
        if not is_choice_text(text):
            return current.freeze(parse_value(text))
        written = parse_choice(text)
        for option in written.off:
            current.freeze(option)  # refuses an option that this choice does not have
        changed = current.with_options_on(written.on)
        return changed if written.frozen is None else changed.freeze(written.frozen)
    except SpaceError as error:
        rule = str(error).rpartition("; write ")[0]
        raise SpaceError(f"{rule}; write {_choice_example(current)}") from None


def _range_entry(written: RangeText, current: FloatRange | IntRange) -> FloatRange | IntRange:
    low = current.low if written.low is None else written.low
    high = current.high if written.high is None else written.high
    log = current.log if written.scale is None else written.scale == "log"
    hard_low, hard_high = written.limits or (current.hard_low, current.hard_high)
    step = current.step if written.step is None else written.step
    if current.step is not None and written.step is None and not log and low < high:
        low, high = _on_grid(current, low, high, hard_low, hard_high)
    if isinstance(current, IntRange):
        if written.zero:
            _refuse("an integer range with 0 simply starts at 0, without 0|", "0..256 lin")
        return IntRange(
            whole(low), whole(high), log=log, step=None if step is None else whole(step),
            hard_low=None if hard_low is None else whole(hard_low),
            hard_high=None if hard_high is None else whole(hard_high),
            frozen=None if written.frozen is None else whole(written.frozen), when=current.when,
        )  # fmt: skip
    if written.integer:
        _refuse(
            "a range of real numbers stays one, int is for a new parameter",
            _bounds_example(current),
        )
    # Bounds alone keep an allowed 0; with its scale the whole shape has been written.
    zero = written.zero or (current.zero and written.scale is None)
    return FloatRange(
        low, high, log=log, step=step, hard_low=hard_low, hard_high=hard_high,
        zero=zero, frozen=written.frozen, when=current.when,
    )  # fmt: skip


def _on_grid(
    p: FloatRange | IntRange,
    low: float,
    high: float,
    hard_low: float | None,
    hard_high: float | None,
) -> tuple[float, float]:
    """Return bounds moved outward to the grid of `p`, or inward where a limit is nearer.

    The grid is what `p` was made with: a size that must be a multiple of 16 stays one.
    """
    grid = replace(p, hard_low=None, hard_high=None).with_bounds(low, high)
    step = p.step or 1
    first = grid.low + step if hard_low is not None and grid.low < hard_low <= low else grid.low
    over = hard_high is not None and high <= hard_high < grid.high
    return first, grid.high - step if over else grid.high


def _scaled(p: FloatRange | IntRange, factor: float) -> Parameter:
    """Return `p` with its width times `factor`, about its centre, in its own scale."""
    extra = (factor - 1) / 2
    if p.log:
        decades = math.log10(p.high / p.low) * extra
        if abs(math.log10(p.high)) + abs(math.log10(p.low)) + 2 * abs(decades) > 500:
            _refuse("that is wider than numbers go", "x2")
        low, high = p.low / 10**decades, p.high * 10**decades
        quantum = 0.005 * min(1.0, math.log10(high / low))
        low, high = tidy_to(low, quantum * low), tidy_to(high, quantum * high)
    else:
        width = float(p.high - p.low)
        low, high = p.low - width * extra, p.high + width * extra
        low, high = tidy_to(low, (high - low) / 200), tidy_to(high, (high - low) / 200)
    if isinstance(p, FloatRange):
        return p.with_bounds(low, high)
    return p.with_bounds(max(low, 1) if p.log else low, high)


def _bounds_example(p: FloatRange | IntRange) -> str:
    return f"{format_value(p.low, log=p.log)}..{format_value(p.high, log=p.log)}"


def _choice_example(p: Choice) -> str:
    shown = format_value(p.options[0])
    return shown if isinstance(parse_value(shown), str) else "~"


def _refuse(rule: str, example: str) -> NoReturn:
    raise SpaceError(f"{rule}; write {example}")
