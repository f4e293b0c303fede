"""The protocol of an executor, and the messages by which it reports.

The engine owns the inbox; commands and these messages arrive in it. A report is answered before the
trainer goes on: `answer(trial, go_on=False)` closes the trainer's generator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Protocol

from tuitune.space import Value
from tuitune.trainers.base import Fault

Report = Mapping[str, float]
TrainFunction = Callable[..., Iterator[Report | None]]
"""`train(params, *, epochs, seed)`: one report an epoch; None between them is a place to stop."""


@dataclass(frozen=True, slots=True)
class Job:
    """One trial for a worker."""

    trial: int
    params: Mapping[str, Value]
    """Tuned and fixed hyperparameters together."""
    epochs: int
    seed: int
    checkpoint: str = ""
    """File in which its trainer leaves what it needs to go on, where it is stopped at a report and
    can; empty: nowhere."""
    done: int = 0
    """Epochs that it has trained already, up to its checkpoint; they are not reported again."""
    final: bool = False
    """It trains on all samples and reports the test, once: the end of a finish."""

    @property
    def keywords(self) -> dict[str, Any]:
        """What its trainer is called with besides the params."""
        known: dict[str, Any] = {"epochs": self.epochs, "seed": self.seed}
        if self.checkpoint:
            known |= {"checkpoint": self.checkpoint, "done": self.done}
        if self.final:
            known["final"] = True
        return known


@dataclass(frozen=True, slots=True)
class JobReported:
    """A trainer finished an epoch and waits for the answer."""

    trial: int
    metrics: Mapping[str, object]
    """As the trainer gave them: numbers, or whatever a person's trainer yields."""
    seconds: float
    """Wall time since the job began."""
    partner: str | None = None
    """Name of the metric's counterpart on the training samples, where it was found; None: by its
    name alone."""


@dataclass(frozen=True, slots=True)
class JobEnded:
    """A trainer returned, was stopped, or failed."""

    trial: int
    seconds: float
    error: str = ""
    """Why it failed, one sentence; empty where it did not."""
    traceback: str = ""
    stopped: bool = False
    """It was closed before its last epoch because somebody asked for it."""
    cause: Fault | None = None
    """The kind of the error; None where there is none."""
    score: float | None = None
    """What the trial is ranked by, where its trainer says so besides its reports."""
    given_up: bool = False
    """The trainer gave the trial up by itself."""
    note: str = ""
    """What its trainer says of it in words."""


class Inbox(SimpleQueue[Any]):
    """Commands, `JobReported` and `JobEnded`, in the order in which they arrive."""

    def __init__(self) -> None:
        super().__init__()
        self.wake: Callable[[], None] | None = None
        """Called after a put, where the reader waits for something else as well."""

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Add something; never blocks, and is safe in a signal handler."""
        super().put(item, block, timeout)
        if self.wake is not None:
            self.wake()

    def put_own(self, item: Any) -> None:
        """Add something in the thread that reads, which needs no waking; else as `put`."""
        super().put(item)


class Executor(Protocol):
    """Where trainers run."""

    @property
    def workers(self) -> int:
        """How many jobs it runs at once."""

    def resize(self, workers: int) -> bool:
        """Change the number of workers; return False where a new executor is needed for that."""

    def submit(self, job: Job) -> None:
        """Begin a job; the caller never has more than `workers` of them under way."""

    def receive(self, timeout: float | None) -> Any:
        """Return the next thing of the inbox, or None after `timeout` seconds (None: wait)."""

    def answer(self, trial: int, *, go_on: bool) -> None:
        """Answer the report that a job waits with."""

    def stop(self, trial: int) -> None:
        """Ask a job to end at the next place where it can; a `JobEnded` follows."""

    def kill(self, trial: int) -> None:
        """End a job at once where the executor can, else as `stop`; a `JobEnded` follows."""

    def close(self) -> None:
        """Stop what runs and release the workers; no message follows."""


def close_trainer(reports: Iterator[Report | None]) -> None:
    """Close a trainer's generator so that its `finally` runs; any other iterator just ends."""
    close = getattr(reports, "close", None)
    if close is not None:
        close()
