"""Any program as a trainer: what it is told, and how what it prints becomes reports.

`arguments` fills in an argument list, `pattern` reads by a person's regular expression, `reading/`
as a person would. Nothing here starts a process: that is `executors/commands`.
May import `trainers/metrics`, `errors`, `words`. Tests: tests/trainers/program/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from tuitune.trainers.program.pattern import PatternReader
from tuitune.trainers.program.reading.choice import Place
from tuitune.trainers.program.reading.lines import Stream
from tuitune.trainers.program.reading.reader import Reader
from tuitune.trainers.spec import Reading


class OutputReader(Protocol):
    """Finds the reports of one trial in what its program prints."""

    @property
    def partner(self) -> str | None:
        """What the counterpart on the training samples is called in the reports so far.

        None: it is not known.
        """

    def feed(self, stream: Stream, chunk: bytes) -> Iterator[Mapping[str, float]]:
        """Yield the reports that the next bytes of a stream complete.

        A report without the metric is that of an epoch in which it was not measured.
        """

    def end(self) -> Iterator[Mapping[str, float]]:
        """Yield what is left when the program has ended."""

    def nothing_found(self) -> str:
        """Return why a program that ended well made no trial, in a sentence."""


def output_reader(
    metric: str,
    *,
    train_metric: str | None = None,
    pattern: str | None = None,
    reading: Reading | None = None,
) -> OutputReader:
    """Return a reader for one trial: by `pattern`, else as a person would read.

    `reading` is where the number stands, where that is known. Raises `UsageError` where the pattern
    can't be used.
    """
    if pattern is not None:
        return PatternReader(pattern, metric)
    if reading is None:
        return Reader(metric, train_metric)
    place = Place(reading.stream, reading.shape, reading.name, reading.section)
    return Reader(metric, train_metric, place=place, at_once=reading.at_once)
