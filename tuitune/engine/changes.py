"""Before work begins: whether its data is there, and what its trainer is made of by now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tuitune.engine.commands import SetProblem
from tuitune.engine.training import NO_TRAINER
from tuitune.errors import UsageError, quote
from tuitune.model.events import TrainerChanged
from tuitune.model.trial import Problem
from tuitune.trainers.metrics import known_direction, partner_name
from tuitune.trainers.mlp.data import load_data
from tuitune.trainers.pins import changes_since, missing_files, trainer_pins
from tuitune.trainers.spec import AbsentSpec, CommandSpec, MlpSpec

if TYPE_CHECKING:
    from tuitune.engine.loop import Engine


def check_data(engine: Engine) -> None:
    """Raise `UsageError`, before work begins, where a table is gone or there is no trainer."""
    trainer = engine.session.problem.trainer
    if isinstance(trainer, AbsentSpec):
        raise UsageError(NO_TRAINER)
    if isinstance(trainer, MlpSpec) and trainer.is_table:
        load_data(trainer, engine.session.seed)
    gone = missing_files(trainer, engine.session.problem.pins)
    if gone:
        raise UsageError(
            f"The trainer's file must be there, and {quote(gone[0], 80)} is not in "
            f"{quote(str(Path.cwd()), 80)}: go to the folder that it was named from, and try again."
        )


def changed_trainer(problem: Problem, command: SetProblem) -> Problem:
    """Return the problem with another trainer or metric, or both; its direction stays.

    Raises `UsageError` where the metric's name says that the other way is better.
    """
    if command.metric is not None and command.metric != problem.metric:
        known = known_direction(command.metric)
        if known is not None and known != problem.direction:
            raise UsageError(
                f"A session keeps its direction, which is {problem.direction}, and of "
                f"{quote(command.metric)} one would {known}: make another session for that."
            )
        partner = partner_name(command.metric)
        problem = replace(problem, metric=command.metric, train_metric=partner)
        if isinstance(problem.trainer, CommandSpec):
            # Where the number stood that ranked before is of no use for this one.
            problem = replace(problem, trainer=replace(problem.trainer, reading=None))
    if command.trainer is not None:
        # What is known of the samples was known of the built-in network.
        problem = replace(
            problem,
            trainer=command.trainer,
            settings={**problem.settings, **command.settings},
            pins=trainer_pins(command.trainer),
            samples=None,
            classes=None,
        )
    return problem


def pinned_changes(engine: Engine) -> tuple[str, ...]:
    """Return what the trainer is made of now that differs from the session's beginning."""
    problem = engine.session.problem
    return tuple(changes_since(problem.pins, trainer_pins(problem.trainer)))


def take_changes(engine: Engine, changes: tuple[str, ...]) -> None:
    """Say what changed, and let the next trial have it.

    Trials from before can't be compared without a thought.
    """
    if changes:
        words = ", ".join(changes)
        engine.recorder.say(TrainerChanged(f"since the session began: {words}"))
        engine.reload()
