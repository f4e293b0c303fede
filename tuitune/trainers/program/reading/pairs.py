"""Names and numbers in free text: `val_acc=0.81`, `Val. F1: 62 %`, `dev bpc 1.74`, `top-1 .5 (.4)`.

A name is the text between what ended before it (a comma, a bar, two blanks, a sentence, the number
before) and its number. A section stands before it: `Test: Hit@1 38.7 Hit@3 46.7`, `[valid] loss 1`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from tuitune.trainers.metrics import is_split_word, split_of
from tuitune.trainers.program.reading.numbers import (
    MISSING,
    NOT_FINITE,
    PLAIN,
    cell_value,
    value_of,
)

LONGEST = 4096
"""Characters of a line that are read for names and numbers."""
LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Pair:
    """A number with its name."""

    name: str
    """As it was printed."""
    value: float | None
    """None: it is said that there is none."""
    section: str = ""
    """What stands above it: `Test`, the row's label, the object's mode; empty: nothing."""

    @property
    def full_name(self) -> str:
        """The name with its section before it."""
        return f"{self.section} {self.name}" if self.section else self.name


_UNITS = r"""(?:
    (?:ms|s|sec|us|µs)/(?:step|it|iter|batch|epoch)
  | (?:its?|iters?|steps?|samples?|imgs?|images?|tok|tokens|examples?|batch|batches)
    /(?:s|sec|second)
  | ms | µs | us | ns | s | secs? | seconds? | mins? | minutes? | hours? | hrs? | h | m | d
  | fps | FPS | [KMGT]i?B | kB | B | [KMGTkx] | /s | Hz | px | bits? | bytes? | W | °C
)(?!\w)"""
_CLOCK = r"""(?<![\w.])(?:
    \d+:\d{2}(?::\d{2})*(?:[.,]\d+)?(?!\w)
  | \d+\s?[dhm]\s?\d+(?:\.\d+)?\s?[hms]\w*(?:\s?\d+(?:\.\d+)?\s?s\w*)?
)"""
_SHARE = rf"(?:\s*\(\s*(?:{PLAIN})\s?%\s*\))"
_TOKEN = re.compile(
    rf"""
    (?P<other>{_CLOCK} | (?<![\w.])\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?!\d)
      | (?<![\w.])v?\d+\.\d+\.\d+[\w.]*)
  | (?P<ratio>(?<![\w.])\d[\d,]*\s?/\s?\d[\d,]*(?![\w.])(?P<share>{_SHARE})?)
  | (?P<number>(?:(?<![\w.)\]])[+\-−]|(?<![\w.]))(?:{PLAIN}|{NOT_FINITE})(?!\w*\.\w))
    (?P<unit>\s?%|\s?{_UNITS})?(?!\w)
  | (?P<missing>(?:(?<=[=:])|(?<=[=:]\s)){MISSING}(?![\w.]))
  | (?P<word>\$?[^\W\d][\w$]*(?:[@./+\-^*&\#]\w+|@\[?[\d.:]+\]?)*|\d+[^\W\d]\w*)
    """,
    re.VERBOSE,
)
_MEAN = re.compile(
    rf"\s*[(\[]\s*(?P<word>(?:[^\W\d]+)?)\s*[:=]?\s*"
    rf"(?P<number>[+\-−]?(?:{PLAIN}|{NOT_FINITE}))\s*%?\s*[)\]]"
)
_SEPARATOR = re.compile(
    r"[,;|│┃{}]|\t|\s[\-–—•·>]+\s|\s\s+|(?<=[^\W\d]{4})\.\s+(?=[A-Z])|-+>|→|=>|[!?]\s|…"
)
_BRACKET = re.compile(r"\[\s*([^\W\d][\w ]*?)\s*\]")
_HEAD = re.compile(r"\s*\[\s*(?P<words>[^\W\d][^\d\[\]]{0,40}?)\s*\]\s*:?")
_TUPLE = re.compile(r"\(([^()=]+)\)\s*=\s*\(([^()]+)\)")
_SLASHED = re.compile(
    r"(?P<heads>[^\W\d]\w*(?:/[^\W\d]\w*){1,3}+)(?P<tail>(?:\s[^\W\d]\w*){0,4})\s*[:=\s]\s*"
    rf"(?P<values>[+-]?{PLAIN}(?:\s*/\s*[+-]?{PLAIN})+)(?![\w/])"
)
_LEFT, _RIGHT = " \t-–—*•>#.:=~+(['\"`<&_/\\)]%", " \t:=\"'`(<~≈→[-–@"
_FILLER = re.compile(r"^(?:(?:and|with|the|got|a|an|of|to|in|is)\s+)+", re.IGNORECASE)
_COPULA = re.compile(r"\s+(?:is|was|of|at|to|by|are|from|equals|reached|now)$", re.IGNORECASE)


def read_pairs(text: str, section: str = "") -> list[Pair]:
    """Return the names and numbers of a line whose counter and prefix are taken off, in order."""
    text = text[:LONGEST]
    several = _several(text)
    if several:
        return several
    pairs: list[Pair] = []
    head = _HEAD.match(text)
    start = 0
    if head is not None:
        section, start = head["words"], head.end()
    place = start
    while (token := _TOKEN.search(text, place)) is not None:
        place = token.end()
        kind = token.lastgroup
        if token["word"] is not None:
            continue
        if token["number"] is None and token["missing"] is None and token["ratio"] is None:
            start = place
            continue
        name, section, own = _name(text[start : token.start()], section)
        start = place
        value, place, extra = _value(token, text)
        start = place
        if kind is None or value is _NOTHING or not name:
            continue
        assert not isinstance(value, _Nothing)
        within = "" if split_of(name) is not None and split_of(section) is not None else section
        pairs.append(Pair(name, value, own or within))
        if extra is not None:
            pairs.append(Pair(f"{extra[0]} {name}", extra[1], own or within))
        first = name.split()[0]
        if is_split_word(first) and name != first:
            section = first
    return pairs


class _Nothing:
    """Stands where a number is no metric's."""


_NOTHING = _Nothing()


def _value(
    token: re.Match[str], text: str
) -> tuple[float | _Nothing | None, int, tuple[str, float] | None]:
    """Return the value, where the reading goes on, and the value of another name in brackets."""
    end = token.end()
    if token["missing"] is not None:
        return None, end, None
    if token["ratio"] is not None:
        if token["share"] is None:
            return _NOTHING, end, None
        part, whole = (value_of(t) for t in token["ratio"].split("(")[0].split("/"))
        return (part / whole if whole else math.nan), end, None
    value = value_of(token["number"])
    unit = (token["unit"] or "").strip()
    if unit and unit != "%":
        return _NOTHING, end, None
    mean = _MEAN.match(text, end)
    if mean is None:
        return value, end, None
    other = value_of(mean["number"])
    if mean["word"].lower() in ("", "avg", "mean", "average"):
        return other, mean.end(), None
    return value, mean.end(), (mean["word"], other)


@lru_cache(maxsize=4096)
def _name(text: str, section: str) -> tuple[str, str, str]:
    """Return the name at the end of `text`, the section that holds from here on, and its own."""
    own = ""
    for found in _BRACKET.finditer(text):
        if is_split_word(found[1]):
            if text[found.end() :].strip(_RIGHT):
                section = found[1]
            else:
                own = found[1]
            text = text[: found.start()] + " " * (found.end() - found.start()) + text[found.end() :]
    text = text.rstrip(_RIGHT)
    text = re.sub(r"\(\s*%\s*$", "(%)", text)
    pieces = [piece for piece in _SEPARATOR.split(text) if piece.strip()]
    if not pieces:
        return "", section, own
    for piece in pieces[:-1]:
        bare = piece.strip()
        if bare.endswith(":") and _is_section(bare[:-1]):
            section = bare[:-1].strip(_LEFT)
        elif is_split_word(bare):
            section = bare.strip(_LEFT + _RIGHT)
    name = pieces[-1]
    while (colon := re.search(r":\s+", name)) is not None:
        before = name[: colon.start()]
        if _is_section(before):
            section = before.strip(_LEFT)
        name = name[colon.end() :]
    name = re.sub(r"^\s*\[[^\[\]]*\]\s*(?=\w)", "", name).lstrip(_LEFT).rstrip(_RIGHT)
    if (colon := re.match(r"(\w+):(?=[^\W\d])", name)) is not None and is_split_word(colon[1]):
        section, name = colon[1], name[colon.end() :]
    name = _COPULA.sub("", _FILLER.sub("", name))
    if name.endswith(")") and "(" not in name:
        name = name[:-1]
    if "(" in name and ")" not in name:
        name = name.replace("(", "")
    return name[:LONGEST_NAME].strip(), section, own


def _is_section(text: str) -> bool:
    text = text.strip(_LEFT)
    return bool(text) and len(text) <= 40 and text.count(" ") <= 3


def _several(text: str) -> list[Pair]:
    """Return the pairs of `(a, b) = (1, 2)` and `train/val loss: 1/2`; none: it is no such line."""
    pairs: list[Pair] = []
    for found in _TUPLE.finditer(text):
        names, values = found[1].split(","), found[2].split(",")
        if len(names) == len(values):
            pairs += _zipped(names, values)
    if not pairs and text.count("/") >= 2:
        for found in _SLASHED.finditer(text):
            names = [f"{head}{found['tail']}" for head in found["heads"].split("/")]
            values = found["values"].split("/")
            if len(names) == len(values) and any(map(split_of, names)):
                pairs += _zipped(names, values)
    return pairs


def _zipped(names: list[str], values: list[str]) -> list[Pair]:
    numbers = [cell_value(value) for value in values]
    if any(number is None for number in numbers):
        return []
    return [Pair(name.strip(" '\""), n) for name, n in zip(names, numbers, strict=True)]
