"""Following an engine to the end of its work, for the commands that train."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

import click

from tuitune.cli.problems import INTERRUPTED, discard_output, keep_traceback
from tuitune.cli.progress import Display, LineDisplay, SilentDisplay, end_line
from tuitune.cli.shapes import trial_record
from tuitune.cli.tether import Tether
from tuitune.engine import Command, EngineOptions
from tuitune.errors import SessionBusyError, TuiTuneError, UsageError, plain
from tuitune.link import Answered, AttachedLink, Link, Message, open_link
from tuitune.link.leaving import leave_terminal, note_leave, write_log
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


def link_to_train(path: Path, options: EngineOptions) -> Link:
    """Return the link to a session that is to train: here, or where it is held.

    Raises `SessionBusyError` where the process that holds it can't be asked, and `UsageError` for
    options that only the process that trains can have been given.
    """
    link = open_link(path, options, "command")
    try:
        if not link.writable:
            raise SessionBusyError(link.why_read_only)
        if not link.trains_here and options != EngineOptions():
            raise UsageError(
                "--workers, --gpus, --max-failures and the limits of a trial are those of the "
                f"process that trains {path.stem} already; leave them out, or end that one first "
                f"with tuitune quit {path.stem}"
            )
    except BaseException:
        link.close()
        raise
    return link


class Runner:
    """Has a round trained and follows it to its end, here or in the process that holds the session.

    Where another process trains, a signal lets go of it: the work goes on.
    """

    verb = "run"

    def __init__(
        self, link: Link, display: Display, start: Command, name: str, tether: Tether | None = None
    ) -> None:
        """`start` is the command that the work begins with; `name` the session's as typed.

        With a `tether` the terminal is left when the work has begun.
        """
        self._tether = tether
        self._link = link
        self._name = name
        self._display = display
        self._start = start
        self._ticket: int | None = None
        self._is_accepted = False
        self._signal: int | None = None
        self._terminal_closed = False
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
        self._has_let_go = False
        """Another process goes on with the work, and this one only began it."""
        self._ended: dict[int, Trial] = {}
        """Trials that ended, by number; one that was paused and went on ends more than once."""
        self._started = time.monotonic()

    def run(self) -> int:
        """Follow the work to its end, and return the exit code."""
        with self._signals_caught():
            self._ticket = self._link.ask(self._start)
            self._follow()
        if self._refusal:
            raise UsageError(self._refusal)
        if self._link.trouble:
            raise TuiTuneError(f"not everything could be saved: {self._link.trouble}")
        if self._broken is not None:
            for line in failure_lines(self._session, self._broken):
                click.echo(line, err=True)
        if self._problem:
            raise TuiTuneError(self._problem)
        if self._has_let_go:
            return 0
        self._guarded(self._say_end)
        if self._signal is not None:
            return 128 + self._signal
        if not self._is_over:
            return INTERRUPTED  # somebody else ended the process that trained
        if self._ended and all(trial.state == "failed" for trial in self._ended.values()):
            reason = next(iter(self._ended.values())).reason
            raise TuiTuneError(f"none of {plural(len(self._ended), 'trial')} trained: {reason}")
        return 0

    @property
    def _session(self) -> Session:
        return self._link.session

    @property
    def outcome(self) -> str:
        """How it ended: as the round did, else `interrupted`, `paused` or `failed`."""
        if self._signal is not None or not self._is_over:
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
            message = self._link.receive(TICK_SECONDS)
            if message is not None and self._is_about_this(message):
                self._take(message)
            if self._terminal_closed:
                self._terminal_closed = False
                self._leave_terminal("terminal closed")
            now = time.monotonic()
            ended = self._link.state is happened.EngineStatus.STOPPED or self._link.is_gone
            if ended and message is None:
                break
            if self._is_over and not self._link.trains_here:
                break
            if self._deadline is not None and now > self._deadline:
                break
            if now >= next_tick:
                next_tick = now + TICK_SECONDS
                self._guarded(self._display.tick)
        self._guarded(self._display.end)

    def _is_about_this(self, message: Message) -> bool:
        """Whether a message can be about this work: what another process trains before isn't."""
        if isinstance(message, Answered) and message.ticket == self._ticket:
            self._is_accepted = message.answer.is_done
            return True
        return self._is_accepted or self._link.trains_here

    def _take(self, message: Message) -> None:
        """Show one message of the engine, and ask it to quit when the work is over."""
        match message:
            case Answered(ticket=ticket, answer=answer) if ticket == self._ticket:
                if answer.refused:
                    self._refusal = answer.refused
                    self._finish()
                elif not self._link.trains_here:
                    self._begin()  # what began may have been folded into the file already
            case happened.RoundStarted() | happened.RoundExtended() | happened.TrialStarted():
                self._begin()
            case happened.RoundEnded(how=how) if how != "superseded":
                self._begin()
                self._finish()
            case happened.TrialEnded(number=number) if self.has_begun:
                trial = self._session.trial(number)
                if trial.is_finished:
                    self._ended[number] = trial
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
                self._guarded(self._display.warn, f"training waits for the disk: {text}")
            case happened.StorageRecovered():
                self._guarded(self._display.warn, "the disk takes writes again")
        if isinstance(message, happened.Event | happened.Notice):
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
                f"{record.trials} in all; {record.sampler_text}, {pruner}, "
                f"{plural(self._session.workers or 1, 'worker')}{self._where}"
            ),
        )
        self._detach()

    @property
    def _where(self) -> str:
        """Which other process trains; nothing where this one does."""
        if isinstance(self._link, AttachedLink):
            return f"; process {self._link.pid} trains, ctrl-c lets go of it"
        return ""

    def _detach(self) -> None:
        """Leave the terminal, now that the work has begun; another process's just goes on."""
        if self._tether is None:
            return
        tether, self._tether = self._tether, None
        words = (
            f"it goes on without a terminal: tuitune open {self._name} looks at it, "
            f"tuitune wait {self._name} waits for its end, tuitune quit {self._name} ends it"
        )
        self._guarded(self._display.say, plain(words))
        if self._link.trains_here:
            self._leave_terminal("started with --detach")
            tether.leave()
        else:
            self._is_over = self._has_let_go = True

    def _leave_terminal(self, how: str) -> None:
        """Go on without a terminal, with the session's log for what is said."""
        path = self._link.path
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        note_leave(path, self._session, how)
        with suppress(OSError):
            sys.stdout.flush()
        leave_terminal(path)
        write_log(path, f"{how}; it goes on without a terminal")
        if not isinstance(self._display, SilentDisplay):
            self._display = LineDisplay(self._link)  # nothing to draw on any more

    def _finish(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._link.request_end()

    def _say_end(self) -> None:
        line = end_line(self._session, len(self._ended), time.monotonic() - self._started)
        self._display.say(line + self._after())

    def _after(self) -> str:
        """Return what becomes of work that is not over, behind a semicolon."""
        if isinstance(self._link, AttachedLink) and not self._link.is_gone:
            if self._signal is None:
                return ""
            return f"; process {self._link.pid} goes on with it"
        if self.outcome == "interrupted":
            return f"; everything is saved, tuitune {self.verb} {self._name} goes on"
        return ""

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
        """Ask the engine to save and quit, or let go of another's; asked twice, don't wait.

        Where the terminal is closed, what this process trains goes on.
        """
        if number == getattr(signal, "SIGHUP", None) and self._link.trains_here:
            # Not here: the signal may have come in the middle of a line that is being written.
            self._terminal_closed = True
            return
        patience = GRACE_SECONDS if self._signal is None else 0.0
        self._deadline = time.monotonic() + patience
        self._signal = self._signal or number
        self._finish()
