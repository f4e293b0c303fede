"""The history of ranges that a study's trials tell: which revision each was drawn from.

A parameter that only some trials have is conditional; what its presence follows is found here too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tuitune.errors import UsageError, quote
from tuitune.exchange.study import Fixed, Point, Range
from tuitune.model.trial import TrialState
from tuitune.space import Choice, FloatRange, IntRange, Value
from tuitune.space.checks import same_value

LEAST_EACH_WAY = 5
"""Trials with and without a parameter that a condition is read from."""
MANY_REVISIONS = 4
"""From so many on, ranges that change in a third of the trials were computed."""

DECIDED = frozenset({TrialState.DONE, TrialState.PRUNED})
"""States of trials that had every parameter that they were to have."""

Ranges = dict[str, Range]


@dataclass(slots=True)
class History:
    """The ranges in order of time, and which of them each trial was drawn from."""

    revisions: list[Ranges]
    """Each with all names, in the order in which they came up."""
    of: list[int]
    """For each point the index of its revision, in the order of the points."""
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Presence:
    """What the presence of a parameter follows: options of a choice, or whole numbers."""

    parent: str
    options: tuple[Value, ...] = ()
    low: int | None = None
    """The least value of the parent, a whole number, with which it is there."""


def read_history(points: Sequence[Point]) -> History:
    """Return the history of the ranges of `points`, taken in order of time.

    Raises `UsageError` where one name stands for a choice here and for numbers there.
    """
    order = sorted(range(len(points)), key=lambda i: (points[i].started or 0.0, points[i].number))
    _check_kinds(points)
    revisions: list[Ranges] = []
    of = [0] * len(points)
    current, switches, drawn = -1, 0, 0
    for i in order:
        ranges = points[i].ranges
        if not ranges:
            of[i] = max(current, 0)
            continue
        drawn += 1
        found = _compatible(revisions, ranges, current)
        if found is None:
            revisions.append({**(revisions[current] if revisions else {}), **ranges})
            found = len(revisions) - 1
        else:
            for name, one in ranges.items():
                revisions[found].setdefault(name, one)
        switches += found != current
        current = of[i] = found
    remarks = []
    if len(revisions) >= MANY_REVISIONS and switches > drawn / 3:
        changing = [n for n in _names(revisions) if _changes(revisions, n)]
        remarks.append(
            f"the ranges of {', '.join(changing)} change again and again, as if computed from "
            "other values: one revision holds them all"
        )
        revisions = [_envelope(revisions)]
        of = [0] * len(points)
    _complete(revisions)
    return History(revisions, of, remarks)


def _check_kinds(points: Sequence[Point]) -> None:
    kinds: dict[str, Range] = {}
    for point in points:
        for name, one in point.ranges.items():
            if isinstance(one, Fixed):
                continue
            before = kinds.setdefault(name, one)
            if isinstance(before, Choice) != isinstance(one, Choice):
                raise UsageError(
                    f"{quote(name)} has two kinds, {_kind(before)} and {_kind(one)}, and a "
                    "parameter has one: give one of them another name in the study"
                )


def _kind(one: Range) -> str:
    match one:
        case Choice():
            return "a choice"
        case IntRange():
            return "a range of whole numbers (int)"
        case _:
            return "a range (float)"


def _compatible(revisions: list[Ranges], ranges: Mapping[str, Range], current: int) -> int | None:
    """Return the revision that says the same of these names, the current one first."""
    places: list[int] = [current, *range(len(revisions) - 1, -1, -1)] if revisions else []
    for place in places:
        known = revisions[place]
        if all(name not in known or known[name] == one for name, one in ranges.items()):
            return place
    return None


def _names(revisions: Iterable[Mapping[str, Range]]) -> list[str]:
    names: dict[str, None] = {}
    for ranges in revisions:
        names |= dict.fromkeys(ranges)
    return list(names)


def _changes(revisions: Iterable[Mapping[str, Range]], name: str) -> bool:
    return len({repr(ranges[name]) for ranges in revisions if name in ranges}) > 1


def _complete(revisions: list[Ranges]) -> None:
    """Give every revision all names, from the nearest one that has them, and one kind to each."""
    names = _names(revisions)
    for place, ranges in enumerate(revisions):
        nearest = sorted(range(len(revisions)), key=lambda other: (abs(other - place), other))
        full = {}
        for name in names:
            full[name] = next(revisions[o][name] for o in nearest if name in revisions[o])
        revisions[place] = full
        ranges.clear()
    for name in names:
        if len({type(r[name]) for r in revisions}) > 1:
            whole = [r[name] for r in revisions]
            for ranges in revisions:
                ranges[name] = _as_kind_of(ranges[name], whole)


def _as_kind_of(one: Range, all_of_it: Sequence[Range]) -> Range:
    """Return a range in the kind that holds all: real numbers before whole ones, a choice as it is.

    One that was fixed is a range that is frozen there.
    """
    free = [r for r in all_of_it if not isinstance(r, Fixed)]
    if isinstance(one, Choice):
        return one
    if isinstance(one, Fixed):
        around = envelope(free)
        if isinstance(around, Choice):
            known = around.options
            if not any(same_value(one.value, option) for option in known):
                return Choice((*known, one.value), frozen=one.value)
            return around.freeze(one.value)
        if any(isinstance(r, FloatRange) for r in free):
            around = _as_real(around)
        return around.freeze(one.value) if isinstance(around, FloatRange | IntRange) else one
    return _as_real(one) if any(isinstance(r, FloatRange) for r in free) else one


def _as_real(one: Range) -> Range:
    if isinstance(one, IntRange):
        return FloatRange(one.low, one.high, log=one.log, step=None if one.log else one.step or 1)
    return one


def _envelope(revisions: Sequence[Ranges]) -> Ranges:
    return {name: envelope([r[name] for r in revisions if name in r]) for name in _names(revisions)}


def envelope(ranges: Sequence[Range]) -> Range:
    """Return the narrowest range that holds all of `ranges`; they are of one kind but for Fixed."""
    free = [r for r in ranges if not isinstance(r, Fixed)]
    values = [r.value for r in ranges if isinstance(r, Fixed)]
    if not free or any(isinstance(r, Choice) for r in free):
        options: list[Value] = []
        for value in [*(o for r in free if isinstance(r, Choice) for o in r.options), *values]:
            if not any(same_value(value, option) for option in options):
                options.append(value)
        return Fixed(options[0]) if len(options) == 1 else Choice(tuple(options[:64]))
    numbers = [r for r in free if isinstance(r, FloatRange | IntRange)]
    extra = [float(v) for v in values if isinstance(v, int | float)]
    low = min([*(float(r.low) for r in numbers), *extra])
    high = max([*(float(r.high) for r in numbers), *extra])
    log = all(r.log for r in numbers) and low > 0
    steps = {r.step for r in numbers}
    if all(isinstance(r, IntRange) for r in numbers) and all(float(v).is_integer() for v in extra):
        return IntRange(int(low), int(high), log=log)
    step = steps.pop() if len(steps) == 1 and len({r.low for r in numbers}) == 1 else None
    return FloatRange(low, high, log=log, step=None if log or extra else step)


# -- conditions ------------------------------------------------------------------------------


def find_presence(
    points: Sequence[Point], name: str, names: Sequence[str], least: int = LEAST_EACH_WAY
) -> Presence | None:
    """Return what the presence of `name` follows exactly; None: nothing, or too few trials.

    There are to be `least` trials with it and without it.
    """
    decided = [p for p in points if p.state in DECIDED]
    with_it = [p for p in decided if name in p.params]
    without = [p for p in decided if name not in p.params]
    if len(with_it) < least or len(without) < least:
        return None
    for parent in names:
        if parent == name or any(parent not in p.params for p in with_it):
            continue
        there = [p.params[parent] for p in with_it]
        gone = [p.params[parent] for p in without if parent in p.params]
        if all(type(v) is int for v in [*there, *gone]):
            lowest = min(v for v in there if isinstance(v, int))
            if all(isinstance(v, int) and v < lowest for v in gone) and gone:
                return Presence(parent, low=lowest)
        options = _distinct(there)
        single = all(isinstance(v, str | bool | int) for v in [*there, *gone])
        if gone and single and not any(same_value(v, o) for v in gone for o in options):
            return Presence(parent, options=options)
    return None


def is_optional(points: Sequence[Point], name: str) -> bool:
    """Whether some trials that had all of their parameters lack this one."""
    return any(name not in p.params for p in points if p.state in DECIDED)


def _distinct(values: Iterable[Value]) -> tuple[Value, ...]:
    found: list[Value] = []
    for value in values:
        if not any(same_value(value, other) for other in found):
            found.append(value)
    return tuple(found)
