"""All that can happen. Events are kept in the session file; notices are said once and forgotten.

Both are small frozen records, made by the engine and read by everyone else. Times are seconds
since 1970 (UTC) unless the name says otherwise.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from tuitune.model.limits import Ordinal, Score, Seconds, Seed, SessionName, Time, Workers
from tuitune.model.trial import (
    By,
    Cause,
    Draw,
    Drop,
    Problem,
    Refit,
    Repeat,
    TestScore,
    TrialState,
)
from tuitune.space import Space, Value


def _kebab(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


class Event(msgspec.Struct, frozen=True, tag=_kebab, tag_field="type", omit_defaults=True):
    """Something that changed the session, in the past tense."""


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a revision did to one parameter, and why."""

    parameter: str
    kind: Literal["narrowed", "widened", "shifted", "frozen", "freed", "held"]
    before: str
    """Text form of the range before."""
    after: str
    reason: str = ""
    numbers: dict[str, Score | None] = msgspec.field(default_factory=dict)
    """The statistics that spoke for it, by name."""


# -- the session and its space ---------------------------------------------------------------


class SessionCreated(Event, frozen=True):
    """The first event of every session."""

    name: SessionName
    problem: Problem
    seed: Seed
    at: Time
    program: str
    """Version of TuiTune that wrote it."""


class RevisionCommitted(Event, frozen=True):
    """The space has a new version; it becomes the current one."""

    number: Ordinal
    parent: Ordinal | None
    """None for the first."""
    space: Space
    at: Time
    changes: tuple[Change, ...] = ()
    reason: str = ""
    numbers: dict[str, Score | None] = msgspec.field(default_factory=dict)
    """The statistics that spoke for it as a whole, by name."""
    by: By | None = None
    """Who asked for it; None: not known."""


class RevisionSelected(Event, frozen=True):
    """An earlier or later revision became the current one: undo, redo, or going back."""

    number: Ordinal
    how: Literal["undo", "redo", "back"]
    at: Time
    by: By | None = None


class DraftSaved(Event, frozen=True):
    """The ranges on the screen that were not committed yet; None where they equal the revision."""

    space: Space | None


class WorkersChanged(Event, frozen=True):
    """So many trials run at once from now on; the next program begins with as many."""

    workers: Workers


class ProblemChanged(Event, frozen=True):
    """What is tuned was changed by hand: of the next round on."""

    problem: Problem
    at: Time
    by: By | None = None


# -- rounds ----------------------------------------------------------------------------------


RoundEnd = Literal["finished", "superseded", "ended", "out of budget"]
"""How a round ended: all of it ran; another took over; a person ended it; its budget is spent."""


class RoundStarted(Event, frozen=True):
    """A batch of trials of one revision begins."""

    number: Ordinal
    revision: Ordinal
    sampler: str
    """Text form of the sampler, e.g. `random`."""
    pruner: str
    """Text form of the pruner and its options, e.g. `median` or `asha eta=3 grace=1`."""
    trials: Ordinal
    """How many trials it is to have."""
    at: Time
    epochs_budget: Ordinal | None = None
    """Epochs that it may spend in total; None: no limit."""
    seconds_budget: Seconds | None = None
    """Seconds of wall time with a trial under way that it may take; None: no limit."""
    changed: tuple[str, ...] = ()
    """What the trainer is made of that differs from the session's pins, a few words each."""
    package: str = ""
    """Name and version of the package that draws, e.g. `optuna 5.0.0`; empty: this program."""
    by: By | None = None


class RoundExtended(Event, frozen=True):
    """A round is to have more trials."""

    number: Ordinal
    trials: Ordinal
    """The new total."""


class RoundEnded(Event, frozen=True):
    """No more trials will be drawn for a round."""

    number: Ordinal
    how: RoundEnd
    at: Time
    by: By | None = None


# -- trials ----------------------------------------------------------------------------------


class TrialQueued(Event, frozen=True):
    """A trial exists; it waits for a worker."""

    number: Ordinal
    round: Ordinal
    revision: Ordinal
    params: dict[str, Value]
    seed: Seed
    epochs: Ordinal
    origin: str = ""
    draw: Draw = "uniform"
    by: By | None = None
    imported: bool = False
    """It was trained elsewhere, with another seed, which is not known."""
    source: str = ""
    """Of an imported trial: JSON text that is written back on export."""


class TrialRequeued(Event, frozen=True):
    """A trial is to run again from its first epoch, perhaps for more epochs.

    What it came to before is kept, and is its result again where the new run is not done and
    the old one was, or went further.
    """

    number: Ordinal
    epochs: Ordinal
    reason: str = ""
    round: Ordinal | None = None
    """The round that runs it, where that is not the one it was drawn in."""
    exempt: bool = False
    """The pruner leaves it alone."""
    by: By | None = None


class TrialStarted(Event, frozen=True):
    """A worker has begun a trial; its curve is empty."""

    number: Ordinal
    at: Time


class TrialResumed(Event, frozen=True):
    """A trial that the pruner had paused goes on from where it stands."""

    number: Ordinal
    at: Time
    control: bool = False
    """No rung lets it through; it runs to its end to audit the pruner."""


class EpochReported(Event, frozen=True):
    """A trial finished one epoch."""

    number: Ordinal
    epoch: Ordinal
    """Counts from 1."""
    metrics: Annotated[dict[str, Score | None], msgspec.Meta(min_length=1)]
    seconds: Seconds
    """Wall time since the trial started."""


class TrialSpared(Event, frozen=True):
    """The pruner would have given a trial up; it goes on as a control."""

    number: Ordinal
    epoch: Ordinal
    reason: str


class TrialEnded(Event, frozen=True):
    """A trial does not go on by itself (an interrupted one is run again by the next round)."""

    number: Ordinal
    state: TrialState
    at: Time
    seconds: Seconds
    reason: str = ""
    traceback: str = ""
    cause: Cause | None = None
    """Why it ended as it did; None: it simply finished, was interrupted, or never began."""
    by: By | None = None
    score: float | None = None
    """What it is ranked by where that is not the metric at its last epoch; else None."""


class TrialAnnotated(Event, frozen=True):
    """A person pinned, noted or tagged a trial; None leaves a thing as it was."""

    number: Ordinal
    pinned: bool | None = None
    note: str | None = None
    tags: tuple[str, ...] | None = None


# -- the finish ------------------------------------------------------------------------------


FinishEnd = Literal["finished", "stopped", "superseded", "failed"]
"""How a finish ended: with a result; by a person; another took over; nothing could be trained."""


class FinishEvent(Event, frozen=True):
    """Something that happened in a finish."""

    finish: Ordinal
    """Its number, from 1."""


class FinishStarted(FinishEvent, frozen=True):
    """The best trials are to race on new seeds; one is to be refitted and tested."""

    revision: Ordinal
    """The one in use: its ranges say which trials are near to each other."""
    contenders: tuple[Ordinal, ...]
    """Trials, the best first; one alone doesn't race, but is repeated."""
    scores: tuple[Score, ...]
    """What each was selected by; never used again in the race."""
    repeats: Ordinal
    """Of the last two; earlier stages have fewer."""
    seeds: tuple[Seed, ...]
    """One for each repeat, the same for every contender."""
    refit_seeds: tuple[Seed, ...]
    at: Time
    by: By | None = None
    epochs: Ordinal | None = None
    """How many each repeat trains; None in older files: as many as its trial."""


class RepeatEnded(FinishEvent, frozen=True):
    """A contender was trained once more; one without a score may be said again."""

    run: Repeat


class ContenderDropped(FinishEvent, frozen=True):
    """A contender leaves the race."""

    drop: Drop


class RaceEnded(FinishEvent, frozen=True):
    """The race is over; what it says of the best."""

    preferred: Ordinal
    tied: tuple[Ordinal, ...]
    """Trials that can't be told apart, the preferred one among them; empty where one won."""
    text: str
    at: Time


class ContenderChosen(FinishEvent, frozen=True):
    """One contender goes on to the refit."""

    trial: Ordinal
    how: Literal["race", "person"]
    text: str
    """What the race said of it."""
    by: By | None = None


class RefitEnded(FinishEvent, frozen=True):
    """The chosen point was trained on all samples; after a crash this may be said again."""

    refit: Refit


class TestOpened(FinishEvent, frozen=True):
    """The sealed test set is opened; recorded before anything is read from it."""

    __test__ = False

    trial: Ordinal
    opening: Ordinal
    """Which one in the session's life, from 1."""
    at: Time


class TestScored(FinishEvent, frozen=True):
    """The refitted networks were scored on the test set."""

    __test__ = False

    score: TestScore


class FinishEnded(FinishEvent, frozen=True):
    """Nothing more happens in a finish."""

    how: FinishEnd
    text: str
    """The final line, or why there is none."""
    at: Time
    files: tuple[str, ...] = ()
    """Names of the files beside the session that hold the result."""
    by: By | None = None


# -- notices: not kept -----------------------------------------------------------------------


class Notice(msgspec.Struct, frozen=True, tag=_kebab, tag_field="type", omit_defaults=True):
    """Something the engine says that changes no session."""


class EngineStatus(StrEnum):
    """What becomes of a session at the moment, as its engine or who looks at it knows."""

    IDLE = "idle"
    RUNNING = "running"
    """A round trains."""
    FINISHING = "finishing"
    """A finish trains."""
    PAUSING = "pausing"
    """The epochs in progress come to their end."""
    PAUSED = "paused"
    WAITING = "waiting"
    """The disk refuses writes."""
    STOPPED = "stopped"
    SILENT = "silent"
    """The process that holds the session does not answer."""
    FOLLOWING = "following"
    """Its engine, if there is one, can't be asked: the files are followed."""

    @property
    def is_busy(self) -> bool:
        """Whether trainings run and new ones begin."""
        return self in (EngineStatus.RUNNING, EngineStatus.FINISHING, EngineStatus.WAITING)


class EngineState(Notice, frozen=True):
    """What the engine is doing."""

    state: EngineStatus
    detail: str = ""


class BreakerTripped(Notice, frozen=True):
    """A round pauses: too many of its trials failed in a row, or too many with the same error."""

    round: int
    message: str


class TrainerChanged(Notice, frozen=True):
    """A round goes on with a trainer that is not what the session began with."""

    message: str


class Saved(Notice, frozen=True):
    """Everything so far is in the session file."""

    at: float


class StorageTroubled(Notice, frozen=True):
    """The disk refused a write; training waits, nothing that was saved is lost."""

    message: str


class StorageRecovered(Notice, frozen=True):
    """The disk takes writes again."""


class RepeatProgressed(Notice, frozen=True):
    """A contender's repeat, or a refit, began (epoch 0) or finished an epoch."""

    finish: int
    trial: int
    repeat: int
    epoch: int
    epochs: int
    """Epochs that it is to train."""
    metrics: dict[str, float | None] = msgspec.field(default_factory=dict)
    refit: bool = False


class EngineFailed(Notice, frozen=True):
    """The engine met an error of its own and stopped; everything so far is saved."""

    message: str
    traceback: str


StoredEvent = (
    SessionCreated
    | RevisionCommitted
    | RevisionSelected
    | DraftSaved
    | WorkersChanged
    | ProblemChanged
    | RoundStarted
    | RoundExtended
    | RoundEnded
    | TrialQueued
    | TrialRequeued
    | TrialStarted
    | TrialResumed
    | EpochReported
    | TrialSpared
    | TrialEnded
    | TrialAnnotated
    | FinishStarted
    | RepeatEnded
    | ContenderDropped
    | RaceEnded
    | ContenderChosen
    | RefitEnded
    | TestOpened
    | TestScored
    | FinishEnded
)
