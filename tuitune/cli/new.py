"""`tuitune new`: a session with its problem and its first ranges."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import click

from tuitune.advice.statistics import separable_difference
from tuitune.cli.objectives import find_objective
from tuitune.cli.options import (
    as_typed,
    directory_option,
    json_option,
    limit_options,
    name_argument,
    session_file,
    whole,
)
from tuitune.cli.output import format_params, print_json
from tuitune.cli.own_trainer import own_trainer
from tuitune.cli.probe import DEFAULT_EPOCHS, Answers, look_at
from tuitune.cli.shapes import session_record
from tuitune.cli.show import problem_line
from tuitune.cli.table_lines import table_lines
from tuitune.engine.creation import create_session
from tuitune.engine.own_trainers import unused_names
from tuitune.errors import UsageError, plain, quote
from tuitune.model import Session
from tuitune.model.trial import Limits
from tuitune.space import Parameter, format_parameter, parse_assignment, parse_value
from tuitune.store.files import check_absent
from tuitune.trainers.mlp.data import load_table, table_spec
from tuitune.trainers.spec import (
    MNIST,
    CommandSpec,
    MlpSpec,
    ObjectiveSpec,
    Task,
    TrainerSpec,
)

TYPICAL_ACCURACY = 0.83
"""Where the best trials of the book's experiment end: what the resolution is said for."""


@click.command("new")
@name_argument
@click.argument("command", nargs=-1, metavar="[-- COMMAND...]")
@click.option(
    "--param",
    "params",
    multiple=True,
    metavar="NAME=RANGE",
    help="A tuned parameter, e.g. 'lr=1e-6..1e-2 log', 'width=16..256 int', 'optimizer=sgd|adam'."
    " Again for each; none: the book's lr and weight_decay.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A fixed parameter, e.g. optimizer=adam. Again for each.",
)
@click.option(
    "--epochs",
    type=whole("--epochs", 1, 50),
    help="Of each trial (default: 50, or as many as COMMAND or an objective has when it is tried).",
)
@click.option(
    "--seed", type=whole("--seed", 0, 0), default=0, show_default=True, help="Of all randomness."
)
@click.option(
    "--data",
    metavar="FILE",
    help="A table of your own for the network: CSV with a header, or NPZ (default: MNIST).",
)
@click.option(
    "--target", metavar="COLUMN", help="The column of the table to predict; of an NPZ, the array."
)
@click.option(
    "--exclude",
    multiple=True,
    metavar="COLUMN",
    help="A column that is not used, such as a number of the row. Again for each.",
)
@click.option(
    "--task",
    type=click.Choice(["classification", "regression"]),
    help="Whether the target is a class or a number (default: as its values look).",
)
@click.option(
    "--test",
    metavar="SHARE",
    help="Share of the table's rows that only the finish reads (default: 0.2).",
)
@click.option(
    "--train-size",
    type=whole("--train-size", 2, 500),
    help="How many of the training samples are used, validation included (default: the first 500 "
    "images; all rows of a table but the test rows).",
)
@click.option(
    "--validation",
    metavar="SHARE",
    default="0.2",
    show_default=True,
    help="Share of them that is held out to rank the trials.",
)
@click.option(
    "--trainer",
    metavar="FILE:FUNCTION",
    help="Tune a Python function of your own: train.py:train or package.module:train.",
)
@click.option(
    "--optuna",
    metavar="FILE:OBJECTIVE",
    help="Tune an objective of Optuna, unchanged: study.py:objective. Its parameters are found.",
)
@click.option(
    "--objective",
    type=whole("--objective", 0, 0),
    metavar="N",
    help="Which of several values that it returns ranks, from 0.",
)
@click.option(
    "--python",
    metavar="PATH",
    help="The Python of the environment that the function runs in, e.g. env/bin/python"
    " (default: TuiTune's own).",
)
@click.option(
    "--pattern",
    metavar="REGEX",
    help="Finds the numbers in what COMMAND prints, e.g. 'val_acc=(?P<val_acc>\\S+)' (default: "
    "they are read as a person would).",
)
@click.option(
    "--template",
    type=click.Path(),
    metavar="FILE",
    help="A file with {lr} in it, such as conf.yaml: each trial gets a filled-in copy, whose path "
    "is {template}.",
)
@limit_options
@click.option(
    "--fresh",
    is_flag=True,
    help="A new process for each trial of a function, so that memory and GPU are given back.",
)
@click.option(
    "--metric", metavar="NAME", help="What ranks the trials (default: val_acc, or val_r2)."
)
@click.option(
    "--minimize/--maximize",
    default=None,
    help="Which way is better (default: as the metric is).",
)
@click.option(
    "--probe/--no-probe",
    default=None,
    help="Whether COMMAND is run once for a moment to see what it prints (default: on a terminal).",
)
@click.option(
    "--train-metric",
    metavar="NAME",
    help="Its counterpart on the training samples (default: the same name with train).",
)
@click.option(
    "--rank",
    type=click.Choice(["last", "best"]),
    default="last",
    show_default=True,
    help="Whether a trial counts with its last epoch or with its best one.",
)
@json_option
@directory_option
def new(
    name: str,
    command: tuple[str, ...],
    params: tuple[str, ...],
    settings: tuple[str, ...],
    epochs: int | None,
    seed: int,
    data: str | None,
    target: str | None,
    exclude: tuple[str, ...],
    task: Task | None,
    test: str | None,
    train_size: int | None,
    validation: str,
    trainer: str | None,
    optuna: str | None,
    objective: int | None,
    python: str | None,
    pattern: str | None,
    template: str | None,
    trial_seconds: float | None,
    trial_memory: int | None,
    log_limit: int | None,
    fresh: bool,
    metric: str | None,
    minimize: bool | None,
    probe: bool | None,
    train_metric: str | None,
    rank: Literal["last", "best"],
    as_json: bool,
    directory: Path | None,
) -> None:
    """Create a session NAME: MNIST and the book's space, unless you say otherwise.

    A table of your own: tuitune new iris --data iris.csv --target species

    COMMAND is any program: tuitune new big --param 'lr=1e-5..1e-1 log' -- python train.py --lr {lr}
    """
    tuned: dict[str, Parameter] = {}
    for text in params:
        key, parameter = parse_assignment(text)
        if key in tuned:
            raise UsageError(f"--param names each parameter once, and {plain(key)} comes twice")
        tuned[key] = parameter
    fixed = {}
    for text in settings:
        key, equals, value = text.partition("=")
        if not (key.strip() and equals and value.strip()):
            raise UsageError(
                f"--set takes NAME=VALUE, and not {quote(text)}: try --set optimizer=adam"
            )
        fixed[key.strip()] = parse_value(value.strip())
    path = session_file(name, directory)
    own: TrainerSpec | None = own_trainer(
        trainer,
        optuna,
        command,
        pattern=pattern,
        template=template,
        python=python,
        objective=objective,
    )
    found = None
    if isinstance(own, ObjectiveSpec):
        check_absent(path)
        found = find_objective(
            own,
            minimize=minimize,
            params=tuned,
            settings=fixed,
            quiet=as_json,
        )
        tuned, fixed = found.space.parameters, found.space.settings
        minimize = found.direction == "minimize"
        epochs = epochs or found.space.epochs
    table = _table(
        own,
        data=data,
        target=target,
        exclude=exclude,
        task=task,
        test=test,
        train_size=train_size,
        validation=validation,
        seed=seed,
    )
    if probe or (probe is None and command):
        check_absent(path)
    asking = not as_json and sys.stdin.isatty() and sys.stdout.isatty()
    own, answers = look_at(
        own,
        tuned,
        fixed,
        Answers(metric, minimize, train_metric, epochs),
        seed=seed,
        memory_bytes=trial_memory,
        probe=asking and pattern is None if probe is None else probe,
        asking=asking,
    )
    store = create_session(
        path,
        params=tuned or None,
        settings=fixed,
        epochs=answers.epochs or DEFAULT_EPOCHS,
        seed=seed,
        train_size=train_size or 500,
        validation=_share("--validation", validation),
        metric=answers.metric,
        minimize=answers.minimize,
        train_metric=answers.train_metric,
        rank=rank,
        trainer=own or table,
        limits=Limits(trial_seconds, trial_memory, log_limit),
        fresh=fresh,
    )
    try:
        session = store.session
        if as_json:
            print_json(session_record(session))
            return
        click.echo(f"made {plain(str(path))}")
        for line in found.lines if found else ():
            click.echo(f"  {plain(line)}")
        _describe(session, as_typed(name, directory))
    finally:
        store.close()


def _table(
    own: TrainerSpec | None,
    *,
    data: str | None,
    target: str | None,
    exclude: tuple[str, ...],
    task: Task | None,
    test: str | None,
    train_size: int | None,
    validation: str,
    seed: int,
) -> MlpSpec | None:
    """Return the network on a person's table where one is given; None: there is none."""
    options = {"--target": target, "--exclude": exclude, "--task": task, "--test": test}
    given = [option for option, value in {"--data": data, **options}.items() if value]
    if own is not None and given:
        raise UsageError(
            f"{given[0]} is for the built-in network, and a trainer of your own reads its data "
            f"itself: leave out {given[0]}"
        )
    if data in (None, MNIST):
        if given[:1] == ["--data"]:
            given = given[1:]
        if given:
            raise UsageError(
                f"{given[0]} is about a table of your own, and there is none: add --data table.csv"
            )
        return None
    assert data is not None
    return table_spec(
        data,
        target=target,
        exclude=exclude,
        task=task,
        train_size=train_size,
        validation=_share("--validation", validation),
        test=0.2 if test is None else _share("--test", test),
        seed=seed,
    )


def _share(option: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(
            f"{option} is a share between 0 and 1, and not {quote(text)}: try {option} 0.2"
        ) from None


def _describe(session: Session, words: str) -> None:
    problem, space = session.problem, session.space
    click.echo(f"  {problem_line(problem)}")
    samples = "images"
    if isinstance(problem.trainer, MlpSpec) and problem.trainer.is_table:
        samples = "rows"
        for line in table_lines(load_table(problem.trainer, session.seed)):
            click.echo(f"  {plain(line)}")
    for name in space.names:
        click.echo(f"  tuned  {plain(name)}  {plain(format_parameter(space[name]))}")
    if problem.settings:
        click.echo(f"  fixed  {format_params(problem.settings)}")
    if isinstance(problem.trainer, CommandSpec):
        unused = unused_names(problem.trainer, space, problem.settings)
        if unused:
            click.echo(
                f"  no argument holds {{{plain(unused[0])}}}: the program finds it in the "
                "variable TUITUNE_PARAMS"
            )
    if problem.samples is not None:
        points = 100 * separable_difference(TYPICAL_ACCURACY, problem.samples)
        click.echo(
            f"  {problem.samples} validation {samples} cannot separate trials closer than about "
            f"{points:.0f} points"
        )
    click.echo(f"next: tuitune run {words}, or tuitune open {words}")
