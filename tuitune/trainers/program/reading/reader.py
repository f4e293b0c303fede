"""All stages in order: what a program prints on both of its outputs becomes reports."""

from __future__ import annotations

from collections.abc import Iterator

from tuitune.errors import quote
from tuitune.trainers.metrics import core_of, is_metric, is_summary
from tuitune.trainers.program.reading.choice import EXACT, Candidate, Place, candidates, choose
from tuitune.trainers.program.reading.lines import Line, Lines, Stream
from tuitune.trainers.program.reading.reports import Collector, Report

MOST_LINES = 4000
"""Lines with numbers that are kept while it is not clear which of them is asked for."""
MOST_NAMES = 50


class Reader:
    """Finds the reports of one trial in what its program prints.

    Which number is meant is decided once, as soon as the name that was asked for stands there
    itself, else when an epoch has gone by; what was printed before is read again then.
    """

    def __init__(
        self,
        metric: str,
        train_metric: str | None = None,
        *,
        place: Place | None = None,
        at_once: bool = False,
    ) -> None:
        """`metric` is the name that was asked for; reports hold it so, however it is printed.

        `train_metric` likewise; None: the counterpart on the training samples is found by itself.
        `place` is where the number stands, where that is known, and `at_once` says that it is
        printed once an epoch.
        """
        self._metric = metric
        self._train_metric = train_metric
        words = [core_of(name) for name in (metric, train_metric) if name]
        if place is not None:
            words.append(core_of(place.name))
        sought = words if all(words) else None  # Of `Val` alone no word is left to look for.
        self._streams: dict[Stream, Lines] = {
            "out": Lines("out", sought),
            "err": Lines("err", sought),
        }
        self._kept: list[Line] = []
        self._found: list[Candidate] = []
        self._collector: Collector | None = None
        if place is not None:
            self._collector = Collector(place, metric, train_metric, at_once=at_once)
        self._first_rank: int | None = None
        self.names: dict[str, None] = {}
        """Names of numbers that were printed, in their order."""

    def feed(self, stream: Stream, chunk: bytes) -> Iterator[Report]:
        """Yield the reports that the next bytes of a stream complete."""
        for line in self._streams[stream].feed(chunk):
            yield from self._take(line)

    def end(self) -> Iterator[Report]:
        """Yield what is left when the program has ended."""
        for lines in self._streams.values():
            for line in lines.end():
                yield from self._take(line)
        if self._collector is None:
            yield from self._decide()
        if self._collector is not None:
            yield from self._collector.end()

    @property
    def place(self) -> Place | None:
        """Where the number stands; None while that is not decided."""
        return None if self._collector is None else self._collector.place

    @property
    def at_once(self) -> bool:
        """Whether the number was printed once an epoch."""
        return self._collector is not None and self._collector.at_once

    @property
    def began_again(self) -> bool:
        """Whether the epochs were counted from the beginning once more, which was not read."""
        return self._collector is not None and self._collector.began_again

    @property
    def partner(self) -> str | None:
        """What the counterpart on the training samples is called in the reports; None: none yet."""
        return None if self._collector is None else self._collector.partner

    def nothing_found(self) -> str:
        """Return why a program that ended well made no trial, in a sentence."""
        metric = quote(self._metric)
        if self._collector is not None and self.names:
            place = self._collector.place
            stream = "standard output" if place.stream == "out" else "standard error"
            printed = ", ".join(quote(name) for name in list(self.names)[:5])
            return (
                f"{quote(place.name)} doesn't stand where it stood when the program was tried once "
                f"(a {place.shape} on {stream}); it printed {printed}: give the "
                "command again (tuitune set NAME -- COMMAND), and the number is looked for anew"
            )
        if not self.names:
            return (
                f"no number with a name was found in what the program printed: print for example "
                f'{{"{self._metric}": 0.81}} after each epoch'
            )
        likely = [n for n in self.names if is_metric(n) and not is_summary(n)] or list(self.names)
        shown = ", ".join(quote(name) for name in likely[:5])
        return (
            f"nothing that the program printed is called {metric}; it printed {shown}: "
            f'name one of them with --metric, or print {{"{self._metric}": 0.81}} after each epoch'
        )

    def _take(self, line: Line) -> Iterator[Report]:
        if line.rank is not None:
            if self._first_rank is None or line.rank < self._first_rank:
                self._first_rank = line.rank
            if line.rank != self._first_rank:
                return
        known = self._collector
        if known is not None and not known.values and line.shape == "report" != known.place.shape:
            known = self._collector = None  # `tuitune.report` says more than any print.
        if known is None or not known.values:
            self._note(line)
        if known is not None:
            yield from known.feed(line)
            return
        self._kept.append(line)
        new = candidates(self._metric, [line])
        if self._is_clear(line, new):
            self._found += new
            yield from self._decide()
            return
        self._found += new
        if len(self._kept) >= MOST_LINES:
            if self._found:
                yield from self._decide()
            else:
                del self._kept[: MOST_LINES // 2]

    def _note(self, line: Line) -> None:
        if len(self.names) < MOST_NAMES:
            self.names.update(dict.fromkeys(pair.full_name for pair in line.pairs))

    def _is_clear(self, line: Line, new: list[Candidate]) -> bool:
        """Whether it is clear now which number is meant, with the candidates of this line."""
        for one in new:
            explicit = line.shape in ("object", "report") and not one.pair.section
            if one.level <= EXACT and (one.part == "val" or (explicit and one.part != "train")):
                return True
        epochs = [c.line.epoch for c in self._found if c.line.stream == line.stream]
        if line.epoch is not None and any(e is not None and e < line.epoch for e in epochs):
            return True
        before = {c.place for c in self._found if c.line.epoch is None and c.line.final}
        return line.epoch is None and any(
            one.place in before and one.part != "train" and line.final for one in new
        )

    def _decide(self) -> Iterator[Report]:
        kept, self._kept = self._kept, []
        found, self._found = self._found, []
        if not found:
            return
        self._collector = Collector(choose(found), self._metric, self._train_metric)
        for line in kept:
            if line.rank is None or line.rank == self._first_rank:
                yield from self._collector.feed(line)
