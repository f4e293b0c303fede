"""What is said to whoever looks away when a round is over: the bell, a notification, a program."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tuitune.engine.announcing import (
    STANDARD_ERROR,
    AnnounceOptions,
    hook_variables,
    notification,
    run_hook,
)
from tuitune.model import Session


def announce(session: Session, path: Path, how: str, options: AnnounceOptions) -> None:
    """Say that the newest round is over: `how` is `finished`, `paused`, `failed` and so on.

    The bell and the notification go to a terminal only. A hook that fails is said, and fails
    nothing else.
    """
    if sys.stderr.isatty():
        text = "\a" if options.bell else ""
        if options.notify:
            text += notification(session, how)
        sys.stderr.write(text)
        sys.stderr.flush()
    if options.hook is not None:
        # What it prints goes to standard error: standard output may be one JSON document.
        variables = hook_variables(session, path, how)
        problem = run_hook(options.hook, variables, output=STANDARD_ERROR)
        if problem:
            click.echo(f"tuitune: {problem}", err=True)
