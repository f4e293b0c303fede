"""Several trials at once, each in a thread: for trainers that spend their time outside the GIL."""

from __future__ import annotations

from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread
from time import perf_counter
from typing import Any

from tuitune.executors.base import Inbox, Job, JobEnded, JobReported, TrainFunction, close_trainer
from tuitune.executors.failures import describe_failure, fault_of
from tuitune.trainers.base import Fault

JOIN_SECONDS = 1.0
"""How long `close` waits for a thread; a daemon thread never holds up the end of the process."""


@dataclass(slots=True)
class _Running:
    """What the engine's thread and a worker's share about one job."""

    job: Job
    answers: SimpleQueue[bool] = field(default_factory=SimpleQueue)
    stop: bool = False


class ThreadExecutor:
    """A fixed number of worker threads that take jobs from one queue."""

    def __init__(self, train: TrainFunction, inbox: Inbox, workers: int) -> None:
        self._train = train
        self._inbox = inbox
        self._jobs: SimpleQueue[_Running | None] = SimpleQueue()
        self._running: dict[int, _Running] = {}
        self._threads: list[Thread] = []
        self._closed = False
        self.resize(workers)

    @property
    def workers(self) -> int:
        """How many jobs it runs at once."""
        return self._workers

    def resize(self, workers: int) -> bool:
        """Change the number of workers; one that is taken away first finishes its job."""
        self._workers = workers
        alive = len(self._threads)
        for index in range(alive, workers):
            thread = Thread(target=self._work, name=f"worker-{index + 1}", daemon=True)
            self._threads.append(thread)
            thread.start()
        for _ in range(workers, alive):
            self._jobs.put(None)
        if workers < alive:
            self._threads = self._threads[:workers]
        return True

    def submit(self, job: Job) -> None:
        """Hand a job to the next free worker."""
        running = _Running(job)
        self._running[job.trial] = running
        self._jobs.put(running)

    def receive(self, timeout: float | None) -> Any:
        """Return the next command or message, or None after `timeout` seconds."""
        try:
            message = self._inbox.get(timeout=timeout)
        except Empty:
            return None
        if isinstance(message, JobEnded):
            self._running.pop(message.trial, None)
        return message

    def answer(self, trial: int, *, go_on: bool) -> None:
        """Answer the report that a worker waits with."""
        if (running := self._running.get(trial)) is not None:
            running.answers.put(go_on)

    def stop(self, trial: int) -> None:
        """Close a trainer at its next report or breath."""
        if (running := self._running.get(trial)) is not None:
            running.stop = True
            running.answers.put(False)

    def kill(self, trial: int) -> None:
        """As `stop`: a thread can't be ended from outside."""
        self.stop(trial)

    def close(self) -> None:
        """Stop all jobs and wait a moment for the threads."""
        self._closed = True
        for trial in list(self._running):
            self.stop(trial)
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join(JOIN_SECONDS)

    def _work(self) -> None:
        while (running := self._jobs.get()) is not None:
            ended = self._train_one(running)
            if self._closed:
                return
            self._inbox.put(ended)

    def _train_one(self, running: _Running) -> JobEnded:
        job = running.job
        began = perf_counter()
        error = traceback = ""
        stopped = False
        cause: Fault | None = None
        try:
            generator: Any = iter(self._train(job.params, **job.keywords))
            try:
                for report in generator:
                    if report is not None and not running.stop:
                        seconds = perf_counter() - began
                        self._inbox.put(JobReported(job.trial, report, seconds))
                        running.stop = not running.answers.get() or running.stop
                    if running.stop:
                        stopped = True
                        break
            finally:
                close_trainer(generator)
        except Exception as problem:
            error, traceback = describe_failure(problem)
            cause = fault_of(problem)
        return JobEnded(job.trial, perf_counter() - began, error, traceback, stopped, cause)
