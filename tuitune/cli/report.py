"""`tuitune report`: the story of a session as Markdown."""

from __future__ import annotations

from pathlib import Path

import click

from tuitune.cli.options import directory_option, name_argument, session_file
from tuitune.errors import UsageError, plain
from tuitune.results.report import report as markdown
from tuitune.store import read_session
from tuitune.store.files import replace_file


@click.command("report")
@name_argument
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write it to FILE instead of standard output.",
)
@click.option(
    "--svg",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Also draw the screens as pictures, into FOLDER.",
)
@directory_option
def report(name: str, output: Path | None, svg: Path | None, directory: Path | None) -> None:
    """Tell what NAME has tuned: each round with its ranges, the ranking, the verdicts, the end."""
    path = session_file(name, directory)
    text = markdown(read_session(path))
    if svg is not None:
        draw(path, svg)
    if output is None:
        click.echo(text, nl=False)
    else:
        replace_file(output, [text.encode()], "try another --output")


def draw(session: Path, folder: Path) -> None:
    """Write a picture of each screen of a report into `folder`."""
    import asyncio

    from tuitune.tui.picture import SCREENS, picture

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{plain(str(folder))} can't be made ({error.strerror}): name another --svg folder"
        ) from None
    for name, keys in SCREENS.items():
        target = folder / f"{session.stem}.{name}.svg"
        replace_file(target, [asyncio.run(picture(session, keys)).encode()], "try another --svg")
