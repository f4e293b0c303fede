"""The parts of a session besides its trials: revisions and rounds."""

from __future__ import annotations

import msgspec

from tuitune.events import Change
from tuitune.space import Space


class Revision(msgspec.Struct, frozen=True, omit_defaults=True):
    """One committed version of the space; never edited, only followed by another."""

    number: int
    parent: int | None
    space: Space
    at: float
    changes: tuple[Change, ...] = ()
    reason: str = ""


class Round(msgspec.Struct, omit_defaults=True):
    """A batch of trials drawn from one revision by one sampler with one pruner."""

    number: int
    revision: int
    sampler: str
    pruner: str
    trials: int
    """How many it is to have; the person's number, not how many there are."""
    started_at: float
    ended: str | None = None
    """How it ended; None while it can go on."""
    ended_at: float | None = None
    epochs_budget: int | None = None
    seconds_budget: float | None = None
    drawn: int = 0
    """Trials that exist in it."""
    finished: int = 0
    """Of these, how many are done, pruned, failed or stopped."""
    epochs_spent: int = 0
    seconds_spent: float = 0.0
    """Sum of the wall time of its trials."""
