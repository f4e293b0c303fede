"""The parts of a session besides its trials: revisions, rounds and finishes."""

from __future__ import annotations

from typing import Literal

import msgspec

from tuitune.model.events import Change, FinishEnd, RoundEnd
from tuitune.model.limits import Count, Ordinal, Score, Seconds, Seed, Time
from tuitune.model.trial import By, Drop, Refit, Repeat, TestScore, Trial
from tuitune.space import Space


class Revision(msgspec.Struct, frozen=True, omit_defaults=True):
    """One committed version of the space; never edited, only followed by another."""

    number: Ordinal
    parent: Ordinal | None
    space: Space
    at: Time
    changes: tuple[Change, ...] = ()
    reason: str = ""
    numbers: dict[str, Score | None] = msgspec.field(default_factory=dict)
    """The statistics that spoke for it as a whole, by name."""
    by: By | None = None
    """Who asked for it; None: not known."""


LEARNING = frozenset({"gp", "tpe"})
"""Samplers that learn from the scores; one in four of their draws is even."""


class Round(msgspec.Struct, omit_defaults=True):
    """A batch of trials drawn from one revision by one sampler with one pruner."""

    number: Ordinal
    revision: Ordinal
    sampler: str
    pruner: str
    trials: Ordinal
    """How many it is to have; the person's number, not how many there are."""
    started_at: Time
    ended: RoundEnd | None = None
    """How it ended; None while it can go on."""
    ended_at: Time | None = None
    epochs_budget: Ordinal | None = None
    seconds_budget: Seconds | None = None
    drawn: Count = 0
    """Trials that exist in it."""
    finished: Count = 0
    """Of these, how many are done, pruned, failed or stopped."""
    epochs_spent: Count = 0
    seconds_spent: Seconds = 0.0
    """Sum of the wall time of its trials."""
    wall_seconds: Seconds = 0.0
    """Wall time with at least one trial under way, counted up to `wall_until`."""
    wall_until: Time | None = None
    """The last start or end of a trial of it; None before the first."""
    changed: tuple[str, ...] = ()
    """What the trainer is made of that differs from the session's pins."""
    package: str = ""
    """Name and version of the package that draws, e.g. `optuna 5.0.0`; empty: this program."""
    by: By | None = None
    """Who asked for it; None: not known."""
    epochs: Ordinal | None = None
    """How many its trials train; None in files from before that could change: the first length."""

    @property
    def sampler_text(self) -> str:
        """The sampler as it is named to a person: `halton`, `tpe, 1 in 4 even`."""
        learns = self.sampler.split()[0] in LEARNING if self.sampler else False
        return f"{self.sampler}, 1 in 4 even" if learns else self.sampler


class Finish(msgspec.Struct, omit_defaults=True):
    """A race of the best trials on new seeds, the choice of one, its refit and its test."""

    number: Ordinal
    revision: Ordinal
    """The one that was in use when it started."""
    contenders: tuple[Ordinal, ...]
    """Trials, the best first."""
    scores: tuple[Score, ...]
    """What each was selected by."""
    repeats: Ordinal
    seeds: tuple[Seed, ...]
    """One for each repeat, the same for every contender."""
    refit_seeds: tuple[Seed, ...]
    started_at: Time
    runs: list[Repeat] = msgspec.field(default_factory=list)
    """Repeats that have ended, in that order."""
    dropped: list[Drop] = msgspec.field(default_factory=list)
    preferred: Ordinal | None = None
    """The trial that the race prefers; None while it runs."""
    tied: tuple[Ordinal, ...] = ()
    verdict: str = ""
    """What the race says of the best."""
    raced_at: Time | None = None
    chosen: Ordinal | None = None
    chosen_by: Literal["race", "person"] | None = None
    refits: list[Refit] = msgspec.field(default_factory=list)
    """By repeat."""
    opening: Ordinal | None = None
    """Which opening of the test set in the session's life; None while it is sealed."""
    opened_at: Time | None = None
    test: TestScore | None = None
    ended: FinishEnd | None = None
    """How it ended; None while it can go on."""
    ended_at: Time | None = None
    text: str = ""
    """The final line, or why there is none."""
    files: tuple[str, ...] = ()
    by: By | None = None
    """Who asked for it; None: not known."""
    epochs: Ordinal | None = None
    """How many each repeat trains; None in older files: as many as its trial."""

    def epochs_of(self, trial: Trial) -> int:
        """Return how many epochs a repeat of a contender trains."""
        return self.epochs or trial.epochs

    def scores_of(self, trial: int) -> list[float | None]:
        """Return the scores of a contender's repeats, in the order of the seeds."""
        runs = sorted((run for run in self.runs if run.trial == trial), key=lambda r: r.repeat)
        return [run.score for run in runs]

    def selected_score(self, trial: int) -> float:
        """Return the score that a contender was selected by."""
        return self.scores[self.contenders.index(trial)]

    @property
    def remaining(self) -> tuple[int, ...]:
        """The contenders that are still in the race."""
        gone = {drop.trial for drop in self.dropped}
        return tuple(number for number in self.contenders if number not in gone)

    @property
    def waits_for_choice(self) -> bool:
        """Whether the race is over and a person is to choose."""
        return self.ended is None and self.preferred is not None and self.chosen is None
