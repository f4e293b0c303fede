"""Reading by a person's own regular expression, on what a person sees: colours are gone by then."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tuitune.errors import UsageError, plain, quote
from tuitune.trainers.program.reading.lines import Stream
from tuitune.trainers.program.reading.numbers import NUMBER, value_of
from tuitune.trainers.program.reading.states import Screen

_NUMBER = re.compile(rf"(?<![\w.]){NUMBER}")
_SIMPLE = re.compile(r"\d+(?:\.\d+)?")


def group_name(metric: str) -> str:
    """Return the name of the group that stands for a metric: `val_acc` for `val/acc`."""
    name = re.sub(r"\W", "_", metric)
    return f"_{name}" if name[:1].isdigit() or not name else name


def compile_pattern(pattern: str, metric: str) -> re.Pattern[str]:
    """Return the compiled pattern. Raises `UsageError` unless a group of it is the metric's."""
    group = group_name(metric)
    example = f"'{re.escape(metric)}=(?P<{group}>\\S+)'"
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise UsageError(
            f"A pattern is a regular expression, and {quote(pattern, 80)} is none: "
            f"{plain(str(error))}. Write for example {example}."
        ) from None
    if group not in compiled.groupindex:
        raise UsageError(
            f"A pattern has a group named after the metric {quote(metric)}, and "
            f"{quote(pattern, 80)} has none called {group}. Write for example {example}."
        )
    return compiled


class PatternReader:
    """Finds the reports of one trial in what its program prints, by a pattern with named groups.

    The metrics of several lines make one report; the line with the ranking metric ends it. What a
    line is rewritten to is read as well. A number that a group catches the beginning of is read to
    its end: `[0-9.]+` reads 9.8e-05, and `nan` where it would have read a number.
    """

    def __init__(self, pattern: str, metric: str) -> None:
        self._pattern = compile_pattern(pattern, metric)
        self._metric = metric
        self._group = group_name(metric)
        self._screens: dict[Stream, Screen] = {"out": Screen(), "err": Screen()}
        self._last: dict[Stream, str] = {}
        """The line as it stood before it was ended, which is no second report."""
        self._found: dict[str, float] = {}
        self.partner: str | None = None
        """A pattern's groups have names that say it."""

    def feed(self, stream: Stream, chunk: bytes) -> Iterator[dict[str, float]]:
        """Yield the reports that the next bytes of a stream complete."""
        for state in self._screens[stream].feed(chunk):
            if not (state.final and self._last.pop(stream, None) == state.text):
                yield from self._match(state.text)
            if not state.final:
                self._last[stream] = state.text

    def end(self) -> Iterator[dict[str, float]]:
        """Yield what is left when the program has ended."""
        for stream, screen in self._screens.items():
            for state in screen.end():
                if self._last.get(stream) != state.text:
                    yield from self._match(state.text)

    def nothing_found(self) -> str:
        """Return why a program that ended well made no trial, in a sentence."""
        return f"no line of the output matches the pattern with {quote(self._metric)}"

    def _match(self, text: str) -> Iterator[dict[str, float]]:
        numbers = list(_NUMBER.finditer(text))
        spans = [number.span() for number in numbers]
        values = [value_of(number.group()) for number in numbers]
        matches = list(self._pattern.finditer(text))
        if not any(match[self._group] for match in matches):
            # Where `[0-9.]+` finds nothing since the number is nan, or below zero.
            text, spans = _simplified(text, numbers)
            matches = list(self._pattern.finditer(text))
        yield from self._take(matches, spans, values)

    def _take(
        self,
        matches: list[re.Match[str]],
        spans: list[tuple[int, int]],
        values: list[float],
    ) -> Iterator[dict[str, float]]:
        complete = False
        for match in matches:
            for name, caught in match.groupdict().items():
                if not caught:
                    continue  # An alternative that took no part.
                value = _value(match.span(name), caught, spans, values)
                if value is None:
                    continue
                if name == self._group:
                    name, complete = self._metric, True
                self._found[name] = value
        if complete:
            found, self._found = self._found, {}
            yield found


def _value(
    span: tuple[int, int], caught: str, spans: list[tuple[int, int]], values: list[float]
) -> float | None:
    """Return the number that a group caught, whole where it caught its beginning alone."""
    begin = span[0] + len(caught) - len(caught.lstrip())
    for (start, _), value in zip(spans, values, strict=True):
        if start == begin:
            return value
    try:
        return float(caught)
    except ValueError:
        return None


def _simplified(text: str, numbers: list[re.Match[str]]) -> tuple[str, list[tuple[int, int]]]:
    """Return the text with a simple number in place of each that is none, and their places."""
    spans: list[tuple[int, int]] = []
    parts: list[str] = []
    place = length = 0
    for number in numbers:
        written = number.group() if _SIMPLE.fullmatch(number.group()) else "1.5"
        parts += [text[place : number.start()], written]
        length += number.start() - place + len(written)
        spans.append((length - len(written), length))
        place = number.end()
    return "".join([*parts, text[place:]]), spans
