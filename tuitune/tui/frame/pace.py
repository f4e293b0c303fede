"""How fast the training goes: pure, fed with the caller's clock."""

from __future__ import annotations

from collections import deque

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
