"""Columns of values as positions in a range: the vectorised twin of a parameter's `to_unit`.

A column is a float64 array with one entry a trial: the value of a number (NaN where the trial has
none), the index of an option of a choice (-1 where it is none of them). The zero of a `0|..` range
is no position: see `is_zero`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from tuitune.advice.statistics import Floats
from tuitune.space import Choice, FloatRange, IntRange, Parameter, Space, Value

Bools = npt.NDArray[np.bool_]
Range = FloatRange | IntRange

TOLERANCE = 1e-9
"""What rounding may do to a bound, relative; that of `tuitune.space`."""


def column(parameter: Parameter, values: Iterable[Value | None]) -> Floats:
    """Return the values of one parameter as a column."""
    if isinstance(parameter, Choice):
        index = {_identity(option): i for i, option in enumerate(parameter.options)}
        return np.array([index.get(_identity(v), -1) for v in values], dtype=np.float64)
    return np.array(
        [v if type(v) is float or type(v) is int else math.nan for v in values], dtype=np.float64
    )


def _identity(value: Value | None) -> tuple[bool, Value | None]:
    # 1 and 1.0 are the same option, 1 and true are not.
    return isinstance(value, bool), value


def inside(space: Space, columns: dict[str, Floats], count: int) -> Bools:
    """Return (count,) whether each trial lies in all ranges of `space`, as `contains` says."""
    mask = np.ones(count, dtype=np.bool_)
    for within in inside_each(space, columns).values():
        mask &= within
    return mask


def inside_each(space: Space, columns: dict[str, Floats]) -> dict[str, Bools]:
    """Return by parameter which trials lie in its range, or have no value since it doesn't count.

    Each: (count,).
    """
    within = {name: contained(p, columns[name]) for name, p in space.parameters.items()}
    for name, counts in counting(space, columns).items():
        within[name] |= ~counts
    return within


def counting(space: Space, columns: dict[str, Floats]) -> dict[str, Bools]:
    """Return by conditional parameter beside which trials' values it counts: (count,) each."""
    found: dict[str, Bools] = {}
    for name in space.parents_first:
        condition = space[name].when
        if condition is None:
            continue
        parent, values = space[condition.parameter], columns[condition.parameter]
        if isinstance(parent, Choice):
            met = np.array([*map(condition.holds, parent.options), False])
            counts = met[values.astype(np.int64)]
        else:
            low = -math.inf if condition.low is None else condition.low
            high = math.inf if condition.high is None else condition.high
            counts = (values >= low) & (values <= high)
        above = found.get(condition.parameter)
        found[name] = np.asarray(counts if above is None else counts & above)
    return found


def contained(parameter: Parameter, values: Floats) -> Bools:
    """Return (count,) whether each value of a column lies in the range, as `contains` says."""
    if isinstance(parameter, Choice):
        on = [parameter.contains(option) for option in parameter.options]
        return np.asarray(np.array([*on, False])[values.astype(np.int64)])
    if parameter.frozen is not None:
        if isinstance(parameter, IntRange):
            return np.asarray(values == parameter.frozen)
        return np.isclose(values, parameter.frozen, rtol=TOLERANCE, atol=0.0)
    low, high = parameter.low, parameter.high
    if isinstance(parameter, IntRange):
        return np.asarray((values >= low) & (values <= high) & (values == np.floor(values)))
    if parameter.log:
        mask = (values >= low * (1 - TOLERANCE)) & (values <= high * (1 + TOLERANCE))
        return np.asarray(mask | (values == 0.0)) if parameter.zero else np.asarray(mask)
    slack = TOLERANCE * (high - low)
    return np.asarray((values >= low - slack) & (values <= high + slack))


def is_zero(parameter: Range, values: Floats) -> Bools:
    """Return which values are the extra zero of a `0|..` range."""
    if isinstance(parameter, FloatRange) and parameter.zero:
        return np.asarray(values == 0.0)
    return np.zeros(len(values), dtype=np.bool_)


def cells(parameter: Range) -> int | None:
    """Return how many values a range takes; None where it is continuous."""
    if parameter.step is not None:
        return round((parameter.high - parameter.low) / parameter.step) + 1
    return int(parameter.high - parameter.low) + 1 if isinstance(parameter, IntRange) else None


def _scale(parameter: Range) -> tuple[float, float]:
    """Return the values at positions 0 and 1: the bounds, or the outer edges of the end cells."""
    half = 0.0
    if isinstance(parameter, IntRange):
        half = 0.5 * (parameter.step or 1)
    elif parameter.step is not None:
        half = 0.5 * parameter.step
    return parameter.low - half, parameter.high + half


def positions(parameter: Range, values: Floats) -> Floats:
    """Return positions in the range: below 0 or above 1 outside, NaN where there is none."""
    low, high = _scale(parameter)
    if not parameter.log:
        return np.asarray((values - low) / (high - low))
    safe = np.where(values > 0, values, np.nan)
    return np.asarray(np.log(safe / low) / math.log(high / low))


def value_at(parameter: Range, position: float) -> float:
    """Return the value at a position of the range, also outside of 0..1; not rounded."""
    low, high = _scale(parameter)
    if parameter.log:
        return float(math.exp(math.log(low) + position * math.log(high / low)))
    return low + position * (high - low)


def place(parameter: Range, values: Floats) -> Floats:
    """Return where values lie on the parameter's own scale: log10 of a log range, else the value.

    NaN where there is none: a missing value, the extra zero of a `0|..` range, a value of a log
    range that is not above 0.
    """
    placed = np.where(is_zero(parameter, values), np.nan, values)
    if parameter.log:
        placed = np.log10(np.where(placed > 0, placed, np.nan))
    return np.asarray(placed, dtype=np.float64)


def place_of(parameter: Range, value: float) -> float:
    """Return where one value lies on the parameter's own scale; minus infinity for log of 0."""
    if not parameter.log:
        return float(value)
    return math.log10(value) if value > 0 else -math.inf


def value_of(parameter: Range, placed: float) -> float:
    """Return the value at a place of the parameter's own scale; not rounded."""
    return float(10.0**placed) if parameter.log else placed


def half_cell(parameter: Range) -> float:
    """Return how far a value reaches to each side: half of a whole number or a step, else 0."""
    if isinstance(parameter, IntRange):
        return 0.5 * (parameter.step or 1)
    return 0.5 * parameter.step if parameter.step is not None else 0.0


def ends(parameter: Range) -> tuple[float, float]:
    """Return both ends on the parameter's own scale, those of whole numbers half a cell out."""
    low, high = _scale(parameter)
    return place_of(parameter, low), place_of(parameter, high)


def limits(parameter: Range) -> tuple[float, float]:
    """Return how far advice may move the ends, on the parameter's own scale; infinite: anywhere.

    What was never negative (a share, a count, a rate) does not become so by advice, and a count
    from 1 does not become 0.
    """
    half = half_cell(parameter)
    low, high = -math.inf, math.inf
    if parameter.hard_low is not None:
        low = place_of(parameter, parameter.hard_low - half)
    elif not parameter.log and parameter.low >= 0:
        least = 1.0 if isinstance(parameter, IntRange) and parameter.low >= 1 else 0.0
        if parameter.step is not None:
            # The lowest value of the grid that is not below it.
            least += (parameter.low - least) % parameter.step
        low = least - half
    if parameter.hard_high is not None:
        high = place_of(parameter, parameter.hard_high + half)
    if parameter.log and isinstance(parameter, IntRange):
        low = max(low, math.log10(half))
    return low, high
