"""What records of an older version of the file lack, worked out from what they say.

Version 1 kept why a trial ended as a sentence alone, and no word of how its point was drawn. Its
own sentences are read here, once, when such a file is opened; nothing else reads them.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from tuitune.model.events import Event, RepeatEnded, TrialEnded, TrialQueued
from tuitune.model.trial import Cause, Draw, Repeat, TrialState
from tuitune.trainers.base import Fault

_FAULTS: tuple[tuple[str, Fault], ...] = (
    (r"diverged at epoch \d+", "diverged"),
    (r"took longer than the limit of .*", "seconds"),
    (r"out of memory(: the limit is \d+ MiB)?", "memory"),
    (r"the trainer reported no epoch|(a report|no line of the output) .*", "no-score"),
    (r"(the program was )?killed by signal \d+.*|ended with exit code \d+", "crashed"),
)
_NOT_FINITE = re.compile(r".* is not finite at epoch \d+")


def draw_of(origin: str) -> Draw:
    """Return how the point of a trial came about: the samplers of version 1 all drew evenly."""
    return "person" if origin else "uniform"


def cause_of(state: TrialState, reason: str) -> Cause | None:
    """Return why a trial ended, by the sentence that version 1 gave it."""
    match state:
        case TrialState.FAILED:
            return fault_of(reason)
        case TrialState.PRUNED:
            if _NOT_FINITE.fullmatch(reason):
                return "diverged"
            return "chance" if reason.startswith("at chance level ") else "given-up"
        case TrialState.STOPPED:
            if reason.endswith(" by hand"):
                return "person"
            return "outside" if reason == "outside the new ranges" else None
    return None


def fault_of(reason: str) -> Fault:
    """Return why a training failed, by the sentence that version 1 gave it."""
    return next((fault for rule, fault in _FAULTS if re.fullmatch(rule, reason)), "error")


def upgraded_repeat(run: Repeat) -> Repeat:
    """Return a repeat of a finish as this version keeps it."""
    return run if run.score is not None else replace(run, cause=fault_of(run.reason))


def upgraded_event(event: Event) -> Event:
    """Return an event of a version-1 journal as this version keeps it."""
    match event:
        case TrialQueued():
            return replace(event, draw=draw_of(event.origin))
        case TrialEnded():
            return replace(event, cause=cause_of(event.state, event.reason))
        case RepeatEnded():
            return replace(event, run=upgraded_repeat(event.run))
    return event
