"""How the tests run the command line as the real program, and what a command comes to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """What one command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON document that it is to be."""
        return json.loads(self.out)


Command = Callable[..., Outcome]


def default_signals() -> None:
    """Let the signals end a child as they do in a shell."""
    # Whoever runs the tests in the background may have these ignored, and children inherit that.
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def start_program(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start the real program with `folder` as the current one and its output in pipes."""
    return subprocess.Popen(
        [sys.executable, "-m", "tuitune", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=default_signals,
    )
