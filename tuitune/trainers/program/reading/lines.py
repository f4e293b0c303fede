"""One stream of a program: bytes in, lines with their names, numbers and counters out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tuitune.trainers.metrics import is_split_word, split_of
from tuitune.trainers.program.reading.counters import find_counter
from tuitune.trainers.program.reading.objects import read_object
from tuitune.trainers.program.reading.pairs import LONGEST, Pair, read_pairs
from tuitune.trainers.program.reading.prefix import peel
from tuitune.trainers.program.reading.states import Screen, State
from tuitune.trainers.program.reading.tables import Row, Table

Stream = Literal["out", "err"]
"""Standard output or standard error."""
Shape = Literal["pair", "row", "object", "report"]
"""What kind of line names and numbers stand in; `report`: what `tuitune.report` writes."""

REPORT = "tuitune {"
"""What `tuitune.report` writes begins so; a progress bar may stand before it in the line."""
SYNE_TUNE = "[tune-metric]: {"

_ANY_NUMBER = re.compile(r"\d|[Nn]a[Nn]|[Ii]nf|None|null")
_CLOSING = re.compile(
    r"\b(?:training|optimi[sz]ation|fitting|fit|[1-9]\d* epochs)\s+"
    r"(?:is\s+|was\s+|has\s+been\s+|loop\s+)?(?:completed?|finished|done|terminated|ended)\b"
    r"|early[ -]stopping[.!\s]*$|\bbest iteration is\b"
    r"|\brestoring\b|\bvalidating\b.*\bbest\b|\btest set results\b|\bepoch loaded\b"
    r"|\bearly stopping\b.*\bbest\b",
    re.IGNORECASE,
)


LONGEST_SECTION = 20
"""Characters of a line that is the title of those below it."""
SURE = 2000
"""Lines of a stream that are all looked at closely."""
_EPOCH_PARTS = ("epoch", " ep ", "epoca", "train:")
_CLOSING_PARTS = ("complet", "finish", "done", "terminat", "ended", "best", "stopping",
                  "restoring", "test set results")  # fmt: skip
_CUTS = ("  ", "|", "\t", ",", "│", "┃")
"""One of them stands between the cells of a heading."""
_EPOCH_START = re.compile(r".{0,80}?epoch\W{0,4}\d+(?!\d)\D", re.IGNORECASE)
_EPOCH_KEY = re.compile(r"[Ee](?:poch|POCH)\W{0,4}\d+")
_HAS_DIGIT = re.compile(r"\d")


def _may_hold(text: str, words: Sequence[Sequence[str]]) -> bool:
    """Whether all words of one of the groups stand in a text, whole or as parts of others."""
    low = text.casefold()
    return any(all(word in low for word in group) for group in words)


def _epoch_of(text: str) -> str:
    found = _EPOCH_KEY.search(text)
    return found.group() if found is not None else ""


@dataclass(frozen=True, slots=True)
class Line:
    """What a person reads off one state of a line."""

    stream: Stream
    shape: Shape
    pairs: tuple[Pair, ...]
    """Empty: only the epoch is new."""
    epoch: float | None = None
    """That of this line, or the last one before it in its stream."""
    count: float | None = None
    """A number at the line's start that counts something: `[3/20]`, `[100]`."""
    step: float | None = None
    final: bool = True
    closed: bool = False
    """It stands behind the end of the training."""
    rank: int | None = None
    """Number of the process that printed it; None: it doesn't say."""
    own: bool = False
    """The epoch stands in this line."""
    of: int | None = None
    """How many epochs there are to be."""


class Lines:
    """The lines of one stream.

    Where `words` are given, a line that holds none of their groups whole, and no epoch, is passed
    over after the first `SURE` ones: most of a long output is of no interest.
    """

    def __init__(self, stream: Stream, words: Sequence[Sequence[str]] | None = None) -> None:
        self._stream: Stream = stream
        self._words = words
        self._looked_at = 0
        self._epoch_text = ""
        """Beginning of the last line that spoke of an epoch, up to its number."""
        self._screen = Screen()
        self._table = Table()
        self._epoch: float | None = None
        self._step: float | None = None
        self._section = ""
        """What stood alone in a line above, in this epoch."""
        self._closed_at: float | None = None
        self._closed = False

    def feed(self, chunk: bytes) -> Iterator[Line]:
        """Yield the lines that end in `chunk`."""
        return self._read(self._screen.feed(chunk))

    def end(self) -> Iterator[Line]:
        """Yield the last line, if no break ended it."""
        return self._read(self._screen.end())

    def _read(self, states: Iterable[State]) -> Iterator[Line]:
        held: State | None = None
        for state in states:
            # What is written over by the same epoch is of no interest: the newest state counts.
            if (
                held is not None
                and (_epoch_of(held.text) != _epoch_of(state.text))
                and (line := self._line(held)) is not None
            ):
                yield line
            held = None if state.final else state
            if state.final and (line := self._line(state)) is not None:
                yield line
        if held is not None and (line := self._line(held)) is not None:
            yield line

    def _line(self, state: State) -> Line | None:
        text = state.text
        if self._words is not None and not self._may_matter(text, state.final):
            return None
        for mark in (REPORT, SYNE_TUNE):
            if mark in text:
                found = read_object("{" + text.rpartition(mark)[2])
                if found is None:
                    return None
                pairs = tuple(p for p in found.pairs if not p.name.startswith("st_"))
                return Line(self._stream, "report", pairs, final=state.final)
        if _ANY_NUMBER.search(text) is None:
            if state.final and len(text) <= LONGEST:
                self._words_alone(peel(text).text)
            return None
        if "{" in text and (line := self._object(text, state.final)) is not None:
            return line
        peeled = peel(text[:LONGEST])
        if state.final:
            self._close(peeled.text)
        table = self._table.feed(peeled.text, final=state.final)
        if isinstance(table, Row):
            return self._row(table, peeled.section, state.final, peeled.rank)
        if table:
            return None
        return self._free(peeled.text, peeled.section, state.final, peeled.rank)

    def _words_alone(self, text: str) -> None:
        """Note what a line without a number says of those that follow."""
        self._close(text)
        bare = text.strip(" \t=-*#:|<>[]")
        if len(bare) <= LONGEST_SECTION and not bare.endswith("...") and is_split_word(bare):
            self._section = bare  # `VALID`, `=== Test set ===`: above the names that follow.
        self._table.feed(text)

    def _may_matter(self, text: str, final: bool) -> bool:
        """Whether a line is worth a closer look."""
        if self._looked_at < SURE:
            self._looked_at += 1
            return True
        low = text.casefold()
        if _may_hold(low, self._words or ()):
            return True
        if not low.isascii() or any(word in low for word in _EPOCH_PARTS):
            if self._epoch_text and text.startswith(self._epoch_text):
                return False
            found = _EPOCH_START.match(text)
            self._epoch_text = found.group() if found is not None else ""
            return True
        if not final:
            return False
        if (heading := self._table.heading) and _may_hold(heading, self._words or ()):
            return True
        if any(word in low for word in _CLOSING_PARTS):
            return True
        if "|" in text and "train" in low and "val" in low:
            return True  # The heading of a table, behind a date.
        return (len(text) < 2 * LONGEST_SECTION or any(sign in text for sign in _CUTS)) and (
            _HAS_DIGIT.search(text) is None
        )

    def _object(self, text: str, final: bool) -> Line | None:
        found = read_object(text)
        if found is None:
            return None
        peeled = peel(text[: text.find("{")][:LONGEST])
        pairs = found.pairs
        if peeled.section:
            pairs = tuple(Pair(p.name, p.value, p.section or peeled.section) for p in pairs)
        self._begin(found.epoch)
        if found.step is not None:
            self._step = found.step
        return Line(
            self._stream, "object", pairs, found.epoch, None, found.step, final,
            self._closed, peeled.rank, own=found.epoch is not None,
        )  # fmt: skip

    def _row(self, row: Row, section: str, final: bool, rank: int | None) -> Line:
        self._begin(row.epoch)
        epoch = row.epoch if row.epoch is not None or row.step is not None else self._epoch
        pairs = row.pairs
        if section:
            pairs = tuple(Pair(p.name, p.value, p.section or section) for p in pairs)
        return Line(
            self._stream, "row", pairs, epoch, None, row.step, final, self._closed, rank,
            own=row.epoch is not None,
        )  # fmt: skip

    def _free(self, text: str, section: str, final: bool, rank: int | None) -> Line | None:
        counter = find_counter(text)
        count = of = None
        begun = own = False
        if counter is not None:
            if is_split_word(counter.section):
                section = counter.section
            before = text[: counter.start].rstrip(" [(")
            if section and before.endswith(section):
                before = before[: -len(section)]
            text = f"{before} ; {text[counter.end :].lstrip(' -:,|)')}"
            if counter.kind == "epoch":
                own = True
                begun = self._begin(counter.number)
                of = counter.of
            elif counter.kind == "line":
                count = counter.number
            else:
                self._step = counter.number
        pairs = tuple(read_pairs(text, section or self._section))
        if not pairs and not begun:
            return None
        return Line(
            self._stream, "pair", pairs, self._epoch, count, self._step, final, self._closed,
            rank, own, of,
        )  # fmt: skip

    def _begin(self, epoch: float | None) -> bool:
        """Note the epoch that a line speaks of; return whether it is another one than before."""
        if epoch is None or epoch == self._epoch:
            return False
        if self._closed and (self._closed_at is None or epoch > self._closed_at):
            self._closed = False
        self._epoch = epoch
        self._section = ""
        return True

    def _close(self, text: str) -> None:
        if not self._closed and _CLOSING.search(text) is not None:
            self._closed, self._closed_at = True, self._epoch


def part_of(pair: Pair) -> str | None:
    """Return the part of the data that a number was measured on; None: it doesn't say."""
    return split_of(pair.name) or split_of(pair.section)
