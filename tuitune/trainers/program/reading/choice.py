"""Which of the printed numbers was asked for, by ever looser comparison of names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tuitune.trainers.metrics import (
    core_of,
    is_summary,
    same_words,
    split_of,
    words_of,
)
from tuitune.trainers.program.reading.lines import Line, Shape, Stream, part_of
from tuitune.trainers.program.reading.pairs import Pair

EXACT = 1
"""Up to this level a name is the very one that was asked for."""
_OVERALL = frozenset({"all", "mean", "overall", "avg", "average", "macro"})
_PARTS = {"val": 1, "test": 2, None: 3, "train": 4}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a number stands in what a program prints."""

    stream: Stream
    shape: Shape
    name: str
    section: str

    def value_in(self, line: Line) -> Pair | None:
        """Return the number in a line, the last one of that name; None: it isn't there."""
        if line.stream != self.stream or line.shape != self.shape:
            return None
        for pair in reversed(line.pairs):
            if pair.name == self.name and pair.section == self.section:
                return pair
        return None


@lru_cache(maxsize=4096)
def _level(asked: str, name: str, section: str) -> int | None:
    pair = Pair(name, None, section)
    names = (pair.name, pair.full_name) if pair.section else (pair.name,)
    if asked in names:
        return 0
    if any(asked.casefold() == name.casefold() for name in names):
        return 1
    words = same_words(asked)
    if not words:
        return None
    printed = [same_words(name) for name in names]
    if any("".join(words) == "".join(one) for one in printed):
        return 2
    if any(sorted(words) == sorted(one) for one in printed):
        return 3
    if any(words == one[-len(words) :] for one in printed):
        return 4
    if set(words) <= set(printed[-1]) and split_of(asked) == part_of(pair):
        return 5
    return None


def level(asked: str, pair: Pair) -> int | None:
    """Return how loosely a printed name is the one that was asked for, from 0; None: it is not.

    0: as printed; 1: without case; 2: without signs, with one word for what is the same; 3: in any
    order; 4: its end; 5: all its words, of the same part of the data.
    """
    return _level(asked, pair.name, pair.section)


def counts(asked: str, pair: Pair, line: Line) -> bool:
    """Whether a number may rank a trial: it is no summary, unless asked for by its very name."""
    if line.closed:
        return False
    return not is_summary(pair.name) or asked.casefold() == pair.name.casefold()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A number that may be the one that was asked for."""

    level: int
    pair: Pair
    line: Line

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.line.stream, self.line.shape, self.pair.name, self.pair.section)

    @property
    def part(self) -> str | None:
        """The part of the data that it was measured on."""
        return part_of(self.pair)


def candidates(asked: str, lines: Iterable[Line]) -> list[Candidate]:
    """Return all numbers in `lines` that may be the one that was asked for, in their order."""
    found = []
    for line in lines:
        for pair in line.pairs:
            how = level(asked, pair)
            if how is not None and counts(asked, pair, line):
                found.append(Candidate(how, pair, line))
    return found


def choose(found: Sequence[Candidate]) -> Place:
    """Return the place of the best of `found`, which is not empty.

    The strictest comparison first; then rows over all classes, then validation, test, neither,
    training; then the first that has a value and stands with an epoch.
    """
    strictest = min(candidate.level for candidate in found)
    best = min(
        (candidate for candidate in found if candidate.level == strictest),
        key=lambda c: (
            c.line.shape != "report",
            not _OVERALL.intersection(words_of(c.pair.section)),
            _PARTS[c.part],
            c.line.epoch is None,
        ),
    )
    return best.place


def is_partner(pair: Pair, place: Place) -> bool:
    """Whether a number is the counterpart of `place`'s on the training samples."""
    return _is_partner(pair.name, pair.section, place)


@lru_cache(maxsize=4096)
def _is_partner(name: str, section: str, place: Place) -> bool:
    pair = Pair(name, None, section)
    target = Pair(place.name, None, place.section)
    if part_of(target) not in ("val", "test"):
        return False
    if part_of(pair) not in ("train", None) or is_summary(pair.name):
        return False
    core = core_of(target.full_name)
    return core_of(pair.full_name) == core or core_of(pair.name) == core_of(place.name) != ()
