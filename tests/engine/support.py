"""A space, a trainer and the executors that the tests of the engine share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tuitune.engine import Answer, Command, Engine
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


def run(engine: Engine, *commands: Command) -> list[Any]:
    """Send commands, run until there is nothing to do, and return all that was said.

    The answers to the commands are among it.
    """
    said: list[Any] = []
    engine.listen(said.append)
    for command in commands:
        engine.send(command, said.append)
    engine.run(until_idle=True)
    return said


def refusals(said: list[Any]) -> list[str]:
    """Return why commands were not done."""
    return [message.refused for message in said if isinstance(message, Answer) and message.refused]
