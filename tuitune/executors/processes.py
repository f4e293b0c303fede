"""Trials of a Python function, each in a worker process that outlives many of them.

A worker is a fresh interpreter and not a fork: `multiprocessing` can't start one while the screen
owns the terminal, and forking a process with threads deadlocks. A trainer that crashes, hangs or
ends the interpreter loses its own trial; the next one gets a new worker.
"""

from __future__ import annotations

import math
import os
import select
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any

import tuitune
from tuitune.executors.base import Inbox
from tuitune.executors.bell import Bell
from tuitune.executors.groups import Group, Surroundings
from tuitune.executors.supervisor import Running, Supervisor
from tuitune.executors.wire import decode, encode


@dataclass(slots=True, eq=False)
class _Worker:
    """One process and the pipe to it."""

    group: Group
    write_fd: int
    read_fd: int
    running: Running | None = None
    unread: bytearray = field(default_factory=bytearray)
    """What it has said of a message that is not whole yet."""
    jobs: int = 0
    """How many jobs it was given; the number of the job at hand."""
    retired: bool = False
    """It ends after its job."""

    def send(self, message: dict[str, Any]) -> None:
        """Say something; a worker that has died doesn't hear it, and its reader finds out."""
        if self.write_fd < 0:
            return
        try:
            os.write(self.write_fd, encode(message))
        except BrokenPipeError:
            return

    def release(self) -> None:
        """Close the pipe: the worker ends by itself once it has nothing to do."""
        if self.write_fd >= 0:
            os.close(self.write_fd)
            self.write_fd = -1


class ProcessExecutor(Supervisor):
    """Worker processes for a trainer named as `file.py:function` or `package.module:function`.

    Or for the built-in network, named by `mlp_target`.
    """

    def __init__(
        self,
        target: str,
        metric: str,
        inbox: Inbox,
        workers: int,
        surroundings: Surroundings,
        *,
        fresh: bool = False,
    ) -> None:
        """Start nothing yet: a worker starts with the first job that needs it.

        With `fresh` each has one job.
        """
        super().__init__(inbox, workers, surroundings)
        self._target = target
        self._metric = metric
        self._fresh = fresh
        self._pool: dict[int, _Worker] = {}
        """Workers that take jobs, by slot."""
        self._alive: list[_Worker] = []
        """These, and others that were told to end."""
        self._heard: dict[int, _Worker] = {}
        """Workers by the descriptor that they are heard through."""
        self._ended: SimpleQueue[_Worker] = SimpleQueue()
        """Workers whose process has ended."""
        self._bell = Bell()
        """Rung at each put into the inbox, and when a worker has ended."""
        self._poll = select.poll()
        self._poll.register(self._bell.fd, select.POLLIN)
        inbox.wake = self._bell.ring

    def resize(self, workers: int) -> bool:
        """Change the number of workers; one that is taken away first finishes its job."""
        with self.lock:
            self._workers = workers
            for slot in [slot for slot in self._pool if slot >= workers]:
                worker = self._pool[slot]
                worker.retired = True
                if worker.running is None:
                    self._pool.pop(slot).release()
        return True

    def _begin(self, running: Running) -> None:
        job = running.job
        message = {
            "trial": job.trial,
            "params": dict(job.params),
            "keywords": job.keywords,
            "log": str(running.log),
            "variables": self.surroundings.variables(job),
        }
        with self.lock:
            worker = self._pool.get(running.slot)
            if worker is not None:
                worker.running = running
        if worker is None:
            worker = self._start(running)
        running.group = worker.group
        with self.lock:
            worker.retired = self._fresh or running.slot >= self._workers
            worker.jobs += 1
            worker.send(message | {"job": worker.jobs})

    def _tell(self, running: Running, go_on: bool) -> None:
        with self.lock:
            worker = self._pool.get(running.slot)
            if worker is not None and worker.running is running:
                worker.send({"job": worker.jobs, "go_on": go_on})

    def _release(self) -> list[Group]:
        with self.lock:
            for worker in self._alive:
                worker.release()
            return [worker.group for worker in self._alive]

    def _start(self, running: Running) -> _Worker:
        """Start a worker whose first words, those of importing the module, go to a trial's log."""
        own_read, worker_write = os.pipe()
        worker_read, own_write = os.pipe()
        log = os.open(running.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        arguments = [self._target, self._metric, str(worker_read), str(worker_write)]
        try:
            group = Group(
                [sys.executable, "-P", "-m", "tuitune.executors.worker", *arguments],
                environment=importable(self.surroundings.environment(running.slot)),
                stdout=log,
                stderr=log,
                memory_bytes=self.surroundings.memory_bytes,
                pass_fds=(worker_read, worker_write),
            )
        except OSError:
            os.close(own_read)
            os.close(own_write)
            raise
        finally:
            for fd in (worker_read, worker_write, log):
                os.close(fd)
        os.set_blocking(own_read, False)
        worker = _Worker(group, own_write, own_read, running)
        with self.lock:
            self._alive.append(worker)
            self._pool[running.slot] = worker
        self._heard[own_read] = worker
        self._poll.register(own_read, select.POLLIN)
        name = f"worker-{running.slot + 1}"
        Thread(target=self._await_end, args=[worker], name=name, daemon=True).start()
        return worker

    # -- hearing them ----------------------------------------------------------------------
    # In the engine's own thread: another one that reads and passes on would cost each report two
    # changes of threads, and the worker waits meanwhile.

    def receive(self, timeout: float | None) -> Any:
        """Return the next command or message, or None after `timeout` seconds."""
        deadline = None if timeout is None else monotonic() + timeout
        while True:
            try:
                return self._inbox.get_nowait()
            except Empty:
                pass
            left = None if deadline is None else max(0.0, deadline - monotonic())
            ready = self._poll.poll(None if left is None else math.ceil(1000 * left))
            if not ready:
                return None
            for fd, _ in ready:
                if fd == self._bell.fd:
                    self._bell.silence()
                    self._let_go()
                elif (worker := self._heard.get(fd)) is not None and not self._hear(worker):
                    self._poll.unregister(fd)

    def close(self) -> None:
        """Stop what runs, wait a moment, and kill what is left; no message follows."""
        super().close()
        if self._inbox.wake == self._bell.ring:
            self._inbox.wake = None
        for fd in self._heard:
            os.close(fd)
        self._heard.clear()

    def _let_go(self) -> None:
        """Let go of the workers that have ended; what they said before is heard first."""
        while not self._ended.empty():
            worker = self._ended.get()
            while self._hear(worker):
                pass
            with suppress(KeyError):  # one that closed its end is not polled any more
                self._poll.unregister(worker.read_fd)
            del self._heard[worker.read_fd]
            os.close(worker.read_fd)
            self._leave(worker)

    def _hear(self, worker: _Worker) -> bool:
        """Read what a worker says; return whether there may be more."""
        try:
            chunk = os.read(worker.read_fd, 1 << 16)
        except BlockingIOError:
            return False
        if not chunk:
            return False
        worker.unread += chunk
        *lines, worker.unread = worker.unread.split(b"\n")
        for line in lines:
            self._take(worker, decode(line))
        return True

    def _take(self, worker: _Worker, message: dict[str, Any]) -> None:
        running = worker.running
        if running is None:
            return
        if "began" in message:
            self.begin_clock(running)
        elif "reported" in message:
            numbers = message["reported"].items()
            metrics = {k: math.nan if v is None else v for k, v in numbers}
            if message["missing"]:
                metrics[self._metric] = None
            self.report(running, metrics, message["seconds"])
        else:
            self._free(worker, running, leaving=message["leaving"])
            self.end(
                running,
                message["error"],
                message["traceback"],
                stopped=message["stopped"],
                seconds=message["seconds"],
                cause=message["cause"],
                score=message["score"],
                given_up=message["given_up"],
                note=message["note"],
            )

    def _await_end(self, worker: _Worker) -> None:
        worker.group.wait()
        self._ended.put(worker)
        self._bell.ring()

    def _free(self, worker: _Worker, running: Running, *, leaving: bool) -> None:
        with self.lock:
            worker.running = None
            if leaving or worker.retired:
                self._pool.pop(running.slot, None)
                worker.release()

    def _leave(self, worker: _Worker) -> None:
        """Forget a worker that has ended, and fail the job that it had."""
        with self.lock:
            running, worker.running = worker.running, None
            self._alive.remove(worker)
            for slot in [slot for slot, one in self._pool.items() if one is worker]:
                del self._pool[slot]
            worker.release()
        if running is not None:
            self.end_by_exit(running, worker.group.returncode)


def importable(environment: dict[str, str]) -> dict[str, str]:
    """Return `environment` with this package on the path, where it isn't an installed one."""
    root = str(Path(tuitune.__path__[0]).resolve().parent)
    if Path(root).name in ("site-packages", "dist-packages"):
        return environment
    path = [part for part in environment.get("PYTHONPATH", "").split(os.pathsep) if part]
    return {**environment, "PYTHONPATH": os.pathsep.join([root, *path])}
