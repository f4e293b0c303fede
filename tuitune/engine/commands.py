"""What the engine can be asked to do, and what it answers: small frozen records.

They travel as JSON as well, between another process and the one that holds the session.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from tuitune.model.trial import By
from tuitune.space import Space, Value
from tuitune.trainers.spec import TrainerSpec


class Command(
    msgspec.Struct, frozen=True, tag=True, tag_field="type", omit_defaults=True, kw_only=True
):
    """A request to the engine; each gets an `Answer`."""

    by: By | None = None
    """Who asks; None: not known."""


class Run(Command, frozen=True):
    """Go on with the round of the current revision, or start one."""

    trials: int | None = None
    """How many more trials; None: what the round still lacks, or the usual number of a new one."""
    sampler: str | None = None
    """Text form; None: that of the last round."""
    pruner: str | None = None
    new_round: bool = False
    epochs_budget: int | None = None
    seconds_budget: float | None = None


class Pause(Command, frozen=True):
    """Hold the running trials after their epoch in progress."""


class EndRound(Command, frozen=True):
    """Draw no more trials; the running ones finish."""


class Quit(Command, frozen=True):
    """Stop, mark what runs as interrupted, save everything, and end the loop."""


class Reason(msgspec.Struct, frozen=True):
    """Why a parameter was changed, with the statistics that spoke for it."""

    text: str
    numbers: Mapping[str, float | None] = msgspec.field(default_factory=dict)


class CommitRevision(Command, frozen=True):
    """Make a space the next revision, and the parent of it the current one."""

    space: Space
    reasons: Mapping[str, Reason] = msgspec.field(default_factory=dict)
    """By parameter."""
    reason: str = ""
    run: Run | None = None
    """Start the next round at once."""
    outside: Literal["finish", "stop"] = "finish"
    """What becomes of running trials outside the new ranges."""
    parent: int | None = None
    """The revision that it was made from; refused where another is current. None: any."""
    numbers: Mapping[str, float | None] = msgspec.field(default_factory=dict)
    """The statistics that speak for the revision as a whole, by name."""


class Undo(Command, frozen=True):
    """Step to the parent of the current revision."""


class Redo(Command, frozen=True):
    """Step to the revision that the last undo left."""


class SelectRevision(Command, frozen=True):
    """Go back to a revision; the next commit branches from it."""

    number: int


class SaveDraft(Command, frozen=True):
    """Keep the ranges on the screen; None where they equal the revision."""

    space: Space | None


class Annotate(Command, frozen=True):
    """Pin, note or tag a trial; None leaves a thing as it is."""

    trial: int
    pinned: bool | None = None
    note: str | None = None
    tags: tuple[str, ...] | None = None


class StopTrial(Command, frozen=True):
    """End a trial at its next epoch or batch; what it reported is kept."""

    trial: int


class KillTrial(Command, frozen=True):
    """End a trial at once where its executor can."""

    trial: int


class RetryTrial(Command, frozen=True):
    """Run a trial again from its first epoch with the same params and seed.

    For one that failed, to resume one that was given up, or with more `epochs` to extend one. The
    pruner leaves it alone, and its earlier result is kept until the new one is worth more.
    """

    trial: int
    epochs: int | None = None
    """How many epochs; None: as many as before."""
    start: bool = True
    """Run it now; False: the next `Run` does."""


class Enqueue(Command, frozen=True):
    """Train a point of the person's own next: any values, also outside of the ranges."""

    params: Mapping[str, Value]
    origin: str = "queued by hand"
    """Who asked for it, or `clone of 17`."""
    start: bool = True
    """Run it now; False: the next `Run` does."""


class RepeatBest(Command, frozen=True):
    """Train the best points once more, each on a new seed: what they differ by is luck."""

    count: int
    """How many of them."""
    start: bool = True
    """Run them now; False: the next `Run` does."""


class StartFinish(Command, frozen=True):
    """Go on with the open finish, or race the best trials on new seeds, refit and test one.

    An open finish goes on where it has the same contenders and repeats; else another takes over.
    """

    trial: int | None = None
    """Finish with this one and race nobody; None: the best ones race."""
    repeats: int | None = None
    """Of the last two of the race; None: what the open finish has, or the usual number."""
    contenders: int | None = None
    """How many race at most; None: as many as a race of so many repeats begins with."""
    choose: Literal["race", "person"] = "person"
    """Whether the one that the race prefers goes on at once, or `ChooseContender` is waited for."""


class ChooseContender(Command, frozen=True):
    """Refit and test this contender: the race is over."""

    trial: int


class StopFinish(Command, frozen=True):
    """End the open finish without a result."""


class SetProblem(Command, frozen=True):
    """Change what is tuned, from the next round on; None leaves a thing as it is."""

    epochs: int | None = None
    """Of a trial of full length."""
    trainer: TrainerSpec | None = None
    """What trains from now on; checked by whoever asks."""
    settings: dict[str, Value] = {}
    """Fixed values that the trainer needs and the session doesn't have."""
    metric: str | None = None
    """What its reports call the number that ranks; which way is better stays."""


class SetWorkers(Command, frozen=True):
    """Change how many trials run at once."""

    workers: int


AnyCommand = (
    Run
    | Pause
    | EndRound
    | Quit
    | CommitRevision
    | Undo
    | Redo
    | SelectRevision
    | SaveDraft
    | Annotate
    | StopTrial
    | KillTrial
    | RetryTrial
    | Enqueue
    | RepeatBest
    | StartFinish
    | ChooseContender
    | StopFinish
    | SetProblem
    | SetWorkers
)


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the session stands after a command."""

    revision: int | None = None
    """The current one."""
    round: int | None = None
    """The newest one; None before the first."""
    trial: int | None = None
    """The one that the command was about or made."""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a command; it comes once what was done is in the journal."""

    refused: str = ""
    """Why it was not done, one sentence; empty where it was."""
    unsaved: str = ""
    """Why it is not on the disk yet; empty where it is."""
    ended: bool = False
    """The engine ended before it came to the command: whoever holds the session next can do it."""
    result: Result = Result()

    @property
    def is_done(self) -> bool:
        """Whether the command was done, on the disk or not."""
        return not self.refused


Reply = Callable[[Answer], None]
"""Takes the answer to one command; called in the engine's thread, once."""


Kind = Literal["screen", "command"]
"""Of who asks."""


def asked_by(command: Command, kind: Kind) -> Any:
    """Return a command that says that this process asks for it."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = ""  # a user without a name, as in some containers
    return replace(command, by=By(kind, os.getpid(), user))


def decode_command(line: bytes) -> Any:
    """Return the command of one JSON text. Raises `msgspec.DecodeError` where it is none."""
    return _decoder.decode(line)


_decoder: msgspec.json.Decoder[AnyCommand] = msgspec.json.Decoder(AnyCommand)
