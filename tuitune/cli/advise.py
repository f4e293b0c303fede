"""`tuitune advise`, and the proposals that `tuitune narrow --auto` takes."""

from __future__ import annotations

from pathlib import Path

import click

from tuitune import advice
from tuitune.cli.completion import complete_parameter
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
from tuitune.results.why import why_lines
from tuitune.space import Space
from tuitune.store import read_session


def proposed_space(
    space: Space, said: advice.Advice, *, bold: bool
) -> tuple[Space, dict[str, Reason]]:
    """Return `space` with every proposal of an advice taken, and why each parameter changes."""
    verdicts = said.bold if bold else said.verdicts
    space, reasons = advice.apply_proposals(space, verdicts, freeze=bold)
    return space, {name: Reason(text, numbers) for name, (text, numbers) in reasons.items()}


def advice_on(session: Session) -> advice.Advice:
    """Return what the trials say about the current revision."""
    return advice.advise(advice.AdviceInput.from_session(session))


def why_nothing(said: advice.Advice) -> str:
    """Return why there is nothing to take: the statement about the session that says it."""
    for statement in said.statements:
        if statement.kind in ("stop", "wait") and statement.parameter is None:
            return plain(statement.text)
    return "the trials propose no other range"


@click.command("advise")
@name_argument
@click.argument(
    "parameters", nargs=-1, metavar="[PARAMETER]...", shell_complete=complete_parameter("")
)
@json_option
@directory_option
def advise(name: str, parameters: tuple[str, ...], as_json: bool, directory: Path | None) -> None:
    """Print what the trials of NAME say, the most important first.

    With a PARAMETER: why they say so of it. Its trials as a picture of score against value, the
    numbers behind the verdict, and what would change it.
    """
    session = read_session(session_file(name, directory))
    for parameter in parameters:
        session.space[parameter]
    statements = advice_on(session).statements
    if parameters:
        statements = tuple(s for s in statements if s.parameter in parameters)
    if as_json:
        print_json(advice.to_json(statements))
        return
    if not statements:
        click.echo("the trials say nothing yet")
    words = as_typed(name, directory)
    for statement in statements:
        click.echo(plain(statement.text))
        if statement.command:
            click.echo(f"    tuitune {plain(statement.command.replace('NAME', words, 1))}")
        if parameters:
            for line in why_lines(session, statement):
                click.echo(f"    {line}".rstrip())
