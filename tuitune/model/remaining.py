"""How much of a round is left, and how long that takes."""

from __future__ import annotations

from collections.abc import Iterable

from tuitune.model.session import Session


def epochs_left(session: Session) -> int:
    """Return how many epochs the newest round still needs if no trial is given up.

    It may run on while another revision is current.
    """
    record = session.round
    if record is None or record.ended is not None:
        return 0
    planned = (record.trials - record.drawn) * session.epochs_of(record)
    running = sum(t.epochs - t.epochs_done for t in session.running.values())
    waiting = sum(t.epochs for t in session.waiting.values() if t.round == record.number)
    return max(planned + running + waiting, 0)


def seconds_per_epoch(trials: Iterable[tuple[float, int]]) -> float | None:
    """Return the mean seconds of an epoch over (seconds, epochs) pairs; None without any."""
    seconds = epochs = 0.0
    for took, count in trials:
        seconds += took
        epochs += count
    return seconds / epochs if epochs else None


def seconds_left(session: Session) -> float | None:
    """Return how long the newest round will take from its times so far; None where it has none."""
    record = session.round
    if record is None:
        return None
    running = [(trial.seconds, trial.epochs_done) for trial in session.running.values()]
    pace = seconds_per_epoch([(record.seconds_spent, record.epochs_spent), *running])
    return None if pace is None else pace * epochs_left(session) / (session.workers or 1)
