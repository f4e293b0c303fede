"""How `tuitune run` shows a round: plain lines for pipes and logs, live text on a terminal.

Both are told everything that happens in the order in which it does, and neither holds the training
up: they are called by the main thread, while the engine runs in its own.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Protocol, TextIO

import click
from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from tuitune.cli.output import format_params
from tuitune.errors import plain
from tuitune.link import Link
from tuitune.model import Round, Session
from tuitune.model.events import EpochReported, Event, Notice, TrialEnded
from tuitune.model.remaining import epochs_left
from tuitune.model.trial import Trial
from tuitune.tui.frame.pace import Pace
from tuitune.words import format_duration, format_rate, format_score, json_text, plural

LAST_LINES = 6
"""How many ended trials stay in sight on a terminal."""


class Display(Protocol):
    """What a run is shown on."""

    def begin(self, line: str) -> None:
        """Say what begins."""

    def show(self, message: Event | Notice) -> None:
        """Take note of one thing that happened; the session has it already."""

    def warn(self, line: str) -> None:
        """Say something that a person should know at once."""

    def say(self, line: str) -> None:
        """Say how the round ended, after `end`."""

    def tick(self) -> None:
        """Draw what has changed; called about four times a second."""

    def end(self) -> None:
        """Leave the terminal in order."""


class SilentDisplay:
    """Says nothing: standard output belongs to one JSON document."""

    def begin(self, line: str) -> None:
        """Say nothing."""

    def show(self, message: Event | Notice) -> None:
        """Say nothing."""

    def warn(self, line: str) -> None:
        """Say it on standard error, where it disturbs no document."""
        click.echo(f"tuitune: {plain(line)}", err=True)

    def say(self, line: str) -> None:
        """Say nothing."""

    def tick(self) -> None:
        """Draw nothing."""

    def end(self) -> None:
        """Leave nothing to put in order."""


class LineDisplay(SilentDisplay):
    """One line a trial that has ended, in a form that programs can read."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def begin(self, line: str) -> None:
        """Say what begins."""
        click.echo(line)

    def say(self, line: str) -> None:
        """Say how the round ended."""
        click.echo(line)

    def show(self, message: Event | Notice) -> None:
        """Write the line of a trial that has ended."""
        if isinstance(message, TrialEnded):
            click.echo(trial_line(self._link.session.trial(message.number)))


class LiveDisplay:
    """Progress that is redrawn in place on a terminal."""

    def __init__(self, link: Link, file: TextIO) -> None:
        self._link = link
        self._title = ""
        self._warning = ""
        self._last: deque[str] = deque(maxlen=LAST_LINES)
        self._pace = Pace()
        self._live = Live(
            console=Console(file=file, highlight=False, markup=False),
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def begin(self, line: str) -> None:
        """Say what begins."""
        self._title = line
        self._live.start()
        self.tick()

    def show(self, message: Event | Notice) -> None:
        """Count epochs and keep the last trials that have ended."""
        if isinstance(message, EpochReported):
            self._pace.note(time.monotonic(), 1)
        elif isinstance(message, TrialEnded):
            self._last.append(_short_line(self._link.session.trial(message.number)))

    def warn(self, line: str) -> None:
        """Show a line under the rest until the next one."""
        self._warning = line
        self.tick()

    def tick(self) -> None:
        """Draw the present state."""
        if self._live.is_started:
            self._live.update(self._picture(), refresh=True)

    def end(self) -> None:
        """Draw once more and give the cursor back."""
        self.tick()
        self._live.stop()

    def say(self, line: str) -> None:
        """Say how the round ended, on lines of its own."""
        self._live.console.print(Text(line))

    def _picture(self) -> Group:
        record = self._link.session.round
        done, total = (record.finished, record.trials) if record is not None else (0, 0)
        bar = Table.grid(expand=True, padding=(0, 1))
        bar.add_column(ratio=1)
        bar.add_column(no_wrap=True)
        bar.add_row(ProgressBar(total=max(total, 1), completed=done), self._figures(done, total))
        lines = [self._title, self._best_line(), *self._last]
        if self._warning:
            lines.append(self._warning)
        texts = [Text(plain(line), no_wrap=True, overflow="ellipsis") for line in lines]
        return Group(texts[0], bar, *texts[1:])

    def _figures(self, done: int, total: int) -> str:
        words = f"{done}/{total}"
        rate, left = self._pace.epochs_per_second, epochs_left(self._link.session)
        if rate is not None and left:
            words += f"  {format_rate(rate, 'epochs')}  {format_duration(left / rate)} left"
        return words

    def _best_line(self) -> str:
        best = self._link.session.best
        if best is None:
            return "no finished trial yet"
        return (
            f"best {self._link.session.problem.metric} "
            f"{format_score(self._link.session.best_score)}  "
            f"trial {best.number}  {format_params(best.params)}"
        )


def trial_line(trial: Trial) -> str:
    """Return the line of one trial: `trial=7 state=done score=0.83 ... param.lr=0.0042`.

    The words are `key=value` in this order, and stay so; `reason` is a JSON string and comes last.
    """
    score = "" if trial.score is None else repr(trial.score)
    train_score = "" if trial.train_score is None else repr(trial.train_score)
    words = [
        f"trial={trial.number}",
        f"state={trial.state}",
        f"score={score}",
        f"train_score={train_score}",
        f"epochs={trial.epochs_done}",
        f"seconds={trial.seconds:.3f}",
        *(f"param.{name}={_word(value)}" for name, value in trial.params.items()),
    ]
    if trial.reason:
        words.append(f"reason={json_text(trial.reason)}")
    return plain(" ".join(words))


def end_line(session: Session, ran: int, seconds: float) -> str:
    """Return how the newest round stands, and the best trial of the session."""
    record = session.round
    assert record is not None
    counts: dict[str, int] = {}
    for trial in session.trials_of(record.number):
        counts[trial.state.value] = counts.get(trial.state.value, 0) + 1
    how = "finished" if record.ended == "finished" else record.ended or "can go on"
    standing = ", ".join(f"{count} {state}" for state, count in counts.items())
    line = (
        f"round {record.number} {how}: {plural(ran, 'trial')} in {format_duration(seconds)}; "
        f"in all {standing or 'none'}"
    )
    line += _audit_words(session, record)
    best = session.best
    if best is not None:
        line += (
            f"; best {session.problem.metric} {format_score(session.best_score)} by trial "
            f"{best.number} with {format_params(best.params)}"
        )
    return plain(line)


def _audit_words(session: Session, record: Round) -> str:
    """Return what the round's pruner saved and lost, behind a semicolon."""
    if record.pruner == "none":
        return ""
    # Imports NumPy, which a round without a pruner has no need of here.
    from tuitune.advice import audit

    found = audit(session.trials_of(record.number), session.criterion)
    return f"; {found.text}" if found is not None else ""


def _short_line(trial: Trial) -> str:
    words = f"trial {trial.number} {trial.state}"
    if trial.score is not None:
        words += f" {format_score(trial.score)}"
    if trial.reason:
        words += f" ({plain(trial.reason)})"
    return f"{words}  {format_params(trial.params)}"


def _word(value: float | int | str | bool) -> str:
    """Return a value that holds no space: texts with one are JSON strings."""
    if isinstance(value, str):
        return json_text(value) if set(value) & set(' "') else value
    return json_text(value)
