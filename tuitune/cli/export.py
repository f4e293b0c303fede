"""`tuitune export`: all trials as CSV, or all curves as JSON lines."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tuitune.cli.options import directory_option, name_argument, session_file
from tuitune.errors import StorageError, plain
from tuitune.results.export import csv_lines, jsonl_lines
from tuitune.store import read_session


@click.command("export")
@name_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "jsonl"]),
    default="csv",
    show_default=True,
    help="csv: one row a trial; jsonl: one line an epoch.",
)
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="FILE", help="Default: standard output."
)
@directory_option
def export(name: str, form: str, output: Path | None, directory: Path | None) -> None:
    """Write all trials (CSV) or all curves (JSON lines) of NAME."""
    session = read_session(session_file(name, directory))
    lines = csv_lines(session) if form == "csv" else jsonl_lines(session)
    if output is None:
        for line in lines:
            sys.stdout.write(line)
        return
    try:
        with output.open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines)
    except OSError as error:
        raise StorageError(
            f"{plain(str(output))} can't be written ({error.strerror}): "
            "name another file, e.g. --output trials.csv"
        ) from None
