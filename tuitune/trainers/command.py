"""Any program as a trainer: its argument list, what it is told, and how its lines become reports.

The program prints one JSON object a line for each epoch (`{"val_acc": 0.81}`), or Syne Tune's
`[tune-metric]: {...}`, or anything in which a regular expression with named groups finds the
numbers. All its other lines are kept in the log of the trial and mean nothing.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tuitune.errors import UsageError, plain, quote

BUILT_IN = ("seed", "epochs", "trial", "checkpoint_dir", "params_file")
"""Names that an argument may use besides those of the hyperparameters."""

SYNE_TUNE = "[tune-metric]: "
REPORT = "tuitune {"
"""What `tuitune.report` writes begins so; a progress bar may stand before it in the line."""
LONGEST_LINE = 1_000_000
"""Bytes; a longer line is no report."""


_BRACES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


class ArgumentTemplate:
    """An argument list with `{lr}` in it; `{{` and `}}` are braces. There is never a shell."""

    def __init__(self, argv: Sequence[str], names: Iterable[str]) -> None:
        """`names` are those of the hyperparameters. Raises `UsageError` for any other name."""
        if not argv or not argv[0]:
            raise UsageError(
                "A command has at least the name of a program. "
                "Write for example: python train.py --lr {lr}"
            )
        known = (*names, *BUILT_IN)
        self._parts = [_parse(argument, known) for argument in argv]

    def fill(self, values: Mapping[str, Any]) -> list[str]:
        """Return the argument list for one trial; `values` has the built-in names too."""
        return [
            "".join(text + (format_argument(values[name]) if name else "") for text, name in parts)
            for parts in self._parts
        ]


def format_argument(value: Any) -> str:
    """Return a value as an argument, e.g. `true`, `3`, `1e-05`: the number with all its digits."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)


class LineParser:
    """Finds the reports in the lines of one trial's output."""

    def __init__(self, metric: str, pattern: re.Pattern[str] | None = None) -> None:
        self._metric = metric
        self._pattern = pattern
        self._found: dict[str, float] = {}
        self.other_names: tuple[str, ...] = ()
        """Names in the last object that had numbers but not the metric."""

    def feed(self, line: bytes) -> dict[str, Any] | None:
        """Return the report that a line completes, else None.

        With a pattern, the metrics of several lines make one report; the line with the ranking
        metric ends it. In an object everything but numbers is left out; null is a number that
        wasn't finite.
        """
        if len(line) > LONGEST_LINE:
            return None
        # A progress bar overwrites its line; what stands there in the end counts.
        text = line.decode("utf-8", "replace").strip().rpartition("\r")[2]
        if self._pattern is not None:
            return self._match(text, self._pattern)
        text = text.removeprefix(SYNE_TUNE)
        if REPORT in text:
            text = "{" + text.rpartition(REPORT)[2]
        if not text.startswith("{"):
            return None
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return None
        if not isinstance(found, dict):
            return None
        if self._metric not in found:
            self.other_names = tuple(name for name in found if _is_number(found[name]))
            return None
        return {
            name: math.nan if value is None else value
            for name, value in found.items()
            if name == self._metric or (_is_number(value) and not name.startswith("st_"))
        }

    def nothing_found(self) -> str:
        """Return why a program that ended well made no trial, in a sentence."""
        if self._pattern is not None:
            return f"no line of the output matches the pattern with {quote(self._metric)}"
        names = ", ".join(map(quote, self.other_names[:5]))
        held = f"; one held {names}" if names else ""
        return (
            f"no line of the output is a JSON object with {quote(self._metric)}{held}: print "
            f'{{"{self._metric}": 0.81}} after each epoch'
        )

    def _match(self, text: str, pattern: re.Pattern[str]) -> dict[str, float] | None:
        complete = False
        for match in pattern.finditer(text):
            for name, value in match.groupdict().items():
                try:
                    self._found[name] = float(value)
                except (TypeError, ValueError):
                    continue  # An alternative that took no part, or text that is no number.
                complete = complete or name == self._metric
        if not complete:
            return None
        found, self._found = self._found, {}
        return found


def compile_pattern(pattern: str, metric: str) -> re.Pattern[str]:
    """Return the compiled pattern. Raises `UsageError` unless a group of it is named `metric`."""
    example = f"'{metric}=(?P<{metric}>[0-9.e+-]+)'"
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise UsageError(
            f"A pattern is a regular expression, and {quote(pattern, 80)} is none: "
            f"{plain(str(error))}. Write for example {example}."
        ) from None
    if metric not in compiled.groupindex:
        raise UsageError(
            f"A pattern has a group named after the metric {quote(metric)}, and "
            f"{quote(pattern, 80)} has not. Write for example {example}."
        )
    return compiled


def _is_number(value: object) -> bool:
    return value is None or isinstance(value, int | float)


def _parse(argument: str, known: Sequence[str]) -> list[tuple[str, str | None]]:
    """Return the pieces of one argument: text, and the name whose value follows it."""
    parts: list[tuple[str, str | None]] = []
    text, place = "", 0
    for match in _BRACES.finditer(argument):
        text += argument[place : match.start()]
        place = match.end()
        if match.group() in ("{{", "}}"):
            text += match.group()[0]
            continue
        name = match.group(1)
        if name not in known:
            raise UsageError(
                f"A name in braces is one of {', '.join(known)}, and a brace itself is doubled; "
                f"{quote(argument, 80)} holds something else. Write for example {{{known[0]}}}."
            )
        parts.append((text, name))
        text = ""
    return [*parts, (text + argument[place:], None)]
