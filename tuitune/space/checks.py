"""What makes a number, a range and an option valid; each refusal is one sentence with an example.

Every sentence ends with `; write` and a text form that is accepted.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias

from tuitune.errors import SpaceError, quote
from tuitune.space.numbers import (
    LARGEST,
    LARGEST_WHOLE,
    SMALLEST,
    format_value,
    is_number,
    tidy,
)

if TYPE_CHECKING:
    from tuitune.space.kinds import FloatRange, IntRange

    Bounds: TypeAlias = FloatRange | IntRange

MOST_STEPS: Final = 1_000_000


def number(value: object) -> float:
    """Return `value` as a float, 0 below 1e-150 in size; SpaceError if not finite or over 1e150."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SpaceError(f"a range holds numbers, not {quote(str(value))}; write 0..0.5")
    if not is_number(value):
        raise SpaceError(f"a range holds finite numbers, not {value}; write 1e-6..1e-2 log")
    if abs(value) > LARGEST:
        shown = format_value(value) if isinstance(value, float) else "a longer one"
        raise SpaceError(f"a number is at most 1e150 in size, not {shown}; write 1e-6..1e-2 log")
    return 0.0 if abs(value) < SMALLEST else float(value)


def whole(value: object) -> int:
    """Return `value` as an int; SpaceError unless it is whole and at most 2**53 in size."""
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) <= LARGEST_WHOLE:
            return value
        shown = str(value) if abs(value) < 10**20 else "a longer one"
        raise _not_whole(shown)
    real = number(value)
    if not real.is_integer() or abs(real) > LARGEST_WHOLE:
        raise _not_whole(format_value(real))
    return int(real)


def _not_whole(shown: str) -> SpaceError:
    return SpaceError(
        f"an integer range holds whole numbers up to {LARGEST_WHOLE}, not {shown}; "
        "write 16..256 int"
    )


def same_value(one: object, other: object) -> bool:
    """Say whether two values are the same option: 1 and 1.0 are, 1 and true are not."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def check_range(p: Bounds, *, zero: bool = False, integers: bool = False) -> None:
    """Raise SpaceError unless bounds, scale, step, limits and frozen value fit together."""
    kind = " int" if integers else ""
    if zero and not p.log:
        _refuse(
            "0| goes with a log range, a linear one may simply start at 0",
            "0|1e-6..1e-2 log, or 0..1e-2",
        )
    if p.log:
        _check_log(p, kind)
    if not p.low < p.high:
        low, high = format_value(p.low), format_value(p.high)
        scale = " log" if p.log else ""
        example = f"{high}..{low}{scale}{kind}" if p.high < p.low else f"1..10{scale}{kind}"
        _refuse(f"a range goes up, not from {low} to {high}", example)
    if not integers and not p.high - p.low > 1e-12 * max(abs(p.low), abs(p.high)):
        _refuse("the ends of a range differ in their first 12 digits, these do not", "0.9..0.99")
    if p.step is not None:
        _check_step(p, p.step, kind)
    _check_limits(p, kind)
    if p.frozen is not None:
        _check_frozen(p, p.frozen, zero, kind)


def _check_log(p: Bounds, kind: str) -> None:
    if p.step is not None:
        _refuse("a step goes with a linear range, not with log", f"16..256{kind} step 16")
    if min(p.low, p.high) <= 0:
        shown = format_value(min(p.low, p.high))
        if kind:
            _refuse(f"a log range starts above 0, not at {shown}", "1..256 log int")
        _refuse(
            f"a log range starts above 0, not at {shown}",
            "1e-6..1e-2 log, or 0|1e-6..1e-2 log to allow 0 as well",
        )
    if p.hard_low is not None and p.hard_low <= 0:
        _refuse(
            f"the limit of a log range is above 0, not {format_value(p.hard_low)}, or left open",
            f"1..128 log{kind} in ..1024",
        )


def _check_step(p: Bounds, step: float, kind: str) -> None:
    low, high, shown = (format_value(v) for v in (p.low, p.high, step))
    if step <= 0:
        _refuse(f"a step is above 0, not {shown}", f"0..10{kind} step 1")
    parts = (p.high - p.low) / step
    if parts > MOST_STEPS:
        _refuse(f"a range has at most {MOST_STEPS} steps, this one more", f"0..10{kind} step 1")
    if abs(parts - round(parts)) > 1e-6 or round(parts) == 0:
        rule = f"a step divides its range into equal parts, {shown} does not fit {low}..{high}"
        if parts < 1:
            _refuse(rule, f"0..10{kind} step 1")
        end = format_value(tidy(p.low + math.floor(parts) * step, 12))
        _refuse(rule, f"{low}..{end}{kind} step {shown}")


def _check_limits(p: Bounds, kind: str) -> None:
    scale = " log" if p.log else ""
    low, high = format_value(p.low), format_value(p.high)
    step = f" step {format_value(p.step)}" if p.step is not None else ""
    if p.hard_low is not None and p.low < p.hard_low:
        _refuse(
            f"a range stays within its limits, {low} is below {format_value(p.hard_low)}",
            f"{low}..{high}{scale}{kind}{step} in {low}..",
        )
    if p.hard_high is not None and p.high > p.hard_high:
        _refuse(
            f"a range stays within its limits, {high} is above {format_value(p.hard_high)}",
            f"{low}..{high}{scale}{kind}{step} in ..{high}",
        )


def _check_frozen(p: Bounds, frozen: float, zero: bool, kind: str) -> None:
    shown = format_value(frozen)
    if p.log and frozen <= 0 and not (zero and frozen == 0):
        rule = f"a value on a log scale is above 0, not {shown}"
        _refuse(rule, f"1..10 log{kind} = 5")
    if zero and frozen == 0:
        return
    for limit, beyond, word in (
        (p.hard_low, p.hard_low is not None and frozen < p.hard_low, "below"),
        (p.hard_high, p.hard_high is not None and frozen > p.hard_high, "above"),
    ):
        if beyond and limit is not None:
            _refuse(
                f"a value stays within the limits, {shown} is {word} {format_value(limit)}",
                f"{format_value(p.low)}..{format_value(p.high)}"
                f"{' log' if p.log else ''}{kind} = {format_value(p.low)}",
            )


def _refuse(rule: str, example: str) -> NoReturn:
    raise SpaceError(f"{rule}; write {example}")
