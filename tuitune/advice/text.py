"""How numbers read in statements: `.83`, `3.8 points`, `3e-3..1e-2`."""

from __future__ import annotations

import math

from tuitune.advice.statistics import Ints
from tuitune.space import Choice, IntRange, Parameter, format_value, round_outward
from tuitune.words import no_zero


def short(x: float, digits: int = 2) -> str:
    """Return a number of the unit interval without its zero: `.83`; others as usual: `12.4`."""
    return no_zero(f"{x:.{digits}f}")


def amount(x: float, accuracy: bool) -> str:
    """Return a difference of scores: `3.8 points` of an accuracy, else in the metric's units."""
    return f"{100 * x:.1f} points" if accuracy else format_value(x, 2)


def score_text(x: float) -> str:
    """Return a score with three digits after the point below 1, else four significant ones."""
    return short(x, 3) if abs(x) < 1 else f"{x:.4g}"


def span_text(parameter: Parameter, low: float, high: float) -> str:
    """Return a short range around `low`..`high`, within the parameter's own."""
    if isinstance(parameter, Choice):
        raise TypeError("a choice has no span")
    if parameter.log and low > 0:
        low, high = _one_digit(low, up=False), _one_digit(high, up=True)
    else:
        low, high = round_outward(low, high, False)
    low, high = max(low, parameter.low), min(high, parameter.high)
    ends = [format_value(end, 3, log=parameter.log) for end in (low, high)]
    return "..".join(ends) if ends[0] != ends[1] else ends[0]


def _one_digit(x: float, *, up: bool) -> float:
    power = math.floor(math.log10(x))
    scaled = x / 10.0**power
    digit = math.floor(scaled + 1e-9) if not up else math.ceil(scaled - 1e-9)
    return float(f"{digit}e{power}")


def between(low: float, high: float) -> float:
    """Return the number with the fewest digits in `low`..`high`, both ends included."""
    if low <= 0 <= high:
        return 0.0
    middle = (low + high) / 2 if low <= 0 else math.sqrt(low * high)
    for digits in range(16):
        candidate = float(f"{middle:.{digits}e}")
        if low <= candidate <= high:
            return candidate
    return middle


def luck_text(p: float) -> str:
    """Return a probability as a person says it: `luck would do this about once in 40 times`."""
    if p >= 0.2:
        return "chance alone often does this"
    if p < 1e-3:
        return "luck would do this less than once in 1,000 times"
    times = 1 / p
    times = round(times) if times < 10 else round(times, -1 if times < 100 else -2)
    return f"luck would do this about once in {int(times):,} times"


def at_text(parameter: Parameter, value: float) -> str:
    """Return a value of a range as it stands in a sentence: `9e-3`, `0.15`, `61`."""
    if isinstance(parameter, Choice):
        raise TypeError("a choice has no values between its options")
    if isinstance(parameter, IntRange):
        return format_value(round(value))
    return format_value(value, 2, log=parameter.log)


def times_text(factor: float) -> str:
    """Return how many times as long: `1.9`, `24`."""
    return f"{factor:.1f}" if factor < 10 else f"{factor:.0f}"


def rounds_text(rounds: Ints) -> str:
    """Return ` (round 1)`, ` (rounds 1 and 3)`, ` (rounds 1, 2 and 4)`."""
    numbers = [str(number) for number in sorted({int(number) for number in rounds})]
    if not numbers:
        return ""
    if len(numbers) == 1:
        return f" (round {numbers[0]})"
    return f" (rounds {', '.join(numbers[:-1])} and {numbers[-1]})"


def typical(x: float, low: float, high: float, *, log: bool) -> float:
    """Return `x` with one digit on a log scale, else two, kept within `low`..`high`."""
    return min(max(float(f"{x:.0e}" if log else f"{x:.1e}"), low), high)
