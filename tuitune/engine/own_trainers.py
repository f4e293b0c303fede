"""The problem of a session that tunes a person's own function or program, checked."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from tuitune.errors import UsageError, quote
from tuitune.executors.checking import check_function, check_function_of
from tuitune.executors.commands import read_template
from tuitune.model.trial import Limits, Problem
from tuitune.space import Space, Value
from tuitune.trainers.metrics import Direction, known_direction, partner_name
from tuitune.trainers.pins import trainer_pins
from tuitune.trainers.program.arguments import ArgumentTemplate
from tuitune.trainers.program.pattern import compile_pattern
from tuitune.trainers.spec import AbsentSpec, CommandSpec, FunctionSpec, ObjectiveSpec


def own_problem(
    trainer: FunctionSpec | ObjectiveSpec | CommandSpec | AbsentSpec,
    space: Space,
    settings: Mapping[str, Value],
    *,
    epochs: int,
    metric: str | None,
    minimize: bool | None,
    limits: Limits,
    train_metric: str | None = None,
    rank: Literal["last", "best"] = "last",
    fresh: bool = False,
) -> Problem:
    """Return the problem. Raises `UsageError` where its trainer can't be used.

    `metric` None is `val_acc`. `minimize` None is the way that the metric's name tells.
    `train_metric` None: its counterpart is found by its name.
    """
    if fresh and isinstance(trainer, CommandSpec):
        raise UsageError(
            "--fresh is for a function, whose trials share a process; each trial of a command has "
            "one of its own anyway: leave it out."
        )
    name = metric or ("value" if isinstance(trainer, ObjectiveSpec) else "val_acc")
    match trainer:
        case FunctionSpec(target=target, python=None):
            check_function(target, name)
        case FunctionSpec(target=target, python=str(python)):
            check_function_of(python, target, name)
        case CommandSpec(pattern=pattern):
            check_command(trainer, [*space.names, *settings])
            if pattern is not None:
                compile_pattern(pattern, name)
    return Problem(
        trainer=trainer,
        settings=dict(settings),
        metric=name,
        train_metric=train_metric or partner_name(name),
        direction=_direction(name, minimize),
        epochs=epochs,
        pins=trainer_pins(trainer),
        limits=limits,
        rank=rank,
        fresh=fresh,
    )


def check_command(trainer: CommandSpec, names: Sequence[str]) -> None:
    """Raise `UsageError` where a command can't be run, or its arguments can't be filled in."""
    program = trainer.argv[0] if trainer.argv else ""
    if "{" not in program and program and shutil.which(program) is None:
        raise UsageError(
            f"A command begins with a program, and {quote(program)} is none that can be run here. "
            "Write for example: python train.py --lr {lr}"
        )
    used = ArgumentTemplate(trainer.argv, names).used
    if trainer.template is not None:
        read_template(trainer.template, names)
        if "template" not in used:
            raise UsageError(
                "A program gets its copy of the template by its path, and no argument holds "
                "{template}. Write for example: python train.py --config {template}"
            )
    elif "template" in used and "template" not in names:
        raise UsageError(
            "{template} is the path of a filled-in file, and there is none: "
            "add --template conf.yaml"
        )


def unused_names(trainer: CommandSpec, space: Space, fixed: Iterable[str]) -> list[str]:
    """Return the tuned parameters that no argument holds, beside settings that are `fixed`."""
    names = [*space.names, *fixed]
    used = ArgumentTemplate(trainer.argv, names).used
    if trainer.template is not None:
        used |= read_template(trainer.template, names).used
    return [name for name in space.names if name not in used]


def _direction(metric: str, minimize: bool | None) -> Direction:
    if minimize is not None:
        return "minimize" if minimize else "maximize"
    known = known_direction(metric)
    if known is None:
        raise UsageError(
            f"Which way is better must be known, and the name {quote(metric)} doesn't tell: add "
            "--minimize or --maximize."
        )
    return known
