"""One trial at a time, in the engine's own thread."""

from __future__ import annotations

from queue import Empty
from time import perf_counter
from typing import Any

from tuitune.executors.base import (
    Inbox,
    Job,
    JobEnded,
    JobReported,
    Report,
    TrainFunction,
    close_trainer,
)
from tuitune.executors.failures import describe_failure, fault_of
from tuitune.trainers.base import Fault


class InlineExecutor:
    """Steps a trainer's generator whenever the inbox is empty.

    With one worker there is nothing to hand over between threads: a hand-over and back costs 0.1 ms
    on a virtual machine whose other core sleeps, as much as all else that the engine does for a
    report. Commands are seen at each place where the trainer can be stopped.
    """

    workers = 1

    def __init__(self, train: TrainFunction, inbox: Inbox) -> None:
        self._train = train
        self._inbox = inbox
        self._job: Job | None = None
        self._generator: Any = None
        self._began = 0.0
        self._may_go_on = False
        self._stopping = False

    def resize(self, workers: int) -> bool:
        """Return whether `workers` is 1: more of them are threads."""
        return workers == 1

    def submit(self, job: Job) -> None:
        """Begin a job at the next `receive`."""
        if self._job is not None:
            raise RuntimeError(f"trial {self._job.trial} is still running")
        self._job = job
        self._generator = None
        self._began = perf_counter()
        self._may_go_on = True
        self._stopping = False

    def receive(self, timeout: float | None) -> Any:
        """Return a command if one waits, else train on until the next report."""
        inbox = self._inbox
        while inbox.empty() and self._job is not None:
            if self._stopping:
                return self._finish(stopped=True)
            if not self._may_go_on:
                break
            message = self._step(self._job)
            if message is not None:
                return message
        try:
            return inbox.get(timeout=timeout)
        except Empty:
            return None

    def answer(self, trial: int, *, go_on: bool) -> None:
        """Let the trainer go on, or close it."""
        if self._job is not None and self._job.trial == trial:
            self._may_go_on = go_on
            self._stopping = self._stopping or not go_on

    def stop(self, trial: int) -> None:
        """Close the trainer before its next step."""
        self.answer(trial, go_on=False)

    def kill(self, trial: int) -> None:
        """As `stop`: a thread can't be ended from outside."""
        self.stop(trial)

    def close(self) -> None:
        """Close the trainer that runs."""
        if self._job is not None:
            self._finish(stopped=True)

    def _step(self, job: Job) -> JobReported | JobEnded | None:
        try:
            if self._generator is None:
                self._generator = iter(self._train(job.params, **job.keywords))
            report: Report | None = next(self._generator)
        except StopIteration:
            return self._finish()
        except Exception as error:
            reason, traceback = describe_failure(error)
            return self._finish(error=reason, traceback=traceback, cause=fault_of(error))
        if report is None:
            return None
        self._may_go_on = False
        return JobReported(job.trial, report, perf_counter() - self._began)

    def _finish(
        self,
        *,
        error: str = "",
        traceback: str = "",
        stopped: bool = False,
        cause: Fault | None = None,
    ) -> JobEnded:
        assert self._job is not None
        job, generator = self._job, self._generator
        self._job = self._generator = None
        if generator is not None:
            try:
                close_trainer(generator)
            except Exception as problem:
                error, traceback = describe_failure(problem)
                cause = fault_of(problem)
        return JobEnded(job.trial, perf_counter() - self._began, error, traceback, stopped, cause)
