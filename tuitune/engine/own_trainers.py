"""The problem of a session that tunes a person's own function or program, checked."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from typing import Literal

from tuitune.errors import UsageError, quote
from tuitune.executors.checking import check_function
from tuitune.model.trial import Limits, Problem
from tuitune.space import Space, Value
from tuitune.trainers.command import ArgumentTemplate, compile_pattern
from tuitune.trainers.pins import trainer_pins
from tuitune.trainers.spec import AbsentSpec, CommandSpec, FunctionSpec


def own_problem(
    trainer: FunctionSpec | CommandSpec | AbsentSpec,
    space: Space,
    settings: Mapping[str, Value],
    *,
    epochs: int,
    metric: str | None,
    minimize: bool | None,
    limits: Limits,
    fresh: bool = False,
) -> Problem:
    """Return the problem. Raises `UsageError` where its trainer can't be used.

    `metric` None is `val_acc`. Unless `minimize` says otherwise, a metric whose name speaks of a
    loss or an error is minimised.
    """
    if fresh and isinstance(trainer, CommandSpec):
        raise UsageError(
            "--fresh is for a function, whose trials share a process; each trial of a command has "
            "one of its own anyway: leave it out."
        )
    name = metric or "val_acc"
    match trainer:
        case FunctionSpec(target=target):
            check_function(target, name)
        case CommandSpec(argv=argv, pattern=pattern):
            ArgumentTemplate(argv, [*settings, *space.names])
            if pattern is not None:
                compile_pattern(pattern, name)
            if "{" not in argv[0] and shutil.which(argv[0]) is None:
                raise UsageError(
                    f"A command begins with a program, and {quote(argv[0])} is none that can be "
                    "run here. Write for example: python train.py --lr {lr}"
                )
    return Problem(
        trainer=trainer,
        settings=dict(settings),
        metric=name,
        train_metric=f"train_{name[4:]}" if name.startswith("val_") else None,
        direction="minimize" if (_is_loss(name) if minimize is None else minimize) else "maximize",
        epochs=epochs,
        pins=trainer_pins(trainer),
        limits=limits,
        fresh=fresh,
    )


def unused_names(trainer: CommandSpec, space: Space) -> list[str]:
    """Return the tuned parameters that no argument of the command holds."""
    return [name for name in space.names if not any(f"{{{name}}}" in part for part in trainer.argv)]


_LOSSES = frozenset({"loss", "error", "err", "mse", "mae", "rmse", "nll", "perplexity", "ppl"})
_SCORES = frozenset(
    {"acc", "accuracy", "auc", "f1", "precision", "recall", "dice", "iou", "miou", "map", "r2",
     "bleu", "rouge", "psnr", "ssim", "reward", "return"}
)  # fmt: skip


def _words(metric: str) -> list[str]:
    return [word for word in re.split(r"[^0-9a-z]+", metric.lower()) if word]


def _is_loss(metric: str) -> bool:
    return any(word in _LOSSES for word in _words(metric))


def known_direction(metric: str) -> Literal["minimize", "maximize"] | None:
    """Return which way a metric of this name is better; None where the name doesn't tell."""
    if _is_loss(metric):
        return "minimize"
    return "maximize" if any(word in _SCORES for word in _words(metric)) else None
