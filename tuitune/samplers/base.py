"""The protocol of a sampler, and the place in a session that it draws for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

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


class Sampler(Protocol):
    """Which point next."""

    draws_evenly: ClassVar[bool]
    """Whether its points are spread over the space whatever the scores were."""

    def sample(self, space: Space, at: DrawPoint) -> dict[str, Value]:
        """Return one value for each parameter of `space`, the frozen ones included.

        Pure: the same space and place give the same params, whatever was drawn before.
        """

    def size(self, space: Space) -> int | None:
        """Return how many points there are to draw; None: as many as one likes."""
