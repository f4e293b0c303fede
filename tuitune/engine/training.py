"""From a problem to the executor that trains its trials."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tuitune.errors import UsageError
from tuitune.executors.base import Executor, Inbox, TrainFunction
from tuitune.executors.checking import runner
from tuitune.executors.commands import CommandExecutor
from tuitune.executors.groups import Surroundings
from tuitune.executors.inline import InlineExecutor
from tuitune.executors.logs import LOG_BYTES
from tuitune.executors.processes import ProcessExecutor
from tuitune.executors.threads import ThreadExecutor
from tuitune.model import Session
from tuitune.model.trial import Limits, Problem
from tuitune.store.files import files_of
from tuitune.trainers.metrics import partner_name
from tuitune.trainers.mlp.data import mlp_function, mlp_target
from tuitune.trainers.objective import objective_target
from tuitune.trainers.program import output_reader
from tuitune.trainers.spec import (
    AbsentSpec,
    CommandSpec,
    FunctionSpec,
    MlpSpec,
    ObjectiveSpec,
    TrainerSpec,
)

NO_TRAINER = (
    "the session has no trainer, its trials were trained elsewhere: it can be looked at, narrowed "
    "and exported. Give it one: tuitune set NAME --optuna study.py:objective, or -- python train.py"
)


def surroundings_of(path: Path, limits: Limits, gpus: tuple[str, ...]) -> Surroundings:
    """Return what every process of the session in the file `path` is given."""
    return Surroundings(
        files_of(path),
        seconds=limits.seconds,
        memory_bytes=limits.memory_bytes,
        log_bytes=limits.log_bytes or LOG_BYTES,
        gpus=gpus,
    )


def check_surroundings(trainer: TrainerSpec, surroundings: Surroundings) -> None:
    """Raise `UsageError` where limits or GPUs are set for a trainer inside this process."""
    asked = surroundings.seconds or surroundings.memory_bytes or surroundings.gpus
    if asked and not trainer.takes_limits:
        raise UsageError(
            "Limits and GPUs are for functions and programs; the built-in network needs none: "
            "leave them out."
        )


def make_executor(
    session: Session, inbox: Inbox, workers: int, surroundings: Surroundings
) -> Executor:
    """Return an executor for the trainer of the session's problem.

    Raises `UsageError` where the trainer can't be used. A function is loaded by its workers; one
    that can't be fails their trials.
    """
    problem = session.problem
    match problem.trainer:
        case MlpSpec() as spec:
            if workers == 1:
                return in_process(mlp_function(spec, session.seed), inbox, workers)
            # Its batches are too short for threads: two of them wait for Python's lock a quarter
            # of the time, two processes don't.
            target = mlp_target(spec, session.seed)
            return ProcessExecutor(target, problem.metric, inbox, workers, Surroundings(None))
        case FunctionSpec(target=target, python=str(python)):
            return CommandExecutor(
                [
                    part.replace("{", "{{").replace("}", "}}")
                    for part in runner(python, target, problem.metric)
                ],
                problem.metric,
                [],
                inbox,
                workers,
                surroundings,
                partial(output_reader, problem.metric, train_metric=named_partner(problem)),
            )
        case FunctionSpec(target=target):
            return ProcessExecutor(
                target, problem.metric, inbox, workers, surroundings, fresh=problem.fresh
            )
        case ObjectiveSpec() as spec:
            target = objective_target(spec, problem.direction)
            return ProcessExecutor(
                target, problem.metric, inbox, workers, surroundings, fresh=problem.fresh
            )
        case AbsentSpec():
            raise UsageError(NO_TRAINER)
        case CommandSpec() as spec:
            names = [*session.space.names, *problem.settings]
            reader = partial(
                output_reader,
                problem.metric,
                train_metric=named_partner(problem),
                pattern=spec.pattern,
                reading=spec.reading,
            )
            return CommandExecutor(
                spec.argv,
                problem.metric,
                names,
                inbox,
                workers,
                surroundings,
                reader,
                spec.template,
            )


def named_partner(problem: Problem) -> str | None:
    """Return the training metric where somebody has named it; None: only its likely name."""
    likely = partner_name(problem.metric)
    return None if problem.train_metric == likely else problem.train_metric


def in_process(train: TrainFunction, inbox: Inbox, workers: int) -> Executor:
    """Return the executor for a trainer that runs inside this process, one BLAS thread a worker."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)
    if workers == 1:
        return InlineExecutor(train, inbox)
    return ThreadExecutor(train, inbox, workers)
