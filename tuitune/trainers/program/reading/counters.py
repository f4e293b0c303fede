"""Which epoch a line speaks of: `Epoch 3/20`, `[3/20]`, `3:`, `iter 400`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["epoch", "line", "step"]
"""A word for epoch; a number at the line's start; a word for step, iteration, round, episode."""

_EPOCH_WORD = r"(?:epoch|epoche|época|epoca|époque|эпоха|ep|에폭|에포크|에포트|エポック|轮次|第)"
_EPOCH = re.compile(
    rf"(?<![\w/])(?P<word>{_EPOCH_WORD})(?:\s*\((?P<section>\w+)\))?\.?\s*[:=#\-_]?\s*[\[(#]?\s*"
    r"(?P<number>\d+(?:\.\d+)?)(?![\w%])(?!\.\d)(?P<of>\s*(?:/|of|out of)\s*\d+)?\s*(?:轮)?[\])]?"
    r"(?P<steps>\s*\[\s*\d+\s*/\s*\d+\s*\])?\s*:?(?!\d)",
    re.IGNORECASE,
)
_SUFFIXED = re.compile(
    r"(?<![\w.])(?P<number>\d+)\s?(?:st|nd|rd|th)?\s?(?:epoch|에폭|에포크|エポック|轮)(?![\w])",
    re.IGNORECASE,
)
_METERED = re.compile(
    r"\s*(?P<section>train|training|eval|valid|validation|test)\w*\s*:?\s+(?P<number>\d+)\s+(?=[\[(])",
    re.IGNORECASE,
)
"""`Train: 3 [ 0/781 ...]`."""
_BATCHED = re.compile(r"\s*\[\s*(?P<number>\d+)\s*,\s*\d+(?:\s*/\s*\d+)?\s*\]:?")
"""`[3,  2000] loss: 1.2`: epoch and batch."""
_NOT_BEFORE = re.compile(
    r"(?:best|max|total|num|last|from|since|loaded|until|per|stopping at|stopped at"
    r"|warmup|restored?)[\s_:(]*$",
    re.IGNORECASE,
)
_START = re.compile(
    r"\s*(?:\[\s*(?P<bracket>\d+)\s*(?:/\s*\d+\s*)?\]:?"
    r"|\(\s*(?P<paren>\d+)\s*(?:/\s*\d+\s*)?\)"
    r"|#?(?P<colon>\d+)\s*(?:/\s*\d+)?\s*[:)|](?!\d)(?!\s*\d+%\|)"
    r"|(?P<bare>\d+)(?=\s+[^\W\d]))"
)
_STEP = re.compile(
    r"(?<![\w/])"
    r"(?:global[ _]step|iterations?|iters?|it|steps?|rounds?|episodes?|updates?|trees?)\.?"
    r"\s*[:=#]?\s*[\[(#]?\s*(?P<number>\d{1,3}(?:,\d{3})+|\d+)(?![\w.%])"
    r"(?:\s*/\s*\d+)?\s*[\])]?\s*:?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Counter:
    """A count in a line."""

    kind: Kind
    number: float
    start: int
    """Where it begins in the text."""
    end: int
    section: str = ""
    """`val` of `Epoch(val) [1]`, or the part of the data before the word: `Train Epoch: 3`."""
    of: int | None = None
    """How many there are to be."""


def find_counter(text: str) -> Counter | None:
    """Return the count that a line speaks of, the epoch before all others; None: it has none."""
    for found in _EPOCH.finditer(text):
        if _NOT_BEFORE.search(text, max(0, found.start() - 20), found.start()) is None:
            section = found["section"] or ""
            before = re.search(r"(\w+)\]?[\s\-\[(]*$", text[: found.start()])
            if not section and before is not None:
                section = before[1]
            of = re.search(r"\d+", found["of"]) if found["of"] else None
            return Counter(
                "epoch",
                float(found["number"]),
                found.start(),
                found.end(),
                section,
                int(of[0]) if of else None,
            )
    other = _BATCHED.match(text)
    if other is not None:
        return Counter("epoch", float(other["number"]), *other.span())
    other = _METERED.match(text)
    if other is not None:
        return Counter("epoch", float(other["number"]), *other.span(), other["section"])
    other = _SUFFIXED.search(text)
    if other is not None and not _NOT_BEFORE.search(
        text, max(0, other.start() - 20), other.start()
    ):
        return Counter("epoch", float(other["number"]), *other.span())
    other = _START.match(text)
    if other is not None and not _is_bar(text[other.end() :]):
        number = other["bracket"] or other["paren"] or other["colon"] or other["bare"]
        return Counter("line", float(number), *other.span())
    other = _STEP.search(text)
    if other is not None:
        return Counter("step", float(other["number"].replace(",", "")), *other.span())
    return None


def _is_bar(rest: str) -> bool:
    return re.match(r"\s*(?:[━█▉-▏▓░╸╺─]|\[[=>.\-# ]{3,}|\|[█#=\- ]{2,}\||\d+%)", rest) is not None
