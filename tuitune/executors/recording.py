"""The runs that tell what an objective asks for, each in a process that may be given up.

Run as `python -m tuitune.executors.recording TARGET FILE IDLE`, it loads the objective and adds a
line to FILE for each run, until all is known; one that asks for nothing more for IDLE seconds ends
it, and the next process goes on from the lines.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from time import monotonic, sleep

import msgspec

from tuitune.errors import UsageError, quote
from tuitune.executors.checking import LOAD_SECONDS
from tuitune.executors.failures import clip_reason, describe_failure
from tuitune.executors.groups import Group, Surroundings, describe_exit
from tuitune.executors.processes import importable
from tuitune.trainers.objective import load_objective
from tuitune.trainers.objective.recording import RecordingTrial, Run, next_places, run_once

IDLE_SECONDS = 5.0
"""After so long without a question a run has asked for all."""


class _Line(msgspec.Struct, omit_defaults=True):
    """One line of the file."""

    run: Run | None = None
    skipped: int = 0
    """Calls of `optimize` that did nothing while the file was loaded."""
    problem: str = ""
    """Why the objective can't be loaded, one sentence."""
    known: bool = False
    """All is known."""


@dataclass(frozen=True)
class Recorded:
    """What the runs of an objective told."""

    runs: tuple[Run, ...]
    skipped: int


def record_objective(
    target: str, say: Callable[[str], None] = lambda _line: None, idle: float = IDLE_SECONDS
) -> Recorded:
    """Return what the objective `target` asks for; `say` is told of each process that begins.

    A run that asks for nothing more for `idle` seconds ends.
    Raises `UsageError` where it can't be loaded, or asks for nothing.
    """
    with TemporaryDirectory(prefix="tuitune-") as name:
        found, log = Path(name, "found"), Path(name, "log")
        found.touch()
        while True:
            before = len(_lines(found))
            returncode, in_time = _process(target, found, log, idle)
            lines = _lines(found)
            problem = next((line.problem for line in lines if line.problem), "")
            if problem:
                raise UsageError(problem)
            if any(line.known for line in lines):
                break
            if len(lines) == before:
                raise UsageError(_why_nothing(target, returncode, in_time))
            count = sum(line.run is not None for line in lines)
            say(f"{count} runs of {quote(target)} so far, to see what it asks for")
    runs = tuple(line.run for line in lines if line.run is not None)
    _check(runs, target)
    return Recorded(runs, max(line.skipped for line in lines))


def _process(target: str, found: Path, log: Path, idle: float) -> tuple[int, bool]:
    """Run one process to its end; return its exit code, and whether it was still alive."""
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        group = Group(
            [sys.executable, "-m", "tuitune.executors.recording", target, str(found), str(idle)],
            environment=importable(Surroundings(None).environment(0)),
            stdout=output,
            stderr=output,
        )
    finally:
        os.close(output)
    try:
        # It ends itself where a run asks for nothing more; what hangs before is given up here.
        size, since, in_time = -1, monotonic(), True
        while not group.wait(0.05):
            if found.stat().st_size != size:
                size, since = found.stat().st_size, monotonic()
            in_time = monotonic() - since < LOAD_SECONDS
            if not in_time:
                break
    finally:
        group.signal(signal.SIGKILL)
    group.wait()
    return group.returncode, in_time


def _why_nothing(target: str, returncode: int, in_time: bool) -> str:
    if not in_time:
        return f"{quote(target)} takes longer than {LOAD_SECONDS:g} s to load or to ask for values."
    return (
        f"{quote(target)} can't be run: the process that tried "
        f"{'was ' if returncode < 0 else ''}{describe_exit(returncode)}. Mend it and try again."
    )


def _check(runs: tuple[Run, ...], target: str) -> None:
    if any(run.wanted for run in runs):
        return
    first = runs[0]
    if first.error:
        raise UsageError(f"{quote(target)} asks for no parameter: it raised {first.error}")
    raise UsageError(
        f"{quote(target)} asks for no parameter: an objective says trial.suggest_float('lr', 1e-5, "
        "1, log=True) and the like"
    )


def _lines(file: Path) -> list[_Line]:
    decoder = msgspec.json.Decoder(_Line)
    return [decoder.decode(line) for line in file.read_bytes().splitlines()]


# -- the process itself ----------------------------------------------------------------------


def main(arguments: list[str]) -> None:
    """Run the objective until all is known, or a run asks for nothing more."""
    target, file, idle = arguments[0], Path(arguments[1]), float(arguments[2])
    runs = [line.run for line in _lines(file) if line.run is not None]

    def add(line: _Line) -> None:
        with file.open("ab") as out:
            out.write(msgspec.json.encode(line) + b"\n")

    try:
        objective = load_objective(target)
    except UsageError as error:
        add(_Line(problem=clip_reason(str(error))))
        return
    add(_Line(skipped=objective.skipped))
    trial: RecordingTrial | None = None

    def give_up_when_idle() -> None:
        while True:
            sleep(0.1)
            one = trial
            if one is not None and monotonic() - one.asked_at > idle:
                add(_Line(run=one.as_run("idle")))
                os._exit(0)

    Thread(target=give_up_when_idle, daemon=True).start()
    while (places := next_places(runs)) is not None:
        trial = RecordingTrial(places, to_the_end=not runs)
        run = run_once(objective.function, trial, lambda error: describe_failure(error)[0])
        trial = None
        runs.append(run)
        add(_Line(run=run))
    add(_Line(known=True))
    os._exit(0)  # whatever the person's code has started needs no end of its own


if __name__ == "__main__":
    main(sys.argv[1:])
