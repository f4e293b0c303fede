"""The text form of samplers and pruners: a name and its options, e.g. `asha eta=3 grace=1`.

A part is a frozen dataclass whose init fields are its options (`int` or `float`). A field without a
default must be given; its metadata holds an `example`. `__post_init__` checks the ranges with
`require`.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any, TypeVar

from tuitune.errors import UsageError, quote

Part = TypeVar("Part")


def build_part(text: str, known: Mapping[str, type[Part]], *, kind: str) -> Part:
    """Return the part that `text` names, with its options.

    `kind` is the word for errors (`sampler`). Raises `UsageError` with an example that would work
    for an unknown name or option, and for a value that is missing or wrong.
    """
    name, *words = text.split() or [""]
    part = known.get(name)
    if part is None:
        last = list(known)[-1]
        raise UsageError(
            f"A {kind} is one of {', '.join(known)}, not {quote(name)}. "
            f"Write for example '{_example(last, _fields(known[last]))}'."
        )
    fields = _fields(part)
    try:
        return part(**_read(words, fields))
    except UsageError as error:
        raise UsageError(
            f"The {kind} {name}: {error} Write for example '{_example(name, fields)}'."
        ) from None


def require(valid: bool, rule: str, value: float) -> None:
    """Raise `UsageError` with rule and value unless `valid`."""
    if not valid:
        raise UsageError(f"{rule}, not {value:g}.")


def _fields(part: type[Any]) -> dict[str, dataclasses.Field[Any]]:
    return {field.name: field for field in dataclasses.fields(part) if field.init}


def _example(name: str, fields: Mapping[str, dataclasses.Field[Any]]) -> str:
    values = ((key, field.metadata.get("example", field.default)) for key, field in fields.items())
    return " ".join([name, *(f"{key}={value:g}" for key, value in values)])


def _read(words: list[str], fields: Mapping[str, dataclasses.Field[Any]]) -> dict[str, float]:
    options: dict[str, float] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if key not in fields or not equals:
            takes = f"the options are {', '.join(fields)}" if fields else "it has no options"
            raise UsageError(f"{takes}, each as name=value, not {quote(word)}.")
        if key in options:
            raise UsageError(f"an option is given once, {key} is given twice.")
        options[key] = _number(key, value, whole=fields[key].type == "int")
    for key, field in fields.items():
        if field.default is dataclasses.MISSING and key not in options:
            raise UsageError(f"{key} must be given.")
    return options


def _number(key: str, text: str, *, whole: bool) -> float:
    try:
        number = int(text) if whole else float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UsageError(f"{key} is a {'whole ' if whole else ''}number, not {quote(text)}.")
    return number
