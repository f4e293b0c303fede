"""Running the app: what it needs of the terminal and of the person's files."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from traceback import format_exception

from tuitune.engine import EngineOptions
from tuitune.engine.announcing import AnnounceOptions
from tuitune.link import LocalLink
from tuitune.link.leaving import log_file, write_log
from tuitune.tui.app import TuiTuneApp
from tuitune.tui.departure import Departure
from tuitune.tui.driver import TerminalDriver
from tuitune.tui.keymap import read_key_file
from tuitune.tui.terminal import check_terminal, key_file, prefers_ascii

FAILED = 1
"""The code of an app whose screen met an error of its own."""


def run_app(
    path: Path | None,
    *,
    directory: Path,
    ascii: bool,
    low_bandwidth: bool,
    mouse: bool,
    engine: EngineOptions,
    announcing: AnnounceOptions,
    shell: int | None,
    has_left: Callable[[], None],
) -> int:
    """Run the app on a session (None: the list, or a new one) and return the exit code.

    `shell` is a descriptor that ends with the process that the shell waits for, and `has_left`
    is called when this one goes on without a terminal: it then returns when all work is done.

    Raises `UsageError` where there is no terminal to draw on, or the key file is wrong.
    """
    check_terminal(sys.__stderr__, os.environ)
    for name in ("LINES", "COLUMNS"):
        # They freeze the size that the app sees; the terminal knows it better.
        os.environ.pop(name, None)
    departure = Departure(announcing, has_left)
    app = TuiTuneApp(
        path,
        directory,
        ascii_only=ascii or prefers_ascii(sys.__stdout__, os.environ),
        low_bandwidth=low_bandwidth,
        own_keys=read_key_file(key_file()),
        engine=engine,
        announcing=announcing,
        departure=departure,
        shell=shell,
        driver_class=TerminalDriver,
    )
    try:
        app.run(mouse=mouse)
    finally:
        if not departure.has_begun and app.can_leave and app.return_code == FAILED:
            _leave_broken(app, departure)
        if departure.has_begun:
            departure.screen_ended()
        elif app.link is not None:
            app.link.close()
    return app.return_code or 0


def _leave_broken(app: TuiTuneApp, departure: Departure) -> None:
    """Let the training go on though the screen has failed; say so, and log why."""
    assert isinstance(app.link, LocalLink)
    error, path = app.failure, app.link.path
    if error is not None:
        write_log(path, "".join(format_exception(error)))
    departure.begin(
        app.link,
        "the screen failed",
        f"tuitune: an error of TuiTune's own ended the screen; the training goes on, and tuitune "
        f"open {path.stem} comes back to it; the traceback is in {log_file(path)}",
    )
