"""Sessions that are ready to finish, small test sets, and what a finish comes to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.engine.support import executor_of, run
from tuitune.datasets import load_mnist
from tuitune.engine import Command, Engine, Enqueue, Run
from tuitune.executors.base import TrainFunction
from tuitune.model import Finish, Session
from tuitune.model.events import Event, RevisionCommitted, SessionCreated
from tuitune.model.trial import Problem
from tuitune.space import Space, parse_parameter
from tuitune.store import SessionStore, read_session
from tuitune.trainers.spec import FunctionSpec, MlpSpec

TESTED = 300
"""Images of the test set that the tests look at."""

MLP = MlpSpec(train_size=60, validation=0.2)
SPACE = Space({"lr": parse_parameter("1e-6..1e-1 log"), "width": parse_parameter("4..64 int")})


def noisy(params: dict[str, Any], *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
    """Return a score of 10 times `lr`, shifted by what a seed does to all, and a little of its own.

    The shift is up to .2, far more than the differences that a race has to see.
    """
    shared = seed % 1009 / 5045
    own = (seed ^ int(params["width"]) * 7919) % 101 / 101_000
    for epoch in range(1, epochs + 1):
        value = (10 * params["lr"] + shared + own) * epoch / epochs
        yield {"val_acc": value, "train_acc": value}


class Bench:
    """A session file, and engines on it, each a new run of the program."""

    told: Engine | None = None
    """The engine that the trainer of `sending` sends its command to."""

    def __init__(self, folder: Path, problem: Problem) -> None:
        self.path = folder / "try.json"
        SessionStore.create(
            self.path,
            SessionCreated("try", problem, 7, 1.0, "test"),
            RevisionCommitted(1, None, SPACE, 1.0),
        ).close()

    def engine(self, train: TrainFunction | None = noisy, *, workers: int = 1) -> Engine:
        """Open the session; `train` None is the problem's own trainer."""
        if train is None:
            return Engine(SessionStore.open(self.path), workers=workers)
        return Engine(
            SessionStore.open(self.path),
            workers=workers,
            executor_factory=lambda inbox, count: executor_of(train, inbox, count),
        )

    def run(self, *sent: Any, train: TrainFunction | None = noisy, workers: int = 1) -> list[Any]:
        """Send commands, run until there is nothing to do, and return all that was said."""
        return run(self.engine(train, workers=workers), *sent)

    def sending(self, at: int, command: Command) -> TrainFunction:
        """Return a trainer that sends `command` to the engine `told` when it begins to train."""
        begun = 0

        def train(params: Any, *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
            nonlocal begun
            begun += 1
            if begun == at:
                assert self.told is not None
                self.told.send(command)
            yield from noisy(params, epochs=epochs, seed=seed)

        return train

    def run_until(self, at: int, command: Command, *sent: Command) -> list[Any]:
        """As `run`, with `command` sent when the trainer begins for the `at`th time."""
        self.told = self.engine(self.sending(at, command))
        return run(self.told, *sent)

    def add_trials(self, *rates: float, train: TrainFunction | None = noisy) -> None:
        """Train one trial for each `lr`; widths are 8, 9, and so on."""
        points = [
            Enqueue({"lr": rate, "width": 8 + place}, "test") for place, rate in enumerate(rates)
        ]
        self.run(Run(trials=1), *points, train=train)

    @property
    def session(self) -> Session:
        return read_session(self.path)

    @property
    def finish(self) -> Finish:
        return self.session.finishes[-1]


def network_problem(epochs: int = 2) -> Problem:
    return Problem(MLP, settings={"depth": 2}, epochs=epochs, samples=12, classes=10)


def function_problem(direction: Any = "maximize") -> Problem:
    return Problem(FunctionSpec("m:f"), epochs=2, direction=direction)


def result(finish: Finish) -> dict[str, Any]:
    """Return all of a finish that does not depend on when it ran and in which order."""
    return {
        "contenders": finish.contenders,
        "runs": sorted((r.trial, r.repeat, r.seed, r.score, r.epochs) for r in finish.runs),
        "dropped": finish.dropped,
        "preferred": finish.preferred,
        "tied": finish.tied,
        "verdict": finish.verdict,
        "chosen": (finish.chosen, finish.chosen_by),
        "refits": [(r.repeat, r.seed, r.updates, r.samples, r.reason) for r in finish.refits],
        "opening": finish.opening,
        "test": finish.test,
        "ended": finish.ended,
        "text": finish.text,
        "files": finish.files,
    }


def happened(said: list[Any]) -> list[str]:
    """Return the kinds of the events, in their order."""
    return [type(message).__name__ for message in said if isinstance(message, Event)]


def shrink_test_set(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the test set be its first images; returns the list that grows when a part is read."""
    read: list[str] = []
    whole = load_mnist()

    def reader(part: Any, n: int) -> Any:
        read.append(part)
        return whole.reader(part, n)

    small = replace(whole, n_test=TESTED, reader=reader)
    monkeypatch.setattr("tuitune.datasets.load_mnist", lambda: small)
    return read
