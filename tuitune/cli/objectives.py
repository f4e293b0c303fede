"""`--optuna study.py:objective`: what is asked of a person, and what the runs of it tell."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

import click

from tuitune.errors import UsageError, plain, quote
from tuitune.exchange.objective import ObjectiveSpace, read_runs
from tuitune.executors.recording import record_objective
from tuitune.model import Session
from tuitune.space import Parameter, Value
from tuitune.trainers.metrics import Direction
from tuitune.trainers.objective import literal_directions, split_target
from tuitune.trainers.spec import ObjectiveSpec
from tuitune.words import plural


@dataclass(frozen=True, slots=True)
class FoundObjective:
    """An objective that was run to see what it tunes."""

    direction: Direction
    space: ObjectiveSpace
    lines: tuple[str, ...]
    """What a person should know of it."""


def find_objective(
    trainer: ObjectiveSpec,
    *,
    minimize: bool | None,
    params: Mapping[str, Parameter],
    settings: Mapping[str, Value],
    quiet: bool,
) -> FoundObjective:
    """Return what an objective tunes. Raises `UsageError` where something is not known or wrong.

    Without `quiet` what it can't know is asked, where there is a terminal.
    """
    target, objective = trainer.target, trainer.objective
    path, _ = split_target(target)
    directions = literal_directions(path) if path.is_file() else None
    if directions is not None and len(directions) > 1 and objective is None:
        raise UsageError(
            f"the study of {quote(path.name)} has {len(directions)} objectives, and a session has "
            f"one: say which with --objective 0 to {len(directions) - 1}"
        )
    asking = not quiet and sys.stdin.isatty() and sys.stdout.isatty()
    if not path.is_file():
        raise UsageError(
            f"An objective's file must exist, and there is no {quote(str(path), 120)}. "
            "Write for example --optuna study.py:objective"
        )
    direction = _direction(path.name, minimize, _literal(directions, objective), asking)
    recorded = record_objective(target, (lambda _: None) if quiet else _say)
    space = read_runs(recorded.runs, params, settings)
    if space.values > 1 and objective is None:
        raise UsageError(
            f"{quote(target)} returns {space.values} values, and a session ranks by one: say which "
            f"with --objective 0 to {space.values - 1}"
        )
    lines = [f"{plural(len(recorded.runs), 'run')} told what it asks for", *space.remarks]
    if recorded.skipped:
        lines.append("optimize stands in the file without a guard: it did nothing")
    if space.epochs is None:
        lines.append("how often a trial reports is not known: --epochs N is the most that is kept")
    return FoundObjective(direction, space, tuple(lines))


def objective_for(
    session: Session, trainer: ObjectiveSpec, *, quiet: bool
) -> tuple[dict[str, Value], tuple[str, ...]]:
    """Return the fixed values that an objective needs besides those of the session, what to say.

    Raises `UsageError` where it asks for what the session doesn't have.
    """
    recorded = record_objective(trainer.target, (lambda _: None) if quiet else _say)
    asked = dict.fromkeys(wanted.name for run in recorded.runs for wanted in run.wanted)
    space, settings = session.space, session.problem.settings
    known = {name: space[name] for name in space.names if name in asked}
    found = read_runs(recorded.runs, known, {n: v for n, v in settings.items() if n in asked})
    unknown = [name for name in found.parameters if name not in known]
    if unknown:
        raise UsageError(
            f"{quote(trainer.target)} asks for {', '.join(unknown)} too, and the session tunes "
            f"{', '.join(space.names)}: make another session with tuitune new"
        )
    idle = [name for name in space.names if name not in asked]
    lines = [f"it doesn't ask for {', '.join(idle)}"] if idle else []
    return {n: v for n, v in found.settings.items() if n not in settings}, tuple(lines)


def _literal(directions: list[Direction] | None, objective: int | None) -> Direction | None:
    place = objective or 0
    return directions[place] if directions is not None and place < len(directions) else None


def _direction(
    file: str, minimize: bool | None, literal: Direction | None, asking: bool
) -> Direction:
    if minimize is not None:
        return "minimize" if minimize else "maximize"
    if literal is not None:
        return literal
    if not asking:
        raise UsageError(
            f"Which way is better must be known, and no create_study in {quote(file)} says it: add "
            "--minimize or --maximize"
        )
    answer = click.prompt(
        "is a smaller value better, or a larger one?", type=click.Choice(["smaller", "larger"])
    )
    return "minimize" if answer == "smaller" else "maximize"


def _say(line: str) -> None:
    click.echo(plain(line))
