"""What the engine can be asked to do: small frozen records for its inbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tuitune.space import Space, Value


@dataclass(frozen=True, slots=True)
class Command:
    """A request to the engine; it answers by events and notices."""


@dataclass(frozen=True, slots=True)
class Run(Command):
    """Go on with the round of the current revision, or start one."""

    trials: int | None = None
    """How many more trials; None: what the round still lacks, or the usual number of a new one."""
    sampler: str | None = None
    """Text form; None: that of the last round."""
    pruner: str | None = None
    new_round: bool = False
    epochs_budget: int | None = None
    seconds_budget: float | None = None


@dataclass(frozen=True, slots=True)
class Pause(Command):
    """Hold the running trials after their epoch in progress."""


@dataclass(frozen=True, slots=True)
class EndRound(Command):
    """Draw no more trials; the running ones finish."""


@dataclass(frozen=True, slots=True)
class Quit(Command):
    """Stop, mark what runs as interrupted, save everything, and end the loop."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a parameter was changed, with the statistics that spoke for it."""

    text: str
    numbers: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CommitRevision(Command):
    """Make a space the next revision, and the parent of it the current one."""

    space: Space
    reasons: Mapping[str, Reason] = field(default_factory=dict)
    """By parameter."""
    reason: str = ""
    run: Run | None = None
    """Start the next round at once."""
    outside: Literal["finish", "stop"] = "finish"
    """What becomes of running trials outside the new ranges."""


@dataclass(frozen=True, slots=True)
class Undo(Command):
    """Step to the parent of the current revision."""


@dataclass(frozen=True, slots=True)
class Redo(Command):
    """Step to the revision that the last undo left."""


@dataclass(frozen=True, slots=True)
class SelectRevision(Command):
    """Go back to a revision; the next commit branches from it."""

    number: int


@dataclass(frozen=True, slots=True)
class SaveDraft(Command):
    """Keep the ranges on the screen; None where they equal the revision."""

    space: Space | None


@dataclass(frozen=True, slots=True)
class Annotate(Command):
    """Pin, note or tag a trial; None leaves a thing as it is."""

    trial: int
    pinned: bool | None = None
    note: str | None = None
    tags: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class StopTrial(Command):
    """End a trial at its next epoch or batch; what it reported is kept."""

    trial: int


@dataclass(frozen=True, slots=True)
class KillTrial(Command):
    """End a trial at once where its executor can."""

    trial: int


@dataclass(frozen=True, slots=True)
class RetryTrial(Command):
    """Run a trial again from its first epoch with the same params and seed.

    For one that failed, to resume one that was given up, or with more `epochs` to extend one. The
    pruner leaves it alone, and its earlier result is kept until the new one is worth more.
    """

    trial: int
    epochs: int | None = None
    """How many epochs; None: as many as before."""
    start: bool = True
    """Run it now; False: the next `Run` does."""


@dataclass(frozen=True, slots=True)
class Enqueue(Command):
    """Train a point of the person's own next: any values, also outside of the ranges."""

    params: Mapping[str, Value]
    origin: str = "queued by hand"
    """Who asked for it, or `clone of 17`."""
    start: bool = True
    """Run it now; False: the next `Run` does."""


@dataclass(frozen=True, slots=True)
class StartFinish(Command):
    """Go on with the open finish, or race the best trials on new seeds, refit and test one.

    An open finish goes on where it has the same contenders and repeats; else another takes over.
    """

    trial: int | None = None
    """Finish with this one and race nobody; None: the best ones race."""
    repeats: int | None = None
    """Of the middle stage of the race; None: what the open finish has, or the usual number."""
    contenders: int = 10
    """How many race at most."""
    choose: Literal["race", "person"] = "person"
    """Whether the one that the race prefers goes on at once, or `ChooseContender` is waited for."""


@dataclass(frozen=True, slots=True)
class ChooseContender(Command):
    """Refit and test this contender: the race is over."""

    trial: int


@dataclass(frozen=True, slots=True)
class StopFinish(Command):
    """End the open finish without a result."""


@dataclass(frozen=True, slots=True)
class SetWorkers(Command):
    """Change how many trials run at once."""

    workers: int
