"""A conditional space of eight parameters from `new` to the file that another tool reads."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from tests.cli.support import Command
from tuitune.space import format_parameter, parse_parameter
from tuitune.store import read_session

optuna.logging.set_verbosity(optuna.logging.ERROR)

RANGES = {
    "optimizer": "sgd|nesterov|adam",
    "momentum": "0..0.99 if optimizer=sgd|nesterov",
    "beta": "0.9..0.999 if optimizer=adam",
    "lr": "1e-4..1 log",
    "layers": "1..4 int",
    "act_2": "relu|tanh if layers>=2",
    "slope": "0.01..0.3 log if act_2=relu",
    "width_3": "8..64 log int if layers=3..4",
}

TRAINER = """
def counts(p):
    assert ("momentum" in p) == (p["optimizer"] != "adam"), p
    assert ("beta" in p) == (p["optimizer"] == "adam"), p
    assert ("act_2" in p) == (p["layers"] >= 2), p
    assert ("slope" in p) == (p.get("act_2") == "relu"), p
    assert ("width_3" in p) == (p["layers"] >= 3), p

def train(params, *, epochs, seed):
    counts(params)
    for epoch in range(epochs):
        yield {"score": params.get("momentum", 0.5) - abs(params["lr"] - 0.1) + seed % 7 / 1000}
"""


def test_a_conditional_space_goes_through_every_verb(tuitune: Command, tmp_path: Path) -> None:
    def do(*words: str) -> str:
        outcome = tuitune(*words)
        assert outcome.code == 0, (words, outcome.err)
        return outcome.out

    (tmp_path / "train.py").write_text(TRAINER)
    params = [word for name, text in RANGES.items() for word in ("--param", f"{name}={text}")]
    made = do("new", "c", *params, "--trainer", "train.py:train", "--metric", "score",
              "--maximize", "--epochs", "2")  # fmt: skip
    assert "tuned  slope  1e-2..0.3 log if act_2=relu" in made
    for sampler in ("halton", "grid points=2", "gp", "tpe"):
        do("run", "c", "--trials", "25", "--sampler", sampler, "--new-round")
    shown = tuitune("show", "c", "--json").json
    assert shown["trials"]["done"] == 100
    assert shown["space"]["width_3"]["when"] == {"parameter": "layers", "low": 3, "high": 4}
    assert shown["space"]["slope"]["when"] == {"parameter": "act_2", "options": ["relu"]}

    do("narrow", "c", "momentum=0.5..", "layers=1..2")
    narrowed = read_session(Path("sessions/c.json")).space
    assert format_parameter(narrowed["momentum"]) == "0.5..0.99 if optimizer=sgd|nesterov"
    assert not narrowed.can_count("width_3")
    do("run", "c", "--trials", "12", "--sampler", "halton")
    latest = read_session(Path("sessions/c.json")).trials[-12:]
    assert not any("width_3" in trial.params for trial in latest)
    do("undo", "c")
    do("redo", "c")
    do("undo", "c")
    advised = tuitune("advise", "c", "--json").json
    named = {line["parameter"] for line in advised}
    assert {"momentum", "lr", "width_3"} <= named
    counting = sum(
        "momentum" in trial.params for trial in read_session(Path("sessions/c.json")).trials
    )
    of_momentum = next(line for line in advised if line["parameter"] == "momentum")
    assert of_momentum["numbers"]["trials"] <= counting
    do("enqueue", "c", "optimizer=adam", "beta=0.95", "lr=0.2", "layers=1")
    do("enqueue", "c", "--like", "1", "optimizer=sgd", "momentum=0.3")
    do("run", "c", "--trials", "2")
    finished = tuitune("finish", "c", "--repeats", "3", "--json")
    assert finished.code == 0, finished.err
    best = tuitune("best", "c", "--json").json
    read_session(Path("sessions/c.json")).space.validate_params(best["params"])
    assert "--optimizer" in do("best", "c")
    do("report", "c")

    rows = list(csv.DictReader(io.StringIO(do("export", "c"))))
    assert all((row["param.beta"] == "") == (row["param.optimizer"] != "adam") for row in rows)
    do("export", "c", "--format", "optuna", "--output", "c.journal")
    study = optuna.load_study(
        study_name="c", storage=JournalStorage(JournalFileBackend("c.journal"))
    )
    for row, trial in zip(rows, study.trials, strict=True):
        assert ("beta" in trial.params) == (row["param.optimizer"] == "adam")
    do("import", "c.journal", "back", "--yes", "--maximize")
    back = read_session(Path("sessions/back.json"))
    for name, text in RANGES.items():
        found, meant = back.space[name].when, parse_parameter(text).when
        assert (found is None) == (meant is None)
        if found is not None and meant is not None:
            assert found.parameter == meant.parameter
            for value in (1, 2, 3, 4, "sgd", "nesterov", "adam", "relu", "tanh"):
                assert found.holds(value) == meant.holds(value), name
    session = read_session(Path("sessions/c.json"))
    assert [t.params for t in back.trials] == [t.params for t in session.trials]
    assert [t.score for t in back.trials] == [t.score for t in session.trials]
