"""Optuna's distributions, as their JSON says them, and what they mean here; both ways."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tuitune.errors import SpaceError, UsageError, quote
from tuitune.exchange.study import Fixed, Range
from tuitune.space import Choice, FloatRange, IntRange, Value
from tuitune.trainers.objective import as_options

MOST_OPTIONS = 64


@dataclass(frozen=True, slots=True)
class Distribution:
    """One distribution: its range here, and how its stored numbers become values."""

    text: str
    """JSON, as the source has it."""
    range: Range
    whole: bool
    options: tuple[Value, ...] | None
    """Of a choice, whose stored number is a place in it."""

    def value(self, stored: float) -> Value:
        """Return what a stored number means."""
        if self.options is not None:
            return self.options[int(stored)]
        return round(stored) if self.whole else float(stored)


def read_distribution(name: str, text: str) -> Distribution:
    """Return the distribution of parameter `name`. Raises `UsageError` where it is none."""
    try:
        record = json.loads(text)
        kind, attributes = str(record["name"]), record["attributes"]
        return _distribution(kind, attributes, text)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UsageError(
            f"the distribution of {quote(name)} can't be read: {quote(text, 80)}"
        ) from error
    except SpaceError as error:
        raise UsageError(f"the range of {quote(name)} can't be taken over: {error}") from None


def _distribution(kind: str, given: Mapping[str, Any], text: str) -> Distribution:
    if kind == "CategoricalDistribution":
        options = as_options(given["choices"])
        return Distribution(text, choice_of(options), False, options)
    low, high = given["low"], given["high"]
    whole = kind in ("IntDistribution", "IntUniformDistribution", "IntLogUniformDistribution")
    log = bool(given.get("log")) or kind in ("LogUniformDistribution", "IntLogUniformDistribution")
    step = given.get("step", given.get("q"))
    if not whole and kind not in (
        "FloatDistribution", "UniformDistribution", "DiscreteUniformDistribution",
        "LogUniformDistribution",
    ):  # fmt: skip
        raise ValueError(kind)
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError(text)
    if whole:
        return Distribution(text, whole_range(int(low), int(high), log, step), True, None)
    return Distribution(text, real_range(float(low), float(high), log, step), False, None)


def whole_range(low: int, high: int, log: bool, step: int | None) -> Range:
    """Return a range of whole numbers; a step that doesn't divide it ends at its last value."""
    every = 1 if log or not step else int(step)
    high = low + (high - low) // every * every
    if low == high:
        return Fixed(low)
    return IntRange(low, high, log=log, step=None if every == 1 else every)


def real_range(low: float, high: float, log: bool, step: float | None) -> Range:
    """Return a range of real numbers; a step that doesn't divide it ends at its last value."""
    if step and not log:
        count = math.floor((high - low) / step + 1e-8)
        if count < 1:
            return Fixed(low)
        return FloatRange(low, float(f"{low + count * step:.15g}"), step=step)
    if low == high:
        return Fixed(low)
    return FloatRange(low, high, log=log)


def choice_of(options: tuple[Value, ...]) -> Range:
    """Return the choice of `options`, the first 64 where there are more."""
    return Fixed(options[0]) if len(options) == 1 else Choice(options[:MOST_OPTIONS])
