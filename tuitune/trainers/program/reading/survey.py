"""What a program prints, looked over as a whole: which numbers, how often, and which would rank."""

from __future__ import annotations

from dataclasses import dataclass, field

from tuitune.trainers.metrics import is_metric, is_summary, kind_of
from tuitune.trainers.program.reading.choice import Place
from tuitune.trainers.program.reading.lines import Line, Lines, Stream, part_of
from tuitune.trainers.program.reading.pairs import Pair
from tuitune.trainers.program.reading.reader import Reader

MOST_BYTES = 8 << 20
"""Of what is printed, as much is kept to be read again once it is known what to look for."""
MOST_PLACES = 500
ENOUGH_EPOCHS = 3
"""When a third epoch begins, two are complete."""


@dataclass(slots=True)
class Seen:
    """A number that was printed, with its name."""

    place: Place
    part: str | None
    """The part of the data that it was measured on."""
    values: list[float] = field(default_factory=list)
    """The last two of them."""
    count: int = 0
    epochs: set[float] = field(default_factory=set)
    summary: bool = False
    """It sums a training up, or stands behind its end."""

    @property
    def is_metric(self) -> bool:
        """Whether it may be a metric, by its name."""
        return is_metric(self.place.name) or (
            self.part is not None and is_metric(f"{self.place.section} {self.place.name}")
        )


class Survey:
    """Both outputs of a program that was run once."""

    def __init__(self) -> None:
        self._streams: dict[Stream, Lines] = {"out": Lines("out"), "err": Lines("err")}
        self._chunks: list[tuple[Stream, bytes]] = []
        self._size = 0
        self._seen: dict[Place, Seen] = {}
        self.epoch: float | None = None
        """The last one that was begun."""
        self.of: int | None = None
        """How many the program says that there are to be."""
        self._epochs: set[float] = set()
        self.is_enough = False
        """Whether what was printed shows how an epoch looks; what comes then is not looked at."""

    def feed(self, stream: Stream, chunk: bytes) -> None:
        """Take the next bytes of a stream."""
        if self._size < MOST_BYTES:
            self._chunks.append((stream, chunk))
            self._size += len(chunk)
            for line in self._streams[stream].feed(chunk):
                if not self.is_enough:
                    self._take(line)

    def end(self) -> None:
        """Take what stands in lines without an end."""
        for lines in self._streams.values():
            for line in lines.end():
                if not self.is_enough:
                    self._take(line)

    @property
    def epochs(self) -> int:
        """How many epochs were begun."""
        return len(self._epochs)

    @property
    def places(self) -> list[Seen]:
        """The numbers that were printed and are no summaries, in the order of their first line."""
        return [seen for seen in self._seen.values() if not seen.summary]

    @property
    def metrics(self) -> list[Seen]:
        """Those that may be metrics: of validation first, then test, neither, training."""
        order = {"val": 0, "test": 1, None: 2, "train": 3}
        found = [seen for seen in self.places if seen.is_metric and seen.values]
        return sorted(found, key=lambda seen: order[seen.part])

    def name_of(self, seen: Seen) -> str:
        """Return what a number is called: with its section, where the name alone is not clear."""
        place = seen.place
        twins = [one for one in self.places if one.place.name == place.name]
        if len({one.place.section for one in twins}) > 1 or not is_metric(place.name):
            return Pair(place.name, None, place.section).full_name
        return place.name

    def default(self) -> Seen | None:
        """Return the number that ranks where nobody says which; None: that must be asked.

        Of those of validation that come every epoch: scores, then errors, then the loss.
        """
        often = [seen for seen in self.metrics if seen.part == "val" and self._is_regular(seen)]
        for kind in ("score", "error", "loss"):
            for seen in often:
                if kind_of(seen.place.name) == kind:
                    return seen
        return often[0] if len(often) == 1 else None

    def read(self, metric: str, train_metric: str | None) -> tuple[Reader, list[dict[str, float]]]:
        """Return a reader that was given all that was printed, and the reports that it found."""
        reader = Reader(metric, train_metric)
        reports = [r for stream, chunk in self._chunks for r in reader.feed(stream, chunk)]
        reports += reader.end()
        return reader, reports

    def _is_regular(self, seen: Seen) -> bool:
        return len(seen.epochs) >= max(1, self.epochs - 1) if seen.epochs else seen.count > 0

    def _take(self, line: Line) -> None:
        if line.epoch is not None and line.epoch != self.epoch:
            self.epoch = line.epoch
            self._epochs.add(line.epoch)
        self.of = line.of or self.of
        for pair in line.pairs:
            place = Place(line.stream, line.shape, pair.name, pair.section)
            seen = self._seen.get(place)
            if seen is None:
                if len(self._seen) >= MOST_PLACES:
                    continue
                summary = line.closed or is_summary(pair.name)
                seen = self._seen[place] = Seen(place, part_of(pair), summary=summary)
            seen.count += 1
            if pair.value is not None:
                seen.values = [*seen.values[-1:], pair.value]
                if line.epoch is not None:
                    seen.epochs.add(line.epoch)
        self.is_enough = self._size >= MOST_BYTES or self._shows_epochs()

    def _shows_epochs(self) -> bool:
        if self.epochs >= ENOUGH_EPOCHS:
            return any(seen.is_metric and len(seen.epochs) > 1 for seen in self.places)
        return not self.epochs and any(
            seen.is_metric and seen.part == "val" and seen.count >= ENOUGH_EPOCHS
            for seen in self.places
        )
