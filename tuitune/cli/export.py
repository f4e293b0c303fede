"""`tuitune export`: all trials as CSV, all curves as JSON lines, or a study for Optuna."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from tuitune.cli.options import directory_option, name_argument, session_file
from tuitune.cli.output import write_json
from tuitune.errors import StorageError, plain
from tuitune.exchange.optuna_export import optuna_lines
from tuitune.model import Session
from tuitune.results.export import csv_lines, jsonl_lines
from tuitune.store import read_session

FORMS: dict[str, Callable[[Session], Iterator[str]]] = {
    "csv": csv_lines,
    "jsonl": jsonl_lines,
    "optuna": optuna_lines,
}


@click.command("export")
@name_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMS)),
    default="csv",
    show_default=True,
    help="csv: one row a trial; jsonl: one line an epoch; optuna: a journal file with a study.",
)
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="FILE", help="Default: standard output."
)
@directory_option
def export(name: str, form: str, output: Path | None, directory: Path | None) -> None:
    """Write the trials of NAME: as a table, curve by curve, or as a study that Optuna opens."""
    session = read_session(session_file(name, directory))
    lines = FORMS[form](session)
    if output is None:
        write = sys.stdout.write if form == "csv" else write_json
        for line in lines:
            write(line)
        return
    try:
        with output.open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines)
    except OSError as error:
        raise StorageError(
            f"{plain(str(output))} can't be written ({error.strerror}): "
            "name another file, e.g. --output trials.csv"
        ) from None
