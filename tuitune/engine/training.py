"""From a problem to the executor that trains its trials."""

from __future__ import annotations

from functools import partial

from tuitune.errors import UsageError
from tuitune.executors.base import Executor, Inbox, TrainFunction
from tuitune.executors.inline import InlineExecutor
from tuitune.executors.threads import ThreadExecutor
from tuitune.trainers.spec import MlpSpec
from tuitune.trial import Problem


def make_executor(problem: Problem, seed: int, inbox: Inbox, workers: int) -> Executor:
    """Return an executor for the problem's trainer; `seed` is the session's.

    Raises `UsageError` where the trainer can't be loaded.
    """
    match problem.trainer:
        case MlpSpec() as spec:
            return in_process(mlp_function(spec, seed), inbox, workers)
        case other:
            raise UsageError(f"This version can't run a {type(other).__name__} trainer.")


def in_process(train: TrainFunction, inbox: Inbox, workers: int) -> Executor:
    """Return the executor for a trainer that runs inside this process, one BLAS thread a worker."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)
    if workers == 1:
        return InlineExecutor(train, inbox)
    return ThreadExecutor(train, inbox, workers)


def mlp_function(spec: MlpSpec, seed: int) -> TrainFunction:
    """Return the built-in network's trainer on the spec's data, split by the session's seed."""
    from tuitune.datasets import load_mnist, split
    from tuitune.trainers.mlp import train

    data = split(load_mnist(), train_size=spec.train_size, validation=spec.validation, seed=seed)
    return partial(train, data=data)
