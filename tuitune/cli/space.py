"""`tuitune narrow`, `undo` and `redo`: the space's next revision, and stepping between them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import click

from tuitune.cli.advise import advice_on, proposed_space, why_nothing
from tuitune.cli.completion import complete_parameter
from tuitune.cli.options import (
    as_typed,
    directory_option,
    json_option,
    name_argument,
    session_file,
    whole,
)
from tuitune.cli.output import print_json, print_table
from tuitune.cli.shapes import change_record
from tuitune.engine import (
    Command,
    CommitRevision,
    Reason,
    Redo,
    Run,
    Undo,
    changes_between,
    is_changed,
)
from tuitune.engine.creation import check_network_space
from tuitune.errors import SpaceError, UsageError
from tuitune.link import do
from tuitune.model import Session
from tuitune.model.events import Change
from tuitune.space import Space, parse_entry, split_assignment
from tuitune.store import holder, read_session
from tuitune.trainers.spec import MlpSpec


@click.command("narrow")
@name_argument
@click.argument(
    "entries",
    nargs=-1,
    metavar="[PARAMETER=RANGE]...",
    shell_complete=complete_parameter("="),
)
@click.option("--auto", is_flag=True, help="Take what the trials propose for every parameter.")
@click.option("--bold", is_flag=True, help="With --auto: the bold alternative, narrower ranges.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option(
    "--run",
    "run_now",
    is_flag=True,
    help="Where a program has NAME open: end its round and begin the next in these ranges.",
)
@click.option(
    "--trials",
    type=whole("--trials", 1, 32, most=1_000_000),
    metavar="N",
    help="With --run: of the next round (default 100).",
)
@click.option(
    "--stop-outside",
    is_flag=True,
    help="With --run: stop the running trials outside the new ranges; else they finish.",
)
@json_option
@directory_option
def narrow(
    name: str,
    entries: tuple[str, ...],
    auto: bool,
    bold: bool,
    dry_run: bool,
    run_now: bool,
    trials: int | None,
    stop_outside: bool,
    as_json: bool,
    directory: Path | None,
) -> None:
    """Commit a revision of the space of NAME.

    PARAMETER=RANGE takes 1e-3..1e-2 (both ends), 3e-4.. or ..2e-2 (one end), 3e-3 (frozen there),
    x2 and /10 (wider and narrower about its centre), ~ (as it was in revision 1) and a|b (options).
    Given together with --auto, an entry goes before the proposal for its parameter.
    """
    words = as_typed(name, directory)
    if not entries and not auto:
        raise UsageError(
            "narrow needs a range, or --auto for what the trials propose: "
            f"tuitune narrow {words} lr=1e-3..1e-2"
        )
    if bold and not auto:
        raise UsageError(f"--bold goes with --auto: tuitune narrow {words} --auto --bold")
    if (trials or stop_outside) and not run_now:
        raise UsageError(f"--trials and --stop-outside go with --run: tuitune run {words} --trials")
    path = session_file(name, directory)
    session = read_session(path)
    if run_now and holder(path) is None:
        raise UsageError(
            f"--run is for a session that a program has open, and none has {words}: "
            f"narrow without it, then tuitune run {words}"
        )
    said = advice_on(session) if auto else None
    space, reasons = proposed_space(session.space, said, bold=bold) if said else (session.space, {})
    space, reasons = _entered(session, space, reasons, entries)
    if isinstance(session.problem.trainer, MlpSpec):
        check_network_space(space, session.problem.settings)
    changes = changes_between(session.space, space, reasons)
    number, parent = session.current, session.revision(session.current).parent
    if is_changed(changes):
        number, parent = len(session.revisions) + 1, session.current
    elif entries:
        raise UsageError(
            f"nothing differs from revision {session.current}: change a range, "
            f"e.g. tuitune narrow {words} lr=1e-3..1e-2"
        )
    if not dry_run and (run_now or is_changed(changes)):
        start = Run(trials=trials, new_round=True) if run_now else None
        outside: Literal["stop", "finish"] = "stop" if stop_outside else "finish"
        do(path, CommitRevision(space, reasons, "", start, outside, parent=session.current))
    if as_json:
        print_json(_document(number, parent, changes, dry_run))
        return
    if not is_changed(changes):
        assert said is not None, "without --auto there is an entry, and it changed nothing"
        click.echo(f"nothing to take: {why_nothing(said)}; revision {number} stays")
    else:
        would = "would be " if dry_run else ""
        click.echo(f"revision {number} {would}from {parent}")
    _print_changes(changes)


def _entered(
    session: Session, space: Space, reasons: Mapping[str, Reason], entries: tuple[str, ...]
) -> tuple[Space, dict[str, Reason]]:
    """Return `space` with the person's entries, each relative to the current revision."""
    given = dict(reasons)
    named = set()
    for entry in entries:
        parameter, text = split_assignment(entry)
        if parameter in named:
            raise UsageError(f"{parameter} is entered twice: give each parameter one range")
        named.add(parameter)
        current = session.space[parameter]
        try:
            changed = parse_entry(text, current, session.revision(1).space[parameter])
        except SpaceError as error:
            raise SpaceError(f"{parameter}: {error}") from None
        space = space.replace(parameter, changed)
        given[parameter] = Reason("entered by hand")
    return space, given


@click.command("undo")
@name_argument
@json_option
@directory_option
def undo(name: str, as_json: bool, directory: Path | None) -> None:
    """Step NAME back to the parent of its current revision."""
    _step(session_file(name, directory), Undo(), as_json)


@click.command("redo")
@name_argument
@json_option
@directory_option
def redo(name: str, as_json: bool, directory: Path | None) -> None:
    """Step NAME forward to the revision that the last undo left."""
    _step(session_file(name, directory), Redo(), as_json)


def _step(path: Path, command: Command, as_json: bool) -> None:
    before = read_session(path)
    after = do(path, command).session
    changes = changes_between(before.space, after.space)
    if as_json:
        parent = after.revision(after.current).parent
        print_json(_document(after.current, parent, changes, dry_run=False))
        return
    click.echo(f"revision {after.current}, was {before.current}")
    _print_changes(changes)


def _document(
    number: int, parent: int | None, changes: tuple[Change, ...], dry_run: bool
) -> dict[str, object]:
    return {
        "revision": number,
        "parent": parent,
        "committed": not dry_run and is_changed(changes),
        "changes": [change_record(change) for change in changes],
    }


def _print_changes(changes: tuple[Change, ...]) -> None:
    print_table(
        ("parameter", "before", "after", "change"),
        [(c.parameter, c.before, c.after, c.kind) for c in changes],
        notes=[f"why: {c.reason}" if c.reason else "" for c in changes],
    )
