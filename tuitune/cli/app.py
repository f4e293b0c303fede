"""The app: bare `tuitune` and `tuitune open`."""

from __future__ import annotations

from pathlib import Path

import click

from tuitune.cli.options import app_options, directory_option, name_argument, session_file
from tuitune.session.files import check_exists


def open_app(
    path: Path | None, *, directory: Path, ascii_only: bool, low_bandwidth: bool, mouse: bool
) -> int:
    """Run the app on a session, or without one, and return its exit code."""
    from tuitune.tui.app import run_app

    return run_app(
        path, directory=directory, ascii=ascii_only, low_bandwidth=low_bandwidth, mouse=mouse
    )


@click.command("open")
@name_argument
@app_options
@directory_option
def open(  # the verb's name
    name: str, directory: Path | None, ascii_only: bool, low_bandwidth: bool, mouse: bool
) -> int:
    """Open the app on session NAME; where another process holds it, to look at it live."""
    path = session_file(name, directory)
    check_exists(path)
    return open_app(
        path,
        directory=path.parent,
        ascii_only=ascii_only,
        low_bandwidth=low_bandwidth,
        mouse=mouse,
    )
