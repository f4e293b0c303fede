"""`tuitune new --data`: a person's own table, from what was found in it to the finish."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.support import Command
from tests.cli.test_run import program_run
from tests.datasets.tables import csv_text, write_diabetes, write_iris, write_wine
from tuitune.store import read_session
from tuitune.trainers.spec import MlpSpec

QUICK = ("--epochs", "3", "--set", "hidden=10", "--param", "lr=1e-2..1 log")


def spec_of(name: str) -> MlpSpec:
    spec = read_session(Path(f"sessions/{name}.json")).problem.trainer
    assert isinstance(spec, MlpSpec)
    return spec


def test_classes_from_a_csv(tuitune: Command) -> None:
    write_iris(Path("iris.csv"))
    made = tuitune("new", "iris", "--data", "iris.csv", "--target", "species", *QUICK)
    assert (made.code, made.err) == (0, "")
    assert made.out.splitlines()[1:7] == [
        "  network on iris.csv, classification of species, 120 rows, 20% of them for validation; "
        "20% of the table sealed for the test, hidden=10; maximize val_acc after 3 epochs",
        "  table  150 rows, 4 numeric columns, no missing value",
        "  target  species: 3 classes: setosa 50, versicolor 50, virginica 50",
        "  parts  96 rows to train on, 24 to validate, 30 sealed for the test; 4 inputs",
        "  tuned  lr  1e-2..1 log",
        "  fixed  hidden=10",
    ]
    assert "24 validation rows cannot separate trials" in made.out
    assert spec_of("iris") == MlpSpec(
        data="iris.csv", target="species", train_size=120, test=0.2,
        columns=("sepal_length", "sepal_width", "petal_length", "petal_width"),
    )  # fmt: skip
    assert tuitune("run", "iris", "--trials", "4").code == 0
    assert tuitune("top", "iris").out.splitlines()[0].split()[2:4] == ["val_acc", "train_acc"]
    assert "classification of species" in tuitune("show", "iris").out
    finished = tuitune("finish", "iris", "--repeats", "1")
    assert finished.code == 0, finished.err
    assert re.search(r" -> test (1|\.\d{3}) \[\.\d{3}, (1|\.\d{3})\]$", finished.out.strip())
    text = tuitune("report", "iris").out
    assert "network on iris.csv, classification of species, 120 rows, 20% of them" in text
    assert "20% of the table sealed for the test" in text
    assert "on 30 test samples: accuracy " in text


def test_numbers_from_a_csv(tuitune: Command) -> None:
    write_diabetes(Path("d.csv"))
    made = tuitune("new", "d", "--data", "d.csv", "--target", "progression", "--exclude", "sex",
                   *QUICK)  # fmt: skip
    assert made.code == 0, made.err
    assert "  left out  'sex', as you say\n" in made.out
    assert "  target  progression: numbers from 25 to 346\n" in made.out
    assert "regression of progression, 354 rows" in made.out
    assert "cannot separate" not in made.out
    assert "sex" not in spec_of("d").columns
    assert tuitune("run", "d", "--trials", "4").code == 0
    trials = tuitune("top", "d", "--json").json
    assert trials[0]["score"] >= trials[1]["score"]
    finished = tuitune("finish", "d", "--repeats", "1", "--json")
    assert finished.code == 0, finished.err
    assert list(finished.json["test"]) == ["r2", "low", "high", "r2s", "samples", "opening", "at"]
    assert finished.json["test"]["samples"] == 88
    assert json.loads(Path("sessions/d.final.json").read_text())["metric"] == "val_r2"
    shown = tuitune("show", "d", "--json").json
    assert (shown["metric"], shown["problem"]["train_metric"]) == ("val_r2", "train_r2")
    assert "on 88 test samples: R2 " in tuitune("report", "d").out


def test_an_npz_file(tuitune: Command) -> None:
    write_wine(Path("wine.npz"))
    made = tuitune("new", "wine", "--data", "wine.npz", "--train-size", "100", *QUICK)
    assert made.code == 0, made.err
    assert "  target  t: 3 classes: 0 59, 1 71, 2 48 (--task regression predicts" in made.out
    assert "80 rows to train on, 20 to validate, 36 sealed for the test, 42 not used" in made.out
    assert tuitune("run", "wine", "--trials", "3", "--workers", "2").code == 0
    assert tuitune("finish", "wine", "--trial", "1", "--repeats", "1").code == 0
    numbers = tuitune("new", "n", "--data", "wine.npz", "--task", "regression", *QUICK)
    assert "target  t: numbers from 0 to 2 (--task classification makes classes" in numbers.out


def test_what_is_left_out_is_said(tuitune: Command) -> None:
    rows = [[i, i % 7, 1, "" if i % 9 == 0 else "ab"[i % 2], "" if i < 3 else i % 3]
            for i in range(60)]  # fmt: skip
    Path("t.csv").write_text(csv_text(["", "n", "same", "w", "t"], rows))
    made = tuitune("new", "t", "--data", "t.csv", "--target", "t", "--test", "0", *QUICK)
    assert made.code == 0, made.err
    assert "table  60 rows, 2 numeric columns, 1 column of words, 7 missing values" in made.out
    assert "words  w (2)" in made.out
    assert (
        "left out  column 1, which has no name; 'same', the same in all training rows; "
        "3 rows without t"
    ) in made.out
    assert "46 rows to train on, 11 to validate, no test; 4 inputs" in made.out
    assert "sealed" not in made.out


def test_columns_that_mislead_are_noted(tuitune: Command) -> None:
    rows = [[i, "old" if i == 7 else 20 + i % 50, "pq"[i % 2]] for i in range(200)]
    Path("t.csv").write_text(csv_text(["id", "age", "t"], rows))
    made = tuitune("new", "t", "--data", "t.csv", "--target", "t", *QUICK)
    assert "  note  age is taken for words: 'old' in line 9 is no number\n" in made.out
    assert "  note  id numbers the rows: --exclude 'id' leaves it out\n" in made.out
    made = tuitune("new", "u", "--data", "t.csv", "--target", "t", "--exclude", "id",
                   "--exclude", "age", *QUICK)  # fmt: skip
    assert made.code == 2, "nothing is left"


@pytest.mark.parametrize(
    ("options", "metric", "direction"),
    [
        ((), "val_r2", "maximize"),
        (("--metric", "val_loss"), "val_loss", "minimize"),
        (("--metric", "val_loss", "--maximize"), "val_loss", "maximize"),
        (("--minimize",), "val_r2", "minimize"),
    ],
)
def test_the_metric_and_its_direction(
    tuitune: Command, options: tuple[str, ...], metric: str, direction: str
) -> None:
    write_diabetes(Path("d.csv"))
    assert tuitune("new", "d", "--data", "d.csv", "--target", "progression", *options).code == 0
    problem = read_session(Path("sessions/d.json")).problem
    assert (problem.metric, problem.direction) == (metric, direction)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "--target says which column of 'iris.csv' is predicted: try --target 'species'"),
        (("--target", "Species"), "no column 'Species' for --target: did you mean 'species'?"),
        (("--target", "species", "--metric", "val_r2"), "the network reports val_acc, val_loss"),
        (("--target", "sepal_width", "--metric", "val_acc"), "the network reports val_r2, val_"),
        (("--target", "species", "--task", "regression"), "regression predicts numbers"),
        (("--target", "species", "--train-size", "121"), "train_size must be between 2 and 120"),
        (("--target", "species", "--test", "1"), "test must be a share from 0 to below 1"),
        (("--target", "species", "--set", "widht=3"), "did you mean width?"),
    ],
)
def test_wrong_requests(tuitune: Command, options: tuple[str, ...], said: str) -> None:
    write_iris(Path("iris.csv"))
    outcome = tuitune("new", "iris", "--data", "iris.csv", *options)
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
    assert outcome.err.count("\n") == 1
    assert not Path("sessions/iris.json").exists()


def test_a_table_that_is_gone_or_changed(tuitune: Command, tmp_path: Path) -> None:
    file = write_iris(Path("iris.csv"))
    new = ("new", "iris", "--data", "iris.csv", "--target", "species", *QUICK)
    assert tuitune(*new).code == 0
    assert tuitune("run", "iris", "--trials", "2").code == 0
    kept = file.read_text()
    file.unlink()
    for words in (("run", "iris"), ("finish", "iris")):
        outcome = tuitune(*words)
        assert (outcome.code, outcome.out) == (2, "")
        assert "there is no file 'iris.csv'" in outcome.err
        assert outcome.err.count("\n") == 1
    assert tuitune("show", "iris").code == 0, "what was done is there without the table"
    file.write_text(kept + "5,3,1,0.2,setosa\n")
    outcome = program_run(tmp_path, "run", "iris", "--trials", "1")
    assert outcome.code == 0, outcome.err
    assert "since the session began: iris.csv changed" in outcome.err
