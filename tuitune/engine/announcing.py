"""What is said to whoever looks away: a sentence for the terminal, a program of the person's own.

The terminal itself belongs to whoever draws on it: the command or the app.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tuitune.advice.text import score_text
from tuitune.errors import plain
from tuitune.executors.groups import describe_exit
from tuitune.model import Session

HOOK_SECONDS = 60.0
"""How long a program of the person's own may take."""

STANDARD_ERROR = 2
"""The file descriptor."""


@dataclass(frozen=True, slots=True)
class AnnounceOptions:
    """Who is told when a round is over; nothing but the bell by default."""

    bell: bool = True
    notify: bool = False
    """Have the terminal show a notification (OSC 9)."""
    hook: tuple[str, ...] | None = None
    """A program and its arguments."""


def notification(session: Session, how: str) -> str:
    """Return the escape sequence (OSC 9) that has a terminal notify its person."""
    if how == "new best":
        words = f"TuiTune {session.name}: new best"
    else:
        words = f"TuiTune {session.name}: round {len(session.rounds)} {how}, best"
    if session.best is not None and session.best_score is not None:
        metric = session.problem.metric
        words += f" {metric} {score_text(session.best_score)} #{session.best.number}"
    else:
        words = words.removesuffix(", best")
    return f"\x1b]9;{plain(words)}\x07"


def hook_variables(session: Session, path: Path, how: str) -> dict[str, str]:
    """Return the environment variables in which a hook finds what happened."""
    best = session.best
    return {
        "TUITUNE_HOW": how,
        "TUITUNE_SESSION": session.name,
        "TUITUNE_FILE": str(path.resolve()),
        "TUITUNE_ROUND": str(len(session.rounds)),
        "TUITUNE_BEST_TRIAL": "" if best is None else str(best.number),
        "TUITUNE_BEST_SCORE": "" if best is None else repr(session.best_score),
    }


def run_hook(argv: Sequence[str], variables: dict[str, str], *, output: int) -> str:
    """Run a hook without a shell and wait for it; return what went wrong in a sentence, or nothing.

    `output` is the descriptor that it prints to, or `subprocess.DEVNULL`.
    """
    problem = _run(argv, variables, output)
    return f"the program of --on-end {plain(problem)}" if problem else ""


def _run(argv: Sequence[str], variables: dict[str, str], output: int) -> str:
    try:
        ended = subprocess.run(
            list(argv),
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            timeout=HOOK_SECONDS,
            check=False,
        )
    except OSError as error:
        return f"can't be started: {error}"
    except subprocess.TimeoutExpired:
        return f"took longer than {HOOK_SECONDS:g} s and was ended"
    return "" if ended.returncode == 0 else describe_exit(ended.returncode)
