"""What one revision of a parameter is to another: the kind of change, and the axis of all."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal

from tuitune.errors import SpaceError
from tuitune.space.checks import same_value
from tuitune.space.kinds import Choice, FloatRange, IntRange, Parameter
from tuitune.space.numbers import Value

ChangeKind = Literal["narrowed", "widened", "shifted", "frozen", "freed", "held"]


def classify_change(before: Parameter, after: Parameter) -> ChangeKind:
    """Return what became of a parameter: the word says which values may still be drawn.

    `narrowed` are some of the values before, `widened` all of them and more, `shifted` anything
    else: other bounds, scale, step or kind, or frozen at another value. Hard limits don't count.
    """
    if before.is_frozen or after.is_frozen:
        if not before.is_frozen:
            return "frozen"
        if not after.is_frozen:
            return "freed"
        return "held" if same_value(before.frozen, after.frozen) else "shifted"
    if isinstance(before, Choice) and isinstance(after, Choice):
        fewer = all(after.contains(option) for option in before.on)
        more = all(before.contains(option) for option in after.on)
        return _change(keeps_all=fewer, adds_none=more)
    if isinstance(before, Choice) or isinstance(after, Choice) or type(before) is not type(after):
        return "shifted"
    if before.log != after.log or before.step != after.step:
        return "shifted"
    zero_before = isinstance(before, FloatRange) and before.zero
    zero_after = isinstance(after, FloatRange) and after.zero
    return _change(
        keeps_all=after.low <= before.low
        and before.high <= after.high
        and zero_before <= zero_after,
        adds_none=before.low <= after.low
        and after.high <= before.high
        and zero_after <= zero_before,
    )


def _change(*, keeps_all: bool, adds_none: bool) -> ChangeKind:
    if keeps_all:
        return "held" if adds_none else "widened"
    return "narrowed" if adds_none else "shifted"


def union_axis(parameters: Iterable[Parameter]) -> Parameter:
    """Return the free parameter that spans all of `parameters`: the axis on which to draw them.

    It has the scale of the last one, no step and no hard limits, all options on, and holds frozen
    values too. On a log scale bounds of 0 and less, of a linear revision, are left out. SpaceError
    for none, or for different kinds.
    """
    revisions = list(parameters)
    if not revisions:
        raise SpaceError("an axis spans at least one parameter, here are none; write 0..0.5")
    last = revisions[-1]
    if any(type(p) is not type(last) for p in revisions):
        raise SpaceError("an axis spans parameters of one kind, these differ; write 0..0.5")
    if isinstance(last, Choice):
        options: list[Value] = []
        for p in revisions:
            if isinstance(p, Choice):
                options += [o for o in p.options if not any(same_value(o, x) for x in options)]
        return Choice(tuple(options))
    ranges = [p for p in revisions if not isinstance(p, Choice)]
    ends = [end for p in ranges for end in (p.low, p.high, p.frozen) if end is not None]
    if last.log:
        ends = [end for end in ends if end > 0]
    if isinstance(last, IntRange):
        return IntRange(int(min(ends)), int(max(ends)), log=last.log)
    zero = last.log and any(isinstance(p, FloatRange) and p.zero for p in ranges)
    return FloatRange(min(ends), max(ends), log=last.log, zero=zero)


def decade_ticks(low: float, high: float) -> tuple[float, ...]:
    """Return the powers of ten from `low` to `high` (above 0), ends included but for rounding."""
    if not 0 < low <= high < math.inf:
        raise SpaceError("decades lie in a range above 0; write 1e-6..1e-2 log")
    first = math.ceil(math.log10(low) - 1e-9)
    last = math.floor(math.log10(high) + 1e-9)
    return tuple(float(f"1e{power}") for power in range(first, last + 1))
