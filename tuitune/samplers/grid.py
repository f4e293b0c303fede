"""Full factorial grids, in an order that is shuffled so that half a grid still covers the space."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from msgspec.structs import replace

from tuitune.parts import require
from tuitune.samplers.base import NO_HISTORY, DrawPoint, History
from tuitune.space import Choice, Condition, FloatRange, Parameter, Space, Value

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
        grid = _Grid(space, self.points)
        seed = f"{at.session_seed} {at.revision} {at.round}"
        return space.active(grid.point(shuffled(at.index % grid.size, grid.size, seed)))

    def size(self, space: Space) -> int | None:
        """Return the number of different points of the grid."""
        return _Grid(space, self.points).size


class _Grid:
    """The points of a space, each once: below each value stand the parameters that count there."""

    def __init__(self, space: Space, points: int) -> None:
        self._values = {name: _values(one, points) for name, one in space.parameters.items()}
        self._roots = [name for name in space.names if space[name].when is None]
        self._below: dict[str, list[tuple[Condition, str]]] = {name: [] for name in space.names}
        for name, condition in space.conditions.items():
            if condition is not None:
                self._below[condition.parameter].append((condition, name))
        self.size = math.prod(map(self._count, self._roots))
        """The number of points."""

    def point(self, place: int) -> dict[str, Value]:
        """Return the point at a place, from 0 to below the size."""
        params: dict[str, Value] = {}
        for name in self._roots:
            place, which = divmod(place, self._count(name))
            self._take(name, which, params)
        return params

    def _take(self, name: str, which: int, params: dict[str, Value]) -> None:
        """Set a parameter, and those below its value, to number `which` of their points."""
        for value in self._values[name]:
            below = self._counting(name, value)
            size = math.prod(map(self._count, below))
            if which < size:
                params[name] = value
                for one in below:
                    which, its = divmod(which, self._count(one))
                    self._take(one, its, params)
                return
            which -= size

    def _count(self, name: str) -> int:
        """Return how many points a parameter has with those below it."""
        if not self._below[name]:
            return len(self._values[name])
        return sum(
            math.prod(map(self._count, self._counting(name, value))) for value in self._values[name]
        )

    def _counting(self, name: str, value: Value) -> list[str]:
        return [below for condition, below in self._below[name] if condition.holds(value)]


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
