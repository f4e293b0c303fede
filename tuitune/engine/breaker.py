"""The circuit breaker: many failures in a row are one cause, not many."""

from __future__ import annotations

from collections import Counter

from tuitune.results.failures import cause_of

MAX_FAILURES = 5
"""Failures in a row that pause the round where nobody says otherwise."""

SAME_TRACEBACK = 3
"""How often the same traceback may come back before the round pauses."""


class Breaker:
    """Counts failures of one round. Divergence is a result, not a failure of the trainer."""

    def __init__(self, max_failures: int) -> None:
        self.max_failures = max_failures
        """Failures in a row that trip it; 0: it never trips."""
        self._in_a_row = 0
        self._causes: Counter[str] = Counter()

    def succeed(self) -> None:
        """Note a trial that ended without an error."""
        self._in_a_row = 0

    def fail(self, reason: str, traceback: str) -> str | None:
        """Note a failure; return why the round should pause, or None."""
        self._in_a_row += 1
        cause = cause_of(reason, traceback)
        self._causes[cause] += 1
        if not self.max_failures:
            return None
        if self._in_a_row >= self.max_failures:
            return f"{self._in_a_row} trials failed in a row, the last with: {reason}"
        if traceback and self._causes[cause] >= SAME_TRACEBACK:
            return f"{self._causes[cause]} trials failed with the same error: {reason}"
        return None

    def reset(self) -> None:
        """Forget what was counted: the person has seen it and goes on."""
        self._in_a_row = 0
        self._causes.clear()
