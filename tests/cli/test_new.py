"""`tuitune new`: what it makes, and what it says about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.support import Command
from tuitune.space import Choice, FloatRange, IntRange
from tuitune.store import read_session
from tuitune.trainers.spec import MlpSpec


def test_the_default_is_the_experiment_of_the_book(tuitune: Command) -> None:
    outcome = tuitune("new", "book")
    assert outcome.code == 0
    assert outcome.err == ""
    session = read_session(Path("sessions/book.json"))
    assert session.name == "book"
    assert session.space.parameters == {
        "lr": FloatRange(1e-6, 1e-2, log=True),
        "weight_decay": FloatRange(1e-8, 1e-4, log=True),
    }
    problem = session.problem
    assert problem.trainer == MlpSpec(data="mnist", train_size=500, validation=0.2)
    assert (problem.metric, problem.train_metric) == ("val_acc", "train_acc")
    assert (problem.direction, problem.epochs) == ("maximize", 50)
    assert (problem.samples, problem.classes) == (100, 10)
    assert session.seed == 0
    assert set(problem.pins) == {"tuitune", "numpy"}


def test_it_says_the_resolution_and_the_next_command(tuitune: Command) -> None:
    said = tuitune("new", "book").out
    assert "100 validation images cannot separate trials closer than about 8 points" in said
    assert said.splitlines()[-1] == "next: tuitune run book, or tuitune open book"


def test_tuned_and_fixed_parameters(tuitune: Command) -> None:
    outcome = tuitune(
        *("new", "own", "--param", "lr=1e-3..1 log", "--param", "width=16..64 int"),
        *("--param", "optimizer=sgd|adam", "--set", "depth=2", "--set", "activation=tanh"),
        *("--epochs", "7", "--seed", "3", "--train-size", "200", "--validation", "0.25"),
    )
    assert outcome.code == 0
    session = read_session(Path("sessions/own.json"))
    assert session.space.parameters == {
        "lr": FloatRange(1e-3, 1.0, log=True),
        "width": IntRange(16, 64),
        "optimizer": Choice(("sgd", "adam")),
    }
    assert session.problem.settings == {"depth": 2, "activation": "tanh"}
    assert session.problem.epochs == 7
    assert session.problem.samples == 50
    assert session.seed == 3


def test_a_fixed_parameter_leaves_the_book_space(tuitune: Command) -> None:
    assert tuitune("new", "fixed", "--set", "weight_decay=0").code == 0
    assert read_session(Path("sessions/fixed.json")).space.names == ("lr",)


@pytest.mark.parametrize(
    ("options", "metric", "train_metric", "direction", "samples"),
    [
        ((), "val_acc", "train_acc", "maximize", 100),
        (("--metric", "val_loss"), "val_loss", "loss", "minimize", None),
        (("--metric", "val_loss", "--maximize"), "val_loss", "loss", "maximize", None),
        (("--minimize",), "val_acc", "train_acc", "minimize", 100),
    ],
)
def test_the_metric_and_its_direction(
    tuitune: Command,
    options: tuple[str, ...],
    metric: str,
    train_metric: str,
    direction: str,
    samples: int | None,
) -> None:
    assert tuitune("new", "m", *options).code == 0
    problem = read_session(Path("sessions/m.json")).problem
    assert (problem.metric, problem.train_metric) == (metric, train_metric)
    assert (problem.direction, problem.samples) == (direction, samples)


def test_name_and_folder(tuitune: Command) -> None:
    assert tuitune("new", "a", "--dir", "my folder").out.splitlines()[-1] == (
        "next: tuitune run a --dir 'my folder', or tuitune open a --dir 'my folder'"
    )
    assert Path("my folder/a.json").is_file()
    assert tuitune("--dir", "other", "new", "b").code == 0
    assert Path("other/b.json").is_file()
    assert tuitune("new", "./c.json").code == 0
    assert tuitune("show", "./c.json").code == 0
    assert Path("c.json").is_file()


def test_json_is_the_shape_of_show(tuitune: Command) -> None:
    made = tuitune("new", "book", "--json")
    assert made.json == tuitune("show", "book", "--json").json
