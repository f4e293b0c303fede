"""The three kinds of parameter. Every change returns a new record, and every record is valid.

A parameter's *unit* is its position in its own scale: 0 at the lower end, 1 at the upper one, and
even steps of it are even steps of the scale (decades on a log scale). A uniform unit gives the
parameter's distribution. Kinds that take single values (integers, steps, options) have a cell of
the unit line for each value; `to_unit` gives a place inside that cell.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

import msgspec
from msgspec.structs import force_setattr, replace

from tuitune.errors import SpaceError, plain, quote
from tuitune.space.checks import check_range, number, same_value, whole
from tuitune.space.conditions import Condition
from tuitune.space.numbers import TOLERANCE, Value, format_value, is_number, tidy

ZERO_SHARE: Final = 0.1  # of the unit line that means exactly 0, where a log range allows 0 as well
MOST_OPTIONS: Final = 64
LONGEST_OPTION: Final = 100  # characters


class FloatRange(msgspec.Struct, frozen=True, tag_field="kind", tag="float", omit_defaults=True):
    """Real numbers from `low` to `high`, both ends included; log-uniform with `log`.

    `step` (linear only, None for none) divides the range into equal parts; only their ends are
    drawn. `hard_low` and `hard_high` (None for none) are never passed by a bound. `zero` (log only)
    allows exactly 0 as well. `frozen` (None if free) is the one value in use; it may lie outside
    low..high, not outside the hard limits. `when` (None: always) says beside what it counts. Raises
    SpaceError.
    """

    low: float
    high: float
    log: bool = False
    step: float | None = None
    hard_low: float | None = None
    hard_high: float | None = None
    zero: bool = False
    frozen: float | None = None
    when: Condition | None = None

    def __post_init__(self) -> None:
        for field in ("low", "high", "step", "hard_low", "hard_high", "frozen"):
            value = getattr(self, field)
            if value is not None:
                force_setattr(self, field, number(value))
        check_range(self, zero=self.zero)

    @property
    def is_frozen(self) -> bool:
        """Whether one value is in use."""
        return self.frozen is not None

    def freeze(self, value: Value) -> FloatRange:
        """Return this with `value` as the one in use."""
        return replace(self, frozen=number(value))

    def free(self) -> FloatRange:
        """Return this with its whole range in use."""
        return replace(self, frozen=None)

    def with_bounds(self, low: float, high: float) -> FloatRange:
        """Return this, free, from `low` to `high`: clipped at the hard limits, steps outward."""
        low, high = number(low), number(high)
        if self.step is None:
            if self.hard_low is not None:
                low = max(low, self.hard_low)
            if self.hard_high is not None:
                high = min(high, self.hard_high)
        else:
            low, high = self._on_steps(low, high, self.step)
        return replace(self, low=low, high=high, frozen=None)

    def _on_steps(self, low: float, high: float, step: float) -> tuple[float, float]:
        def position(value: float) -> float:
            return (value - self.low) / step

        first = math.floor(position(low) + 1e-6)
        last = math.ceil(position(high) - 1e-6)
        if self.hard_low is not None:
            first = max(first, math.ceil(position(self.hard_low) - 1e-6))
        if self.hard_high is not None:
            last = min(last, math.floor(position(self.hard_high) + 1e-6))
        return tidy(self.low + first * step), tidy(self.low + last * step)

    def width(self) -> float:
        """Return the decades of a log range, else high - low."""
        return math.log10(self.high / self.low) if self.log else self.high - self.low

    def contains(self, value: Value) -> bool:
        """Say whether `value` is in the range, but for rounding; if frozen, whether it is that."""
        if isinstance(value, str | bool) or not is_number(value):
            return False
        if self.frozen is not None:
            return math.isclose(value, self.frozen, rel_tol=TOLERANCE)
        if self.log:
            if value == 0:
                return self.zero
            return self.low * (1 - TOLERANCE) <= value <= self.high * (1 + TOLERANCE)
        slack = TOLERANCE * (self.high - self.low)
        return self.low - slack <= value <= self.high + slack

    def to_unit(self, value: Value, *, clipped: bool = True) -> float:
        """Return the unit of `value`; unclipped it is below 0 or above 1 outside of the range.

        Frozen or not, it is the place in the range. Without a place on a log scale (0 or less) a
        value is at -1, unless `zero` gives 0 its cell.
        """
        value = number(value)
        if self.step is not None:
            cells = round((self.high - self.low) / self.step) + 1
            unit = ((value - self.low) / self.step + 0.5) / cells
        elif not self.log:
            unit = (value - self.low) / (self.high - self.low)
        elif value == 0 and self.zero:
            unit = ZERO_SHARE / 2
        elif value <= 0:
            unit = -1.0
        else:
            unit = math.log(value / self.low) / math.log(self.high / self.low)
            if self.zero and unit >= 0:
                unit = ZERO_SHARE + (1 - ZERO_SHARE) * unit
        return _clip(unit) if clipped else unit

    def from_unit(self, unit: float) -> float:
        """Return the value at `unit` (clipped to 0..1), never outside of low..high."""
        if self.frozen is not None:
            return self.frozen
        unit = _clip(float(unit))
        if self.step is not None:
            cells = round((self.high - self.low) / self.step) + 1
            value = tidy(self.low + min(int(unit * cells), cells - 1) * self.step)
        elif not self.log:
            value = self.low + unit * (self.high - self.low)
        else:
            if self.zero:
                if unit < ZERO_SHARE:
                    return 0.0
                unit = (unit - ZERO_SHARE) / (1 - ZERO_SHARE)
            value = self.low * math.exp(unit * math.log(self.high / self.low))
        return min(max(value, self.low), self.high)


class IntRange(msgspec.Struct, frozen=True, tag_field="kind", tag="int", omit_defaults=True):
    """Whole numbers from `low` to `high`, both ends included and as likely as the others.

    With `log` a value is as likely as its share of the log scale, from low - 1/2 to high + 1/2. The
    other fields are those of `FloatRange`. Raises SpaceError.
    """

    low: int
    high: int
    log: bool = False
    step: int | None = None
    hard_low: int | None = None
    hard_high: int | None = None
    frozen: int | None = None
    when: Condition | None = None

    def __post_init__(self) -> None:
        for field in ("low", "high", "step", "hard_low", "hard_high", "frozen"):
            value = getattr(self, field)
            if value is not None:
                force_setattr(self, field, whole(value))
        check_range(self, integers=True)

    @property
    def is_frozen(self) -> bool:
        """Whether one value is in use."""
        return self.frozen is not None

    def freeze(self, value: Value) -> IntRange:
        """Return this with `value` (whole) as the one in use."""
        return replace(self, frozen=whole(value))

    def free(self) -> IntRange:
        """Return this with its whole range in use."""
        return replace(self, frozen=None)

    def with_bounds(self, low: float, high: float) -> IntRange:
        """Return this, free, from `low` to `high`, both outward to values; limits hold."""
        low, high = number(low), number(high)
        step = self.step or 1
        first = math.floor((low - self.low) / step + 1e-6)
        last = math.ceil((high - self.low) / step - 1e-6)
        if self.hard_low is not None:
            first = max(first, -((self.low - self.hard_low) // step))
        if self.hard_high is not None:
            last = min(last, (self.hard_high - self.low) // step)
        return replace(self, low=self.low + first * step, high=self.low + last * step, frozen=None)

    def width(self) -> float:
        """Return the decades of a log range, else high - low."""
        return math.log10(self.high / self.low) if self.log else float(self.high - self.low)

    def contains(self, value: Value) -> bool:
        """Say whether `value` is whole and in the range; if frozen, whether it is that one."""
        if isinstance(value, str | bool) or not is_number(value) or value != int(value):
            return False
        if self.frozen is not None:
            return value == self.frozen
        return self.low <= value <= self.high

    def to_unit(self, value: Value, *, clipped: bool = True) -> float:
        """Return the unit of `value`, inside its cell; unclipped below 0 or above 1 outside.

        On a log scale 0 and less are at -1.
        """
        value = number(value)
        if not self.log:
            step = self.step or 1
            unit = ((value - self.low) / step + 0.5) / ((self.high - self.low) // step + 1)
        elif value <= 0:
            unit = -1.0
        else:
            start = self.low - 0.5
            unit = math.log(value / start) / math.log((self.high + 0.5) / start)
        return _clip(unit) if clipped else unit

    def from_unit(self, unit: float) -> int:
        """Return the value whose cell holds `unit` (clipped to 0..1)."""
        if self.frozen is not None:
            return self.frozen
        unit = _clip(float(unit))
        if not self.log:
            step = self.step or 1
            cells = (self.high - self.low) // step + 1
            return self.low + min(int(unit * cells), cells - 1) * step
        start = self.low - 0.5
        value = start * math.exp(unit * math.log((self.high + 0.5) / start))
        return min(max(math.floor(value + 0.5), self.low), self.high)


class Choice(msgspec.Struct, frozen=True, tag_field="kind", tag="choice", omit_defaults=True):
    """One of `options` (2 to 64 different ones), all that are not in `off` equally likely.

    At least one option stays on. `frozen` (None if free) is the one in use, on or off. Whole and
    real numbers of the same size are the same option; true and 1 are not. Raises SpaceError.
    """

    options: tuple[Value, ...]
    off: tuple[Value, ...] = ()
    frozen: Value | None = None
    when: Condition | None = None

    def __post_init__(self) -> None:
        options = tuple(map(_checked_option, self.options[: MOST_OPTIONS + 1]))
        if not 2 <= len(options) <= MOST_OPTIONS:
            raise SpaceError(
                f"a choice has 2 to {MOST_OPTIONS} options, not {len(self.options)}; write sgd|adam"
            )
        for place, option in enumerate(options):
            if any(same_value(option, other) for other in options[:place]):
                raise SpaceError(f"an option is named once, {_say(option)} twice; write sgd|adam")
        force_setattr(self, "options", options)
        off = {self._index(option) for option in self.off}
        if len(off) == len(options):
            raise SpaceError("at least one option stays on, here all are off; write sgd|(adam)")
        # The order of the options, so that equal choices are equal records.
        force_setattr(self, "off", tuple(o for i, o in enumerate(options) if i in off))
        if self.frozen is not None:
            force_setattr(self, "frozen", options[self._index(self.frozen)])

    @property
    def on(self) -> tuple[Value, ...]:
        """The options that may be drawn, in order."""
        return tuple(o for o in self.options if not any(same_value(o, off) for off in self.off))

    @property
    def is_frozen(self) -> bool:
        """Whether one option is in use."""
        return self.frozen is not None

    def freeze(self, value: Value) -> Choice:
        """Return this with option `value` as the one in use."""
        return replace(self, frozen=value)

    def free(self) -> Choice:
        """Return this with all options that are on in use."""
        return replace(self, frozen=None)

    def with_options_on(self, options: Iterable[Value]) -> Choice:
        """Return this, free, with just these of its options on (one at least)."""
        on = {self._index(option) for option in options}
        off = tuple(o for i, o in enumerate(self.options) if i not in on)
        return replace(self, off=off, frozen=None)

    def width(self) -> float:
        """Return the number of options that are on."""
        return float(len(self.options) - len(self.off))

    def contains(self, value: Value) -> bool:
        """Say whether `value` is an option that is on; if frozen, whether it is that one."""
        within = self.on if self.frozen is None else (self.frozen,)
        return any(same_value(value, option) for option in within)

    def to_unit(self, value: Value, *, clipped: bool = True) -> float:
        """Return the middle of the cell of `value`; off or unknown it is at -1 (clipped: 0)."""
        on = self.on
        for place, option in enumerate(on):
            if same_value(value, option):
                return (place + 0.5) / len(on)
        return 0.0 if clipped else -1.0

    def from_unit(self, unit: float) -> Value:
        """Return the option whose cell holds `unit` (clipped to 0..1)."""
        if self.frozen is not None:
            return self.frozen
        on = self.on
        return on[min(int(_clip(float(unit)) * len(on)), len(on) - 1)]

    def _index(self, value: Value) -> int:
        for place, option in enumerate(self.options):
            if same_value(value, option):
                return place
        raise SpaceError(
            f"the options are {self._names()}, {_say(value)} is none of them; write sgd|adam = adam"
        )

    def _names(self) -> str:
        shown = [_say(option) for option in self.options[:6]]
        return ", ".join(shown) + (", ..." if len(self.options) > len(shown) else "")


Parameter = FloatRange | IntRange | Choice


def _clip(unit: float) -> float:
    if math.isnan(unit):
        raise SpaceError("a unit is a number from 0 to 1, not nan; take 0.5 for the middle")
    return min(max(unit, 0.0), 1.0)


def _say(option: object) -> str:
    if isinstance(option, str):
        return quote(option, 20)
    return format_value(option) if isinstance(option, int | float) else quote(str(option), 20)


def _checked_option(option: Value) -> Value:
    if isinstance(option, bool):
        return option
    if isinstance(option, int):
        return whole(option)
    if not isinstance(option, str):
        return number(option)
    if len(option) > LONGEST_OPTION or plain(option) != option:
        raise SpaceError(
            f"an option is at most {LONGEST_OPTION} printable characters, unlike "
            f"{quote(option)}; write sgd|adam"
        )
    return option
