"""`tuitune rename`, `copy`, `delete`: a session with all that belongs to it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tuitune.cli.options import directory_option, json_option, name_argument, session_file
from tuitune.cli.output import print_json
from tuitune.errors import SessionError, UsageError, plain, quote
from tuitune.store import read_session
from tuitune.store.files import check_exists
from tuitune.store.whole import belongings, copy_session, delete_session, rename_session
from tuitune.words import plural

new_name_argument = click.argument("new", metavar="NEW")


@click.command("rename")
@name_argument
@new_name_argument
@json_option
@directory_option
def rename(name: str, new: str, as_json: bool, directory: Path | None) -> None:
    """Give NAME, with the logs and results of its trials, the name NEW."""
    path, target = session_file(name, directory), session_file(new, directory)
    rename_session(path, target)
    _say(as_json, f"{plain(path.stem)} is {plain(target.stem)} now", target)


@click.command("copy")
@name_argument
@new_name_argument
@json_option
@directory_option
def copy(name: str, new: str, as_json: bool, directory: Path | None) -> None:
    """Make a copy of NAME, with the logs and results of its trials, under the name NEW."""
    path, target = session_file(name, directory), session_file(new, directory)
    copy_session(path, target)
    _say(as_json, f"made {plain(str(target))}, a copy of {plain(path.stem)}", target)


@click.command("delete")
@name_argument
@click.option("--yes", is_flag=True, help="Delete without asking, as in a pipe.")
@json_option
@directory_option
def delete(name: str, yes: bool, as_json: bool, directory: Path | None) -> int:
    """Delete NAME with the logs, checkpoints and results of its trials; it can't be undone."""
    path = session_file(name, directory)
    check_exists(path)
    if not yes:
        if as_json or not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise UsageError(
                f"delete asks before it deletes {quote(path.stem)}, and there is no terminal: "
                "add --yes"
            )
        if not click.confirm(f"delete {plain(path.stem)}, {_contents(path)}?"):
            click.echo("nothing is deleted")
            return 1
    delete_session(path)
    _say(as_json, f"deleted {plain(path.stem)}", path)
    return 0


def _contents(path: Path) -> str:
    """Return what would be lost, in a few words."""
    try:
        session = read_session(path)
    except SessionError:
        words = "which can't be read"
    else:
        words = f"{plural(len(session.trials), 'trial')} of {plural(len(session.rounds), 'round')}"
    beside = [plain(file.name) for file in belongings(path)]
    return f"{words}, with {', '.join(beside)}" if beside else words


def _say(as_json: bool, line: str, path: Path) -> None:
    if as_json:
        print_json({"name": path.stem, "path": str(path)})
    else:
        click.echo(line)
