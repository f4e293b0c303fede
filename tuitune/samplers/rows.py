"""The trials that a learning sampler reads: those inside today's ranges, as places in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuitune.model.trial import Criterion, Trial, TrialState
from tuitune.samplers.base import DrawPoint, History
from tuitune.space import Choice, Parameter, Space, Value

MOST_TRIES = 3
"""How often the same params are drawn at most, the running ones counted."""
NOT_COUNTING = 0.5
"""Where a parameter stands at a point at which it doesn't count."""
MOST_ROWS = 300
"""How many trials with a result are read."""

Kind = Literal["full", "pruned", "diverged", "pending"]
"""What is known of a trial: a score, that it was given up or diverged, or nothing yet."""

_WAITING = {TrialState.QUEUED, TrialState.RUNNING, TrialState.INTERRUPTED}


class Row(NamedTuple):
    """One trial that counts."""

    trial: Trial
    kind: Kind
    gain: float | None
    """Its score at the length that counts, higher is better; None where there is none."""


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
    tried: Counter[tuple[Value | None, ...]]
    """How often each point was tried; see `values_of`."""


def free_parameters(space: Space) -> dict[str, Parameter]:
    """Return the parameters of which more than one value may be drawn, by name.

    One that can't count beside what the others may be is none of them.
    """
    return {
        name: p
        for name, p in space.parameters.items()
        if not p.is_frozen
        and not (isinstance(p, Choice) and len(p.on) == 1)
        and space.can_count(name)
    }


def rows_inside(space: Space, at: DrawPoint, history: History) -> list[Row]:
    """Return the trials before `at` inside all ranges of `space`, of any revision, by number."""
    rows = []
    criterion = history.criterion
    for trial in history.trials[: at.trial - 1]:
        kind = _kind(trial, criterion)
        if kind is None or trial.epochs < criterion.epochs or not space.contains(trial.params):
            continue
        score = criterion.score(trial)
        rows.append(Row(trial, kind, None if score is None else criterion.sign * score))
    return rows


def most_telling(rows: Sequence[Row]) -> list[Row]:
    """Return `rows` by number, of more than 300 with a result the 150 best and newest others."""
    known = [row for row in rows if row.kind != "pending"]
    if len(known) <= MOST_ROWS:
        return list(rows)
    full = [row for row in known if row.kind == "full"]
    best = sorted(full, key=lambda row: -(row.gain or 0.0))[: MOST_ROWS // 2]
    numbers = {row.trial.number for row in best}
    others = [row.trial.number for row in known if row.trial.number not in numbers]
    numbers.update(others[-(MOST_ROWS - len(best)) :])
    return [row for row in rows if row.kind == "pending" or row.trial.number in numbers]


def count_tries(space: Space, rows: Sequence[Row]) -> Counter[tuple[Value | None, ...]]:
    """Return how often each point was tried, by its values in the order of the space."""
    return Counter(values_of(space, row.trial.params) for row in rows)


def values_of(space: Space, params: Mapping[str, Value]) -> tuple[Value | None, ...]:
    """Return the values of a point in the order of the space; None for what doesn't count."""
    counting = space.active(params)
    return tuple(counting.get(name) for name in space.names)


def read_rows(space: Space, at: DrawPoint, history: History) -> Rows:
    """Return the trials before `at`, of any revision, that lie inside all ranges of `space`."""
    free = free_parameters(space)
    inside = rows_inside(space, at, history)
    telling = most_telling(inside)

    def table(*kinds: Kind) -> NDArray[np.float64]:
        units = [
            [
                p.to_unit(row.trial.params[name])
                if space.counts(name, row.trial.params)
                else NOT_COUNTING
                for name, p in free.items()
            ]
            for row in telling
            if row.kind in kinds
        ]
        return np.array(units, dtype=np.float64).reshape(len(units), len(free))

    scores = [row.gain for row in telling if row.kind == "full"]
    return Rows(
        table("full"),
        np.array(scores, np.float64),
        table("pruned", "diverged"),
        table("pending"),
        count_tries(space, inside),
    )


def _kind(trial: Trial, criterion: Criterion) -> Kind | None:
    if criterion.ranks(trial):
        return "full"
    if trial.cause == "diverged":
        return "diverged"
    if trial.state is TrialState.PRUNED:
        return "pruned"
    return "pending" if trial.state in _WAITING else None
