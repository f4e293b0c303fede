"""`tuitune enqueue`, `retry` and `stop`: what a person asks for about single trials."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from tuitune.cli.completion import complete_parameter
from tuitune.cli.options import (
    as_typed,
    directory_option,
    json_option,
    name_argument,
    session_file,
    whole,
)
from tuitune.cli.output import format_params, print_json
from tuitune.cli.shapes import rank_of, trial_record
from tuitune.engine import Enqueue, KillTrial, RepeatBest, RetryTrial, StopTrial
from tuitune.errors import UsageError
from tuitune.link import Done, do
from tuitune.model import Session
from tuitune.model.trial import Trial, TrialState
from tuitune.space import Value, parse_point
from tuitune.store import read_session
from tuitune.words import plural


@click.command("enqueue")
@name_argument
@click.argument(
    "values",
    nargs=-1,
    metavar="[PARAMETER=VALUE]...",
    shell_complete=complete_parameter("="),
)
@click.option(
    "--like", type=whole("--like", 1, 17), metavar="TRIAL", help="The other values of this trial."
)
@click.option(
    "--best", type=whole("--best", 1, 5, most=100), metavar="N", help="The N best trials once more."
)
@json_option
@directory_option
def enqueue(
    name: str,
    values: tuple[str, ...],
    like: int | None,
    best: int | None,
    as_json: bool,
    directory: Path | None,
) -> None:
    """Queue a point of your own for the next run of NAME; values may lie outside of the ranges.

    With --like 17 it is trial 17 with the given values changed. With --best 5 the five best points
    are queued once more, each on a new seed: what they differ by is luck. Where no round can go
    on, one begins for it, with the sampler and the pruner of the last.
    """
    path = session_file(name, directory)
    session = read_session(path)
    words = as_typed(name, directory)
    if best is not None:
        if values or like is not None:
            raise UsageError(f"--best takes no values: tuitune enqueue {words} --best {best}")
        done = do(path, RepeatBest(best, start=False))
        after = done.session
        queued = after.trials[len(session.trials) :]
        if as_json:
            print_json([trial_record(after, t, rank_of(after, t)) for t in queued])
            return
        for trial in queued:
            click.echo(f"trial {trial.number} is queued: {trial.origin}, on a new seed")
        _say_next(done, words)
        return
    params = _point(session, values, like, words)
    origin = "queued by hand" if like is None else f"clone of {like}"
    done = do(path, Enqueue(params, origin, start=False))
    number = done.answer.result.trial
    assert number is not None
    _say(done, number, words, as_json)


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
    done = do(path, RetryTrial(trial, epochs, start=False))
    _say(done, trial, as_typed(name, directory), as_json)


@click.command("stop")
@name_argument
@click.argument("trial", type=whole("TRIAL", 1, 17))
@click.option("--kill", is_flag=True, help="End its processes at once, also where they hang.")
@json_option
@directory_option
def stop(name: str, trial: int, kill: bool, as_json: bool, directory: Path | None) -> None:
    """Stop TRIAL of NAME while a program trains it, or drop it from what the next run trains.

    What it reported is kept.
    """
    path = session_file(name, directory)
    after = do(path, KillTrial(trial) if kill else StopTrial(trial)).session
    if as_json:
        _print_record(after, after.trial(trial))
        return
    state = after.trial(trial).state
    if state is TrialState.STOPPED:
        click.echo(f"trial {trial} is stopped; its round goes on without it")
    else:
        click.echo(f"trial {trial} is {state} again, as it was before it was queued")


def _point(
    session: Session, values: tuple[str, ...], like: int | None, words: str
) -> Mapping[str, Value]:
    """Return the params that were asked for; `words` are NAME and `--dir` as typed."""
    if like is None:
        return parse_point(values, session.space)
    if like > len(session.trials):
        raise UsageError(
            f"there is no trial {like} to be like: see them with tuitune top {words} -n 1000"
        )
    if not values:
        raise UsageError(
            f"a copy of trial {like} differs in something: give a value, or run it again with "
            f"tuitune retry {words} {like}"
        )
    return parse_point(values, session.space, session.trial(like).params)


def _say(done: Done, number: int, words: str, as_json: bool) -> None:
    session, trial = done.session, done.session.trial(number)
    if as_json:
        _print_record(session, trial)
        return
    click.echo(
        f"trial {trial.number} is queued in round {trial.round} for "
        f"{plural(trial.epochs, 'epoch')}: {format_params(trial.params)}"
    )
    _say_next(done, words)


def _say_next(done: Done, words: str) -> None:
    if done.pid is None:
        click.echo(f"next: tuitune run {words}")
    else:
        click.echo(f"next: process {done.pid}, which has the session open, trains it in its round")


def _print_record(session: Session, trial: Trial) -> None:
    print_json(trial_record(session, trial, rank_of(session, trial)))
