"""`tuitune finish`: the race, the refit and the test without the app."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import click

from tuitune.advice.race import REPEATS, instability
from tuitune.cli.finish_display import FinishLines, FinishLive
from tuitune.cli.options import (
    as_typed,
    directory_option,
    json_option,
    name_argument,
    session_file,
    whole,
)
from tuitune.cli.output import print_json
from tuitune.cli.progress import Display, SilentDisplay
from tuitune.cli.runner import Runner, link_to_train
from tuitune.engine import EngineOptions, StartFinish
from tuitune.errors import plain
from tuitune.link import Link, Message
from tuitune.model import Finish
from tuitune.model import events as happened
from tuitune.results.final import final_record
from tuitune.words import plural


@click.command("finish")
@name_argument
@click.option(
    "--trial",
    type=whole("--trial", 1, 17),
    help="Finish with this trial; without it the twelve best race.",
)
@click.option(
    "--repeats",
    type=whole("--repeats", 1, REPEATS, most=100),
    help=f"Runs of the last two (default {REPEATS}: 48 runs in all; 7: 30 of ten trials).",
)
@click.option(
    "--workers",
    type=whole("--workers", 1, 2, most=256),
    help="How many at once (default: as many as the last time, at first 1).",
)
@json_option
@directory_option
def finish(
    name: str,
    trial: int | None,
    repeats: int | None,
    workers: int | None,
    as_json: bool,
    directory: Path | None,
) -> int:
    """Race the best trials of NAME on new seeds, refit the winner, and test it once.

    The winner trains on training and validation samples together, with three seeds; then the sealed
    test set is opened, and that it was is recorded. ctrl-c and SIGTERM save everything first; the
    same command then goes on where it stopped. Where the terminal is closed it goes on without one.
    """
    link = link_to_train(session_file(name, directory), EngineOptions(workers))
    start = StartFinish(trial=trial, repeats=repeats, choose="race")
    try:
        runner = FinishRunner(link, _display(link, as_json), start, as_typed(name, directory))
        try:
            return runner.run()
        finally:
            if as_json and runner.has_begun:
                print_json(runner.summary())
    finally:
        link.close()


def _display(link: Link, as_json: bool) -> Display:
    stream = sys.stderr if as_json else sys.stdout
    if stream.isatty():
        return FinishLive(link, stream)
    return SilentDisplay() if as_json else FinishLines()


class FinishRunner(Runner):
    """Follows one finish of an engine to its end."""

    verb = "finish"

    def summary(self) -> dict[str, Any]:
        """Return the document of `--json`: the finish as it stands."""
        return {
            "name": self._session.name,
            "interrupted": self._signal is not None,
            "seconds": round(time.monotonic() - self._started, 3),
            **final_record(self._session, self._finish_record),
        }

    @property
    def _finish_record(self) -> Finish:
        return self._session.finishes[-1]

    def _take(self, message: Message) -> None:
        """Show one message of the engine; the end of the finish is the end of the work.

        The end of one that another takes over is not.
        """
        super()._take(message)
        match message:
            case happened.FinishEnded(how="superseded"):
                pass
            case happened.FinishEnded(how=how, text=text):
                self._begin()
                if how == "failed":
                    self._problem = text
                self._finish()
            case happened.FinishEvent() | happened.RepeatProgressed():
                self._begin()

    def _begin(self) -> None:
        """Say who races, and whether the finish goes on."""
        if self.has_begun:
            return
        self.has_begun = True
        finish = self._finish_record
        count = len(finish.contenders)
        who = "trial" if count == 1 else f"{plural(count, 'trial')} race:"
        numbers = ", ".join(map(str, finish.contenders))
        goes_on = f"; goes on after {plural(len(finish.runs), 'repeat')}" if finish.runs else ""
        self._guarded(
            self._display.begin,
            plain(
                f"{self._session.name}: finish {finish.number}, {who} {numbers}; "
                f"{plural(self._session.workers or 1, 'worker')}{goes_on}{self._where}"
            ),
        )

    def _say_end(self) -> None:
        finish = self._finish_record
        if finish.ended is None:
            self._display.say(
                plain(
                    f"finish {finish.number} can go on after {plural(len(finish.runs), 'repeat')}"
                )
                + self._after()
            )
            return
        self._display.say(plain(f"results in {', '.join(finish.files)}"))
        unstable = instability(finish.test.each) if finish.test is not None else ""
        if unstable:
            self._display.say(unstable)
        self._display.say(plain(finish.text))
