"""Running a program once, for a moment, to see what it prints."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from time import perf_counter
from typing import Any

from tuitune.executors.base import Job
from tuitune.executors.commands import STREAMS, filled_arguments, read_template
from tuitune.executors.groups import Group, Surroundings, describe_exit
from tuitune.trainers.program.arguments import ArgumentTemplate
from tuitune.trainers.program.reading.survey import Survey

PROBE_SECONDS = 60.0
"""How long a program may run before it has shown how its epochs look."""
END_SECONDS = 5.0
"""How long it may take to end when it has shown enough, before it is killed."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What came of it."""

    survey: Survey
    argv: tuple[str, ...]
    seconds: float
    failure: str = ""
    """Why it failed by itself, one sentence; empty where it did not."""
    ended: bool = False
    """It came to its end by itself."""


def probe_program(
    argv: Iterable[str],
    params: Mapping[str, Any],
    *,
    names: Iterable[str],
    epochs: int,
    seed: int,
    template: str | None = None,
    memory_bytes: int | None = None,
    seconds: float = PROBE_SECONDS,
) -> Probe:
    """Run a command as trial 1 would be until two epochs are seen, it ends, or time is up.

    Ctrl+C is enough too. Raises `UsageError` where its arguments can't be filled in, and `OSError`
    where it can't be started. Its folder and all that it started are gone at the end.
    """
    survey = Survey()
    last = b""
    enough = False
    with TemporaryDirectory(prefix="tuitune-", ignore_cleanup_errors=True) as name:
        names = tuple(names)
        surroundings = Surroundings(Path(name), memory_bytes=memory_bytes)
        job = Job(1, params, epochs, seed)
        file = None if template is None else read_template(template, names)
        copy = Path(name, Path(template or "").name)
        filled, variables = filled_arguments(
            ArgumentTemplate(tuple(argv), names), file, copy, job, surroundings
        )
        pipes = [os.pipe(), os.pipe()]
        try:
            group = Group(
                filled,
                environment=surroundings.environment(0) | variables,
                stdout=pipes[0][1],
                stderr=pipes[1][1],
                memory_bytes=memory_bytes,
            )
        except OSError:
            for read_fd, _ in pipes:
                os.close(read_fd)
            raise
        finally:
            for _, write_fd in pipes:
                os.close(write_fd)
        began = perf_counter()
        timers = [
            Timer(seconds, group.signal, [signal.SIGTERM]),
            Timer(seconds + END_SECONDS, group.signal, [signal.SIGKILL]),
        ]
        for timer in timers:
            timer.daemon = True
            timer.start()
        took = 0.0
        try:
            for which, chunk in group.reader(*(read_fd for read_fd, _ in pipes)):
                if enough:
                    continue
                survey.feed(STREAMS[which], chunk)
                last = (last + chunk)[-4000:]
                if survey.is_enough:
                    enough, took = True, perf_counter() - began
                    group.signal(signal.SIGTERM)
                    Timer(END_SECONDS, group.signal, [signal.SIGKILL]).start()
        except KeyboardInterrupt:
            enough = True
        finally:
            for timer in timers:
                timer.cancel()
            took = took or perf_counter() - began
            group.signal(signal.SIGTERM if not enough else signal.SIGKILL)
            group.wait(END_SECONDS)
            group.signal(signal.SIGKILL)
            group.wait()
    survey.end()
    by_itself = not enough and took < seconds
    failure = ""
    if by_itself and group.returncode:
        lines = [line.strip() for line in last.decode("utf-8", "replace").splitlines()]
        said = next((line for line in reversed(lines) if line), "")
        failure = f"{describe_exit(group.returncode)}{f': {said}' if said else ''}"
    return Probe(survey, tuple(filled), took, failure, by_itself)
