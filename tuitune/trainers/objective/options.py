"""Optuna's choices as options here: any value becomes one of ours, and the place leads back."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from tuitune.errors import plain
from tuitune.space import Value
from tuitune.space.checks import same_value

LONGEST_WORD = 100
"""Characters of an option."""


def as_options(choices: Sequence[Any]) -> tuple[Value, ...]:
    """Return choices as values, all different: null is the word None, a list its JSON."""
    options: list[Value] = []
    for choice in choices:
        value = as_value(choice)
        if any(same_value(value, other) for other in options):
            # 1 and 1.0 are one option here, and so are long words that begin alike.
            value = f"{safe_word(str(choice))[:90]} ({len(options) + 1})"
        options.append(value)
    return tuple(options)


def as_value(choice: Any) -> Value:
    """Return one choice as a value here; what JSON can't say as Python prints it."""
    if isinstance(choice, bool):
        return choice
    if isinstance(choice, float) and not math.isfinite(choice):
        return str(choice)
    if isinstance(choice, int) and abs(choice) > 2**53:
        return str(choice)
    if isinstance(choice, int | float):
        return choice
    if choice is None:
        return "None"
    return safe_word(choice if isinstance(choice, str) else _words_of(choice))


def safe_word(word: str) -> str:
    """Return `word` as one that an option can be: printable, of bounded length."""
    return plain(word)[:LONGEST_WORD]


def _words_of(choice: Any) -> str:
    try:
        return json.dumps(choice)
    except (TypeError, ValueError, RecursionError):
        name = getattr(choice, "__name__", None)
        return name if isinstance(name, str) else repr(choice)
