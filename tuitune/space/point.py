"""A point of the space as a person writes it: `lr=3e-3 optimizer=adam`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, NoReturn

from tuitune.errors import SpaceError, quote
from tuitune.space.kinds import FloatRange, Parameter
from tuitune.space.numbers import Value, format_value
from tuitune.space.space import Space
from tuitune.space.text import option_text, parse_value, split_assignment

_WORD: Final = re.compile(r'[^\s=]*=(?:"(?:\\.|[^"\\])*"|\S*)|\S+')
"""A name may have quotes in it, so they count only where the value begins."""


def parse_point(
    words: Iterable[str], space: Space, like: Mapping[str, Value] | None = None
) -> dict[str, Value]:
    """Return the values of `words`, each a `lr=3e-3`; the other ones are those of `like`.

    A frozen parameter has its value without a word; one that doesn't count beside the others has
    none, unless it was given. SpaceError for a word that is no assignment, a
    parameter that is unknown or given twice; what is missing or of the wrong type is told by
    `Space.validate_params`.
    """
    params: dict[str, Value] = {}
    if like is not None:
        params = dict(like)
    else:
        for name in space.names:
            frozen = space[name].frozen
            if frozen is not None:
                params[name] = frozen
    given: set[str] = set()
    for word in words:
        if not word.partition("=")[2].strip():
            _refuse(f"a value is written as a name, = and the value, unlike {quote(word)}", space)
        name, value = split_assignment(word)
        if name in given:
            raise SpaceError(f"{name} is given twice: give each parameter one value")
        if name not in space.names:
            names = ", ".join(space.names)
            _refuse(f"the parameters are {names}, and {quote(name)} is none of them", space)
        given.add(name)
        params[name] = parse_value(value)
    counting = space.active(params)
    return {n: params[n] for n in space.names if n in counting or (n in given and n in params)}


def split_point(text: str) -> list[str]:
    """Return the words of a line; a space within a value in double quotes splits nothing."""
    return _WORD.findall(text)


def format_point(params: Mapping[str, Value]) -> str:
    """Return the line that `split_point` and `parse_point` read back as the same values."""
    return " ".join(f"{name}={option_text(value)}" for name, value in params.items())


def middle_point(space: Space) -> dict[str, Value]:
    """Return the middle of each range, in its own scale, with three digits where they lie in it."""
    return space.active({name: _middle(space[name]) for name in space.names})


def _middle(p: Parameter) -> Value:
    value = p.from_unit(0.5)
    if p.is_frozen or not isinstance(p, FloatRange):
        return value
    rounded = float(format_value(value, 3))
    return rounded if p.contains(rounded) else value


def _refuse(rule: str, space: Space) -> NoReturn:
    first = space.names[0]
    raise SpaceError(f"{rule}: try {first}={format_value(space[first].from_unit(0.5), 3)}")
