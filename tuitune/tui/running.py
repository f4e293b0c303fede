"""Running the app: what it needs of the terminal and of the person's files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tuitune.engine import EngineOptions
from tuitune.engine.announcing import AnnounceOptions
from tuitune.tui.app import TuiTuneApp
from tuitune.tui.keymap import read_key_file
from tuitune.tui.terminal import check_terminal, key_file, prefers_ascii


def run_app(
    path: Path | None,
    *,
    directory: Path,
    ascii: bool,
    low_bandwidth: bool,
    mouse: bool,
    engine: EngineOptions,
    announcing: AnnounceOptions,
) -> int:
    """Run the app on a session (None: the list, or a new one) and return the exit code.

    Raises `UsageError` where there is no terminal to draw on, or the key file is wrong.
    """
    check_terminal(sys.__stderr__, os.environ)
    for name in ("LINES", "COLUMNS"):
        # They freeze the size that the app sees; the terminal knows it better.
        os.environ.pop(name, None)
    app = TuiTuneApp(
        path,
        directory,
        ascii_only=ascii or prefers_ascii(sys.__stdout__, os.environ),
        low_bandwidth=low_bandwidth,
        own_keys=read_key_file(key_file()),
        engine=engine,
        announcing=announcing,
    )
    try:
        app.run(mouse=mouse)
    finally:
        if app.link is not None:
            app.link.close()
    return app.return_code or 0
