"""What the engine costs a trial: a trivial trainer, ten reports a trial, every event durable."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from tuitune.bench.figures import Figure, Say
from tuitune.bench.samples import write_session

REPORTS = 10


def measure(quick: bool, say: Say) -> list[Figure]:
    """Run a round after 100 trials and after 100,000 (quick: 10,000), and time trial after trial.

    The time of a trial is from its first step to the next trial's first step, so it holds drawing,
    ten reports with their decisions, events and journal lines, and the sync at the end.
    """
    large = 10_000 if quick else 100_000
    costs = {100: math.inf, large: math.inf}
    with TemporaryDirectory() as folder:
        for before in costs:
            write_session(
                _path(folder, before), trials=before, epochs=REPORTS, trained_epochs=REPORTS
            )
        # In turns, and the best of them: what else the machine does is no cost of the engine.
        for _ in range(3):
            for before, best in costs.items():
                cost = _milliseconds_per_trial(_path(folder, before), 100 if quick else 300)
                say(f"after {before:,} trials: {cost:.3f} ms a trial")
                costs[before] = min(cost, best)
    return [
        Figure("engine", f"engine, a trial after {before:,}", cost, "ms", 1.0)
        for before, cost in costs.items()
    ] + [
        Figure(
            "engine",
            f"engine, after {large:,} / after 100",
            costs[large] / costs[100],
            "x",
            1.25,
            detail="the same but for noise",
        )
    ]


def _path(folder: str, before: int) -> Path:
    return Path(folder) / f"after-{before}.json"


def _milliseconds_per_trial(path: Path, trials: int) -> float:
    from tuitune.engine import Engine, Run
    from tuitune.executors.base import Inbox
    from tuitune.executors.inline import InlineExecutor
    from tuitune.store import SessionStore

    began: list[float] = []

    def train(_params: Any, *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
        began.append(perf_counter())
        for epoch in range(epochs):
            yield {"val_acc": (seed + epoch) % 100 / 100, "train_acc": 0.5}

    def executor(inbox: Inbox, _workers: int) -> InlineExecutor:
        return InlineExecutor(train, inbox)

    engine = Engine(SessionStore.open(path), executor_factory=executor)
    engine.send(Run(trials=trials, new_round=True))
    engine.run(until_idle=True)
    intervals = [later - earlier for earlier, later in pairwise(began)]
    return 1000 * mean(intervals[len(intervals) // 10 :])
