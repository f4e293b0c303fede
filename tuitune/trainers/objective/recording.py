"""What an objective asks for: found by running it with trials that only write it down.

One run after the other, each option of each choice once, and of whole numbers both ends, or all of
them where what follows differs between the ends. A run ends at its first report; the first one goes
on, to see how many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from time import monotonic
from typing import Any, Literal

import msgspec

from tuitune.space import Value
from tuitune.trainers.objective.options import as_options
from tuitune.trainers.objective.training import is_pruned
from tuitune.trainers.objective.trial import Asked, Kind, ObjectiveTrial

MOST_RUNS = 64
MOST_BETWEEN = 24
"""Whole numbers of a range that are all tried."""

End = Literal["returned", "pruned", "raised", "reported", "idle"]
Places = dict[str, int]
"""By name: the place of an option, or a whole number."""


class Wanted(msgspec.Struct, frozen=True):
    """One parameter as an objective asked for it."""

    name: str
    kind: Kind
    low: float
    high: float
    log: bool
    step: float | None
    options: tuple[Value, ...]


class Run(msgspec.Struct, frozen=True):
    """One run of an objective."""

    wanted: tuple[Wanted, ...]
    """In the order in which they were asked for."""
    places: Places
    """What choices and whole numbers were given."""
    reports: int
    ended: End
    returned: int = 0
    """How many values it returned."""
    error: str = ""
    """What it raised, in a few words."""


class Enough(BaseException):
    """The run has told what it can; no `except Exception` may catch it."""


class RecordingTrial(ObjectiveTrial):
    """A trial that writes down what it is asked for, and answers with what is `given`."""

    def __init__(self, given: Mapping[str, int], *, to_the_end: bool) -> None:
        super().__init__(0)
        self._given = given
        self._to_the_end = to_the_end
        self.places: Places = {}
        self.reports = 0
        self.asked_at = monotonic()
        """When it was last asked for something."""

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """What it was asked for so far."""
        return tuple(
            Wanted(a.name, a.kind, a.low, a.high, a.log, a.step, as_options(a.choices))
            for a in list(self.distributions.values())
        )

    def answer(self, asked: Asked) -> Any:
        """Return what is given, else the first option, the least whole number, the middle."""
        self.asked_at = monotonic()
        if asked.kind == "categorical":
            place = self._given.get(asked.name, 0)
            self.places[asked.name] = place = min(place, len(asked.choices) - 1)
            return asked.choices[place]
        if asked.kind == "int":
            self.places[asked.name] = value = self._given.get(asked.name, int(asked.low))
            return value
        return middle(asked)

    def take_report(self, value: float) -> None:  # noqa: ARG002
        """Count it, and end the run where it is not to go on."""
        self.reports += 1
        if not self._to_the_end:
            raise Enough

    def should_prune(self) -> bool:
        """Say that the run goes on."""
        return False

    def as_run(self, ended: End, returned: int = 0, error: str = "") -> Run:
        """Return what it was."""
        return Run(self.wanted, dict(self.places), self.reports, ended, returned, error)


def middle(asked: Asked) -> float:
    """Return the middle of a real range in its own scale, on its grid."""
    if asked.log:
        return float((asked.low * asked.high) ** 0.5)
    if asked.step:
        return asked.low + int((asked.high - asked.low) / asked.step / 2) * asked.step
    return asked.low + (asked.high - asked.low) / 2


def run_once(
    function: Callable[..., Any], trial: RecordingTrial, describe: Callable[[BaseException], str]
) -> Run:
    """Call the objective once and return what came of it, whatever it raises."""
    try:
        returned = function(trial)
    except Enough:
        return trial.as_run("reported")
    except BaseException as error:
        if is_pruned(error):
            return trial.as_run("pruned")
        return trial.as_run("raised", error=describe(error))
    values = len(returned) if isinstance(returned, tuple | list) else int(returned is not None)
    return trial.as_run("returned", returned=values)


def next_places(runs: Sequence[Run]) -> Places | None:
    """Return what choices and whole numbers the next run is given; None: all is known."""
    if not runs:
        return {}
    if len(runs) >= MOST_RUNS:
        return None
    done = {(name, place) for run in runs for name, place in run.places.items()}
    for run in runs:
        before: Places = {}
        for wanted in run.wanted:
            for place in _to_try(wanted, runs):
                if (wanted.name, place) not in done:
                    return {**before, wanted.name: place}
            if wanted.name in run.places:
                before[wanted.name] = run.places[wanted.name]
    return None


def _to_try(wanted: Wanted, runs: Sequence[Run]) -> Iterator[int]:
    if wanted.kind == "categorical":
        yield from range(len(wanted.options))
    elif wanted.kind == "int":
        low, high, step = int(wanted.low), int(wanted.high), int(wanted.step or 1)
        last = low + (high - low) // step * step
        yield from (low, last)
        names = {
            frozenset(one.name for one in run.wanted)
            for run in runs
            if run.places.get(wanted.name) in (low, last) and run.ended != "raised"
        }
        if len(names) > 1 and (last - low) // step <= MOST_BETWEEN:
            yield from range(low, last, step)
