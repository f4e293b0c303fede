"""What is said to whoever looks away when a round is over: the bell, a notification, a program."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from tuitune.errors import plain
from tuitune.executors.groups import describe_exit
from tuitune.session import Session
from tuitune.tui.formatting import format_score

HOOK_SECONDS = 60.0
"""How long a program of the person's own may take."""

STANDARD_ERROR = 2
"""The file descriptor."""


def announce(
    session: Session,
    path: Path,
    how: str,
    *,
    hook: Sequence[str] | None,
    bell: bool,
    notify: bool,
) -> None:
    """Say that the newest round is over: `how` is `finished`, `paused`, `failed` and so on.

    The bell and the notification (OSC 9) go to a terminal only. A `hook` that fails is said, and
    fails nothing else.
    """
    if sys.stderr.isatty():
        text = "\a" if bell else ""
        if notify:
            text += f"\x1b]9;{_sentence(session, how)}\x07"
        sys.stderr.write(text)
        sys.stderr.flush()
    if hook is not None:
        problem = _run(hook, {**os.environ, **_variables(session, path, how)})
        if problem:
            click.echo(f"tuitune: the program of --on-end {plain(problem)}", err=True)


def _sentence(session: Session, how: str) -> str:
    number = len(session.rounds)
    words = f"TuiTune {session.name}: round {number} {how}"
    if session.best is not None:
        words += f", best {session.problem.metric} {format_score(session.best.score)}"
    return plain(words)


def _variables(session: Session, path: Path, how: str) -> dict[str, str]:
    best = session.best
    return {
        "TUITUNE_HOW": how,
        "TUITUNE_SESSION": session.name,
        "TUITUNE_FILE": str(path.resolve()),
        "TUITUNE_ROUND": str(len(session.rounds)),
        "TUITUNE_BEST_TRIAL": "" if best is None else str(best.number),
        "TUITUNE_BEST_SCORE": "" if best is None else repr(best.score),
    }


def _run(argv: Sequence[str], environment: dict[str, str]) -> str:
    """Run a program without a shell; return what went wrong, or nothing."""
    try:
        # What it prints goes to standard error: standard output may be one JSON document.
        ended = subprocess.run(
            list(argv),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=STANDARD_ERROR,
            timeout=HOOK_SECONDS,
            check=False,
        )
    except OSError as error:
        return f"can't be started: {error}"
    except subprocess.TimeoutExpired:
        return f"took longer than {HOOK_SECONDS:g} s and was ended"
    return "" if ended.returncode == 0 else f"{describe_exit(ended.returncode)}"
