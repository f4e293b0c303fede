"""An engine for a session, as a person asks for it on the command line of the app or of `run`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tuitune.engine.breaker import MAX_FAILURES
from tuitune.engine.loop import Engine
from tuitune.engine.training import check_surroundings, surroundings_of
from tuitune.model.trial import Limits
from tuitune.store import SessionStore
from tuitune.trainers.spec import TrainerSpec


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What may be said of how trials run; it changes none of them."""

    workers: int | None = None
    """How many at once; None: one for each GPU, else as many as the session had last."""
    max_failures: int = MAX_FAILURES
    """Failures in a row that pause the round; 0: none do."""
    trial_seconds: float | None = None
    """Training time of a trial; None: the session's limit."""
    trial_memory: int | None = None
    log_limit: int | None = None
    """Bytes of private memory of a trial; None: the session's limit."""
    gpus: tuple[str, ...] = ()
    """Devices to share out among the workers."""

    @property
    def are_for_processes(self) -> bool:
        """Whether they ask for what only a trainer in processes of its own can have."""
        return bool(self.trial_seconds or self.trial_memory or self.gpus)


def check_options(path: Path, trainer: TrainerSpec, options: EngineOptions) -> None:
    """Raise `UsageError` where the trainer of the session in `path` can't have what is asked."""
    limits = Limits(options.trial_seconds, options.trial_memory, options.log_limit)
    check_surroundings(trainer, surroundings_of(path, limits, options.gpus))


def open_engine(store: SessionStore, options: EngineOptions) -> Engine:
    """Return an engine for the session of `store`, which it owns from now on.

    Raises `UsageError`, and gives the session free, where its trainer can't have what is asked.
    """
    usual = store.session.problem.limits
    try:
        return Engine(
            store,
            workers=options.workers or len(options.gpus) or None,
            max_failures=options.max_failures,
            limits=Limits(
                options.trial_seconds or usual.seconds,
                options.trial_memory or usual.memory_bytes,
                options.log_limit or usual.log_bytes,
            ),
            gpus=options.gpus,
        )
    except BaseException:
        store.close()
        raise
