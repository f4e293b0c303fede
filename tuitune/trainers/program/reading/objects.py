"""Objects in a line: JSON, or a dict as Python prints it."""

from __future__ import annotations

import ast
import json
import math
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tuitune.trainers.metrics import is_split_word, words_of
from tuitune.trainers.program.reading.numbers import NUMBER, value_of
from tuitune.trainers.program.reading.pairs import Pair

MOST_NAMES = 1000
_LONGEST_LITERAL = 20_000
"""Characters; a longer Python literal is not read."""

_TYPED = re.compile(
    r"\b(?:(?:np|numpy|jnp|torch)\.)?(?:float\d*|int\d*|tensor|array|Array|Decimal|bfloat16)"
    r"\(\s*'?([^()',]*)'?[^()]*\)"
)
_NAN = re.compile(r"(?<=[:,\[({\s])-?(?:nan|inf|NaN|Infinity)(?=\s*[,})\]])")
_NUMBER = re.compile(NUMBER)
_MODES = ("mode", "split", "phase", "stage", "subset")


@dataclass(frozen=True, slots=True)
class Found:
    """The numbers of an object."""

    pairs: tuple[Pair, ...]
    epoch: float | None = None
    """Rounded up: 0.625 belongs to epoch 1."""
    step: float | None = None
    names: tuple[str, ...] = field(default=())


def read_object(text: str) -> Found | None:
    """Return the numbers of the object from the first `{` to the last `}`; None: there is none."""
    begin, end = text.find("{"), text.rfind("}")
    if begin < 0 or end < begin:
        return None
    document = _load(text[begin : end + 1])
    if not isinstance(document, Mapping):
        return None
    epoch = step = None
    section = ""
    pairs = []
    for name, value in _flat(document, ""):
        last = words_of(name)[-1:]
        if isinstance(value, str):
            if name.rpartition("/")[2].lower() in _MODES and is_split_word(value):
                section = value
            elif _NUMBER.fullmatch(value.strip()) is None:
                continue
        number = _number(value)
        if last in (("epoch",), ("에폭",)) and number is not None:
            epoch = float(math.ceil(number)) if math.isfinite(number) else epoch
        elif words_of(name)[-1:] in (("step",), ("iteration",), ("iter",), ("it",)) and number:
            step = number
        if number is not None or value is None:
            pairs.append(Pair(name, number))
    if section:
        pairs = [Pair(pair.name, pair.value, section) for pair in pairs]
    return Found(tuple(pairs), epoch, step) if pairs else None


def _load(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    if len(text) > _LONGEST_LITERAL or text[1:2] not in "'\"0123456789 (}":
        return None
    text = _NAN.sub(r"'\g<0>'", _TYPED.sub(r"\1", text))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _flat(document: Mapping[object, object], before: str) -> Iterator[tuple[str, object]]:
    open_ones = [(before, iter(document.items()))]
    count = 0
    while open_ones:
        path, items = open_ones[-1]
        for key, value in items:
            name = f"{path}{key}"
            if isinstance(value, Mapping):
                open_ones.append((f"{name}/", iter(value.items())))
                break
            count += 1
            if count > MOST_NAMES:
                return
            yield name, value
        else:
            open_ones.pop()


def _number(value: object) -> float | None:
    if isinstance(value, str):
        return value_of(value.strip()) if _NUMBER.fullmatch(value.strip()) else None
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            return math.inf
    return None
