"""The trials that a learning sampler reads: those inside today's ranges, as places in them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuitune.model.trial import TrialState
from tuitune.samplers.base import DrawPoint, History
from tuitune.space import Choice, Parameter, Space, Value

MOST_TRIES = 3
"""How often the same params are drawn at most, the running ones counted."""

_WAITING = {TrialState.QUEUED, TrialState.RUNNING, TrialState.INTERRUPTED}


class Rows(NamedTuple):
    """Trials by what is known of them; units are those of the free parameters, (n, d)."""

    units: NDArray[np.float64]
    """Of trials of full length, by number."""
    scores: NDArray[np.float64]
    """Theirs, higher is better: (n,)."""
    poor: NDArray[np.float64]
    """Of trials given up or diverged."""
    pending: NDArray[np.float64]
    """Of trials whose score is to come."""
    tried: list[tuple[Value, ...]]
    """The params of all of them, in the order of the space."""


def free_parameters(space: Space) -> dict[str, Parameter]:
    """Return the parameters of which more than one value may be drawn, by name."""
    return {
        name: p
        for name, p in space.parameters.items()
        if not p.is_frozen and not (isinstance(p, Choice) and len(p.on) == 1)
    }


def read_rows(space: Space, at: DrawPoint, history: History) -> Rows:
    """Return the trials before `at`, of any revision, that lie inside all ranges of `space`."""
    free = free_parameters(space)
    criterion = history.criterion
    full: list[list[float]] = []
    scores: list[float] = []
    poor: list[list[float]] = []
    pending: list[list[float]] = []
    tried: list[tuple[Value, ...]] = []
    for trial in history.trials[: at.trial - 1]:
        params = trial.params
        if trial.epochs < criterion.epochs or not all(
            name in params and p.contains(params[name]) for name, p in space.parameters.items()
        ):
            continue
        units = [p.to_unit(params[name]) for name, p in free.items()]
        score = criterion.score(trial) if criterion.is_full(trial) else None
        if score is not None:
            full.append(units)
            scores.append(criterion.sign * score)
        elif trial.state is TrialState.PRUNED or trial.cause == "diverged":
            poor.append(units)
        elif trial.state in _WAITING:
            pending.append(units)
        else:
            continue
        tried.append(tuple(params[name] for name in space.names))

    def table(rows: list[list[float]]) -> NDArray[np.float64]:
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(free))

    return Rows(table(full), np.array(scores, np.float64), table(poor), table(pending), tried)
