"""How numbers read in statements: `p<1e-6`, `.83`, `3.8 points`, `3e-3..1e-2`."""

from __future__ import annotations

import math

from tuitune.space import Choice, Parameter, Value, format_value, round_outward
from tuitune.words import no_zero


def short(x: float, digits: int = 2) -> str:
    """Return a number of the unit interval without its zero: `.83`; others as usual: `12.4`."""
    return no_zero(f"{x:.{digits}f}")


def p_text(p: float, least: float = 1e-6) -> str:
    """Return a p-value as it stands in a sentence: `p<1e-6`, `p=2e-4`, `p .03`, `p .93`.

    Below `least` (a power of ten) only that bound is said: an approximate test knows no more.
    """
    if p < least:
        return f"p<1e-{-round(math.log10(least))}"
    if p < 1e-3:
        mantissa, exponent = f"{p:.0e}".split("e")
        return f"p={mantissa}e{int(exponent)}"
    return f"p {short(min(p, 1.0), 3 if p < 0.01 else 2)}"


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


def tidy_inside(x: float, low: float, high: float) -> float:
    """Return `x` with two significant digits, kept within `low`..`high`."""
    return min(max(float(f"{x:.1e}"), low), high)


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


def no_effect_text(share: float, p: float, parameter: Parameter, freeze_at: Value | None) -> str:
    """Return `no effect here (omega2 .00, p .93); leave, or freeze at 1e-6`."""
    text = f"no effect here (omega2 {short(share)}, {p_text(p)}); leave"
    if freeze_at is None:
        return text
    log = not isinstance(parameter, Choice) and parameter.log
    return f"{text}, or freeze at {format_value(freeze_at, 3, log=log)}"
