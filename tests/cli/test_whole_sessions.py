"""`best`, `rename`, `copy`, `delete`, `new --fresh`, and the CSV with all that there is."""

from __future__ import annotations

import csv
import io
import json
import os
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.cli.support import Command, start_program
from tests.tui.terminal import Terminal
from tuitune.space import parse_value
from tuitune.store import read_session

PIDS = """
import os

def train(params, *, epochs, seed):
    with open("pids", "a") as file:
        print(os.getpid(), file=file)
    yield {"val_acc": params["lr"]}
"""

NETWORK = {
    "batch_size": 100, "optimizer": "sgd", "dropout": 0.0, "batch_norm": False,
    "activation": "relu", "init": "he", "width": 100, "depth": 6,
}  # fmt: skip
"""What the built-in network has besides `lr` and `weight_decay`: all that it takes to build it."""


def test_the_best_values_are_read_back_from_every_form(tiny: Command) -> None:
    best = tiny("show", "tiny", "--json").json["best"]
    document = tiny("best", "tiny", "--json").json
    assert document == {
        "trial": best["trial"], "params": best["params"], "set": NETWORK, "epochs": 2,
        "score": best["score"], "final": None,
    }  # fmt: skip
    assert tiny("best", "tiny", "--as", "json").json == document
    words = shlex.split(tiny("best", "tiny").out)
    every = {**best["params"], **NETWORK}
    flags = dict(zip(words[::2], words[1::2], strict=True))
    assert {name: parse_value(text) for name, text in flags.items()} == {
        f"--{name}": value for name, value in every.items()
    }
    found: dict[str, object] = {}
    exec(tiny("best", "tiny", "--as", "python").out, found)
    assert found["params"] == every
    assert tomllib.loads(tiny("best", "tiny", "--as", "toml").out) == every
    refused = tiny("best", "tiny", "--as", "command")
    assert refused.code == 2
    assert "trains by no command" in refused.err


def test_the_best_values_are_those_that_the_finish_chose(tiny: Command) -> None:
    other = tiny("top", "tiny", "--json").json[2]["trial"]
    assert tiny("finish", "tiny", "--trial", str(other), "--repeats", "3").code == 0
    document = tiny("best", "tiny", "--json").json
    assert document["trial"] == document["final"]["trial"] == other
    assert "chosen by the finish" in tiny("best", "tiny", "--as", "toml").out


def test_the_best_command_is_run_as_it_is_printed(tuitune: Command, tmp_path: Path) -> None:
    (tmp_path / "a b.py").write_text(
        "import sys; print('{\"val_acc\": %s}' % sys.argv[1].removeprefix('x=')); print(sys.argv)"
    )
    made = tuitune(
        "new", "own", "--param", "lr=1e-3..1 log", "--param", 'opt="a b"|"c\'d"', "--set", "n=3",
        "--", sys.executable, "a b.py", "x={lr}", "{opt}", "{n}", "{seed}", "{params_file}",
    )  # fmt: skip
    assert made.code == 0, made.err
    nothing = tuitune("best", "own")
    assert nothing.code == 2
    assert "no trial of 'own' is done yet" in nothing.err
    assert tuitune("run", "own", "--trials", "3").code == 0
    command = tuitune("best", "own", "--as", "command").out
    shown = subprocess.run(command, shell=True, capture_output=True, text=True, check=True).stdout
    session = read_session(Path("sessions/own.json"))
    assert session.best is not None
    score, argv = shown.splitlines()
    assert json.loads(score)["val_acc"] == session.best.score
    params = session.best.params
    assert argv.startswith(f"['a b.py', 'x={params['lr']}', {params['opt']!r}, '3', ")
    file = Path(argv.rpartition(", ")[2].strip("']"))
    assert json.loads(file.read_text())["lr"] == params["lr"]


def test_a_session_is_copied_renamed_and_deleted(tiny: Command) -> None:
    copied = tiny("copy", "tiny", "second")
    assert copied.out == "made sessions/second.json, a copy of tiny\n"
    renamed = tiny("rename", "second", "third", "--json")
    assert renamed.json == {"name": "third", "path": "sessions/third.json"}
    assert tiny("top", "third", "--json").json == tiny("top", "tiny", "--json").json
    ran = tiny("run", "third", "--trials", "1")
    assert ran.code == 0, ran.err
    refused = tiny("delete", "third")
    assert refused.code == 2
    assert refused.err == (
        "tuitune: delete asks before it deletes 'third', and there is no terminal: add --yes\n"
    )
    assert tiny("delete", "third", "--yes").out == "deleted third\n"
    assert [p.name for p in Path("sessions").iterdir() if p.suffix == ".json"] == ["tiny.json"]
    for words in (("rename", "gone", "x"), ("copy", "tiny", "tiny"), ("delete", "gone", "--yes")):
        assert tiny(*words).code == 2


def test_a_session_that_runs_is_left_alone(tuitune: Command, tmp_path: Path) -> None:
    assert tuitune("new", "wide").code == 0
    process = start_program(tmp_path, "run", "wide", "--trials", "100000")
    assert process.stdout is not None
    process.stdout.readline()
    for words in (("rename", "wide", "x"), ("copy", "wide", "x"), ("delete", "wide", "--yes")):
        outcome = tuitune(*words)
        assert outcome.code == 2
        assert f"in use by process {process.pid}" in outcome.err
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 143
    assert tuitune("delete", "wide", "--yes").code == 0


def test_a_terminal_is_asked_before_anything_is_deleted(tiny: Command, tmp_path: Path) -> None:
    with Terminal(["delete", "tiny"], size=(100, 24), folder=tmp_path) as terminal:
        terminal.wait_for("delete tiny, 4 trials of 1 round? [y/N]")
        terminal.press("n\n")
        assert terminal.wait_for_end() == 1
    assert tiny("show", "tiny").code == 0
    with Terminal(["delete", "tiny"], size=(100, 24), folder=tmp_path) as terminal:
        terminal.wait_for("[y/N]")
        terminal.press("y\n")
        assert terminal.wait_for_end() == 0
    assert tiny("show", "tiny").code == 2


def test_with_fresh_each_trial_has_a_process_of_its_own(tuitune: Command, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(PIDS)
    for name, options, processes in (("fresh", ("--fresh",), 4), ("shared", (), 1)):
        made = tuitune("new", name, "--param", "lr=0.1..1", "--trainer", "train.py:train", *options)
        assert made.code == 0, made.err
        assert tuitune("run", name, "--trials", "4").code == 0
        pids = (tmp_path / "pids").read_text().split()
        assert len(pids) == 4
        assert len(set(pids)) == processes
        assert str(os.getpid()) not in pids
        (tmp_path / "pids").unlink()
    for words in (("--", "ls"), ()):
        outcome = tuitune("new", "no", "--param", "lr=0.1..1", "--fresh", *words)
        assert outcome.code == 2
        assert "--fresh is for a function" in outcome.err


@pytest.mark.parametrize("name", ["trial", "state", "param.lr", "score", "round"])
def test_no_metric_takes_the_place_of_another_column(
    name: str, tuitune: Command, tmp_path: Path
) -> None:
    (tmp_path / "train.py").write_text(
        f"def train(params, *, epochs, seed):\n    yield {{'val_acc': 0.5, {name!r}: 99.0}}\n"
    )
    made = tuitune(
        "new", "own", "--param", "lr=0.1..1", "--trainer", "train.py:train", "--epochs", "1"
    )
    assert made.code == 0, made.err
    assert tuitune("run", "own", "--trials", "2").code == 0
    rows = list(csv.DictReader(io.StringIO(tuitune("export", "own").out)))
    assert [row["trial"] for row in rows] == ["1", "2"]
    assert {row["state"] for row in rows} == {"done"}
    assert {row["score"] for row in rows} == {"0.5"}
    assert {row[f"metric.{name}"] for row in rows} == {"99.0"}
    assert all(0.1 <= float(row["param.lr"]) <= 1 for row in rows)
    lines = [json.loads(x) for x in tuitune("export", "own", "--format", "jsonl").out.splitlines()]
    assert [line["trial"] for line in lines] == [1, 2]
    assert {line["round"] for line in lines} == {1}
    assert {line.get(f"metric.{name}", line.get(name)) for line in lines} == {99.0}


def test_the_csv_says_why_when_and_what_a_person_wrote(tuitune: Command, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        "def train(params, *, epochs, seed):\n    raise ValueError('=1+1, \"no\"')\n    yield\n"
    )
    made = tuitune(
        "new", "own", "--param", "lr=0.1..1", "--trainer", "train.py:train", "--epochs", "1"
    )
    assert made.code == 0, made.err
    tuitune("run", "own", "--trials", "1")
    (row,) = csv.DictReader(io.StringIO(tuitune("export", "own").out))
    assert row["cause"] == "error"
    assert row["reason"] == 'ValueError: =1+1, "no"'
    assert row["draw"] == "uniform"
    assert row["started"].endswith("+00:00")
    assert (row["note"], row["tags"]) == ("", "")
