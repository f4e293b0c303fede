"""Scrambled quasi-random sequences, which leave smaller holes than independent draws do.

Sobol with linear matrix scrambling and digital shift (Matousek, J. Complexity 14, 1998), Halton
with random permutations of the digits (Owen, arXiv 1706.02808), both as scipy has them. Sobol is
balanced at powers of two, Halton everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Literal

import numpy as np
from numpy.random import SeedSequence, default_rng
from numpy.typing import NDArray

from tuitune.samplers.base import NO_HISTORY, DrawPoint, History
from tuitune.space import Space, Value

Kind = Literal["halton", "sobol"]

BLOCK = 1024
"""Points made at once; a power of two, as Sobol wants it."""


@dataclass(frozen=True)
class _QuasiSampler:
    """A new sequence for each revision and round; the trial at `index` gets its point `index`."""

    kind: ClassVar[Kind]

    def draws_evenly(self, space: Space, at: DrawPoint, history: History = NO_HISTORY) -> bool:  # noqa: ARG002
        """Return True."""
        return True

    def sample(
        self,
        space: Space,
        at: DrawPoint,
        history: History = NO_HISTORY,  # noqa: ARG002
    ) -> dict[str, Value]:
        """Return point `at.index` of the round's sequence in the unit cube of the space.

        A frozen parameter keeps its dimension: freezing moves no other.
        """
        dimensions = len(space.parameters)
        if dimensions == 0:
            return {}
        seed = (at.session_seed, at.revision, at.round)
        number, row = divmod(at.index, BLOCK)
        return space.from_unit(sequence_block(self.kind, dimensions, seed, number)[row].tolist())

    def size(self, space: Space) -> int | None:  # noqa: ARG002
        """Return None: the sequence goes on."""
        return None


@dataclass(frozen=True)
class HaltonSampler(_QuasiSampler):
    """Scrambled Halton: stays balanced when a round gets ten trials more."""

    kind = "halton"


@dataclass(frozen=True)
class SobolSampler(_QuasiSampler):
    """Scrambled Sobol: the most even at 32, 64 or 128 trials."""

    kind = "sobol"


@lru_cache(maxsize=16)
def sequence_block(
    kind: Kind, dimensions: int, seed: tuple[int, ...], number: int
) -> NDArray[np.float64]:
    """Return points number*BLOCK and following of a sequence: (BLOCK, dimensions) in [0, 1)."""
    from scipy.stats import qmc

    make = qmc.Halton if kind == "halton" else qmc.Sobol
    engine = make(dimensions, scramble=True, rng=default_rng(SeedSequence(seed)))
    if number:
        engine.fast_forward(number * BLOCK)
    points: NDArray[np.float64] = engine.random(BLOCK)
    points.flags.writeable = False
    return points
