"""The app: bare `tuitune` and `tuitune open`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tuitune.cli.options import (
    announce_options,
    app_options,
    directory_option,
    engine_options,
    in_two_processes,
    name_argument,
    session_file,
)
from tuitune.cli.tether import Tether
from tuitune.store.files import check_exists

if TYPE_CHECKING:
    from tuitune.engine import EngineOptions


def open_app(path: Path | None, *, directory: Path, ascii_only: bool, **options: Any) -> int:
    """Run the app on a session, or without one, and return its exit code."""
    from tuitune.tui.running import run_app

    tether: Tether = options.pop("tether")
    return run_app(
        path,
        directory=directory,
        ascii=ascii_only,
        shell=tether.parent,
        has_left=tether.leave,
        **options,
    )


@click.command("open")
@name_argument
@in_two_processes
@engine_options
@announce_options
@app_options
@directory_option
def open(  # the verb's name
    name: str, directory: Path | None, engine: EngineOptions, **options: Any
) -> int:
    """Open the app on session NAME; where another process holds it, to look at it live."""
    path = session_file(name, directory)
    check_exists(path)
    if engine.are_for_processes:
        from tuitune.engine.opening import check_options
        from tuitune.store import read_session

        check_options(path, read_session(path).problem.trainer, engine)
    return open_app(path, directory=path.parent, engine=engine, **options)
