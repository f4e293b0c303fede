"""One stream of a program: bytes in, lines with their names, numbers and counters out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
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
    """The lines of one stream."""

    def __init__(self, stream: Stream) -> None:
        self._stream: Stream = stream
        self._screen = Screen()
        self._table = Table()
        self._epoch: float | None = None
        self._step: float | None = None
        self._closed_at: float | None = None
        self._closed = False

    def feed(self, chunk: bytes) -> Iterator[Line]:
        """Yield the lines that end in `chunk`."""
        return self._read(self._screen.feed(chunk))

    def end(self) -> Iterator[Line]:
        """Yield the last line, if no break ended it."""
        return self._read(self._screen.end())

    def _read(self, states: Iterable[State]) -> Iterator[Line]:
        for state in states:
            line = self._line(state)
            if line is not None:
                yield line

    def _line(self, state: State) -> Line | None:
        text = state.text
        for mark in (REPORT, SYNE_TUNE):
            if mark in text:
                found = read_object("{" + text.rpartition(mark)[2])
                if found is None:
                    return None
                pairs = tuple(p for p in found.pairs if not p.name.startswith("st_"))
                return Line(self._stream, "report", pairs, final=state.final)
        if _ANY_NUMBER.search(text) is None:
            if state.final and len(text) <= LONGEST:
                peeled = peel(text)
                self._close(peeled.text)
                self._table.feed(peeled.text)
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
            before = text[: counter.start].rstrip()
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
        pairs = tuple(read_pairs(text, section))
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
        return True

    def _close(self, text: str) -> None:
        if not self._closed and _CLOSING.search(text) is not None:
            self._closed, self._closed_at = True, self._epoch


def part_of(pair: Pair) -> str | None:
    """Return the part of the data that a number was measured on; None: it doesn't say."""
    return split_of(pair.name) or split_of(pair.section)
