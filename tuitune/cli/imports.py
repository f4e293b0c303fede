"""`tuitune import`: a session from what another tool, or a person, wrote down."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click
import msgspec

from tuitune.cli.options import (
    as_typed,
    directory_option,
    json_option,
    name_argument,
    session_file,
    whole,
)
from tuitune.cli.output import print_json
from tuitune.cli.shapes import session_record
from tuitune.errors import UsageError, plain, quote
from tuitune.exchange.optuna_study import OptunaStudy, choose_study, read_study
from tuitune.exchange.session import Answers, Plan, make_plan, session_events
from tuitune.exchange.source import Source, read_source
from tuitune.exchange.study import Direction, Study
from tuitune.exchange.table_study import TableOptions, read_table_study
from tuitune.exchange.wandb_sweep import Sweep, read_sweep
from tuitune.model import Session
from tuitune.model.events import RevisionCommitted, SessionCreated
from tuitune.model.trial import Draw, TrialState
from tuitune.space import (
    FloatRange,
    IntRange,
    Parameter,
    format_parameter,
    parse_assignment,
    parse_parameter,
)
from tuitune.store import SessionStore
from tuitune.store.files import check_absent
from tuitune.trainers.metrics import known_direction
from tuitune.words import plural


@click.command("import")
@click.argument("source", metavar="SOURCE")
@name_argument
@click.option("--study", metavar="NAME", help="Which study of an Optuna file.")
@click.option(
    "--objective",
    type=whole("--objective", 0, 0),
    metavar="N",
    help="Which of several objectives, from 0: a session has one.",
)
@click.option("--score", metavar="COLUMN", help="The column of a table that ranks the runs.")
@click.option(
    "--param",
    "params",
    multiple=True,
    metavar="NAME[=RANGE]",
    help="A column of a table is a parameter; or the range of a parameter. Again for each.",
)
@click.option("--metric", metavar="NAME", help="What the score is called here.")
@click.option(
    "--minimize/--maximize", default=None, help="Which way is better (default: as the source says)."
)
@click.option(
    "--draw",
    type=click.Choice(["random", "adaptive"]),
    default="adaptive",
    show_default=True,
    help="How the points were drawn: random also for a grid.",
)
@click.option(
    "--decimal",
    type=click.Choice(["point", "comma"]),
    help="What a comma in a table's numbers is (default: as the column tells).",
)
@click.option(
    "--epochs",
    type=whole("--epochs", 1, 50),
    metavar="N",
    help="Of a trial here (default: the most steps of a finished one; of a sweep 50).",
)
@click.option(
    "--seed", type=whole("--seed", 0, 0), default=0, show_default=True, help="Of all randomness."
)
@click.option("--yes", is_flag=True, help="Write without asking, as in a pipe.")
@json_option
@directory_option
def import_(
    source: str,
    name: str,
    study: str | None,
    objective: int | None,
    score: str | None,
    params: tuple[str, ...],
    metric: str | None,
    minimize: bool | None,
    draw: str,
    decimal: str | None,
    epochs: int | None,
    seed: int,
    yes: bool,
    as_json: bool,
    directory: Path | None,
) -> None:
    """Make a session NAME of SOURCE: an Optuna study (SQLite, journal), a W&B sweep, a table.

    What SOURCE is, its content tells. All that was understood is shown before anything is written.
    """
    path = session_file(name, directory)
    check_absent(path)
    asking = not yes and not as_json and sys.stdin.isatty() and sys.stdout.isatty()
    say: Callable[[str], None] = (lambda _text: None) if as_json else click.echo
    found = read_source(source)
    given = _given(params)
    lines: list[str] = []
    match found.kind:
        case "optuna":
            _refuse_for("an Optuna study", score=score, decimal=decimal, param=params)
            read = read_study(_chosen(found, study, asking), objective)
        case "sweep":
            _refuse_for("a sweep", score=score, decimal=decimal, study=study, objective=objective)
            read = _sweep(found, given, asking)
        case _:
            _refuse_for("a table", study=study)
            read, lines = _table(found, given, score, objective, decimal, asking)
    plan = make_plan(read)
    answers = Answers(
        metric=_metric(read, metric, asking),
        direction="maximize",
        draw=_draw(draw),
        epochs=epochs,
        seed=seed,
    )
    direction, why = _direction(read, answers.metric, minimize, found, asking)
    answers = replace(answers, direction=direction)
    for line in (*_understood(plan, answers, why), *lines, *plan.remarks):
        say(plain(line))
    if asking:
        if not click.confirm(f"make session {plain(name)} of it?", default=True):
            raise click.exceptions.Exit(1)
    elif not yes:
        raise UsageError(
            "import asks before it writes, and here nobody can be asked: add --yes to take it"
        )
    session = _write(path, plan, answers)
    if as_json:
        print_json(session_record(session))
        return
    say(f"made {plain(str(path))}")
    words = as_typed(name, directory)
    if read.argv:
        say(f"next: tuitune run {words}, or tuitune open {words}")
    else:
        say(f"next: tuitune advise {words}, or tuitune open {words}")
        say("it has no trainer: it can be looked at, narrowed and exported, not run")


def _given(params: tuple[str, ...]) -> dict[str, Parameter | None]:
    given: dict[str, Parameter | None] = {}
    for text in params:
        if "=" in text:
            name, parameter = parse_assignment(text)
            given[name] = parameter
        else:
            given[text.strip()] = None
    return given


def _refuse_for(what: str, **options: object) -> None:
    for name, value in options.items():
        if value not in (None, ()):
            raise UsageError(f"--{name} says nothing of {what}: leave it out")


# -- questions -------------------------------------------------------------------------------


def _chosen(found: Source, asked: str | None, asking: bool) -> OptunaStudy:
    studies = found.studies or []
    if asked is None and asking and len(studies) > 1:
        for one in studies:
            click.echo(plain(f"  {one.name}  {plural(len(one.trials), 'trial')}"))
        asked = click.prompt("which study")
    return choose_study(studies, asked)


def _sweep(found: Source, given: dict[str, Parameter | None], asking: bool) -> Study:
    ranges = {}
    for name, parameter in given.items():
        if parameter is None:
            raise UsageError(f"--param gives a range, e.g. --param '{plain(name)}=0..1'")
        ranges[name] = parameter
    sweep: Sweep = read_sweep(found.sweep, found.remarks, ranges)
    for question in sweep.questions:
        words = f"{plain(question.name)} has a {question.distribution} distribution without ends"
        if not asking:
            raise UsageError(
                f"{words}: say the range with --param '{plain(question.name)}={question.proposal}'"
            )
        text = click.prompt(f"{words}; its range", default=question.proposal)
        ranges[question.name] = parse_parameter(text)
    return read_sweep(found.sweep, found.remarks, ranges).study if sweep.questions else sweep.study


def _table(
    found: Source,
    given: dict[str, Parameter | None],
    score: str | None,
    objective: int | None,
    decimal: str | None,
    asking: bool,
) -> tuple[Study, list[str]]:
    assert found.table is not None
    mark = {"comma": ",", "point": ".", None: None}[decimal]
    options = TableOptions(score, given, objective, mark)
    try:
        study, lines = read_table_study(found.table, options)
    except UsageError as error:
        if not asking or score is not None or "--score" not in str(error):
            raise
        click.echo(plain(str(error)))
        options = replace(options, score=click.prompt("the column that ranks"))
        study, lines = read_table_study(found.table, options)
    if asking and study.space is not None:
        for name, one in study.space.items():
            if not isinstance(one, FloatRange | IntRange) or not one.log or name in given:
                continue
            if not click.confirm(f"is {plain(name)} on a log scale?", default=True):
                study.space[name] = msgspec.structs.replace(one, log=False)
    return study, lines


def _metric(study: Study, asked: str | None, asking: bool) -> str:
    if asked is not None:
        return asked
    if study.metric is not None:
        return study.metric
    if asking:
        return str(click.prompt("the metric that ranks"))
    raise UsageError(f"the {study.format} names no metric: say which number ranks with --metric")


def _direction(
    study: Study, metric: str, minimize: bool | None, found: Source, asking: bool
) -> tuple[Direction, str]:
    """Return the direction, and how it is known."""
    if minimize is not None:
        return "minimize" if minimize else "maximize", "as you say"
    if study.direction is not None:
        return study.direction, f"by the {study.format}"
    known = known_direction(metric)
    if known is not None:
        differs = found.kind == "sweep" and known != "minimize"
        return known, "by its name" + ("; W&B's rule is minimize" if differs else "")
    if asking:
        which = click.prompt(
            f"which {plain(metric)} is better", type=click.Choice(["lower", "higher"])
        )
        return "minimize" if which == "lower" else "maximize", "as you say"
    raise UsageError(
        f"the {study.format} doesn't say which {quote(metric)} is better: add --minimize or "
        "--maximize"
    )


def _draw(word: str) -> Draw:
    return "uniform" if word == "random" else "adaptive"


# -- saying and writing ----------------------------------------------------------------------


def _understood(plan: Plan, answers: Answers, why: str) -> list[str]:
    study = plan.study
    called = f" {quote(study.name)}" if study.name else ""
    lines = [f"{study.format}{called}: {answers.direction} {answers.metric}, {why}"]
    space = plan.spaces[-1]
    lines += [f"  tuned  {name}  {format_parameter(space[name])}" for name in space.names]
    lines += [f"  fixed  {name}={value}" for name, value in plan.settings.items()]
    if study.argv:
        lines.append(f"  command  {' '.join(study.argv)}")
    counts = {state: sum(p.state is state for p in study.points) for state in TrialState}
    if study.points:
        shown_counts = ", ".join(f"{n} {state}" for state, n in counts.items() if n)
        lines.append(f"  trials  {shown_counts}; {plural(plan.epochs, 'epoch')} each")
    if len(plan.spaces) > 1:
        lines.append(f"  ranges changed: {len(plan.spaces)} revisions")
        for number, space in enumerate(plan.spaces, 1):
            words = ", ".join(f"{n} {format_parameter(space[n])}" for n in space.names)
            lines.append(f"    revision {number}  {words}")
    return lines


def _write(path: Path, plan: Plan, answers: Answers) -> Session:
    events = session_events(path.stem, plan, answers, round(time.time(), 3))
    created, first = next(events), next(events)
    assert isinstance(created, SessionCreated)
    assert isinstance(first, RevisionCommitted)
    with SessionStore.create(path, created, first, *events) as store:
        return store.session
