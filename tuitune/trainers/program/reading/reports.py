"""From lines to one report an epoch, when the place of the number that ranks is known."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from tuitune.trainers.metrics import is_metric, is_summary, words_of
from tuitune.trainers.program.reading.choice import Place, is_partner, level
from tuitune.trainers.program.reading.lines import Line, part_of
from tuitune.trainers.program.reading.pairs import LONGEST_NAME, Pair

Report = dict[str, float]

MOST_NAMES = 40
"""Numbers besides the one that ranks that are kept of a line."""
MOST_MISSING = 1000
"""Epochs without the number that are filled in at most between two that have it."""
MOST_HELD = 200
"""Lines behind the end of a training that are held in case that it goes on."""


@dataclass(slots=True)
class _Epoch:
    """What was read of one epoch."""

    number: float
    value: float | None = None
    read: int = 0
    """How often the number was read."""
    final: bool = True
    """It was never read off a line that was written over."""
    others: Report = field(default_factory=dict)
    partner: float | None = None
    partner_after: bool = False


class Collector:
    """Makes reports of the lines of one trial.

    With an epoch's number in the output, the last value with that number is its report, and an
    epoch that is printed without the number is a report without it. Where the first epoch had the
    number once, at the end of a line, the later ones are reported as soon as it is read.
    """

    def __init__(
        self, place: Place, metric: str, train_metric: str | None, *, at_once: bool = False
    ) -> None:
        """`train_metric` None: the partner is found by the name of `place`.

        `at_once`: the first value of an epoch completes it, from the first epoch on.
        """
        self.place = place
        """Where the number stands."""
        self._metric = metric
        self._train_metric = train_metric
        self._counter: str | None = None
        self._own = False
        """Only epochs that stand in lines of the number's kind count."""
        self._current: _Epoch | None = None
        self._reported: dict[float, float | None] = {}
        """Values by number of the epoch, round or step."""
        self._last_epoch: float | None = None
        self._first_seen: float | None = None
        self._learns = not at_once
        self.at_once = at_once
        """An epoch is complete with its first value."""
        self._sent = False
        """The current epoch is reported already."""
        self.partner: str | None = None
        """What the counterpart on the training samples is called in the reports; None: not seen."""
        self._same_line = False
        """The partner stands in the line of the number."""
        self._before: float | None = None
        """Partner read last, where there is no epoch."""
        self._held: list[Line] = []
        self.began_again = False
        """The count of the epochs started once more: another training, which is not read."""
        self.values = 0

    def feed(self, line: Line) -> Iterator[Report]:
        """Yield the reports that a line completes."""
        if line.stream != self.place.stream:
            return
        if line.closed:
            if len(self._held) < MOST_HELD:
                self._held.append(line)
            return
        if self._held:
            held, self._held = self._held, []
            if line.epoch is not None:
                for one in held:
                    yield from self._take(one)
        yield from self._take(line)

    def end(self) -> Iterator[Report]:
        """Yield what is left when the program has ended."""
        yield from self._flush()
        if self._current is not None and self._current.value is None and self.values:
            yield from self._missing_before(self._current.number + 1)

    # -- lines -----------------------------------------------------------------------------

    def _take(self, line: Line) -> Iterator[Report]:
        if self._first_seen is None and line.own and line.shape == self.place.shape:
            self._first_seen = line.epoch
        pair = self.place.value_in(line)
        if pair is not None and self._counter is None:
            self._counter = (
                "report" if line.shape == "report"
                else "epoch" if line.epoch is not None
                else "count" if line.count is not None
                else "step" if line.step is not None and line.shape != "object"
                else "line"
            )  # fmt: skip
            self._own = line.own
        if self._counter == "epoch":
            yield from self._in_epochs(line, pair)
        else:
            yield from self._one_by_one(line, pair)

    def _in_epochs(self, line: Line, pair: Pair | None) -> Iterator[Report]:
        number = line.epoch
        if number is None or (self._own and not (line.own and line.shape == self.place.shape)):
            if pair is None and self._current is not None:
                self._note_partner(self._current, line)
            return
        current = self._current
        if current is None or number > current.number:
            yield from self._flush()
            self._current = current = _Epoch(number)
            self._sent = False
        elif number < current.number:
            if pair is not None and not self._is_repetition(number, pair.value):
                self.began_again = True
            return
        if pair is None:
            self._note_partner(current, line)
            return
        if self._sent:
            return
        current.read += pair.value is not None
        current.final = current.final and line.final
        current.partner_after = False
        if pair.value is not None:
            current.value = pair.value
        current.others = self._others(line)
        self._note_partner(current, line, own=True)
        if self.at_once and line.final and current.value is not None:
            yield from self._report(current)

    def _one_by_one(self, line: Line, pair: Pair | None) -> Iterator[Report]:
        partner = self._partner_in(line)
        if pair is None:
            self._before = partner if partner is not None else self._before
            return
        number = line.count if self._counter == "count" else line.step
        if self._counter in ("count", "step") and number is not None:
            if self._is_repetition(number, pair.value):
                return
            self._reported[number] = pair.value
        elif not line.final and self._counter != "report":
            return
        if not line.final and self._counter == "step" and number is None:
            return
        report = self._others(line)
        if pair.value is not None:
            report[self._metric] = pair.value
            self.values += 1
        found = partner if partner is not None else self._before
        self._before = None
        if found is not None:
            report[self.partner or ""] = found
        yield self._ordered(report)

    # -- epochs ----------------------------------------------------------------------------

    def _flush(self) -> Iterator[Report]:
        current = self._current
        if current is not None and not self._sent:
            yield from self._report(current)

    def _report(self, epoch: _Epoch) -> Iterator[Report]:
        self._sent = True
        if epoch.value is None:
            return
        yield from self._missing_before(epoch.number)
        if not self.values and self._learns:
            self.at_once = epoch.read == 1 and epoch.final and not epoch.partner_after
        elif epoch.read > 1:
            self.at_once = False
        self.values += 1
        self._reported[epoch.number] = epoch.value
        self._last_epoch = epoch.number
        report = epoch.others
        report[self._metric] = epoch.value
        if epoch.partner is not None:
            report[self.partner or ""] = epoch.partner
        yield self._ordered(report)

    def _missing_before(self, number: float) -> Iterator[Report]:
        """Yield an empty report for each epoch that went by without the number."""
        if self._last_epoch is None:
            begin = self._first_seen if self._first_seen in (0.0, 1.0) else number
        else:
            begin = self._last_epoch + 1
        count = number - (begin if begin is not None else number)
        if count.is_integer() and 0 < count <= MOST_MISSING:
            for _ in range(int(count)):
                yield {}

    def _is_repetition(self, number: float, value: float | None) -> bool:
        if number not in self._reported:
            return False
        before = self._reported[number]
        if value is None or before is None:
            return value is before
        return value == before or (math.isnan(value) and math.isnan(before))

    # -- other numbers ---------------------------------------------------------------------

    def _partner_in(self, line: Line) -> float | None:
        if line.shape != self.place.shape:
            return None
        given = [pair for pair in line.pairs if pair.value is not None]
        if self._train_metric is not None:
            found = [(level(self._train_metric, pair), pair) for pair in given]
            named = [(how, pair.value) for how, pair in found if how is not None]
            self.partner = self._train_metric
            return min(named, key=lambda one: one[0])[1] if named else None
        likely = [pair for pair in given if is_partner(pair, self.place)]
        if not likely:
            return None
        best = max(reversed(likely), key=lambda pair: part_of(pair) == "train")
        same = best.section == self.place.section
        self.partner = (best.name if same else best.full_name)[:LONGEST_NAME]
        return best.value

    def _note_partner(self, epoch: _Epoch, line: Line, *, own: bool = False) -> None:
        found = self._partner_in(line)
        if found is None or (self._same_line and not own):
            return
        self._same_line = self._same_line or own
        epoch.partner = found
        if not own and epoch.value is not None:
            epoch.partner_after = True

    def _others(self, line: Line) -> Report:
        found: Report = {}
        everything = line.shape in ("object", "report")
        for pair in line.pairs:
            if pair.value is None or len(found) >= MOST_NAMES:
                continue
            same = pair.section == self.place.section
            if same and pair.name == self.place.name:
                continue
            if everything:
                if line.shape == "object" and words_of(pair.name)[-1:] in (("epoch",), ("step",)):
                    continue
            elif not is_metric(pair.name) or is_summary(pair.name):
                continue
            name = pair.name if same else pair.full_name
            if name not in (self._metric, self.partner):
                found[name[:LONGEST_NAME]] = pair.value
        return found

    def _ordered(self, report: Report) -> Report:
        """Return a report with the number that ranks first."""
        if self._metric not in report:
            return report
        return {self._metric: report.pop(self._metric)} | report
