"""A new session with its defaults, in one place for the app and for `tuitune new`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from msgspec.structs import replace

from tuitune import __version__
from tuitune.engine.own_trainers import own_problem
from tuitune.engine.training import check_surroundings, surroundings_of
from tuitune.errors import UsageError, quote
from tuitune.model.events import RevisionCommitted, SessionCreated
from tuitune.model.trial import Limits, Problem
from tuitune.space import Choice, Parameter, Space, Value, parse_parameter
from tuitune.store import SessionStore
from tuitune.trainers.mlp.data import load_data
from tuitune.trainers.pins import trainer_pins
from tuitune.trainers.spec import MlpSpec, TrainerSpec

BOOK_SPACE = {"lr": "1e-6..1e-2 log", "weight_decay": "1e-8..1e-4 log"}
"""The ranges of Saito's *Deep Learning from Scratch*, section 6.5."""

Direction = Literal["maximize", "minimize"]

NETWORK_METRICS: Mapping[str, tuple[str | None, Direction]] = {
    "val_acc": ("train_acc", "maximize"),
    "val_loss": ("loss", "minimize"),
    "train_acc": (None, "maximize"),
    "loss": (None, "minimize"),
}
"""What the built-in network reports of classes: its counterpart on the training samples, and its
direction."""

REGRESSION_METRICS: Mapping[str, tuple[str | None, Direction]] = {
    "val_r2": ("train_r2", "maximize"),
    "val_loss": ("loss", "minimize"),
    "train_r2": (None, "maximize"),
    "loss": (None, "minimize"),
}
"""And what it reports of numbers."""


def book_space(settings: Mapping[str, Value] | None = None) -> Space:
    """Return the book's space, without the parameters that `settings` fixes."""
    fixed = settings or {}
    return Space(
        {name: parse_parameter(text) for name, text in BOOK_SPACE.items() if name not in fixed}
    )


def create_session(
    path: Path,
    *,
    params: Mapping[str, Parameter] | None = None,
    settings: Mapping[str, Value] | None = None,
    epochs: int = 50,
    seed: int = 0,
    train_size: int = 500,
    validation: float = 0.2,
    metric: str | None = None,
    minimize: bool | None = None,
    train_metric: str | None = None,
    rank: Literal["last", "best"] = "last",
    trainer: TrainerSpec | None = None,
    limits: Limits | None = None,
    fresh: bool = False,
) -> SessionStore:
    """Create the session file `path` and return its open store; everything is checked first.

    `params` are tuned (None: the book's space without what `settings` fixes), `settings` are
    fixed. `trainer` None is the built-in network on the first `train_size` digits, of which the
    share `validation` ranks the trials; `table_spec` gives the one for a person's table. `metric`
    None is `val_acc`, of regression `val_r2`; `minimize` None is the metric's own direction,
    `train_metric` None its own counterpart on the training samples. `rank` says whether a trial
    counts with its last or its best epoch. `limits` are for functions and commands, which need
    `params` as well; `fresh` gives each trial of a function a new process.
    Raises UsageError where anything is wrong or the file exists.
    """
    fixed = dict(settings or {})
    trainer = trainer or MlpSpec(train_size=train_size, validation=validation)
    if not params and not isinstance(trainer, MlpSpec):
        raise UsageError(
            "A trainer of your own needs the ranges of what is tuned: "
            "add for example --param 'lr=1e-5..1e-1 log'"
        )
    space = Space(dict(params)) if params else book_space(fixed)
    twice = [name for name in space.names if name in fixed]
    if twice:
        raise UsageError(
            f"a parameter is tuned or fixed, and {twice[0]} is given as both: leave out one of "
            f"--param {twice[0]}=… and --set {twice[0]}=…"
        )
    if epochs < 1:
        raise UsageError(f"a trial has at least 1 epoch, and not {epochs}: try --epochs 50")
    limits = limits or Limits()
    check_surroundings(trainer, surroundings_of(path, limits, ()))
    if isinstance(trainer, MlpSpec):
        if fresh:
            raise UsageError("--fresh is for a function of your own: leave it out.")
        if train_metric is not None:
            raise UsageError(
                "the network knows its training metric itself: leave out --train-metric"
            )
        problem = _network_problem(trainer, space, fixed, epochs, seed, metric, minimize)
        problem = replace(problem, rank=rank)
    else:
        problem = own_problem(
            trainer,
            space,
            fixed,
            epochs=epochs,
            metric=metric,
            minimize=minimize,
            limits=limits,
            train_metric=train_metric,
            rank=rank,
            fresh=fresh,
        )
    now = round(time.time(), 3)
    return SessionStore.create(
        path,
        SessionCreated(name=path.stem, problem=problem, seed=seed, at=now, program=__version__),
        RevisionCommitted(number=1, parent=None, space=space, at=now),
    )


def check_network_space(space: Space, settings: Mapping[str, Value]) -> None:
    """Raise UsageError where the built-in network can't be trained on all of `space`.

    Both ends of each range and each option are tried, together with the fixed `settings`.
    """
    from tuitune.trainers.mlp.settings import validate_params

    for params in _extremes(space):
        validate_params({**settings, **params})


def _network_problem(
    trainer: MlpSpec,
    space: Space,
    settings: dict[str, Value],
    epochs: int,
    seed: int,
    metric: str | None,
    minimize: bool | None,
) -> Problem:
    check_network_space(space, settings)
    known = REGRESSION_METRICS if trainer.task == "regression" else NETWORK_METRICS
    name = metric or next(iter(known))
    if name not in known:
        raise UsageError(
            f"the network reports {', '.join(known)}, and not {quote(name)}: "
            f"try --metric {next(iter(known))}"
        )
    train_metric, direction = known[name]
    if minimize is not None:
        direction = "minimize" if minimize else "maximize"
    data = load_data(trainer, seed).split
    is_accuracy = name == "val_acc"
    return Problem(
        trainer=trainer,
        settings=settings,
        metric=name,
        train_metric=train_metric,
        direction=direction,
        epochs=epochs,
        samples=data.n_val if is_accuracy else None,
        classes=data.n_classes if is_accuracy else None,
        pins=trainer_pins(trainer),
    )


def _extremes(space: Space) -> Iterator[dict[str, Value]]:
    """Yield points that hold, between them, both ends of each range and each option."""
    values = {name: _extreme_values(space[name]) for name in space.names}
    for i in range(max(map(len, values.values()))):
        yield {name: those[min(i, len(those) - 1)] for name, those in values.items()}


def _extreme_values(parameter: Parameter) -> tuple[Value, ...]:
    if parameter.frozen is not None:
        return (parameter.frozen,)
    if isinstance(parameter, Choice):
        return parameter.options
    return parameter.low, parameter.high
