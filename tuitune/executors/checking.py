"""Whether a person's function can be a trainer: found out in a process of its own.

Loading it runs its module, which may take long, crash, print, or import libraries that the app
should not carry. Run as `python -m tuitune.executors.checking TARGET METRIC FILE`, it writes what
is wrong, one sentence, to FILE.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tuitune.errors import UsageError, quote
from tuitune.executors.failures import clip_reason
from tuitune.executors.groups import Group, Surroundings, describe_exit, read_tail
from tuitune.executors.processes import importable
from tuitune.trainers.function import load_function

LOAD_SECONDS = 60.0
"""How long a module may take to load before it is taken for one that trains while it loads."""


def check_function(target: str, metric: str, *, seconds: float = LOAD_SECONDS) -> None:
    """Raise `UsageError` where `target` can't be loaded, or called as a trainer is, in `seconds`.

    Nothing of what its module prints is shown, and nothing that it started is left behind.
    """
    with TemporaryDirectory(prefix="tuitune-") as name:
        found, log = Path(name, "found"), Path(name, "log")
        output = os.open(log, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            group = Group(
                # Without the current folder on its path, which may have a random.py.
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "tuitune.executors.checking",
                    target,
                    metric,
                    str(found),
                ],
                environment=importable(Surroundings(Path(name)).environment(0)),
                stdout=output,
                stderr=output,
            )
        finally:
            os.close(output)
        try:
            in_time = group.wait(seconds)
        finally:
            group.signal(signal.SIGKILL)
        group.wait()
        problem = found.read_text("utf-8", "replace") if found.exists() else None
    if not in_time:
        raise UsageError(
            f"{quote(target)} takes longer than {seconds:g} s to load: its module may only define "
            "things, training belongs into the function."
        )
    if problem is None:
        was = "was " if group.returncode < 0 else ""
        raise UsageError(
            f"{quote(target)} can't be loaded: the process that tried {was}"
            f"{describe_exit(group.returncode)}. Mend it and try again."
        )
    if problem:
        raise UsageError(problem)


def runner(python: str, target: str, metric: str, *options: str) -> list[str]:
    """Return the command that trains a function in the environment of another interpreter."""
    return [python, str(Path(__file__).with_name("runner.py")), *options, target, metric]


def check_function_of(
    python: str, target: str, metric: str, *, seconds: float = LOAD_SECONDS
) -> None:
    """Raise `UsageError` where `target` can't be loaded by the interpreter `python`."""
    if shutil.which(python) is None:
        raise UsageError(
            f"--python names the Python of an environment, and {quote(python, 80)} can't be run: "
            "try --python env/bin/python"
        )
    with TemporaryDirectory(prefix="tuitune-") as name:
        log = Path(name, "log")
        output = os.open(log, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            group = Group(
                runner(python, target, metric, "--check"),
                environment=Surroundings(Path(name)).environment(0),
                stdout=output,
                stderr=output,
            )
        finally:
            os.close(output)
        try:
            in_time = group.wait(seconds)
        finally:
            group.signal(signal.SIGKILL)
        group.wait()
        lines = [line for line in read_tail(log, 0).splitlines() if line.strip()]
    if not in_time:
        raise UsageError(
            f"{quote(target)} takes longer than {seconds:g} s to load: its module may only define "
            "things, training belongs into the function."
        )
    if group.returncode:
        said = lines[-1] if lines else describe_exit(group.returncode)
        raise UsageError(f"{clip_reason(said)}. Mend it and try again.")


def main(arguments: list[str]) -> None:
    """Load the function, and write what is wrong with it, or nothing."""
    target, metric, file = arguments
    problem = ""
    try:
        load_function(target, metric)
    except UsageError as error:
        problem = clip_reason(str(error))
    Path(file).write_text(problem, "utf-8", "replace")


if __name__ == "__main__":
    main(sys.argv[1:])
