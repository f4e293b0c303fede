"""The even draws of a learning sampler: what the advice on ranges may read.

The first trials of a revision and one in four after them come from a Halton sequence of the
revision. Its index counts even draws, not trials: every fourth point of a Halton sequence keeps
the first parameter within a quarter of its range.
"""

from __future__ import annotations

from tuitune.samplers.base import DrawPoint, History
from tuitune.samplers.quasi import BLOCK, sequence_block
from tuitune.samplers.rows import free_parameters
from tuitune.space import Space, Value

ONE_IN = 4


def is_even_turn(space: Space, at: DrawPoint, history: History) -> bool:
    """Say whether the trial is one of the first max(8, 2 d) of its revision, or a fourth one."""
    drawn, _ = _drawn(at, history)
    start = max(8, 2 * len(free_parameters(space)))
    return drawn < start or (drawn - start) % ONE_IN == ONE_IN - 1


def even_point(space: Space, at: DrawPoint, history: History) -> dict[str, Value]:
    """Return the next point of the revision's sequence."""
    _, index = _drawn(at, history)
    if not space.parameters:
        return {}
    number, row = divmod(index, BLOCK)
    # The last entry keeps it apart from the sequences of rounds.
    seed = (at.session_seed, at.revision, 0, 6)
    block = sequence_block("halton", len(space.parameters), seed, number)
    return space.from_unit(block[row].tolist())


def _drawn(at: DrawPoint, history: History) -> tuple[int, int]:
    """Return how many trials of the revision were drawn before, and how many of them evenly."""
    draws = [
        trial.draw
        for trial in history.trials[: at.trial - 1]
        if trial.revision == at.revision and trial.draw != "person"
    ]
    return len(draws), draws.count("uniform")
