"""From places on a parameter's scale to bounds that a person can type."""

from __future__ import annotations

import math
from typing import Literal

from tuitune.advice.diverged import Cut
from tuitune.advice.position import Range, place_of, value_at, value_of
from tuitune.advice.text import between
from tuitune.space import IntRange

Side = Literal["down", "up"]


def cap_value(base: Range, cut: Cut) -> float:
    """Return a readable value between the last healthy and the first diverged trial of a cut."""
    if cut.side == "above" and cut.outer > cut.inner:
        return between(value_at(base, cut.inner), value_at(base, cut.outer))
    if cut.side == "below" and cut.outer < cut.inner:
        return between(value_at(base, cut.outer), value_at(base, cut.inner))
    return value_at(base, cut.outer)


def readable_bounds(
    base: Range, low: float, high: float, grown: Side | None
) -> tuple[float, float]:
    """Return bounds for the places `low` and `high` of the range's own scale.

    Outward and inside the box: 1-2-5 on a log scale, a tenth of the power of ten of the width on a
    linear one, a step's own grid. The end that `grown` names lies beyond the box and is rounded
    back, so that no step passes its bound; to two digits where that would eat half of the step.
    """
    start, end = value_of(base, low), value_of(base, high)
    step = base.step or (1 if isinstance(base, IntRange) else None)
    if step is not None:
        return _on_grid(base, start, end, step, grown)

    def rounded(x: float, *, up: bool, end_grew: bool) -> float:
        up = up != end_grew
        if base.log:
            return one_two_five(x, up=up)
        unit = 10.0 ** (math.floor(math.log10(max(high - low, 1e-300))) - 1)
        whole = math.ceil(x / unit - 1e-9) if up else math.floor(x / unit + 1e-9)
        return float(f"{whole * unit:.6g}")

    a = rounded(start, up=False, end_grew=grown == "down")
    b = rounded(end, up=True, end_grew=grown == "up")
    if grown == "up":
        edge = place_of(base, base.high)
        if place_of(base, b) - edge < 0.5 * (high - edge):
            b = _two_digits(end, base.hard_high, up=False)
        return max(float(base.low), a), b
    if grown == "down":
        edge = place_of(base, base.low)
        if (a <= 0 < start) or edge - place_of(base, a) < 0.5 * (edge - low):
            a = _two_digits(start, base.hard_low, up=True)
        return a, min(float(base.high), b)
    return max(float(base.low), a), min(float(base.high), b)


def _two_digits(x: float, limit: float | None, *, up: bool) -> float:
    """Return `x` with two significant digits, not beyond a hard limit."""
    short = float(f"{x:.2g}")
    if limit is None:
        return short
    return max(short, float(limit)) if up else min(short, float(limit))


def _on_grid(
    base: Range, start: float, end: float, step: float, grown: Side | None
) -> tuple[float, float]:
    """Return the grid values of the cells that hold the places of two ends."""
    half = step / 2
    # From the outer edges of the end cells to the values in their middle.
    below = (start + half - base.low) / step
    above = (end - half - base.low) / step
    a, b = math.floor(below + 1e-6), math.ceil(above - 1e-6)
    last = round((base.high - base.low) / step)
    if grown == "up":
        new = _nearest(base, end - half, step)
        return base.low + max(0, a) * step, base.low + max(last, new) * step
    if grown == "down":
        low = base.low + min(0, _nearest(base, start + half, step)) * step
        if isinstance(base, IntRange) and base.hard_low is None and base.low >= 0:
            low = max(low, 1 if base.low >= 1 else 0)
        return low, base.low + min(last, b) * step
    return base.low + max(0, a) * step, base.low + min(last, b) * step


def _nearest(base: Range, value: float, step: float) -> int:
    """Return the index of the grid value nearest to `value`, counted from the low end."""
    if step == 1:
        return round(value) - int(base.low)
    return round((value - base.low) / step)


def one_two_five(x: float, *, up: bool) -> float:
    """Return the next of 1, 2, 5, 10, ... at or above `x` (`up`), or at or below it."""
    if x == 0 or not math.isfinite(x):
        return x
    if x < 0:
        return -one_two_five(-x, up=not up)
    power = 10.0 ** math.floor(math.log10(x) + 1e-12)
    steps = (1, 2, 5, 10)
    mantissa = x / power
    if up:
        chosen = min(step for step in steps if step >= mantissa - 1e-9)
    else:
        chosen = max(step for step in steps if step <= mantissa + 1e-9)
    return float(f"{chosen * power:.6g}")
