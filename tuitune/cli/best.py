"""`tuitune best`: the values to use, in the form that they are needed in."""

from __future__ import annotations

from pathlib import Path

import click

from tuitune.cli.options import directory_option, json_option, name_argument, session_file
from tuitune.results.values import FORMS, best_values
from tuitune.store import read_session


@click.command("best")
@name_argument
@click.option(
    "--as",
    "form",
    type=click.Choice(list(FORMS)),
    default="flags",
    show_default=True,
    help="flags of a shell, a dict of Python, TOML, JSON, or the session's own command filled in.",
)
@json_option
@directory_option
def best(name: str, form: str, as_json: bool, directory: Path | None) -> None:
    """Print the values to use: those that the finish chose, else those of the best trial."""
    path = session_file(name, directory)
    values = best_values(read_session(path), path)
    click.echo(FORMS["json" if as_json else form](values))
