"""How fast the training goes and when the round will end: pure, fed with the caller's clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from tuitune.model import Session

WINDOW_SECONDS = 10.0
"""The speed is that of the last ten seconds: long enough to be steady, short enough to be true."""


class Pace:
    """Counts epochs over a sliding window."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque()
        self._total = 0

    def note(self, now: float, epochs: int) -> None:
        """Note that `epochs` more epochs were finished by `now`, in seconds of any clock."""
        self._total += epochs
        self._marks.append((now, self._total))
        while len(self._marks) > 2 and now - self._marks[0][0] > WINDOW_SECONDS:
            self._marks.popleft()

    def clear(self) -> None:
        """Forget the window: training was paused, so its speed says nothing."""
        self._marks.clear()

    @property
    def epochs_per_second(self) -> float | None:
        """Epochs a second over the window; None before there is anything to measure."""
        if len(self._marks) < 2:
            return None
        (began, first), (ended, last) = self._marks[0], self._marks[-1]
        if ended - began < 0.2 or last == first:
            return None
        return (last - first) / (ended - began)


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
