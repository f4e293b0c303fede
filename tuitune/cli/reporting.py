"""`tuitune report`: the story of a session as Markdown."""

from __future__ import annotations

from pathlib import Path

import click

from tuitune.cli.options import directory_option, name_argument, session_file
from tuitune.engine.report import report as markdown
from tuitune.session import read_session
from tuitune.session.files import replace_file


@click.command("report")
@name_argument
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write it to FILE instead of standard output.",
)
@directory_option
def report(name: str, output: Path | None, directory: Path | None) -> None:
    """Tell what NAME has tuned: each round with its ranges, the ranking, the verdicts, the end."""
    text = markdown(read_session(session_file(name, directory)))
    if output is None:
        click.echo(text, nl=False)
    else:
        replace_file(output, [text.encode()], "try another --output")
