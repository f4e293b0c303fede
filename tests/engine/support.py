"""A space, a trainer and the executors that the tests of the engine share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tuitune.engine import Engine
from tuitune.executors.base import Executor, Inbox, TrainFunction
from tuitune.executors.inline import InlineExecutor
from tuitune.executors.threads import ThreadExecutor
from tuitune.space import Space, parse_parameter

MakeEngine = Callable[..., Engine]

SPACE = Space({"lr": parse_parameter("1e-6..1e-2 log"), "width": parse_parameter("8..64 int")})


def rising(params: dict[str, Any], *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
    """A deterministic curve that depends on the params, the seed and the epoch."""
    for epoch in range(epochs):
        value = (params["lr"] * 50 + seed % 97 / 1000 + epoch / 100) % 1
        yield {"val_acc": value, "train_acc": value / 2}


def executor_of(train: TrainFunction, inbox: Inbox, workers: int) -> Executor:
    """As the engine chooses for a trainer inside its process."""
    if workers == 1:
        return InlineExecutor(train, inbox)
    return ThreadExecutor(train, inbox, workers)
