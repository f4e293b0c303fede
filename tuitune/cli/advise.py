"""`tuitune advise`, and the proposals that `tuitune narrow --auto` takes."""

from __future__ import annotations

from pathlib import Path

import click

from tuitune import advice
from tuitune.cli.options import (
    as_typed,
    directory_option,
    json_option,
    name_argument,
    session_file,
)
from tuitune.cli.output import print_json
from tuitune.engine import Reason
from tuitune.errors import plain
from tuitune.model import Session
from tuitune.space import Space
from tuitune.store import read_session


def proposed_space(session: Session, *, bold: bool) -> tuple[Space, dict[str, Reason]]:
    """Return the current space with every proposal taken, and why each parameter changes."""
    space, reasons = advice.apply_proposals(session.space, advice_on(session), bold)
    return space, {name: Reason(text, numbers) for name, (text, numbers) in reasons.items()}


def advice_on(session: Session) -> advice.Advice:
    """Return what the trials say about the current revision."""
    return advice.advise(advice.AdviceInput.from_session(session))


@click.command("advise")
@name_argument
@json_option
@directory_option
def advise(name: str, as_json: bool, directory: Path | None) -> None:
    """Print what the trials of NAME say about each parameter, the most important first."""
    session = read_session(session_file(name, directory))
    statements = advice_on(session).statements
    if as_json:
        print_json(advice.to_json(statements))
        return
    if not statements:
        click.echo("the trials say nothing yet")
    words = as_typed(name, directory)
    for statement in statements:
        badge = "" if statement.badge is None else f"  {advice.BADGES[statement.badge]}"
        click.echo(plain(statement.text) + badge)
        if statement.command:
            click.echo(f"    tuitune {plain(statement.command.replace('NAME', words, 1))}")
