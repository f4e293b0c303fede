"""The distributions of a W&B sweep, and what each means as a range here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from tuitune.errors import SpaceError, UsageError, plain, quote
from tuitune.exchange.optuna_ranges import real_range, whole_range
from tuitune.exchange.study import Fixed, Range
from tuitune.space import Choice, FloatRange, format_parameter, format_value
from tuitune.trainers.objective import as_options, as_value

KNOWN_KEYS = frozenset(
    {"value", "values", "probabilities", "distribution", "min", "max", "q", "mu", "sigma", "a", "b",
     "parameters", "description"}
)  # fmt: skip
LINEAR_UP_TO = 100
"""Ratio of the ends of a linear range from which a log scale is proposed."""


class NoEnds(Exception):
    """A distribution without ends; a range for it is proposed."""

    def __init__(self, distribution: str, proposal: str) -> None:
        super().__init__(distribution)
        self.distribution = distribution
        self.proposal = proposal
        """Text form of a range."""


def read_range(name: str, given: Mapping[str, Any], remarks: list[str]) -> Range:
    """Return the range of parameter `name`; adds to `remarks` what is not kept of it.

    Raises `NoEnds` where the distribution has no ends, `UsageError` where it can't be read.
    """
    for key in given:
        if key not in KNOWN_KEYS:
            remarks.append(f"{plain(name)}: {quote(str(key))} is not known and left out")
    try:
        return _range(name, given, remarks)
    except SpaceError as error:
        raise UsageError(f"the range of {quote(name)} can't be taken over: {error}") from None


def _range(name: str, given: Mapping[str, Any], remarks: list[str]) -> Range:
    kind = given.get("distribution")
    if kind is None:
        kind = _kind_by_keys(name, given)
    match str(kind):
        case "constant":
            return Fixed(_plain_value(name, given.get("value")))
        case "categorical" | "categorical_w_probabilities":
            return _choice(name, given, remarks)
        case "int_uniform":
            return whole_range(_whole(name, given, "min"), _whole(name, given, "max"), False, None)
        case "uniform":
            return _linear(name, given, remarks)
        case "q_uniform":
            return _stepped(_number(name, given, "min"), _number(name, given, "max"), _q(given))
        case "log_uniform_values" | "inv_log_uniform_values":
            return _log(name, _number(name, given, "min"), _number(name, given, "max"))
        case "log_uniform" | "inv_log_uniform" | "q_log_uniform":
            return _from_exponents(name, str(kind), given, remarks)
        case "q_log_uniform_values":
            low, high = _number(name, given, "min"), _number(name, given, "max")
            return _rounded_log(name, low, high, given, remarks)
        case "normal" | "q_normal" | "log_normal" | "q_log_normal" as normal:
            mu, sigma = float(given.get("mu", 0)), float(given.get("sigma", 1))
            raise NoEnds(normal, _around(mu, sigma, normal.endswith("log_normal")))
        case "beta" | "q_beta" as beta:
            raise NoEnds(beta, "0..1")
    raise UsageError(
        f"{quote(name)} has a distribution that is not known, {quote(str(kind))}: say the range "
        f"with --param '{plain(name)}=...'"
    )


def _kind_by_keys(name: str, given: Mapping[str, Any]) -> str:
    if "value" in given:
        return "constant"
    if "values" in given:
        return "categorical"
    if "min" in given and "max" in given:
        ends = given["min"], given["max"]
        return "int_uniform" if all(type(end) is int for end in ends) else "uniform"
    if "mu" in given or "sigma" in given:
        return "normal"
    raise UsageError(
        f"{quote(name)} has neither value, values nor min and max: say the range with "
        f"--param '{plain(name)}=...'"
    )


def _choice(name: str, given: Mapping[str, Any], remarks: list[str]) -> Range:
    values = given.get("values")
    if not isinstance(values, Sequence) or isinstance(values, str) or not values:
        raise UsageError(f"the values of {quote(name)} are a list of one value or more")
    for value in values:
        _plain_value(name, value)
    if given.get("probabilities") is not None:
        remarks.append(f"{plain(name)}: the weights of its values are not kept, all are as likely")
    options = as_options(values)
    return Fixed(options[0]) if len(options) == 1 else Choice(options)


def _plain_value(name: str, value: Any) -> Any:
    if isinstance(value, list | dict | set | tuple):
        kind = "mapping" if isinstance(value, dict) else "list"
        raise UsageError(
            f"a value of {quote(name)} is a {kind}, and a parameter has words, numbers, true or "
            "false: give each part a parameter of its own"
        )
    return as_value(value)


def _linear(name: str, given: Mapping[str, Any], remarks: list[str]) -> Range:
    low, high = _number(name, given, "min"), _number(name, given, "max")
    if low > 0 and high / low >= LINEAR_UP_TO:
        shown = f"{format_value(low)}..{format_value(high)}"
        remarks.append(
            f"{plain(name)}: {shown} is linear as in the sweep; add log? --param "
            f"'{plain(name)}={shown} log'"
        )
    return real_range(low, high, False, None)


def _stepped(low: float, high: float, q: float) -> Range:
    first, last = round(low / q) * q, round(high / q) * q
    if float(q).is_integer():
        return whole_range(int(first), int(last), False, int(q))
    return real_range(_tidy(first), _tidy(last), False, q)


def _from_exponents(name: str, kind: str, given: Mapping[str, Any], remarks: list[str]) -> Range:
    low, high = _number(name, given, "min"), _number(name, given, "max")
    if low > 0 and high <= 1:
        meant = f"{format_value(low)}..{format_value(high)} log"
        raise UsageError(
            f"{quote(name)} is {kind}, whose min and max are exponents: it would go from "
            f"{math.exp(low):.3g} to {math.exp(high):.3g}; probably {kind}_values is meant: say "
            f"--param '{plain(name)}={meant}'"
        )
    if max(abs(low), abs(high)) > 300:
        raise UsageError(
            f"{quote(name)} is {kind}, whose min and max are exponents, and those are too large: "
            f"say the range with --param '{plain(name)}=...'"
        )
    low, high = _tidy(math.exp(low)), _tidy(math.exp(high))
    if kind == "q_log_uniform":
        return _rounded_log(name, low, high, given, remarks)
    found = _log(name, low, high)
    if isinstance(found, FloatRange):
        remarks.append(f"{plain(name)}: min and max are exponents, so {format_parameter(found)}")
    return found


def _log(name: str, low: float, high: float) -> Range:
    if low <= 0:
        raise UsageError(
            f"{quote(name)} has a log scale that begins at {format_value(low)}, and it begins "
            f"above 0: say the range with --param '{plain(name)}=...'"
        )
    return real_range(low, high, True, None)


def _rounded_log(
    name: str, low: float, high: float, given: Mapping[str, Any], remarks: list[str]
) -> Range:
    if _q(given) == 1 and round(low) >= 1:
        return whole_range(round(low), round(high), True, None)
    remarks.append(f"{plain(name)}: its values are not rounded to {_q(given):g} on a log scale")
    return _log(name, low, high)


def _around(mu: float, sigma: float, log: bool) -> str:
    low, high = mu - 2 * sigma, mu + 2 * sigma
    if log:
        return f"{math.exp(low):.3g}..{math.exp(high):.3g} log"
    return f"{low:.4g}..{high:.4g}"


def _q(given: Mapping[str, Any]) -> float:
    q = given.get("q", 1)
    if isinstance(q, bool) or not isinstance(q, int | float) or not 0 < q < math.inf:
        raise UsageError(f"q is a number above 0, not {quote(str(q))}")
    return q


def _number(name: str, given: Mapping[str, Any], key: str) -> float:
    value = given.get(key)
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            value = None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise UsageError(
            f"{key} of {quote(name)} is a number, not {quote(str(given.get(key)))}: say the range "
            f"with --param '{plain(name)}=...'"
        )
    return float(value)


def _whole(name: str, given: Mapping[str, Any], key: str) -> int:
    number = _number(name, given, key)
    if not number.is_integer():
        raise UsageError(f"{key} of {quote(name)} is a whole number, not {number:g}")
    return int(number)


def _tidy(value: float) -> float:
    return float(f"{value:.12g}")
