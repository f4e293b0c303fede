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
    for name, parameter in space.parameters.items():
        mask &= _contained(parameter, columns[name])
    return mask


def _contained(parameter: Parameter, values: Floats) -> Bools:
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
