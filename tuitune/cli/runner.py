"""Following an engine that runs in a thread of its own, for the commands that train."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty
from types import FrameType
from typing import Any

import click

from tuitune.cli.problems import discard_output, keep_traceback
from tuitune.cli.progress import Display, SilentDisplay, end_line
from tuitune.cli.shapes import trial_record
from tuitune.engine import Command, Engine, Quit
from tuitune.engine.commands import asked_by
from tuitune.errors import TuiTuneError, UsageError, plain
from tuitune.model import Session
from tuitune.model import events as happened
from tuitune.model.trial import Trial, TrialState
from tuitune.results.failures import failure_lines
from tuitune.words import plural

TICK_SECONDS = 0.25
GRACE_SECONDS = 10.0
"""How long an engine that was asked to quit may take before the program leaves without it."""

SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


class Runner:
    """Follows one round of an engine that runs in a thread of its own, until it ends.

    `session` is the main thread's own, folded from the same file; it gets the engine's events.
    """

    def __init__(self, engine: Engine, session: Session, display: Display) -> None:
        self._engine = engine
        self._session = session
        self._display = display
        self._events = engine.subscribe()
        self._signal: int | None = None
        self._deadline: float | None = None
        self.has_begun = False
        """Whether the round has started or goes on."""
        self._is_over = False
        self._was_paused = False
        """The engine paused by itself, after too many failures."""
        self._broken: int | None = None
        """The round whose circuit breaker tripped."""
        self._problem = ""
        """Why the work failed, one sentence; empty where it did not."""
        self._refusal = ""
        self._trouble = ""
        """What the disk refuses just now."""
        self._ended: list[Trial] = []
        self._started = time.monotonic()

    def send(self, command: Command) -> None:
        """Ask the engine for something."""
        self._engine.send(asked_by(command, "command"))

    def run(self) -> int:
        """Start the engine, follow it to its end, and return the exit code."""
        with self._signals_caught():
            self._engine.open_door()
            self._engine.start()
            self._follow()
        if self._refusal:
            raise UsageError(self._refusal)
        if self._trouble:
            raise TuiTuneError(f"not everything could be saved: {self._trouble}")
        if self._broken is not None:
            for line in failure_lines(self._session, self._broken):
                click.echo(line, err=True)
        if self._problem:
            raise TuiTuneError(self._problem)
        self._guarded(self._say_end)
        if self._signal is not None:
            return 128 + self._signal
        if self._ended and all(trial.state == "failed" for trial in self._ended):
            reason = self._ended[0].reason
            raise TuiTuneError(f"none of {plural(len(self._ended), 'trial')} trained: {reason}")
        return 0

    @property
    def outcome(self) -> str:
        """How it ended: as the round did, else `interrupted`, `paused` or `failed`."""
        if self._signal is not None:
            return "interrupted"
        record = self._session.round
        if record is not None and record.ended:
            return record.ended
        return "paused" if self._was_paused else "failed"

    def summary(self) -> dict[str, Any]:
        """Return the document of `--json`: the round as it stands, and what this run added."""
        session, record = self._session, self._session.round
        assert record is not None
        counts = dict.fromkeys((state.value for state in TrialState), 0)
        for trial in session.trials_of(record.number):
            counts[trial.state.value] += 1
        best = session.best
        return {
            "name": session.name,
            "round": record.number,
            "revision": record.revision,
            "sampler": record.sampler,
            "pruner": record.pruner,
            "trials": record.trials,
            "ended": record.ended,
            "interrupted": self._signal is not None,
            "ran": len(self._ended),
            "counts": counts,
            "seconds": round(time.monotonic() - self._started, 3),
            "best": trial_record(session, best, 1) if best is not None else None,
        }

    def _follow(self) -> None:
        next_tick = 0.0
        while True:
            try:
                message = self._events.get(timeout=TICK_SECONDS)
            except Empty:
                message = None
                if self._engine.join(0):
                    break
            if message is not None:
                self._take(message)
                if message == happened.EngineState(happened.EngineStatus.STOPPED):
                    break
            now = time.monotonic()
            if self._deadline is not None and now > self._deadline:
                break
            if now >= next_tick:
                next_tick = now + TICK_SECONDS
                self._guarded(self._display.tick)
        self._guarded(self._display.end)

    def _take(self, message: happened.Event | happened.Notice) -> None:
        """Fold and show one message of the engine, and ask it to quit when the work is over."""
        if isinstance(message, happened.Event):
            self._session.apply(message)
        match message:
            case happened.RoundStarted() | happened.RoundExtended() | happened.TrialStarted():
                self._begin()
            case happened.RoundEnded(how=how) if how != "superseded":
                self._begin()
                self._finish()
            case happened.TrialEnded(number=number) if self.has_begun:
                trial = self._session.trial(number)
                if trial.is_finished:
                    self._ended.append(trial)
            case happened.CommandRefused(message=text):
                self._refusal = text
                self._finish()
            case happened.EngineFailed(message=text, traceback=traceback):
                self._problem = (
                    f"an error of TuiTune's own, {text}; everything so far is saved, "
                    f"the traceback is in {keep_traceback(traceback)}"
                )
            case happened.BreakerTripped(round=number):
                self._broken = number
            case happened.EngineState(state="paused" | "pausing", detail=detail) if detail:
                self._problem = detail
                self._was_paused = True
                self._finish()
            case happened.TrainerChanged(message=text):
                self._guarded(self._display.warn, text)
            case happened.StorageTroubled(message=text):
                self._trouble = text
                self._guarded(self._display.warn, f"training waits for the disk: {text}")
            case happened.StorageRecovered():
                self._trouble = ""
                self._guarded(self._display.warn, "the disk takes writes again")
        self._guarded(self._display.show, message)

    def _begin(self) -> None:
        """Say how many more trials the round gets, and how many those are in all."""
        if self.has_begun:
            return
        self.has_begun = True
        record = self._session.round
        assert record is not None
        pruner = "no pruner" if record.pruner == "none" else f"pruner {record.pruner}"
        self._guarded(
            self._display.begin,
            plain(
                f"{self._session.name}: round {record.number} of revision {record.revision}, "
                f"{plural(max(record.trials - record.finished, 0), 'more trial')}, "
                f"{record.trials} in all; {record.sampler}, {pruner}, "
                f"{plural(self._engine.workers, 'worker')}"
            ),
        )

    def _finish(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._engine.send(Quit())

    def _say_end(self) -> None:
        line = end_line(self._session, len(self._ended), time.monotonic() - self._started)
        if self._signal is not None:
            line += f"; everything is saved, tuitune run {self._session.name} goes on"
        self._display.say(line)

    def _guarded(self, show: Callable[..., None], *arguments: Any) -> None:
        """Show something; where nobody is there to see it any more, training still goes on."""
        try:
            show(*arguments)
        except OSError:
            self._display = SilentDisplay()
            discard_output()

    @contextmanager
    def _signals_caught(self) -> Iterator[None]:
        """Let each signal of `SIGNALS` end the run in order, but those that we were to ignore."""
        before = {number: signal.getsignal(number) for number in SIGNALS}
        for number, handler in before.items():
            # nohup and a shell's `&` set signals to be ignored before they start us.
            if handler != signal.SIG_IGN:
                signal.signal(number, self._on_signal)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        """Ask the engine to save and quit; asked twice, don't wait for it."""
        patience = GRACE_SECONDS if self._signal is None else 0.0
        self._deadline = time.monotonic() + patience
        self._signal = self._signal or number
        self._finish()
