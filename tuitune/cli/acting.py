"""`tuitune enqueue` and `retry`: trials that a person asks for; the next run trains them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from tuitune.cli.options import (
    as_typed,
    directory_option,
    json_option,
    name_argument,
    session_file,
    whole,
)
from tuitune.cli.output import format_params, plural, print_json
from tuitune.cli.revising import command_session
from tuitune.cli.shapes import trial_record
from tuitune.engine import Enqueue, RetryTrial
from tuitune.errors import UsageError, quote
from tuitune.session import Session, read_session
from tuitune.space import Value, parse_value, split_assignment
from tuitune.trial import Trial


@click.command("enqueue")
@name_argument
@click.argument("values", nargs=-1, metavar="[PARAMETER=VALUE]...")
@click.option(
    "--like", type=whole("--like", 1, 17), metavar="TRIAL", help="The other values of this trial."
)
@json_option
@directory_option
def enqueue(
    name: str, values: tuple[str, ...], like: int | None, as_json: bool, directory: Path | None
) -> None:
    """Queue a point of your own for the next run of NAME; values may lie outside of the ranges.

    With --like 17 it is trial 17 with the given values changed. Where no round can go on, one
    begins for it, with the sampler and the pruner of the last.
    """
    path = session_file(name, directory)
    session = read_session(path)
    words = as_typed(name, directory)
    params = _point(session, values, like, words)
    origin = "queued by hand" if like is None else f"clone of {like}"
    after = command_session(path, Enqueue(params, origin, start=False))
    _say(after, after.trials[-1], words, as_json)


@click.command("retry")
@name_argument
@click.argument("trial", type=whole("TRIAL", 1, 17))
@click.option(
    "--epochs",
    type=whole("--epochs", 1, 100),
    metavar="N",
    help="Train it for N epochs in all (default: as many as before).",
)
@json_option
@directory_option
def retry(name: str, trial: int, epochs: int | None, as_json: bool, directory: Path | None) -> None:
    """Queue TRIAL of NAME again for the next run: same values, same seed, from the first epoch.

    For one that failed, one that the pruner gave up, or with --epochs one that is to go on. The
    pruner leaves it alone. What it came to is kept until the new run has come further.
    """
    path = session_file(name, directory)
    after = command_session(path, RetryTrial(trial, epochs, start=False))
    _say(after, after.trial(trial), as_typed(name, directory), as_json)


def _point(
    session: Session, values: tuple[str, ...], like: int | None, words: str
) -> Mapping[str, Value]:
    """Return the params that were asked for; a frozen parameter has its value without a word."""
    space = session.space
    if like is not None and like > len(session.trials):
        raise UsageError(
            f"there is no trial {like} to be like: see them with tuitune top {words} -n 1000"
        )
    params: dict[str, Value] = {}
    for parameter in space.names:
        frozen = space[parameter].frozen
        if frozen is not None:
            params[parameter] = frozen
    if like is not None:
        params = dict(session.trial(like).params)
    if like is not None and not values:
        raise UsageError(
            f"a copy of trial {like} differs in something: give a value, or run it again with "
            f"tuitune retry {words} {like}"
        )
    given = set()
    for text in values:
        parameter, value = split_assignment(text)
        if parameter in given:
            raise UsageError(f"{parameter} is given twice: give each parameter one value")
        if parameter not in space.names:
            raise UsageError(
                f"the parameters are {', '.join(space.names)}, and {quote(parameter)} is none of "
                f"them: try {space.names[0]}={_example(session)}"
            )
        given.add(parameter)
        params[parameter] = parse_value(value)
    return params


def _example(session: Session) -> str:
    return str(session.space[session.space.names[0]].from_unit(0.5))


def _say(session: Session, trial: Trial, words: str, as_json: bool) -> None:
    if as_json:
        rank = next(i for i, t in enumerate(session.ranking(), 1) if t is trial)
        print_json(trial_record(trial, rank))
        return
    click.echo(
        f"trial {trial.number} is queued in round {trial.round} for "
        f"{plural(trial.epochs, 'epoch')}: {format_params(trial.params)}"
    )
    click.echo(f"next: tuitune run {words}")
