"""`tuitune ps`, `quit`, `wait`: what runs, ending it, and waiting for its end."""

from __future__ import annotations

import signal
import time
from dataclasses import asdict
from pathlib import Path

import click

from tuitune.cli.options import (
    as_typed,
    directory_option,
    json_option,
    name_argument,
    session_file,
    sessions_directory,
)
from tuitune.cli.output import print_json, print_table
from tuitune.cli.problems import FAILED
from tuitune.engine import Quit
from tuitune.errors import SessionBusyError, TuiTuneError, UsageError, plain
from tuitune.link import AttachedLink, do
from tuitune.link.standing import Standing, all_standings
from tuitune.model.events import EngineState, FinishEnded, RoundEnded
from tuitune.store import holder, is_held
from tuitune.store.files import check_exists, real
from tuitune.words import format_duration, format_score, plural

END_SECONDS = 20.0
"""How long a process may take to save and end."""

LOOK_SECONDS = 0.05


@click.command("ps")
@json_option
@directory_option
def ps(as_json: bool, directory: Path | None) -> None:
    """List the sessions that processes of yours hold: those of --dir, then all others here."""
    found = all_standings(sessions_directory(directory))
    if as_json:
        print_json([{**asdict(each), "path": str(each.path)} for each in found])
        return
    if not found:
        click.echo("nothing runs: tuitune run NAME --detach starts something")
        return
    usual = sessions_directory(directory).resolve()
    print_table(
        ("session", "host", "pid", "state", "round", "done", "best", "left", "screens"),
        [_row(each, usual) for each in found],
    )


def _row(standing: Standing, usual: Path) -> tuple[str, ...]:
    here = standing.path.parent == usual
    return (
        plain(standing.name if here else str(standing.path)),
        plain(standing.host),
        str(standing.pid),
        standing.state,
        str(standing.round or ""),
        f"{standing.done}/{standing.total}" if standing.round else "",
        "" if standing.best is None else format_score(standing.best),
        "" if standing.seconds_left is None else format_duration(standing.seconds_left),
        str(standing.screens),
    )


@click.command("quit")
@name_argument
@json_option
@directory_option
def quit(name: str, as_json: bool, directory: Path | None) -> None:  # the verb's name
    """End the process that holds NAME; everything is saved, and what ran goes on with the next run.

    Screens that are attached stay, and open the session again when they want something of it.
    """
    path, words = session_file(name, directory), as_typed(name, directory)
    check_exists(path)
    if not is_held(real(path)):
        raise UsageError(f"no process holds {words}: see what runs with tuitune ps")
    done = do(path, Quit())
    until = time.monotonic() + END_SECONDS
    while (found := holder(path)) is not None and found.pid == done.pid:
        if time.monotonic() > until:
            raise SessionBusyError(f"Process {done.pid} has not ended yet; look with tuitune ps.")
        time.sleep(LOOK_SECONDS)
    record = done.session.round
    waits = record is not None and record.ended is None
    if as_json:
        print_json({"name": path.stem, "pid": done.pid, "can_go_on": waits})
        return
    line = f"process {done.pid} has ended; everything is saved"
    if record is not None and waits:
        line += (
            f"; round {record.number} can go on, {record.finished} of "
            f"{plural(record.trials, 'trial')} have ended: tuitune run {words}"
        )
    click.echo(line)


@click.command("wait")
@name_argument
@json_option
@directory_option
def wait(name: str, as_json: bool, directory: Path | None) -> int:
    """Wait until the round or the finish of NAME that runs is over.

    Exit codes: 0 it is over, 1 nothing runs or it failed, 130 ctrl-c; what runs goes on.
    """
    path, words = session_file(name, directory), as_typed(name, directory)
    check_exists(path)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    link = AttachedLink(path, "command")
    try:
        how, text = _wait(link, words)
    finally:
        link.close()
    if as_json:
        print_json({"name": path.stem, "how": how, "text": text})
    elif how in OVER:
        click.echo(text)
    else:
        raise TuiTuneError(text)
    return 0 if how in OVER else FAILED


OVER = ("finished", "out of budget", "ended", "stopped")
"""How a round or a finish ends that has not failed."""


def _wait(link: AttachedLink, words: str) -> tuple[str, str]:
    """Return how what runs ends, in a word and in a sentence."""
    if link.is_gone:
        return "nothing", f"nothing runs in {words}: tuitune run {words} --detach starts it"
    if not link.writable:
        raise SessionBusyError(link.why_read_only)
    if not link.state.is_busy:
        return "nothing", f"nothing runs in {words}: it is {link.state}"
    while True:
        match link.receive(1.0):
            case RoundEnded(number=number, how=how) if how != "superseded":
                return how, f"round {number} {how}"
            case FinishEnded(finish=number, how=how, text=text) if how != "superseded":
                return how, plain(text) or f"finish {number} {how}"
            case EngineState(state="paused" | "pausing" as state, detail=detail):
                return "paused", detail or f"what ran in {words} is {state}"
        if link.is_gone:
            return "gone", f"process {link.pid} has ended: tuitune run {words} goes on"
