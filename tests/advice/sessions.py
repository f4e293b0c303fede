"""Sessions made of simulated trials: what the tests of this room share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from tuitune.model import Session
from tuitune.model.events import (
    EpochReported,
    Event,
    RevisionCommitted,
    RoundStarted,
    SessionCreated,
    TrialEnded,
    TrialQueued,
    TrialStarted,
)
from tuitune.model.trial import Cause, Draw, Problem, TrialState
from tuitune.space import Parameter, Space, Value, parse_parameter

Score = Callable[[Mapping[str, Value]], float | None]


def space_of(**ranges: str) -> Space:
    parameters: dict[str, Parameter] = {n: parse_parameter(text) for n, text in ranges.items()}
    return Space(parameters)


def accuracy_problem(epochs: int = 1, samples: int | None = 100) -> Problem:
    return Problem(epochs=epochs, samples=samples, classes=10 if samples else None)


@dataclass
class Study:
    """Builds a session round by round."""

    space: Space
    problem: Problem = field(default_factory=accuracy_problem)
    seed: int = 0
    draw: Draw = "uniform"

    def __post_init__(self) -> None:
        created = SessionCreated("study", self.problem, self.seed, 0.0, "test")
        self.session = Session(created)
        self.rng = np.random.default_rng(self.seed)
        self.commit(self.space)

    def _do(self, *events: Event) -> None:
        for event in events:
            self.session.apply(event)

    def commit(self, space: Space) -> None:
        number = len(self.session.revisions) + 1
        self._do(RevisionCommitted(number, number - 1 or None, space, 0.0))

    def start(self, trials: int = 0, sampler: str = "random") -> None:
        number = len(self.session.rounds) + 1
        self.draw = "adaptive" if sampler == "tpe" else "uniform"
        self._do(RoundStarted(number, self.session.current, sampler, "none", trials, 0.0))

    def add(
        self,
        params: dict[str, Value],
        curve: Iterable[float | None],
        state: TrialState = TrialState.DONE,
        reason: str = "",
        origin: str = "",
        epochs: int | None = None,
        cause: Cause | None = None,
    ) -> int:
        session = self.session
        number = len(session.trials) + 1
        self._do(
            TrialQueued(
                number=number,
                round=len(session.rounds),
                revision=session.current,
                params=params,
                seed=number,
                epochs=epochs or self.problem.epochs,
                origin=origin,
                draw="person" if origin else self.draw,
            ),
            TrialStarted(number, 0.0),
        )
        for epoch, value in enumerate(curve, start=1):
            metrics = {self.problem.metric: value}
            self._do(EpochReported(number, epoch, metrics, float(epoch)))
        if state is not TrialState.RUNNING:
            self._do(TrialEnded(number, state, 1.0, 1.0, reason, cause=cause))
        return number

    def run(self, trials: int, score: Score, sampler: str = "random") -> Study:
        """Add one round drawn uniformly; a score of None is a trial that diverged."""
        self.start(trials, sampler)
        space = self.session.space
        for _ in range(trials):
            params = space.from_unit(self.rng.random(len(space.parameters)).tolist())
            result = score(params)
            if result is None:
                self.add(params, [None], TrialState.FAILED, cause="diverged")
            else:
                self.add(params, [result])
        return self


def real(params: Mapping[str, Value], name: str) -> float:
    value = params[name]
    assert isinstance(value, int | float)
    return float(value)
