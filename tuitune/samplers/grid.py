"""Full factorial grids, in an order that is shuffled so that half a grid still covers the space."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from msgspec.structs import replace

from tuitune.parts import require
from tuitune.samplers.base import NO_HISTORY, DrawPoint, History
from tuitune.space import Choice, FloatRange, Parameter, Space, Value

ROUNDS = 4
"""Rounds of the Feistel network, as many as Luby and Rackoff need (SIAM J. Comput. 17, 1988)."""


@dataclass(frozen=True)
class GridSampler:
    """`points` values of each range, both ends among them, and every option of each choice.

    A range with fewer values than `points` gives each once, one that allows 0 as well has it in
    addition, and a frozen parameter gives its only value.
    """

    points: int = 5

    def __post_init__(self) -> None:
        require(2 <= self.points <= 1000, "points lies in 2..1000", self.points)

    def draws_evenly(self, space: Space, at: DrawPoint, history: History = NO_HISTORY) -> bool:  # noqa: ARG002
        """Return True."""
        return True

    def sample(
        self,
        space: Space,
        at: DrawPoint,
        history: History = NO_HISTORY,  # noqa: ARG002
    ) -> dict[str, Value]:
        """Return point `at.index` of the round's order; past the last one it begins again."""
        columns = _columns(space, self.points)
        size = math.prod(map(len, columns.values()))
        seed = f"{at.session_seed} {at.revision} {at.round}"
        place = shuffled(at.index % size, size, seed)
        params = {}
        for name, values in columns.items():
            place, which = divmod(place, len(values))
            params[name] = values[which]
        return params

    def size(self, space: Space) -> int | None:
        """Return the number of different points of the grid."""
        return math.prod(map(len, _columns(space, self.points).values()))


def shuffled(index: int, size: int, seed: str) -> int:
    """Return where `index` stands in a random order of range(`size`), without making the order.

    A Feistel network permutes the numbers of an even count of bits; what falls outside goes round
    again (cycle walking), which keeps it a permutation of range(size). Grids of ten parameters
    have more points than fit in memory.
    """
    half = max(1, ((size - 1).bit_length() + 1) // 2)
    mask = (1 << half) - 1
    while True:
        left, right = index >> half, index & mask
        for turn in range(ROUNDS):
            digest = blake2b(f"{seed} {turn} {right}".encode(), digest_size=8).digest()
            left, right = right, left ^ (int.from_bytes(digest, "big") & mask)
        index = left << half | right
        if index < size:
            return index


def _columns(space: Space, points: int) -> dict[str, tuple[Value, ...]]:
    return {name: _values(one, points) for name, one in space.parameters.items()}


@lru_cache(maxsize=256)
def _values(parameter: Parameter, points: int) -> tuple[Value, ...]:
    """Return the grid's values of one parameter, each once, in the order of the range."""
    if parameter.is_frozen:
        return (parameter.from_unit(0.5),)
    if isinstance(parameter, Choice):
        return parameter.on
    if isinstance(parameter, FloatRange) and parameter.zero:
        return 0.0, *_values(replace(parameter, zero=False), points)
    units = (i / (points - 1) for i in range(points))
    values = [parameter.from_unit(unit) for unit in units]
    if isinstance(parameter, FloatRange):
        # Without the noise of the last digits a grid of decades reads 1e-5, 1e-4.
        typed = (float(f"{value:.12g}") for value in values)
        values = [min(max(value, parameter.low), parameter.high) for value in typed]
    return tuple(dict.fromkeys(values))
