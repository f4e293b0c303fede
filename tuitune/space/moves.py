"""What the keys of the ranges pane do to a parameter: pure, snapped to numbers that people type."""

from __future__ import annotations

import math
from typing import Final, Literal

from tuitune.errors import SpaceError
from tuitune.space.checks import number, same_value
from tuitune.space.kinds import Choice, FloatRange, IntRange, Parameter
from tuitune.space.numbers import (
    Value,
    format_value,
    nice_step,
    preferred,
    preferred_index,
    round_outward,
    tidy,
    tidy_to,
    times_ten,
)
from tuitune.space.text import format_parameter

Side = Literal["low", "high", "both"]
Size = Literal["fine", "normal", "coarse"]
Range = FloatRange | IntRange

MIN_DECADES: Final = 0.02  # the nearest that two handles of a log range come
MIN_SHARE: Final = 1 / 1000  # of the axis: the nearest that two handles of a linear range come

_PER_DECADE: Final[dict[Size, int]] = {"fine": 50, "normal": 10, "coarse": 1}
_PARTS: Final[dict[Size, int]] = {"fine": 500, "normal": 50, "coarse": 10}


def move_handle(
    p: Parameter,
    side: Side,
    direction: Literal[-1, 1],
    size: Size,
    *,
    axis: tuple[float, float] | None = None,
) -> Parameter:
    """Return `p` with one handle moved a step, or with `both` the whole window slid.

    A step is 0.02 (fine), 0.1 or 1 (coarse) decades on a log scale; else the 1-2-5 number nearest
    to 1/500, 1/50 or 1/10 of the width of `axis` (`p` itself if None), whole for integers, and
    whole steps for a range with a step. Bounds land on the preferred numbers 1, 1.25, 1.6, 2, ...
    or on multiples of the step; a coarse step on a log scale keeps the digits. A handle stops at
    its hard limit. A step that would leave less than 0.02 decades, 1/1000 of the axis or one whole
    number between the handles is not taken: `p` comes back. SpaceError for a choice and what is
    frozen.
    """
    p = _free_range(p)
    axis = axis or (p.low, p.high)
    if side == "both":
        return _slide(p, direction, size, axis)
    bound = p.low if side == "low" else p.high
    moved = _limited(p, _step(p, bound, direction, size, axis))
    if (moved - bound) * direction <= 0:
        return p
    low, high = (moved, p.high) if side == "low" else (p.low, moved)
    if (side == "low") == (direction > 0) and not _apart(p, low, high, axis):
        return p
    return p.with_bounds(low, high)


def _step(p: Range, bound: float, direction: int, size: Size, axis: tuple[float, float]) -> float:
    """Return where a handle at `bound` goes, before any limit."""
    if p.log:
        if size == "coarse":
            moved = times_ten(float(bound), direction)
        else:
            per_decade = _PER_DECADE[size]
            index = preferred_index(bound, per_decade) + direction
            moved = preferred(index, per_decade)
            # Small whole numbers are further apart than the series: go on to the next one.
            while isinstance(p, IntRange) and (round(moved) - bound) * direction < 1 <= moved:
                index += direction
                moved = preferred(index, per_decade)
        return max(1, round(moved)) if isinstance(p, IntRange) else moved
    wanted = nice_step((axis[1] - axis[0]) / _PARTS[size])
    if p.step is not None:
        return tidy(bound + direction * max(1, round(wanted / p.step)) * p.step)
    if isinstance(p, IntRange):
        wanted = max(1, round(wanted))
    return tidy((round(bound / wanted) + direction) * wanted)


def _limited(p: Range, bound: float) -> float:
    """Return `bound`, or the hard limit that it would pass."""
    if p.hard_low is not None:
        bound = max(bound, p.hard_low)
    return bound if p.hard_high is None else min(bound, p.hard_high)


def _slide(p: Range, direction: int, size: Size, axis: tuple[float, float]) -> Parameter:
    """Return `p` with both handles moved alike; at a hard limit the window stops."""
    low = _step(p, p.low, direction, size, axis)
    if (low - p.low) * direction <= 0:
        return p
    if not p.log:
        high = tidy(low + (p.high - p.low))
    elif size != "coarse" and _on_series(p.low, size) and _on_series(p.high, size):
        # Both by as many entries: readable, and there and back ends where it began.
        high = _step(p, p.high, direction, size, axis)
    else:
        high = tidy(p.high * (low / p.low), 4)
    if p.hard_high is not None and high > p.hard_high:
        return _against(p, p.hard_high - p.high, p.hard_high / p.high)
    if p.hard_low is not None and low < p.hard_low:
        return _against(p, p.hard_low - p.low, p.hard_low / p.low if p.log else 1.0)
    if isinstance(p, IntRange) and round(high) <= round(low):
        return p
    return _with_rounded(p, low, high)


def _against(p: Range, distance: float, ratio: float) -> Parameter:
    """Return `p` slid by what is left before a hard limit."""
    if distance == 0:
        return p
    if p.log:
        low, high = tidy(p.low * ratio, 6), tidy(p.high * ratio, 6)
    else:
        low, high = tidy(p.low + distance), tidy(p.high + distance)
    return _with_rounded(p, low, high)


def _with_rounded(p: Range, low: float, high: float) -> Parameter:
    if isinstance(p, IntRange):
        low, high = round(low), round(high)
        if low >= high:
            return p
    return p.with_bounds(low, high)


def _on_series(bound: float, size: Size) -> bool:
    per_decade = _PER_DECADE[size]
    return math.isclose(bound, preferred(preferred_index(bound, per_decade), per_decade))


def _apart(p: Range, low: float, high: float, axis: tuple[float, float]) -> bool:
    """Say whether two handles keep their distance."""
    if isinstance(p, IntRange):
        return high - low >= (p.step or 1)
    if not low < high:
        return False
    if p.log:
        return math.log10(high / low) >= MIN_DECADES * (1 - 1e-9)
    return high - low >= (axis[1] - axis[0]) * MIN_SHARE * (1 - 1e-9)


def centre_on(
    p: Parameter,
    value: Value,
    *,
    decades: float = 0.5,
    axis: tuple[float, float] | None = None,
) -> Parameter:
    """Return `p` with `value` in the middle: `decades` either side on a log scale.

    On a linear scale it is 1/10 of the width of `axis` (`p` itself if None) either side. Bounds are
    readable, hard limits hold, and what was frozen is free. SpaceError for a choice, or where the
    value is 0 or less on a log scale or outside the hard limits.
    """
    if isinstance(p, Choice):
        raise SpaceError("a choice has no centre, switch its options; write sgd|adam")
    centre = number(value)
    p.freeze(centre)  # refuses what can't be a value of this parameter
    if p.log:
        if centre <= 0:
            raise SpaceError("a log range is centred on a value above 0, not on 0; write 1e-3")
        low, high = tidy(centre / 10**decades, 3), tidy(centre * 10**decades, 3)
    else:
        reach = (axis[1] - axis[0] if axis else p.high - p.low) / 10
        low, high = tidy_to(centre - reach, reach / 50), tidy_to(centre + reach, reach / 50)
    if isinstance(p, IntRange):
        low, high = min(low, centre - 1), max(high, centre + 1)
        return p.with_bounds(max(low, 1) if p.log else low, high)
    return p.with_bounds(low, high)


def widen(p: Parameter, side: Literal["low", "high"]) -> Parameter:
    """Return `p` with one end moved out by half of its width, in its own scale.

    The end is rounded outward to a 1-2-5 number and stops at its hard limit; if it is there, `p`
    comes back. A linear range that starts at 0 or above stays there: below 0 is for exact entry.
    SpaceError for a choice and what is frozen.
    """
    p = _free_range(p)
    if p.log:
        factor = math.sqrt(p.high / p.low)
        low, high = p.low / factor, p.high * factor
    else:
        reach = (p.high - p.low) / 2
        low, high = p.low - reach, p.high + reach
    if side == "low":
        low, high = round_outward(low, p.high, p.log)[0], p.high
        if (p.log and isinstance(p, IntRange)) or (not p.log and p.low >= 0):
            low = max(low, 1 if p.log else 0)
    else:
        low, high = p.low, round_outward(p.low, high, p.log)[1]
    changed = p.with_bounds(low, high)
    return p if (changed.low, changed.high) == (p.low, p.high) else changed


def toggle_option(choice: Parameter, option: Value) -> Choice:
    """Return `choice` with `option` switched; SpaceError for the last one on, and if frozen."""
    if not isinstance(choice, Choice):
        raise SpaceError("only a choice has options, this is a range; write sgd|adam")
    if choice.frozen is not None:
        raise _frozen(choice)
    choice.freeze(option)  # refuses what is no option
    if not choice.contains(option):
        return choice.with_options_on((*choice.on, option))
    return choice.with_options_on(o for o in choice.on if not same_value(o, option))


def _free_range(p: Parameter) -> Range:
    if isinstance(p, Choice):
        raise SpaceError("a choice has no handles, switch its options; write sgd|adam")
    if p.frozen is not None:
        raise _frozen(p)
    return p


def _frozen(p: Parameter) -> SpaceError:
    value = format_value(p.frozen) if p.frozen is not None else ""
    return SpaceError(
        f"a frozen parameter stays at its value, here {value}, until it is freed; "
        f"write {format_parameter(p.free())}"
    )
