"""`tuitune top` and `tuitune show`: what a session holds, also while another process runs it."""

from __future__ import annotations

from pathlib import Path

import click

from tuitune.cli.options import (
    as_typed,
    directory_option,
    json_option,
    name_argument,
    session_file,
    whole,
)
from tuitune.cli.output import format_params, print_json, print_table
from tuitune.cli.shapes import ranked_trials, session_record, trial_record
from tuitune.errors import plain
from tuitune.model import Session
from tuitune.model.trial import Problem, Trial
from tuitune.space import format_parameter, format_value
from tuitune.store import read_session
from tuitune.words import format_duration, format_score, plural


@click.command("top")
@name_argument
@click.option(
    "-n", "count", type=whole("-n", 1, 10), default=10, show_default=True, help="How many trials."
)
@json_option
@directory_option
def top(name: str, count: int, as_json: bool, directory: Path | None) -> None:
    """Print the best trials of NAME: finished ones first, then given-up ones, then failed ones."""
    session = read_session(session_file(name, directory))
    ranked = ranked_trials(session)
    if as_json:
        print_json([trial_record(session, t, rank) for t, rank in ranked[:count]])
    elif not ranked:
        click.echo(f"no trial has run yet; next: tuitune run {as_typed(name, directory)}")
    else:
        _print_ranking(session, ranked[:count])
        if len(ranked) > count:
            click.echo(f"{len(ranked) - count} more of {len(ranked)}; -n {len(ranked)} shows all")


def _print_ranking(session: Session, ranked: list[tuple[Trial, int | None]]) -> None:
    problem = session.problem
    names = session.space.names
    train = (problem.train_metric,) if problem.train_metric is not None else ()
    headings = ["rank", "trial", problem.metric, *train, "epochs", "state", *names]
    rows = [
        [
            "-" if rank is None else str(rank),
            str(trial.number),
            format_score(session.criterion.score(trial)),
            *(format_score(trial.train_score) for _ in train),
            str(trial.epochs_done),
            trial.state.value,
            *(
                format_value(trial.params[name], 3) if name in trial.params else "-"
                for name in names
            ),
        ]
        for trial, rank in ranked
    ]
    print_table([plain(heading) for heading in headings], rows)


@click.command("show")
@name_argument
@json_option
@directory_option
def show(name: str, as_json: bool, directory: Path | None) -> None:
    """Print what NAME is: its problem, revisions, rounds, trials and best trial."""
    session = read_session(session_file(name, directory))
    if as_json:
        print_json(session_record(session))
        return
    click.echo(f"session {plain(session.name)}, seed {session.seed}")
    click.echo(f"problem {problem_line(session.problem)}")
    _print_revisions(session)
    _print_rounds(session)
    _print_trials(session)


def problem_line(problem: Problem) -> str:
    """Return what is tuned, in one line."""
    fixed = f", {format_params(problem.settings)}" if problem.settings else ""
    limits = problem.limits
    if limits.seconds is not None:
        fixed += f", at most {format_duration(limits.seconds)} a trial"
    if limits.memory_bytes is not None:
        fixed += f", at most {limits.memory_bytes >> 20} MiB a process"
    when = "at the best of" if problem.rank == "best" else "after"
    aim = f"{problem.direction} {problem.metric} {when} {plural(problem.epochs, 'epoch')}"
    return plain(f"{problem.trainer.describe()}{fixed}; {aim}")


def _print_revisions(session: Session) -> None:
    for revision in session.revisions:
        mark = "*" if revision.number == session.current else " "
        parent = "" if revision.parent is None else f" from {revision.parent}"
        click.echo(f"{mark} revision {revision.number}{parent}")
        kinds = {change.parameter: change.kind for change in revision.changes}
        for name in revision.space.names:
            kind = kinds.get(name, "held") if revision.parent is not None else ""
            line = f"    {name}  {format_parameter(revision.space[name])}  {kind}"
            click.echo(plain(line).rstrip())


def _print_rounds(session: Session) -> None:
    for record in session.rounds:
        how = record.ended or "can go on"
        pruner = "no pruner" if record.pruner == "none" else record.pruner
        click.echo(
            plain(
                f"round {record.number} of revision {record.revision}: "
                f"{plural(record.trials, 'trial')}, {record.sampler_text}, {pruner}, {how}"
            )
        )


def _print_trials(session: Session) -> None:
    counts = [f"{count} {state}" for state, count in session.counts.items() if count]
    click.echo(f"trials: {', '.join(counts) if counts else 'none yet'}")
    best = session.best
    if best is not None:
        click.echo(
            f"best: {plain(session.problem.metric)} {format_score(session.best_score)} by trial "
            f"{best.number} with {format_params(best.params)}"
        )
