"""The advice, worked out beside the screen: never in the way of a key."""

from __future__ import annotations

from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

from tuitune.model import Session

if TYPE_CHECKING:
    from tuitune.advice import Advice, AdviceInput

LEAST_SECONDS = 1.0
"""At most one advice a second: trials may end faster than a person reads."""


class Adviser:
    """Works out the advice in a thread, one at a time, whenever it is out of date.

    The thread gets a frozen copy of the trials and gives a record back through a queue.
    """

    def __init__(self) -> None:
        self._results: SimpleQueue[Advice | Exception] = SimpleQueue()
        self._stale = True
        self._busy = False
        self._began = -LEAST_SECONDS

    def ask(self, *, at_once: bool = False) -> None:
        """Say that the advice is out of date; `at_once`: it is about other ranges by now."""
        self._stale = True
        if at_once:
            self._began = -LEAST_SECONDS

    def poll(self, session: Session, now: float) -> Advice | None:
        """Return a new advice if one is ready, and begin the next where it is due.

        `now` is in seconds of any clock. Raises what the advice raised.
        """
        advice = self._take()
        if self._stale and not self._busy and now - self._began >= LEAST_SECONDS:
            from tuitune.advice import AdviceInput

            self._stale, self._busy, self._began = False, True, now
            view = AdviceInput.from_session(session)
            # No daemon: one that the end of the interpreter cuts off in NumPy aborts the process.
            Thread(target=self._work, args=(view,), name="advice").start()
        return advice

    def _take(self) -> Advice | None:
        try:
            result = self._results.get_nowait()
        except Empty:
            return None
        self._busy = False
        if isinstance(result, Exception):
            raise result
        return result

    def _work(self, view: AdviceInput) -> None:
        from tuitune.advice import advise

        try:
            self._results.put(advise(view))
        except Exception as error:
            self._results.put(error)
