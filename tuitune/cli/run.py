"""`tuitune run`: one round without the app."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tuitune.cli.completion import complete_pruner, complete_sampler
from tuitune.cli.notifying import announce
from tuitune.cli.options import (
    announce_options,
    as_typed,
    detach_option,
    directory_option,
    duration,
    engine_options,
    json_option,
    name_argument,
    session_file,
    whole,
)
from tuitune.cli.output import print_json
from tuitune.cli.progress import Display, LineDisplay, LiveDisplay, SilentDisplay
from tuitune.cli.runner import Runner, link_to_train
from tuitune.cli.tether import Tether
from tuitune.engine import EngineOptions, Run
from tuitune.engine.announcing import AnnounceOptions
from tuitune.errors import UsageError
from tuitune.link import Link
from tuitune.model import Session


@click.command("run")
@name_argument
@detach_option
@click.option(
    "--trials",
    type=whole("--trials", 1, 100, most=1_000_000),
    help="How many trials: of a new round (default 100), or more for one that goes on.",
)
@click.option(
    "--sampler",
    metavar="TEXT",
    shell_complete=complete_sampler,
    help="Of a new round, e.g. random or sobol.",
)
@click.option(
    "--pruner",
    metavar="TEXT",
    shell_complete=complete_pruner,
    help="Of a new round, e.g. none or median.",
)
@click.option("--new-round", is_flag=True, help="Start a new round though the last can go on.")
@click.option(
    "--epochs-budget",
    type=whole("--epochs-budget", 1, 5000),
    metavar="N",
    help="A new round draws no trial once its trials have spent N epochs.",
)
@click.option(
    "--time",
    "time_budget",
    type=duration("--time"),
    metavar="TIME",
    help="A new round draws no trial after this time, e.g. 30m.",
)
@engine_options
@announce_options
@json_option
@directory_option
def run(
    name: str,
    trials: int | None,
    sampler: str | None,
    pruner: str | None,
    new_round: bool,
    epochs_budget: int | None,
    time_budget: float | None,
    engine: EngineOptions,
    announcing: AnnounceOptions,
    as_json: bool,
    tether: Tether | None,
    directory: Path | None,
) -> int:
    """Run one round of NAME; an unfinished round of the current revision goes on.

    ctrl-c and SIGTERM save everything first; the same command then goes on where it stopped,
    interrupted trials first, each with its own params and seed. Where the terminal is closed it
    goes on without one; tuitune open NAME comes back to it.
    """
    path = session_file(name, directory)
    link = link_to_train(path, engine)
    try:
        if not new_round:
            _check_choices(link.session, sampler, pruner, epochs_budget, time_budget)
        start = Run(
            trials=trials,
            sampler=sampler,
            pruner=pruner,
            new_round=new_round,
            epochs_budget=epochs_budget,
            seconds_budget=time_budget,
        )
        display = LineDisplay(link) if tether is not None else _display(link, as_json)
        runner = Runner(link, display, start, as_typed(name, directory), tether)
        try:
            return runner.run()
        finally:
            if as_json and runner.has_begun:
                print_json(runner.summary())
            if runner.has_begun and runner.outcome != "interrupted":
                announce(link.session, path, runner.outcome, announcing)
    finally:
        link.close()


def _check_choices(
    session: Session,
    sampler: str | None,
    pruner: str | None,
    epochs_budget: int | None,
    time_budget: float | None,
) -> None:
    """Refuse other choices for a round that goes on: it was drawn with its own."""
    record = session.open_round
    if record is None:
        return
    for option, asked, used in (
        ("--sampler", sampler, record.sampler),
        ("--pruner", pruner, record.pruner),
        ("--epochs-budget", epochs_budget, record.epochs_budget),
        ("--time", time_budget, record.seconds_budget),
    ):
        if asked is not None and asked != used:
            own = f"{option[2:]} {used}" if used is not None else f"no {option[2:]} of its own"
            raise UsageError(
                f"round {record.number} goes on with {own}: "
                f"leave out {option}, or start another round with --new-round"
            )


def _display(link: Link, as_json: bool) -> Display:
    stream = sys.stderr if as_json else sys.stdout
    if stream.isatty():
        return LiveDisplay(link, stream)
    return SilentDisplay() if as_json else LineDisplay(link)
