"""The final test of a person's own trainer: trained on all samples, tested once, with new seeds."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.cli.support import Command
from tuitune.store import read_session
from tuitune.trainers.final import takes_final
from tuitune.trainers.spec import CommandSpec, FunctionSpec, MlpSpec, TrainerSpec

FUNCTION = """
def train(params, *, epochs, seed, final=False):
    with open("asked", "a") as file:
        print(int(final), seed, file=file)
    for epoch in range(epochs):
        yield {"val_acc": 0.6 + seed % 5 / 100 if final else params["lr"]}

def without(params, *, epochs, seed):
    yield {"val_acc": params["lr"]}

def fails(params, *, epochs, seed, final=False):
    if final:
        raise ValueError("no test set")
    yield {"val_acc": params["lr"]}
"""

PROGRAM = """
import os, sys
final = "--final" in sys.argv or os.environ.get("TUITUNE_FINAL") == "1"
with open("asked", "a") as file:
    print(int(final), file=file)
print("val_acc=0.75" if final else "val_acc=0.5")
"""


def finish(tuitune: Command, *trainer: str) -> Command:
    made = tuitune("new", "own", "--param", "lr=0.1..0.5", "--epochs", "2", *trainer)
    assert made.code == 0, made.err
    assert tuitune("run", "own", "--trials", "3").code == 0
    Path("asked").unlink(missing_ok=True)
    return tuitune


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text(FUNCTION)
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "plain.py").write_text("print('val_acc=0.5')")
    return tmp_path


def test_a_function_that_takes_final_is_tested_with_three_new_seeds(
    files: Path, tuitune: Command
) -> None:
    document = finish(tuitune, "--trainer", "train.py:train")(
        "finish", "own", "--repeats", "3", "--json"
    ).json
    asked = [line.split() for line in (files / "asked").read_text().splitlines()]
    finals = [int(seed) for final, seed in asked if final == "1"]
    others = {int(seed) for final, seed in asked if final == "0"}
    assert len(finals) == 3
    assert not set(finals) & others
    assert {int(final) for final, _ in asked[:-3]} == {0}
    scores = [0.6 + seed % 5 / 100 for seed in finals]
    test = document["test"]
    assert sorted(test["scores"]) == pytest.approx(sorted(scores))
    assert test["score"] == pytest.approx(sum(scores) / 3)
    assert test["low"] <= test["score"] <= test["high"]
    assert (test["samples"], test["opening"]) == (None, 1)
    assert document["refit"] is None
    assert "-> test .6" in document["text"]
    assert "train on all of your samples" not in document["text"]
    told = "Trained for the test with 3 new seeds by its own trainer: val"
    assert told in tuitune("report", "own").out
    session = read_session(Path("sessions/own.json"))
    assert session.openings == 1
    again = tuitune("finish", "own", "--repeats", "3", "--json").json
    assert "test set opened for the 2nd time" in again["text"]
    stored = json.loads(Path("sessions/own.final.json").read_text())
    assert stored["test"]["scores"] == again["test"]["scores"]


@pytest.mark.parametrize(
    "arguments", [("program.py", "{lr}", "{final:--final}"), ("program.py", "{lr}")]
)
def test_a_program_is_told_by_an_argument_or_a_variable(
    arguments: tuple[str, ...], files: Path, tuitune: Command
) -> None:
    ran = finish(tuitune, "--", sys.executable, *arguments)
    document = ran("finish", "own", "--repeats", "3", "--json").json
    assert document["test"]["scores"] == [0.75] * 3
    assert (files / "asked").read_text().split().count("1") == 3


@pytest.mark.parametrize(
    "trainer",
    [("--trainer", "train.py:without"), ("--", sys.executable, "plain.py", "{lr}")],
)
def test_one_that_says_nothing_of_it_is_told_how(
    trainer: tuple[str, ...], files: Path, tuitune: Command
) -> None:
    document = finish(tuitune, *trainer)("finish", "own", "--repeats", "3", "--json").json
    assert document["test"] is None
    assert "your trainer was not asked for a test" in document["text"]
    assert "train on all of your samples with the params of the .final.toml" in document["text"]


def test_where_no_test_works_it_is_said(files: Path, tuitune: Command) -> None:
    ended = finish(tuitune, "--trainer", "train.py:fails")("finish", "own", "--repeats", "3")
    assert ended.code == 1
    assert "no test set" in ended.out + ended.err
    session = read_session(Path("sessions/own.json"))
    assert session.finishes[-1].test is None
    assert session.openings == 1


def test_nothing_is_run_to_find_out(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(files)
    (files / "broken.py").write_text("def train(params, *, epochs, seed, final: x")
    asked: dict[TrainerSpec, bool] = {
        FunctionSpec("train.py:train"): True,
        FunctionSpec("train.py:without"): False,
        FunctionSpec("train.py:gone"): False,
        FunctionSpec("gone.py:train"): False,
        FunctionSpec("broken.py:train"): False,
        FunctionSpec("train:train"): True,
        CommandSpec(("python", "program.py", "{lr}")): True,
        CommandSpec(("python", "plain.py", "{final}")): True,
        CommandSpec(("python", "plain.py", "{lr}")): False,
        MlpSpec(): False,
    }
    for spec, takes in asked.items():
        assert takes_final(spec, ["lr"]) is takes, spec
    # A parameter of that name is a parameter.
    assert not takes_final(CommandSpec(("python", "plain.py", "{final}")), ["lr", "final"])
