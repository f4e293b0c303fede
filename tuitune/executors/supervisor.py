"""What the executors that run other processes share: the jobs under way, messages and limits.

The engine's thread calls the public methods. What a program prints is read by a thread of its own;
what a worker process says is read in the engine's thread. Both call `report` and `end`, and `lock`
guards what several threads look at.
"""

from __future__ import annotations

import os
import signal
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any

from tuitune.errors import TrainerError
from tuitune.executors.base import Inbox, Job, JobEnded, JobReported
from tuitune.executors.failures import clip_reason, clip_traceback
from tuitune.executors.groups import Group, Surroundings, describe_exit, read_tail
from tuitune.executors.logs import trim_log
from tuitune.trainers.base import Fault

LOG_NAME = "output.log"
LOG_SECONDS = 1.0
"""How often the size of a log is looked at that a trainer writes itself."""
REAP_SECONDS = 2.0
"""How long the system may take to end a process that was killed."""


@dataclass(slots=True)
class Running:
    """One job under way."""

    job: Job
    slot: int
    log: Path = Path(os.devnull)
    """What it prints."""
    errors: Path = Path(os.devnull)
    """Where standard error goes."""
    errors_start: int = 0
    """Bytes of `errors` that earlier attempts wrote."""
    group: Group | None = None
    stopping: bool = False
    """Somebody asked it to end."""
    limit_error: str = ""
    """Why it was killed, where it passed a limit."""
    limit: Fault | None = None
    """Which one that was."""
    began: float = field(default_factory=monotonic)
    used: float = 0.0
    """Seconds of training before the last wait for an answer."""
    since: float | None = field(default_factory=monotonic)
    """When it began to train on; None while it waits for an answer."""

    def training_seconds(self, now: float) -> float:
        """Return the time it has trained, waits for an answer left out."""
        return self.used + (now - self.since if self.since is not None else 0.0)


class Supervisor(ABC):
    """An executor whose jobs run in process groups; see `Executor` for the public methods."""

    errors_name = LOG_NAME
    """File in a trial's folder that standard error is appended to."""
    close_seconds = 2.0
    """How long `close` lets trainers clean up before it kills them."""

    def __init__(self, inbox: Inbox, workers: int, surroundings: Surroundings) -> None:
        self._inbox = inbox
        self._workers = workers
        self.surroundings = surroundings
        self.lock = Lock()
        self._running: dict[int, Running] = {}
        self._closed = Event()
        if surroundings.seconds is not None:
            limit = surroundings.seconds
            Thread(target=self._watch_time, args=[limit], name="time", daemon=True).start()
        if self.errors_name == LOG_NAME and surroundings.files is not None:
            Thread(target=self._watch_logs, name="logs", daemon=True).start()

    # -- the protocol ----------------------------------------------------------------------

    @property
    def workers(self) -> int:
        """How many jobs it runs at once."""
        return self._workers

    def resize(self, workers: int) -> bool:
        """Change the number of workers; one that is taken away first finishes its job."""
        self._workers = workers
        return True

    def submit(self, job: Job) -> None:
        """Begin a job; where that isn't possible, a `JobEnded` says why."""
        with self.lock:
            taken = {running.slot for running in self._running.values()}
        slot = next(i for i in range(len(taken) + 1) if i not in taken)
        running = Running(job, slot)
        with self.lock:
            self._running[job.trial] = running
        try:
            folder = self.surroundings.folder(job.trial)
            if folder is not None:
                running.log, running.errors = folder / LOG_NAME, folder / self.errors_name
                if running.errors.exists():
                    running.errors_start = running.errors.stat().st_size
            self._begin(running)
        except (OSError, TrainerError) as error:
            self.end(running, f"the trial can't be started: {error}", cause="error")

    def receive(self, timeout: float | None) -> Any:
        """Return the next command or message, or None after `timeout` seconds."""
        try:
            return self._inbox.get(timeout=timeout)
        except Empty:
            return None

    def answer(self, trial: int, *, go_on: bool) -> None:
        """Answer the report that a job waits with."""
        running = self._find(trial, stopping=not go_on)
        if running is not None:
            running.since = monotonic()
            self._tell(running, go_on)

    def stop(self, trial: int) -> None:
        """Ask a job to end; a function at its next report or breath, a command by SIGTERM."""
        self.answer(trial, go_on=False)

    def kill(self, trial: int) -> None:
        """End a job and all that it started at once, even if it hangs."""
        running = self._find(trial, stopping=True)
        if running is not None:
            self._kill(running)

    def close(self) -> None:
        """Stop what runs, wait a moment, and kill what is left; no message follows."""
        with self.lock:
            self._closed.set()
            running = list(self._running.values())
        for one in running:
            one.stopping = True
            self._tell(one, False)
        deadline = monotonic() + self.close_seconds
        groups = self._release()
        for group in groups:
            if not group.wait(max(0.0, deadline - monotonic())):
                group.signal(signal.SIGKILL)
        for group in groups:
            group.wait(REAP_SECONDS)

    # -- for the kinds ---------------------------------------------------------------------

    @abstractmethod
    def _begin(self, running: Running) -> None:
        """Start a job. Raises `OSError`."""

    @abstractmethod
    def _tell(self, running: Running, go_on: bool) -> None:
        """Pass an answer on; False may also come while no report waits."""

    @abstractmethod
    def _release(self) -> list[Group]:
        """Tell processes that have nothing to do to end; return all that may still be alive."""

    def _kill(self, running: Running) -> None:
        if running.group is not None:
            running.group.signal(signal.SIGKILL)

    # -- for the threads that read ---------------------------------------------------------

    def report(
        self,
        running: Running,
        metrics: dict[str, Any],
        seconds: float,
        partner: str | None = None,
    ) -> None:
        """Pass a report on; the job waits from now on."""
        now = monotonic()
        running.used, running.since = running.training_seconds(now), None
        with self.lock:
            if not self._closed.is_set():
                self._inbox.put_own(JobReported(running.job.trial, metrics, seconds, partner))

    def end(
        self,
        running: Running,
        error: str = "",
        traceback: str = "",
        *,
        stopped: bool = False,
        seconds: float | None = None,
        cause: Fault | None = None,
        score: float | None = None,
        given_up: bool = False,
        note: str = "",
    ) -> None:
        """Pass the end of a job on, once."""
        took = monotonic() - running.began if seconds is None else seconds
        ended = JobEnded(
            running.job.trial,
            took,
            clip_reason(error),
            clip_traceback(traceback),
            stopped,
            cause,
            score,
            given_up,
            note,
        )
        with self.lock:
            if self._running.pop(running.job.trial, None) is not None and not self._closed.is_set():
                self._inbox.put_own(ended)

    def end_by_exit(self, running: Running, returncode: int) -> None:
        """Pass on that a job's process ended without a word; its last errors are the traceback."""
        if running.limit_error:
            self.end(running, running.limit_error, cause=running.limit)
        elif running.stopping:
            self.end(running, stopped=True)
        else:
            tail = read_tail(running.errors, running.errors_start)
            reason, cause = self._describe(returncode, tail)
            self.end(running, reason, tail, cause=cause)

    def _describe(self, returncode: int, tail: str) -> tuple[str, Fault]:  # noqa: ARG002
        """Return why a job failed whose process ended with `tail` as its last output."""
        return describe_exit(returncode), "crashed"

    # -- the rest --------------------------------------------------------------------------

    def begin_clock(self, running: Running) -> None:
        """Count the training time from here: what came before was importing."""
        running.used, running.since = 0.0, monotonic()

    def _find(self, trial: int, *, stopping: bool) -> Running | None:
        with self.lock:
            running = self._running.get(trial)
            if running is not None and stopping:
                running.stopping = True
            return running

    def _watch_logs(self) -> None:
        """Keep the logs that trainers write themselves within their limit."""
        while not self._closed.wait(LOG_SECONDS):
            with self.lock:
                logs = [running.log for running in self._running.values()]
            for log in logs:
                with suppress(OSError):
                    trim_log(log, self.surroundings.log_bytes)

    def _watch_time(self, limit: float) -> None:
        while not self._closed.wait(min(0.25, limit / 4)):
            now = monotonic()
            with self.lock:
                late = [r for r in self._running.values() if r.training_seconds(now) > limit]
            for running in late:
                running.limit_error = f"took longer than the limit of {limit:g} s"
                running.limit = "seconds"
                self._kill(running)
