"""From positions to bounds that a person can type, and how narrow a range may become."""

from __future__ import annotations

import math

from tuitune.advice.diverged import Cut
from tuitune.advice.position import Range, cells, value_at
from tuitune.advice.text import between
from tuitune.space import IntRange, round_outward

LEAST_DECADES = 0.3
LEAST_VALUES = 4
LEAST_LINEAR = 0.02
"""Narrowest part of a linear range that is proposed where all of the best share one value."""


def cap_value(base: Range, cut: Cut) -> float:
    """Return a readable value between the last healthy and the first diverged trial of a cut."""
    if cut.side == "above" and cut.outer > cut.inner:
        return between(value_at(base, cut.inner), value_at(base, cut.outer))
    if cut.side == "below" and cut.outer < cut.inner:
        return between(value_at(base, cut.outer), value_at(base, cut.inner))
    return value_at(base, cut.outer)


def outward_bounds(base: Range, low: float, high: float) -> tuple[float, float]:
    """Return the values of positions `low` and `high`, outward to readable ones, inside the box."""
    start, end = value_at(base, low), value_at(base, high)
    step = base.step or (1 if isinstance(base, IntRange) else None)
    if step is None:
        start, end = round_outward(start, end, base.log)
    else:
        start = base.low + math.floor((start - base.low) / step + 1e-6) * step
        end = base.low + math.ceil((end - base.low) / step - 1e-6) * step
    return max(float(base.low), start), min(float(base.high), end)


def too_narrow(base: Range, low: float, high: float, bounds: tuple[float, float]) -> bool:
    """Say whether a range is below 0.3 decade before rounding, or 4 values after it."""
    if base.log and (high - low) * math.log10(base.high / base.low) < LEAST_DECADES:
        return True
    step = base.step or (1 if isinstance(base, IntRange) else None)
    if step is not None:
        return round((bounds[1] - bounds[0]) / step) + 1 < LEAST_VALUES
    return not bounds[1] - bounds[0] > 1e-9 * max(abs(bounds[0]), abs(bounds[1]))


def least_bounds(base: Range, low: float, high: float) -> tuple[float, float]:
    """Return the bounds of the narrowest range around positions that is worth another round."""
    n = cells(base)
    least = LEAST_DECADES / math.log10(base.high / base.low) if base.log else 0.0
    if n is not None:
        # From the middle of one cell to that of another there are m values in (m - 1) / n.
        least = max(least, (LEAST_VALUES - 1) / n)
    least = max(high - low, least or LEAST_LINEAR)
    if least >= 1.0:
        return float(base.low), float(base.high)
    start = min(max(0.0, (low + high - least) / 2), 1.0 - least)
    return outward_bounds(base, start, start + least)
