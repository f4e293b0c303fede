"""The argument list of a program: `{lr}` in it becomes the value of a trial. Never a shell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tuitune.errors import UsageError, quote

BUILT_IN = ("seed", "epochs", "trial", "checkpoint_dir", "params_file")
"""Names that an argument may use besides those of the hyperparameters."""

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
