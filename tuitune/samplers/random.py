"""Independent uniform draws, each in the scale of its parameter: the book's sampler."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.random import SeedSequence, default_rng

from tuitune.samplers.base import NO_HISTORY, DrawPoint, History
from tuitune.space import Space, Value


@dataclass(frozen=True)
class RandomSampler:
    """Draws each trial from a generator of its own, so that no order of drawing matters."""

    def draws_evenly(self, space: Space, at: DrawPoint, history: History = NO_HISTORY) -> bool:  # noqa: ARG002
        """Return True."""
        return True

    def sample(
        self,
        space: Space,
        at: DrawPoint,
        history: History = NO_HISTORY,  # noqa: ARG002
    ) -> dict[str, Value]:
        """Return a random point. A frozen parameter uses up a number: freezing moves no other."""
        seeds = SeedSequence([at.session_seed, at.revision, at.round, at.trial])
        units = default_rng(seeds).random(len(space.parameters)).tolist()
        return space.from_unit(units)

    def size(self, space: Space) -> int | None:  # noqa: ARG002
        """Return None: there is always another point."""
        return None
