"""How `tuitune finish` shows a finish: plain lines for pipes and logs, live text on a terminal."""

from __future__ import annotations

from statistics import fmean
from typing import TextIO

import click
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from tuitune.advice.progress import runs_ahead
from tuitune.cli.progress import SilentDisplay
from tuitune.errors import plain
from tuitune.link import Link
from tuitune.model import Finish
from tuitune.model.events import (
    ContenderDropped,
    Event,
    FinishEnded,
    Notice,
    RaceEnded,
    RefitEnded,
    RepeatEnded,
    RepeatProgressed,
    TestOpened,
)
from tuitune.words import format_score, json_text, plural


def finish_line(message: Event | Notice) -> str | None:
    """Return the line for one thing that happened in a finish; None where it is not worth one.

    Words are `key=value` where a program may read them, and stay so; `reason` is a JSON string and
    comes last.
    """
    match message:
        case RepeatEnded(run=run):
            score = "" if run.score is None else repr(run.score)
            words = f"trial={run.trial} repeat={run.repeat} seed={run.seed} score={score} "
            return words + f"epochs={run.epochs} seconds={run.seconds:.3f}" + _reason(run.reason)
        case ContenderDropped(drop=drop):
            return f"dropped={drop.trial} repeats={drop.after}" + _reason(drop.reason)
        case RaceEnded(text=text):
            return plain(text)
        case RefitEnded(refit=refit):
            words = f"refit={refit.repeat} seed={refit.seed} updates={refit.updates} "
            return (
                words
                + f"samples={refit.samples} seconds={refit.seconds:.3f}"
                + _reason(refit.reason)
            )
        case TestOpened(trial=trial, opening=opening):
            return f"test set opened for trial {trial}, opening {opening} of this session"
        case FinishEnded(how="superseded", finish=number):
            return f"finish {number} ended: another one takes over"
    return None


def _reason(text: str) -> str:
    return f" reason={json_text(text)}" if text else ""


class FinishLines(SilentDisplay):
    """A line for each repeat, drop and refit, in a form that programs can read."""

    def begin(self, line: str) -> None:
        """Say who races."""
        click.echo(line)

    def say(self, line: str) -> None:
        """Say how the finish ended."""
        click.echo(line)

    def show(self, message: Event | Notice) -> None:
        """Write the line of what happened."""
        line = finish_line(message)
        if line is not None:
            click.echo(line)


class FinishLive:
    """The race as a table that is redrawn in place on a terminal."""

    def __init__(self, link: Link, file: TextIO) -> None:
        self._link = link
        self._title = ""
        self._warning = ""
        self._now: dict[tuple[bool, int, int], RepeatProgressed] = {}
        self._live = Live(
            console=Console(file=file, highlight=False, markup=False),
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def begin(self, line: str) -> None:
        """Say who races."""
        self._title = line
        self._live.start()
        self.tick()

    def show(self, message: Event | Notice) -> None:
        """Remember which repeats are under way."""
        match message:
            case RepeatProgressed(trial=trial, repeat=repeat, refit=refit):
                self._now[refit, trial, repeat] = message
            case RepeatEnded(run=run):
                self._now.pop((False, run.trial, run.repeat), None)
            case RefitEnded():
                self._now = {
                    key: value for key, value in self._now.items() if key[2] != message.refit.repeat
                }

    def warn(self, line: str) -> None:
        """Show a line under the rest until the next one."""
        self._warning = line
        self.tick()

    def tick(self) -> None:
        """Draw the present state."""
        if self._live.is_started:
            self._live.update(self._picture(), refresh=True)

    def end(self) -> None:
        """Draw once more, give the cursor back, and say what the race said without cutting it."""
        self.tick()
        self._live.stop()
        finishes = self._link.session.finishes
        if self._title and finishes[-1].verdict:
            self._live.console.print(Text(plain(finishes[-1].verdict)))

    def say(self, line: str) -> None:
        """Say how the finish ended, on lines of its own."""
        self._live.console.print(Text(line))

    def _picture(self) -> Group:
        finish = self._link.session.finishes[-1]
        table = Table.grid(expand=True, padding=(0, 2))
        for _ in range(3):
            table.add_column(justify="right", no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        table.add_row("trial", "selected", "repeats", "mean", "", style="dim")
        for trial in finish.contenders:
            table.add_row(*(Text(cell) for cell in self._row(finish, trial)))
        lines = [self._title, *self._last_lines(finish)]
        if self._warning:
            lines.append(self._warning)
        texts = [Text(plain(line), no_wrap=True, overflow="ellipsis") for line in lines]
        return Group(texts[0], table, *texts[1:])

    def _row(self, finish: Finish, trial: int) -> tuple[str, str, str, str, str]:
        scores = finish.scores_of(trial)
        finite = [score for score in scores if score is not None]
        mean = format_score(fmean(finite)) if finite else ""
        drop = next((d for d in finish.dropped if d.trial == trial), None)
        if trial == finish.chosen:
            state = "chosen"
        elif drop is not None:
            state = f"out: {plain(drop.reason)}"
        else:
            state = ", ".join(
                f"seed {key[2]} {now.epoch}/{now.epochs}"
                for key, now in self._now.items()
                if key[1] == trial and not key[0]
            )
        selected = format_score(finish.selected_score(trial))
        return str(trial), selected, str(len(scores)), mean, state

    def _last_lines(self, finish: Finish) -> list[str]:
        lines = []
        if finish.chosen is None and finish.raced_at is None:
            counts = [len(finish.scores_of(trial)) for trial in finish.remaining]
            most = len(finish.runs) + runs_ahead(counts, finish.repeats)
            lines.append(f"{len(finish.runs)} of {most} runs")
        if finish.chosen is not None and finish.ended is None:
            under_way = [
                f"seed {key[2]} {now.epoch}/{now.epochs}"
                for key, now in self._now.items()
                if key[0]
            ]
            done = plural(len(finish.refits), "refit")
            lines.append(f"{done} on training and validation samples; {', '.join(under_way)}")
        if finish.opening is not None and finish.test is None:
            lines.append("the test set is open")
        return lines
