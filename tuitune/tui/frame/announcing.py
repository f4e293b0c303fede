"""Whom the app tells that a round is over, that the breaker tripped, or of a new best."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

from tuitune.engine.announcing import AnnounceOptions, hook_variables, notification, run_hook
from tuitune.model import Session
from tuitune.model.events import BreakerTripped, Event, Notice, RoundEnded, TrialEnded

BEST_SECONDS = 30.0
"""At most one new best is told in so long; the last of those that come meanwhile is told then."""
FIRST_TRIALS = 10
"""Among the first trials of a round a new best is nothing new."""

OVER = ("finished", "out of budget")
"""Ends of a round that came by themselves; the others are a person's own."""


class Announcer:
    """Rings, notifies and runs the hook; the screen shows it everything that happens."""

    def __init__(
        self, options: AnnounceOptions, ring: Callable[[], None], write: Callable[[str], None]
    ) -> None:
        """`ring` rings the terminal; `write` sends it a sequence that draws nothing."""
        self._options = options
        self._ring = ring
        self._write = write
        self._runs_hook = True
        self._best_due = False
        self._best_told = -BEST_SECONDS
        self._problems: SimpleQueue[str] = SimpleQueue()

    def see(
        self,
        session: Session,
        path: Path,
        happened: Iterable[Event | Notice],
        now: float,
        *,
        hook: bool = True,
    ) -> None:
        """Tell what is worth it of what `happened`; it is folded into `session` already.

        `now` is in seconds of any clock. The program of `--on-end` is run where `hook` is set: by
        the process that trains alone, however many screens there are.
        """
        self._runs_hook = hook
        for message in happened:
            match message:
                case RoundEnded(how=how) if how in OVER:
                    self._best_due = False
                    self._tell(session, path, how)
                case BreakerTripped():
                    self._tell(session, path, "paused")
                case TrialEnded(number=number):
                    self._best_due |= self._is_news(session, number)
        if self._best_due and now - self._best_told >= BEST_SECONDS:
            self._best_due, self._best_told = False, now
            self._tell(session, path, "new best")

    def problems(self) -> Iterable[str]:
        """Yield what went wrong with the hook since the last call, a sentence each."""
        while True:
            try:
                yield self._problems.get_nowait()
            except Empty:
                return

    @staticmethod
    def _is_news(session: Session, number: int) -> bool:
        record = session.round
        is_best = session.best is not None and session.best.number == number
        return is_best and record is not None and record.finished > FIRST_TRIALS

    def _tell(self, session: Session, path: Path, how: str) -> None:
        if self._options.bell and how != "new best":
            self._ring()
        if self._options.notify:
            self._write(notification(session, how))
        if self._options.hook is not None and self._runs_hook:
            arguments = self._options.hook, hook_variables(session, path, how)
            Thread(target=self._run, args=arguments, name="hook", daemon=True).start()

    def _run(self, argv: tuple[str, ...], variables: dict[str, str]) -> None:
        # Nothing that it prints may reach the terminal that the app draws on.
        problem = run_hook(argv, variables, output=subprocess.DEVNULL)
        if problem:
            self._problems.put(problem)
