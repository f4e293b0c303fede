"""Numbers as people write them: shortest forms, 1-2-5 steps and the ten preferred numbers."""

from __future__ import annotations

import math
from typing import Annotated, Final

from msgspec import Meta

# So that no ratio and no difference of two bounds overflows.
LARGEST: Final = 1e150
SMALLEST: Final = 1e-150
LARGEST_WHOLE: Final = 2**53  # whole numbers that a float, and any JSON reader, holds exactly
TOLERANCE: Final = 1e-9  # relative: what rounding may do to a value inside a range

Value = (
    Annotated[float, Meta(ge=-LARGEST, le=LARGEST)]
    | Annotated[int, Meta(ge=-LARGEST_WHOLE, le=LARGEST_WHOLE)]
    | str
    | bool
)
"""What a hyperparameter can be."""

_PREFERRED: Final = (1.0, 1.25, 1.6, 2.0, 2.5, 3.2, 4.0, 5.0, 6.3, 8.0)
_FIXED_BELOW: Final = 5  # powers of ten up to which a whole number is written out


def is_number(value: object) -> bool:
    """Say whether `value` is a finite int or float (a bool is not a number here)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, int) or math.isfinite(value)


def format_value(value: Value, digits: int | None = None, *, log: bool = False) -> str:
    """Return a value in its short readable form: `3e-4`, `0.05`, `128`, `0`, `true`, `adam`.

    Without `digits` a number is the shortest text that reads back as the same number. With it, at
    most so many significant digits are kept (whole numbers below a million stay whole). Numbers
    below 0.01 are written with an exponent, on a log scale (`log`) those below 0.1.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        if digits is None or abs(value) < 10**6:
            return str(value)
        value = float(value)
    if not math.isfinite(value):
        return str(value)
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    figures, power = _figures(abs(value), digits)
    mantissa = figures[0] + ("." + figures[1:] if len(figures) > 1 else "")
    if power < 0:
        fixed = "0." + "0" * (-power - 1) + figures
        use_fixed = power >= (-1 if log else -2)
    else:
        whole = figures[: power + 1].ljust(power + 1, "0")
        fixed = whole + ("." + figures[power + 1 :] if len(figures) > power + 1 else "")
        use_fixed = power < _FIXED_BELOW or len(figures) > 3
        if digits is not None:
            use_fixed = power < max(_FIXED_BELOW, digits)
    return sign + (fixed if use_fixed and power < 21 else f"{mantissa}e{power}")


def _figures(value: float, digits: int | None) -> tuple[str, int]:
    """Return the significant digits of a positive number and the power of ten of the first."""
    text = repr(value) if digits is None else f"{value:.{max(digits, 1) - 1}e}"
    mantissa, _, exponent = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    figures = whole + fraction
    stripped = figures.lstrip("0")
    power = int(exponent or 0) + len(whole) - 1 - (len(figures) - len(stripped))
    return stripped.rstrip("0"), power


def tidy(value: float, digits: int = 15) -> float:
    """Return `value` rounded to `digits` significant digits: 0.30000000000000004 becomes 0.3."""
    return float(f"{value:.{digits - 1}e}")


def tidy_to(value: float, quantum: float) -> float:
    """Return `value` rounded to a power of ten that is at most `quantum` (above 0)."""
    places = -math.floor(math.log10(quantum))
    return tidy(round(value, places)) if abs(places) < 300 else value


def times_ten(value: float, power: int) -> float:
    """Return `value` times ten to the `power`, with exactly the same digits."""
    mantissa, _, exponent = repr(value).partition("e")
    return float(f"{mantissa}e{int(exponent or 0) + power}")


def nice_step(width: float) -> float:
    """Return the number of the series 1, 2, 5, 10, ... that is nearest to `width` in ratio."""
    power = math.floor(math.log10(width))
    steps = (float(f"{m}e{p}") for p in (power, power + 1) for m in (1, 2, 5))
    return min(steps, key=lambda step: abs(math.log(step / width)))


def preferred(index: int, per_decade: int) -> float:
    """Return entry `index` of a series with `per_decade` (10 or 50) numbers in each power of ten.

    The ten are 1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8; the fifty hold them and round the numbers
    between to three digits. Entry 0 is 1, and entries below it are negative.
    """
    power, place = divmod(index, per_decade)
    tenth, between = divmod(place * 10, per_decade)
    mantissa = _PREFERRED[tenth] if between == 0 else tidy(10 ** (place / per_decade), 3)
    return times_ten(mantissa, power)


def preferred_index(value: float, per_decade: int) -> int:
    """Return the entry of the series of `preferred` that is nearest to a positive `value`."""
    return round(math.log10(value) * per_decade)


def round_outward(low: float, high: float, log: bool) -> tuple[float, float]:
    """Return bounds around `low <= high` that a person can type, never inside them.

    On a log scale (`low` above 0) each bound is 1, 2 or 5 times a power of ten. On a linear scale
    both are multiples of the 1-2-5 step that is nearest to a tenth of the width. A bound that is
    such a number but for float rounding (1e-12) stays. Where `low` is not below `high`, or agrees
    with it in nine digits on a linear scale, both come back as they are.
    """
    if not low < high:
        return low, high
    if log:
        return _below(low), _above(high)
    if high - low < 1e-9 * max(abs(low), abs(high)):
        return low, high
    step = nice_step((high - low) / 10)
    below = math.floor(low / step + 1e-9) * step
    above = math.ceil(high / step - 1e-9) * step
    return tidy(below), tidy(above)


def _below(value: float) -> float:
    limit = value * (1 + 1e-12)
    power = math.floor(math.log10(value))
    steps = [float(f"{m}e{p}") for p in (power - 1, power, power + 1) for m in (1, 2, 5)]
    return max(step for step in steps if step <= limit)


def _above(value: float) -> float:
    limit = value * (1 - 1e-12)
    power = math.floor(math.log10(value))
    steps = [float(f"{m}e{p}") for p in (power - 1, power, power + 1) for m in (1, 2, 5)]
    return min(step for step in steps if step >= limit)
