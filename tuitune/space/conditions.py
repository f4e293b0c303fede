"""When a parameter counts: only beside some values of another one.

momentum=0..0.99 if optimizer=sgd|nesterov        act_2=relu|tanh if layers>=3
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from tuitune.errors import SpaceError, quote
from tuitune.space.checks import same_value, whole
from tuitune.space.numbers import Value

EXAMPLE: Final = "momentum=0..0.99 if optimizer=sgd"

_QUOTED: Final = re.compile(r'"(?:\\.|[^"\\])*"')
_IF: Final = re.compile(r"\s+if\s+(?=\S)", re.IGNORECASE)
_TEST: Final = re.compile(r"(?P<name>[^\s=<>]\S*?)\s*(?P<sign>>=|<=|=)\s*(?P<rest>.+)", re.DOTALL)
_SPAN: Final = re.compile(r"([+-]?\d+)\s*\.\.\s*([+-]?\d+)", re.ASCII)


class Condition(msgspec.Struct, frozen=True, omit_defaults=True):
    """The parent parameter, and its values beside which another parameter counts.

    Of a choice some of its `options`, of whole numbers those from `low` to `high` (None: no end).
    Raises SpaceError for one that says neither.
    """

    parameter: str
    options: tuple[Value, ...] = ()
    low: int | None = None
    high: int | None = None

    def __post_init__(self) -> None:
        numbers = self.low is not None or self.high is not None
        if bool(self.options) == numbers:
            raise SpaceError(
                "a condition names options of another parameter or a span of whole numbers; "
                f"write {EXAMPLE}"
            )
        if self.low is not None and self.high is not None and self.low > self.high:
            raise SpaceError(
                f"a span goes up, not from {self.low} to {self.high}; write act_2=relu|tanh if "
                "layers=2..4"
            )

    def holds(self, value: Value) -> bool:
        """Say whether the other parameter counts beside `value` of the parent."""
        if self.options:
            return any(same_value(value, option) for option in self.options)
        if isinstance(value, str | bool):
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


def split_condition(text: str) -> tuple[str, str | None]:
    """Return what stands before ` if ` and what behind it, None without one; quotes hide it."""
    bare = _QUOTED.sub(lambda found: "_" * len(found.group()), text)
    found = _IF.search(bare)
    return (text, None) if found is None else (text[: found.start()], text[found.end() :])


def split_test(text: str) -> tuple[str, str, str]:
    """Return name, sign (`=`, `>=`, `<=`) and the rest of what stands behind `if`."""
    found = _TEST.fullmatch(text.strip())
    if found is None:
        raise SpaceError(
            f"behind if stands a parameter and its values, unlike {quote(text.strip())}; "
            f"write {EXAMPLE}"
        )
    return found["name"], found["sign"], found["rest"]


def span_of(sign: str, rest: str) -> tuple[int | None, int | None] | None:
    """Return the ends of a span of whole numbers; None where options are meant."""
    rest = rest.strip()
    if sign == "=":
        span = _SPAN.fullmatch(rest)
        return None if span is None else (whole(int(span[1])), whole(int(span[2])))
    if not re.fullmatch(r"[+-]?\d+", rest, re.ASCII) or len(rest) > 20:
        raise SpaceError(
            f"behind {sign} stands a whole number, not {quote(rest)}; write act_2=relu|tanh if "
            "layers>=3"
        )
    return (whole(int(rest)), None) if sign == ">=" else (None, whole(int(rest)))


def is_met(
    conditions: Mapping[str, Condition | None], name: str, params: Mapping[str, Value]
) -> bool:
    """Say whether the parameter `name` counts in `params`, its parents' conditions included."""
    condition = conditions.get(name)
    while condition is not None:
        parent = condition.parameter
        if parent not in params or not condition.holds(params[parent]):
            return False
        condition = conditions.get(parent)
    return True
