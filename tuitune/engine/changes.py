"""Before work begins: whether its data is there, and what its trainer is made of by now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tuitune.engine.training import NO_TRAINER
from tuitune.errors import UsageError, quote
from tuitune.model.events import TrainerChanged
from tuitune.trainers.mlp.data import load_data
from tuitune.trainers.pins import changes_since, missing_files, trainer_pins
from tuitune.trainers.spec import AbsentSpec, MlpSpec

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
