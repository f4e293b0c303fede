"""A line of a terminal as it is rewritten: bytes in, the states that a person could have read out.

A carriage return ends a state, a line break ends the line. What is written over a line stands in
its place; backspaces go back, an erasing code erases; colours and titles are no text. Of one state
the first `LONGEST` characters are kept, of a line only its newest state: memory is bounded
whatever comes.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 1 << 16
"""Characters of a state; more of it is not read."""

_TOKEN = re.compile(
    r"(?P<text>[^\x00-\x08\n\r\x0b\x0c\x0e-\x1f\x7f-\x9f]+)"
    r"|(?P<back>\x08+)"
    r"|\x1b\[(?P<numbers>[0-9;:?]*)[ -/]*(?P<letter>[@-~])"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|\x1b[PX^_][^\x1b]*\x1b\\"
    r"|\x1b[ -/]*[0-Z\\^-~]"
    r"|(?P<end>[\r\n])"
    r"|[\x00-\x1f\x7f-\x9f]"
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-9;:? -/]*|\][^\x07\x1b]{0,200}|[ -/]*)?\Z")
"""The beginning of an escape code at the end of what has come so far."""
_CONTROL = re.compile(r"[\x00-\x08\r\x0b\x0c\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class State:
    """What stood in a line at one moment."""

    text: str
    final: bool
    """A line break ended it; else it was written over."""


class Screen:
    """One stream of a program. Feed it the bytes as they come."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._unread = ""
        self._line = ""
        self._column = 0

    def feed(self, chunk: bytes) -> Iterator[State]:
        """Yield the states that end in `chunk`; one that is blank is left out."""
        return self._read(self._unread + self._decode(chunk), whole=False)

    def end(self) -> Iterator[State]:
        """Yield what stands in the last line, if it was not ended by a break: a final state."""
        yield from self._read(self._unread + self._decode(b"", final=True), whole=True)
        if self._line.strip():
            yield State(self._line, True)
        self._line, self._column = "", 0

    def _read(self, text: str, *, whole: bool) -> Iterator[State]:
        self._unread = ""
        if not whole and (unfinished := _UNFINISHED.search(text)) is not None:
            self._unread = text[unfinished.start() :]
            text = text[: unfinished.start()]
        start = 0
        while start < len(text):
            stop = text.find("\n", start)
            line = text[start : len(text) if stop < 0 else stop]
            plain = _CONTROL.search(line) is None
            if plain and stop >= 0 and not self._line and len(line) <= LONGEST:
                if line.strip():
                    yield State(line, True)
                start = stop + 1
                continue
            if plain:
                self._write(line)
            else:
                yield from self._tokens(line)
            if stop < 0:
                return
            if self._line.strip():
                yield State(self._line, True)
            self._line, self._column = "", 0
            start = stop + 1

    def _tokens(self, text: str) -> Iterator[State]:
        for token in _TOKEN.finditer(text):
            kind = token.lastgroup
            if kind == "text":
                self._write(token.group())
            elif kind == "end":
                yield from self._return()
            elif kind == "back":
                self._column = max(0, self._column - len(token.group()))
            elif kind == "letter":
                yield from self._control(token["letter"], token["numbers"])

    def _control(self, letter: str, numbers: str) -> Iterator[State]:
        if letter == "G":
            column = int(numbers) - 1 if numbers.isdigit() else 0
            if column <= 0:
                yield from self._return()
            else:
                self._column = min(column, LONGEST)
        elif letter in "KJ":
            if numbers in ("", "0"):
                self._line = self._line[: self._column]
            elif numbers == "1":
                self._line = " " * self._column + self._line[self._column :]
            else:
                if self._column:
                    yield from self._return(stay=True)
                self._line = ""
        elif letter == "C":
            self._column = (
                min(self._column + int(numbers or "1"), LONGEST)
                if (not numbers or numbers.isdigit())
                else self._column
            )
        elif letter == "D" and (not numbers or numbers.isdigit()):
            self._column = max(0, self._column - int(numbers or "1"))

    def _return(self, *, stay: bool = False) -> Iterator[State]:
        if self._column and self._line.strip():
            yield State(self._line, False)
        if not stay:
            self._column = 0

    def _write(self, text: str) -> None:
        column = self._column
        line = self._line
        if column > len(line):
            line += " " * (column - len(line))
        end = min(column + len(text), LONGEST)
        if end > column:
            self._line = line[:column] + text[: end - column] + line[end:]
            self._column = end
