"""A worker process: loads a function once, then trains one job after the other.

Started as `python -m tuitune.executors.worker TARGET METRIC READ_FD WRITE_FD`. It speaks JSON lines
with its parent through two pipes of its own, so that nothing a trainer prints can disturb them:
standard output and error go to the log of the trial.

Parent to worker: `{"job": 3, "trial": 17, "params": {}, "keywords": {"epochs": 50, "seed": 0},
"log": PATH,
"variables": {}}`, then for each report `{"job": 3, "go_on": true}`; with false at any time to stop.
Worker to parent: `{"began": true}`, `{"reported": {"val_acc": 0.81}, "missing": false,
"seconds": 1.5}` with null for a number that is not finite, and `missing` where the one that ranks
was not measured; in the end
`{"error": "", "traceback": "", "cause": null, "stopped": false, "seconds": 75.0, "leaving": false,
"score": null, "given_up": false, "note": ""}`.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import os
import select
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from math import isfinite
from time import perf_counter
from types import TracebackType
from typing import Any

from tuitune.errors import UsageError
from tuitune.executors.failures import clip_reason, describe_failure, fault_of
from tuitune.executors.wire import decode, encode
from tuitune.trainers.base import Fault
from tuitune.trainers.function import Train, load_function
from tuitune.trainers.mlp.data import mlp_from
from tuitune.trainers.objective import Outcome, load_objective, objective_from, train_objective
from tuitune.trainers.reports import clean_report

PR_SET_PDEATHSIG = 1


class ParentGone(BaseException):
    """Nobody listens any more; no trainer's `except Exception` may catch it."""


class Channel:
    """The two pipes to the parent, and what it said about the job at hand."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        for fd in (read_fd, write_fd):
            os.set_inheritable(fd, False)
        self._read_fd = read_fd
        poll = select.poll()
        poll.register(read_fd, select.POLLIN)
        self._poll = poll.poll
        self._unread = bytearray()
        self._write_fd = write_fd
        self._pid = os.getpid()

    def receive(self) -> dict[str, Any]:
        """Wait for the next message. Raises `ParentGone`."""
        while b"\n" not in self._unread:
            chunk = os.read(self._read_fd, 1 << 16)
            if not chunk:
                raise ParentGone
            self._unread += chunk
        line, _, self._unread = self._unread.partition(b"\n")
        return decode(line)

    def send(self, message: dict[str, Any]) -> None:
        """Say something. A forked copy of this process has nothing to say and ends here."""
        if os.getpid() != self._pid:
            os._exit(0)
        data = memoryview(encode(message))
        try:
            while data:
                data = data[os.write(self._write_fd, data) :]
        except BrokenPipeError:
            raise ParentGone from None

    def told_to_stop(self, job: int) -> bool:
        """Return whether the parent has said stop, without waiting."""
        while self._has_heard():
            message = self.receive()
            if message["job"] == job and not message["go_on"]:
                return True
        return False

    def _has_heard(self) -> bool:
        return bool(self._unread or self._poll(0))

    def may_go_on(self, job: int) -> bool:
        """Wait for the answer to a report."""
        while True:
            message = self.receive()
            if message["job"] == job:
                return bool(message["go_on"])


def main(arguments: list[str]) -> None:
    """Serve until the parent closes the pipe."""
    target, metric, read_fd, write_fd = arguments
    end_with_parent()
    faulthandler.enable(2)
    channel = Channel(int(read_fd), int(write_fd))
    with contextlib.suppress(ParentGone):
        try:
            run = _runner(target, metric)
        except UsageError as error:
            # The next trial gets a new worker, which loads what was mended in the meantime.
            traceback = describe_failure(error.__cause__)[1] if error.__cause__ else ""
            channel.receive()
            flush_output()  # Who is told of the end reads the log at once.
            channel.send(_ended(0.0, clip_reason(str(error)), traceback, "error", leaving=True))
            return
        while True:
            message = channel.receive()
            if "keywords" in message:  # Else the late answer to a job that has ended.
                redirect_output(message["log"])
                os.environ.update(message["variables"])
                channel.send({"began": True})
                channel.send(run_job(channel, run, metric, message))


@dataclass(slots=True)
class Work:
    """One job at work, and how it talks with the parent."""

    channel: Channel
    metric: str
    message: dict[str, Any]
    began: float = field(default_factory=perf_counter)
    stopped: bool = False
    """It was told to end."""

    def report(self, raw: object) -> bool:
        """Pass a report on; return whether the job goes on."""
        metrics = clean_report(raw, self.metric)
        seconds = perf_counter() - self.began
        missing = self.metric not in metrics
        self.channel.send({"reported": metrics, "missing": missing, "seconds": seconds})
        self.stopped = not self.channel.may_go_on(self.message["job"])
        return not self.stopped

    def told_to_stop(self) -> bool:
        """Return whether the parent has said stop, without waiting."""
        self.stopped = self.channel.told_to_stop(self.message["job"])
        return self.stopped


NOTHING = Outcome()

Runner = Callable[[Work], Outcome]
"""Trains one job; raises what its trainer raises."""


def _runner(target: str, metric: str) -> Runner:
    """Return what trains the jobs. Raises `UsageError` where the target can't be loaded."""
    if (found := objective_from(target)) is not None:
        spec, direction = found
        objective = load_objective(spec.target)
        return partial(_run_objective, objective.function, spec.objective, direction)
    return partial(_run_generator, mlp_from(target) or load_function(target, metric))


def _run_generator(train: Train, work: Work) -> Outcome:
    message = work.message
    generator = train(message["params"], **message["keywords"])
    try:
        for raw in generator:
            if work.told_to_stop() if raw is None else not work.report(raw):
                break
    finally:
        generator.close()  # type: ignore[attr-defined]
    return NOTHING


def _run_objective(
    function: Callable[..., Any], objective: int | None, direction: str, work: Work
) -> Outcome:
    message, reported = work.message, False

    def report(numbers: dict[str, float]) -> bool:
        nonlocal reported
        reported = True
        return work.report(numbers)

    outcome = train_objective(
        function,
        message["params"],
        number=message["trial"] - 1,
        seed=message["keywords"]["seed"],
        epochs=message["keywords"]["epochs"],
        metric=work.metric,
        direction=direction,
        objective=objective,
        report=report,
    )
    if outcome.value is not None and not reported:
        # It reports nothing on its way: the value is its only epoch.
        work.report({work.metric: outcome.value, **outcome.metrics})
    return outcome


def run_job(channel: Channel, run: Runner, metric: str, message: dict[str, Any]) -> dict[str, Any]:
    """Train one job and return the message about its end; whatever the trainer raises ends there.

    Only `ParentGone` passes, and only after the generator was closed.
    """
    work = Work(channel, metric, message)
    error = traceback = ""
    cause: Fault | None = None
    outcome = NOTHING
    try:
        outcome = run(work)
        if outcome.value is not None and not isfinite(outcome.value):
            error, cause = f"diverged: the objective returned {outcome.value}", "diverged"
    except ParentGone:
        raise
    except MemoryError as problem:
        error, traceback = describe_failure(_without_own_frames(problem))
        error, cause = clip_reason(f"out of memory{memory_limit()}"), "memory"
    except BaseException as problem:
        error, traceback = describe_failure(_without_own_frames(problem))
        cause = fault_of(problem)
    flush_output()
    seconds = perf_counter() - work.began
    return _ended(seconds, error, traceback, cause, outcome=outcome, stopped=work.stopped)


def redirect_output(path: str) -> None:
    """Append standard output and error, also those of C code and of children, to a log."""
    flush_output()
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    os.dup2(fd, 1)
    os.dup2(fd, 2)
    os.close(fd)


def flush_output() -> None:
    """Write what Python has buffered; a trainer may have closed or replaced its streams."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()


def end_with_parent() -> None:
    """Have the kernel kill this process when its parent dies, even while it hangs; Linux only.

    The parent's starting thread counts: it is the engine's, which closes its executor at its end.
    Elsewhere a worker ends at its next report or breath.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def memory_limit() -> str:
    """Return `: the limit is 512 MiB`, or nothing where there is none."""
    import resource

    size = resource.getrlimit(resource.RLIMIT_DATA)[0]
    return "" if size == resource.RLIM_INFINITY else f": the limit is {size >> 20} MiB"


def _without_own_frames(error: BaseException) -> BaseException:
    """Return `error` with a traceback that begins in the trainer's own code."""
    own = {__file__, load_function.__code__.co_filename}
    frame: TracebackType | None = error.__traceback__
    while frame is not None and frame.tb_frame.f_code.co_filename in own:
        frame = frame.tb_next
    return error.with_traceback(frame or error.__traceback__)


def _ended(
    seconds: float,
    error: str,
    traceback: str,
    cause: Fault | None,
    *,
    outcome: Outcome = NOTHING,
    stopped: bool = False,
    leaving: bool = False,
) -> dict[str, Any]:
    return {
        "error": error,
        "traceback": traceback,
        "cause": cause,
        "stopped": stopped,
        "seconds": seconds,
        "leaving": leaving,
        "score": None if error else outcome.value,
        "given_up": outcome.pruned,
        "note": outcome.note,
    }


if __name__ == "__main__":
    main(sys.argv[1:])
