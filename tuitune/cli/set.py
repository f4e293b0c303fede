"""`tuitune set`: what a session tunes, and what trains it, changed from the next round on."""

from __future__ import annotations

from pathlib import Path

import click

from tuitune.cli.objectives import objective_for
from tuitune.cli.options import (
    as_typed,
    directory_option,
    json_option,
    name_argument,
    session_file,
    whole,
)
from tuitune.cli.output import print_json
from tuitune.cli.own_trainer import own_trainer
from tuitune.engine import SetProblem
from tuitune.engine.own_trainers import own_problem
from tuitune.errors import UsageError, plain
from tuitune.link import do
from tuitune.model import Session
from tuitune.model.limits import MOST
from tuitune.model.session import ENOUGH_OF_A_LENGTH
from tuitune.store import read_session
from tuitune.trainers.spec import CommandSpec, FunctionSpec
from tuitune.words import plural


@click.command("set")
@name_argument
@click.argument("command", nargs=-1, metavar="[-- COMMAND...]")
@click.option(
    "--epochs",
    type=whole("--epochs", 1, 100, most=MOST),
    metavar="N",
    help="How many epochs a trial trains.",
)
@click.option(
    "--optuna", metavar="FILE:OBJECTIVE", help="Train by an objective of Optuna from now on."
)
@click.option(
    "--objective",
    type=whole("--objective", 0, 0),
    metavar="N",
    help="Which of several values that it returns ranks, from 0.",
)
@click.option(
    "--trainer", metavar="FILE:FUNCTION", help="Train by a Python function of your own from now on."
)
@click.option("--pattern", metavar="REGEX", help="Finds the numbers in what COMMAND prints.")
@click.option(
    "--template", metavar="FILE", help="A file that is filled in for COMMAND, as with new."
)
@click.option("--metric", metavar="NAME", help="What the number that ranks is called from now on.")
@json_option
@directory_option
def set(
    name: str,
    command: tuple[str, ...],
    epochs: int | None,
    optuna: str | None,
    objective: int | None,
    trainer: str | None,
    pattern: str | None,
    template: str | None,
    metric: str | None,
    as_json: bool,
    directory: Path | None,
) -> None:
    """Change what NAME tunes, and what trains it, from the next round on.

    With --epochs the trials so far stay. Longer ones count with their score at the new length;
    shorter ones are shown below the ranking, without a rank. The ranking goes over to the new
    length when ten trials of it are done. To take it back, set the old number.

    A session that was imported is given its trainer: tuitune set cnn -- python train.py --lr {lr}
    """
    path = session_file(name, directory)
    given = own_trainer(
        trainer, optuna, command, pattern=pattern, template=template, objective=objective
    )
    if given is None and epochs is None and metric is None:
        words = as_typed(name, directory)
        raise UsageError(f"set needs what is to change: tuitune set {words} --epochs 100")
    session = read_session(path)
    wanted = SetProblem(epochs=epochs, trainer=given, metric=metric)
    lines: tuple[str, ...] = ()
    if isinstance(given, CommandSpec | FunctionSpec):
        _check(session, given, metric)
    elif given is not None:
        settings, lines = objective_for(session, given, quiet=as_json)
        wanted = SetProblem(epochs=epochs, trainer=given, settings=settings, metric=metric)
    after = do(path, wanted).session
    if as_json:
        print_json(
            {"epochs": after.problem.epochs, "ranked_at": after.criterion.epochs,
             "lengths": list(after.lengths)}
        )  # fmt: skip
        return
    for line in lines:
        click.echo(f"  {plain(line)}")
    problem = after.problem
    changed = []
    if epochs is not None:
        changed.append(f"a trial trains {plural(epochs, 'epoch')}; {ranked_at(after)}")
    if given is not None:
        changed.append(plain(f"{problem.trainer.describe()} trains"))
    if metric is not None:
        changed.append(f"{plain(problem.metric)} ranks, {problem.direction}d")
    click.echo(f"from the next round on {', '.join(changed)}")


def _check(session: Session, trainer: CommandSpec | FunctionSpec, metric: str | None) -> None:
    """Raise `UsageError` where the session can't be trained so."""
    problem = session.problem
    own_problem(
        trainer,
        session.space,
        problem.settings,
        epochs=problem.epochs,
        metric=metric or problem.metric,
        minimize=problem.direction == "minimize",
        limits=problem.limits,
    )


def ranked_at(session: Session) -> str:
    """Return at which epoch the trials of a session are ranked, and until when."""
    at, wanted = session.criterion.epochs, session.problem.epochs
    if at == wanted:
        return f"trials are ranked at epoch {at}"
    return f"trials are ranked at epoch {at} until {ENOUGH_OF_A_LENGTH} of {wanted} epochs are done"
