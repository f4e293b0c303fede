"""`top`, `show` and `export`: their JSON and CSV shapes are those of the design."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from tests.cli.support import Command
from tuitune.space import parse_value
from tuitune.store import read_session


def test_top_shape(tiny: Command) -> None:
    ranking = tiny("top", "tiny", "--json").json
    session = read_session(Path("sessions/tiny.json"))
    assert [record["rank"] for record in ranking] == [1, 2, 3, 4]
    assert [record["trial"] for record in ranking] == [t.number for t in session.ranking()]
    for record in ranking:
        trial = session.trial(record["trial"])
        assert record == {
            "rank": record["rank"],
            "trial": trial.number,
            "round": 1,
            "revision": 1,
            "state": "done",
            "score": trial.score,
            "train_score": trial.train_score,
            "epochs": 2,
            "seconds": trial.seconds,
            "params": trial.params,
        }
    scores = [record["score"] for record in ranking]
    assert scores == sorted(scores, reverse=True)
    assert len(tiny("top", "tiny", "-n", "2", "--json").json) == 2


def test_top_of_a_session_that_has_not_run(tuitune: Command) -> None:
    tuitune("new", "fresh")
    assert tuitune("top", "fresh", "--json").json == []
    assert tuitune("top", "fresh").out == "no trial has run yet; next: tuitune run fresh\n"


def test_top_table_fits_80_columns(tiny: Command) -> None:
    lines = tiny("top", "tiny", "-n", "3").out.splitlines()
    assert lines[0].split() == [
        "rank", "trial", "val_acc", "train_acc", "epochs", "state", "lr", "weight_decay",
    ]  # fmt: skip
    assert [line.split()[0] for line in lines[1:4]] == ["1", "2", "3"]
    assert lines[4] == "1 more of 4; -n 4 shows all"
    assert max(map(len, lines)) <= 80


def test_show_shape(tiny: Command) -> None:
    tiny("narrow", "tiny", "lr=1e-4..")
    shown = tiny("show", "tiny", "--json").json
    best = tiny("top", "tiny", "-n", "1", "--json").json[0]
    assert list(shown) == [
        "name", "problem", "metric", "direction", "space", "revision", "revisions", "rounds",
        "trials", "best", "final",
    ]  # fmt: skip
    assert shown["name"] == "tiny"
    assert shown["problem"]["trainer"] == {
        "kind": "mlp", "data": "mnist", "target": None, "train_size": 50, "validation": 0.2,
            "task": "classification", "test": None, "columns": [],
    }  # fmt: skip
    assert shown["problem"]["epochs"] == 2
    assert (shown["metric"], shown["direction"]) == ("val_acc", "maximize")
    assert shown["space"] == {
        "lr": {"kind": "float", "low": 1e-4, "high": 1e-2, "log": True},
        "weight_decay": {"kind": "float", "low": 1e-8, "high": 1e-4, "log": True},
    }
    assert shown["revision"] == 2
    assert [(r["number"], r["parent"]) for r in shown["revisions"]] == [(1, None), (2, 1)]
    assert shown["revisions"][0]["changes"] == []
    assert shown["revisions"][1]["changes"][0] == {
        "parameter": "lr",
        "kind": "narrowed",
        "before": "1e-6..1e-2 log",
        "after": "1e-4..1e-2 log",
        "reason": "entered by hand",
        "numbers": {},
    }
    assert shown["rounds"] == [
        {"number": 1, "revision": 1, "sampler": "random", "pruner": "none", "trials": 4}
    ]
    assert shown["trials"] == {
        "queued": 0, "running": 0, "done": 4, "pruned": 0, "failed": 0, "stopped": 0,
        "interrupted": 0,
    }  # fmt: skip
    assert shown["best"] == best
    assert shown["final"] is None


def test_show_of_other_kinds(tuitune: Command) -> None:
    tuitune(
        *("new", "kinds", "--param", "width=16..64 int", "--param", "optimizer=sgd|(adam)"),
        *("--param", "lr=1e-3..1 log = 0.1"),
    )
    assert tuitune("show", "kinds", "--json").json["space"] == {
        "width": {"kind": "int", "low": 16, "high": 64, "log": False},
        "optimizer": {"kind": "choice", "options": ["sgd"]},
        "lr": {"kind": "float", "low": 1e-3, "high": 1.0, "log": True, "frozen": 0.1},
    }


def test_show_for_people(tiny: Command) -> None:
    tiny("narrow", "tiny", "lr=1e-4..")
    said = tiny("show", "tiny").out
    assert "* revision 2 from 1\n    lr  1e-4..1e-2 log  narrowed\n" in said
    assert "round 1 of revision 1: 4 trials, random, no pruner, finished" in said
    assert "trials: 4 done" in said
    assert "best: val_acc " in said


def test_csv_round_trip(tiny: Command) -> None:
    text = tiny("export", "tiny").out
    rows = list(csv.DictReader(io.StringIO(text)))
    assert text.splitlines()[0] == (
        "trial,round,revision,state,score,train_score,epochs,seconds,seed,"
        "param.lr,param.weight_decay,metric.val_acc,metric.train_acc,metric.loss,metric.val_loss,"
        "draw,cause,reason,started,note,tags"
    )
    trials = read_session(Path("sessions/tiny.json")).trials
    assert len(rows) == len(trials) == 4
    for row, trial in zip(rows, trials, strict=True):
        assert int(row["trial"]) == trial.number
        assert row["state"] == "done"
        assert float(row["score"]) == trial.score
        assert float(row["seconds"]) == trial.seconds
        assert int(row["seed"]) == trial.seed
        params = {name: parse_value(row[f"param.{name}"]) for name in trial.params}
        assert params == trial.params


def test_jsonl_round_trip(tiny: Command) -> None:
    lines = tiny("export", "tiny", "--format", "jsonl").out.splitlines()
    records = [json.loads(line) for line in lines]
    session = read_session(Path("sessions/tiny.json"))
    assert len(records) == 8
    assert list(records[0])[:5] == ["trial", "round", "epoch", "val_acc", "train_acc"]
    for record in records:
        curve = session.trial(record["trial"]).curve
        reported = {name: values[record["epoch"] - 1] for name, values in curve.items()}
        assert record == {
            "trial": record["trial"], "round": 1, "epoch": record["epoch"], **reported,
        }  # fmt: skip


def test_export_to_a_file(tiny: Command, tmp_path: Path) -> None:
    printed = tiny("export", "tiny").out
    outcome = tiny("export", "tiny", "--output", "trials.csv")
    assert (outcome.code, outcome.out) == (0, "")
    assert (tmp_path / "trials.csv").read_text(encoding="utf-8") == printed
    refused = tiny("export", "tiny", "--output", "no/such/trials.csv")
    assert refused.code == 1
    assert "no/such/trials.csv can't be written" in refused.err


def test_failed_trials_rank_last_and_leave_the_score_empty(tuitune: Command) -> None:
    tuitune(
        *("new", "wild", "--param", "lr=1e-3..1e12 log", "--set", "weight_decay=0"),
        *("--epochs", "2", "--train-size", "50"),
    )
    assert tuitune("run", "wild", "--trials", "12").code == 0
    ranking = tuitune("top", "wild", "-n", "99", "--json").json
    states = [record["state"] for record in ranking]
    assert "failed" in states
    assert states == sorted(states)  # done before failed
    assert ranking[-1]["score"] is None
    rows = list(csv.DictReader(io.StringIO(tuitune("export", "wild").out)))
    assert {row["score"] for row in rows if row["state"] == "failed"} == {""}
