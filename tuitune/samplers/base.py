"""The protocol of a sampler, and the place in a session that it draws for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tuitune.model.trial import Criterion, Trial
from tuitune.space import Space, Value


@dataclass(frozen=True, slots=True)
class DrawPoint:
    """For which trial a point is drawn: all that a draw depends on besides the space."""

    session_seed: int
    """At least 0."""
    revision: int
    round: int
    trial: int
    """Number of the trial in the session, from 1."""
    index: int
    """Position of the trial within its round, from 0."""


_ANY = Criterion("", 1, 1)


@dataclass(frozen=True, slots=True)
class History:
    """The trials of a session that a draw may learn from."""

    trials: Sequence[Trial] = ()
    """Trial n stands at index n - 1."""
    criterion: Criterion = _ANY
    """By what they are compared; shorter trials don't count."""


NO_HISTORY = History()


class Sampler(Protocol):
    """Which point next."""

    def draws_evenly(self, space: Space, at: DrawPoint, history: History = NO_HISTORY) -> bool:
        """Say whether that point is spread over the space whatever the scores were."""

    def sample(
        self, space: Space, at: DrawPoint, history: History = NO_HISTORY
    ) -> dict[str, Value]:
        """Return one value for each parameter of `space`, the frozen ones included.

        Pure: the same space, place and history give the same params, whatever was drawn before.
        """

    def size(self, space: Space) -> int | None:
        """Return how many points there are to draw; None: as many as one likes."""
