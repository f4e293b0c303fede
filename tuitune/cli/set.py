"""`tuitune set`: what a session tunes, changed from the next round on."""

from __future__ import annotations

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
from tuitune.cli.output import print_json
from tuitune.engine import SetProblem
from tuitune.errors import UsageError
from tuitune.link import do
from tuitune.model import Session
from tuitune.model.limits import MOST
from tuitune.model.session import ENOUGH_OF_A_LENGTH
from tuitune.words import plural


@click.command("set")
@name_argument
@click.option(
    "--epochs",
    type=whole("--epochs", 1, 100, most=MOST),
    metavar="N",
    help="How many epochs a trial trains.",
)
@json_option
@directory_option
def set(name: str, epochs: int | None, as_json: bool, directory: Path | None) -> None:
    """Change what NAME tunes, from the next round on.

    With --epochs the trials so far stay. Longer ones count with their score at the new length;
    shorter ones are shown below the ranking, without a rank. The ranking goes over to the new
    length when ten trials of it are done. To take it back, set the old number.
    """
    if epochs is None:
        words = as_typed(name, directory)
        raise UsageError(f"set needs what is to change: tuitune set {words} --epochs 100")
    after = do(session_file(name, directory), SetProblem(epochs=epochs)).session
    if as_json:
        print_json(
            {"epochs": after.problem.epochs, "ranked_at": after.criterion.epochs,
             "lengths": list(after.lengths)}
        )  # fmt: skip
        return
    click.echo(
        f"from the next round on a trial trains {plural(epochs, 'epoch')}; {ranked_at(after)}"
    )


def ranked_at(session: Session) -> str:
    """Return at which epoch the trials of a session are ranked, and until when."""
    at, wanted = session.criterion.epochs, session.problem.epochs
    if at == wanted:
        return f"trials are ranked at epoch {at}"
    return f"trials are ranked at epoch {at} until {ENOUGH_OF_A_LENGTH} of {wanted} epochs are done"
