"""`tuitune new`: a session with its problem and its first ranges."""

from __future__ import annotations

from pathlib import Path

import click

from tuitune.advice.statistics import separable_difference
from tuitune.cli.options import (
    as_typed,
    directory_option,
    json_option,
    limit_options,
    name_argument,
    session_file,
    whole,
)
from tuitune.cli.output import format_params, print_json
from tuitune.cli.reading import problem_line
from tuitune.cli.shapes import session_record
from tuitune.engine.creation import create_session
from tuitune.engine.own_trainers import unused_names
from tuitune.errors import UsageError, plain, quote
from tuitune.session import Session
from tuitune.space import Parameter, format_parameter, parse_assignment, parse_value
from tuitune.trainers.spec import CommandSpec, FunctionSpec, TrainerSpec
from tuitune.trial import Limits

TYPICAL_ACCURACY = 0.83
"""Where the best trials of the book's experiment end: what the resolution is said for."""


@click.command("new")
@name_argument
@click.argument("command", nargs=-1, metavar="[-- COMMAND...]")
@click.option(
    "--param",
    "params",
    multiple=True,
    metavar="NAME=RANGE",
    help="A tuned parameter, e.g. 'lr=1e-6..1e-2 log', 'width=16..256 int', 'optimizer=sgd|adam'."
    " Again for each; none: the book's lr and weight_decay.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A fixed parameter, e.g. optimizer=adam. Again for each.",
)
@click.option(
    "--epochs", type=whole("--epochs", 1, 50), default=50, show_default=True, help="Of each trial."
)
@click.option(
    "--seed", type=whole("--seed", 0, 0), default=0, show_default=True, help="Of all randomness."
)
@click.option(
    "--train-size",
    type=whole("--train-size", 2, 500),
    default=500,
    show_default=True,
    help="How many of the first training images are used, validation included.",
)
@click.option(
    "--validation",
    metavar="SHARE",
    default="0.2",
    show_default=True,
    help="Share of them that is held out to rank the trials.",
)
@click.option(
    "--trainer",
    metavar="FILE:FUNCTION",
    help="Tune a Python function of your own: train.py:train or package.module:train.",
)
@click.option(
    "--pattern",
    metavar="REGEX",
    help="Finds the numbers in what COMMAND prints, e.g. 'val_acc=(?P<val_acc>[0-9.]+)'"
    " (default: one JSON object a line).",
)
@limit_options
@click.option("--metric", metavar="NAME", help="What ranks the trials (default: val_acc).")
@click.option(
    "--minimize/--maximize",
    default=None,
    help="Which way is better (default: as the metric is).",
)
@json_option
@directory_option
def new(
    name: str,
    command: tuple[str, ...],
    params: tuple[str, ...],
    settings: tuple[str, ...],
    epochs: int,
    seed: int,
    train_size: int,
    validation: str,
    trainer: str | None,
    pattern: str | None,
    trial_seconds: float | None,
    trial_memory: int | None,
    metric: str | None,
    minimize: bool | None,
    as_json: bool,
    directory: Path | None,
) -> None:
    """Create a session NAME: MNIST and the book's space, unless you say otherwise.

    COMMAND is any program: tuitune new big --param 'lr=1e-5..1e-1 log' -- python train.py --lr {lr}
    """
    tuned: dict[str, Parameter] = {}
    for text in params:
        key, parameter = parse_assignment(text)
        if key in tuned:
            raise UsageError(f"--param names each parameter once, and {plain(key)} comes twice")
        tuned[key] = parameter
    fixed = {}
    for text in settings:
        key, equals, value = text.partition("=")
        if not (key.strip() and equals and value.strip()):
            raise UsageError(
                f"--set takes NAME=VALUE, and not {quote(text)}: try --set optimizer=adam"
            )
        fixed[key.strip()] = parse_value(value.strip())
    path = session_file(name, directory)
    store = create_session(
        path,
        params=tuned or None,
        settings=fixed,
        epochs=epochs,
        seed=seed,
        train_size=train_size,
        validation=_share(validation),
        metric=metric,
        minimize=minimize,
        trainer=_own_trainer(trainer, command, pattern),
        limits=Limits(trial_seconds, trial_memory),
    )
    try:
        session = store.session
        if as_json:
            print_json(session_record(session))
            return
        click.echo(f"made {plain(str(path))}")
        _describe(session, as_typed(name, directory))
    finally:
        store.close()


def _own_trainer(
    function: str | None, command: tuple[str, ...], pattern: str | None
) -> TrainerSpec | None:
    """Return the trainer that was asked for; None: the built-in network."""
    if function is not None and command:
        raise UsageError(
            "a session has one trainer, and a function and a command are given: leave out "
            f"--trainer {quote(function)} or {quote(' '.join(command))}"
        )
    if pattern is not None and not command:
        raise UsageError(
            "--pattern reads what a command prints, and there is none: "
            "try --pattern 'acc=(?P<val_acc>[0-9.]+)' -- python train.py --lr {lr}"
        )
    if function is not None:
        return FunctionSpec(function)
    return CommandSpec(command, pattern) if command else None


def _share(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(
            f"--validation is a share between 0 and 1, and not {quote(text)}: try --validation 0.2"
        ) from None


def _describe(session: Session, words: str) -> None:
    problem, space = session.problem, session.space
    click.echo(f"  {problem_line(problem)}")
    for name in space.names:
        click.echo(f"  tuned  {plain(name)}  {plain(format_parameter(space[name]))}")
    if problem.settings:
        click.echo(f"  fixed  {format_params(problem.settings)}")
    if isinstance(problem.trainer, CommandSpec):
        unused = unused_names(problem.trainer, space)
        if unused:
            click.echo(
                f"  no argument holds {{{plain(unused[0])}}}: the program finds it in the "
                "variable TUITUNE_PARAMS"
            )
    if problem.samples is not None:
        points = 100 * separable_difference(TYPICAL_ACCURACY, problem.samples)
        click.echo(
            f"  {problem.samples} validation images cannot separate trials closer than about "
            f"{points:.0f} points"
        )
    click.echo(f"next: tuitune run {words}, or tuitune open {words}")
