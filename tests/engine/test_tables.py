"""A person's table in the engine: its test part stays sealed, and a change is taken and said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.datasets.tables import write_diabetes, write_iris
from tests.engine.finishing import happened
from tests.engine.support import refusals
from tests.engine.support import run as run_engine
from tuitune.advice.statistics import r2_interval
from tuitune.datasets import TableData
from tuitune.engine import Engine, Quit, Run, StartFinish
from tuitune.engine.creation import create_session
from tuitune.errors import UsageError
from tuitune.model.events import TrainerChanged
from tuitune.store import SessionStore, read_session
from tuitune.trainers.mlp.data import load_data, load_table, table_spec
from tuitune.trainers.mlp.losses import r_squared
from tuitune.trainers.spec import MlpSpec

TARGETS = {"iris.csv": "species", "diabetes.csv": "progression"}


@pytest.fixture(params=TARGETS)
def session(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The file of a small session on iris (classes) or on diabetes (numbers)."""
    monkeypatch.chdir(tmp_path)
    write_iris(Path("iris.csv"))
    write_diabetes(Path("diabetes.csv"))
    spec = table_spec(request.param, target=TARGETS[request.param], seed=5)
    path = tmp_path / "own.json"
    create_session(
        path, settings={"hidden": "10", "lr": 0.1}, epochs=4, seed=5, trainer=spec
    ).close()
    return path


def run(path: Path, *commands: Run | StartFinish) -> list[object]:
    """Run an engine of the session in `path` until it is idle, and return all that was said."""
    return run_engine(Engine(SessionStore.open(path)), *commands)


def test_what_a_session_remembers(session: Path) -> None:
    problem = read_session(session).problem
    spec = problem.trainer
    assert isinstance(spec, MlpSpec)
    assert spec.data in TARGETS
    assert spec.target == TARGETS[spec.data]
    assert spec.data in problem.pins
    data = load_data(spec, 5)
    assert data.n_test == round(0.2 * (data.n_test + spec.train_size))
    if spec.task == "classification":
        assert (problem.metric, problem.train_metric) == ("val_acc", "train_acc")
        assert (problem.samples, problem.classes) == (24, 3)
    else:
        assert (problem.metric, problem.train_metric) == ("val_r2", "train_r2")
        assert (problem.samples, problem.classes) == (None, None)
        assert problem.in_points


def test_the_test_part_is_read_by_the_finish_alone(
    session: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []
    whole = TableData.test

    def look(self: TableData) -> Any:
        looks.append("")
        return whole(self)

    monkeypatch.setattr(TableData, "test", look)
    run(session, Run(trials=3))
    assert looks == []
    said = run(session, StartFinish(choose="race", repeats=1))
    assert looks
    assert happened(said)[-3:] == ["TestOpened", "TestScored", "FinishEnded"]


def test_the_finish_scores_the_network_in_the_file(session: Path) -> None:
    run(session, Run(trials=3))
    run(session, StartFinish(choose="race", repeats=1))
    record = read_session(session)
    finish, spec = record.finishes[-1], record.problem.trainer
    assert isinstance(spec, MlpSpec)
    assert finish.test is not None
    with np.load(session.with_name("own.final.npz"), allow_pickle=False) as file:
        arrays = dict(file)
    table = load_table(spec, 5)
    raw = np.stack([table.table.number(str(name)) for name in arrays["inputs"]], axis=1)
    x = (raw[table.test_rows] - arrays["input_mean"]) / arrays["input_std"]
    hidden = np.maximum(x @ arrays["W1"] + arrays["b1"], 0)
    outputs = hidden @ arrays["W2"] + arrays["b2"]
    document = json.loads(session.with_name("own.final.json").read_text())["test"]
    if spec.task == "classification":
        names = arrays["classes"][outputs.argmax(axis=1)]
        column = table.table.words[spec.target or ""]
        truth = np.array(column.categories)[column.codes[table.test_rows]]
        assert (names == truth).sum() == finish.test.correct[0]
        assert document["accuracies"] == list(finish.test.each)
        assert document["accuracy"] == finish.test.accuracy == finish.test.mean
    else:
        made = outputs[:, 0] * arrays["target_std"] + arrays["target_mean"]
        truth = table.table.number(spec.target or "")[table.test_rows]
        assert r_squared(made, truth) == pytest.approx(finish.test.r2[0], abs=1e-4)
        assert document["r2s"] == list(finish.test.r2)
        assert document["r2"] == finish.test.mean == pytest.approx(np.mean(finish.test.r2))
        assert finish.test.low < finish.test.mean < finish.test.high
    assert document["samples"] == len(table.test_rows) == finish.test.total
    assert " -> test " in finish.text
    assert finish.test.word in session.with_name("own.report.md").read_text()


def test_another_metric_says_what_was_tested(tmp_path: Path) -> None:
    spec = table_spec(str(write_diabetes(tmp_path / "d.csv")), target="progression")
    path = tmp_path / "own.json"
    create_session(
        path, settings={"hidden": "10", "lr": 0.1}, epochs=2, metric="val_loss", trainer=spec
    ).close()
    run(path, Run(trials=2))
    run(path, StartFinish(choose="race", repeats=1))
    assert " -> test R2 " in read_session(path).finishes[-1].text


def test_without_a_test_part_nothing_is_tested(tmp_path: Path) -> None:
    spec = table_spec(str(write_iris(tmp_path / "iris.csv")), target="species", test=0.0)
    path = tmp_path / "own.json"
    create_session(path, settings={"hidden": "10"}, epochs=2, trainer=spec).close()
    run(path, Run(trials=2))
    said = run(path, StartFinish(choose="race", repeats=1))
    assert "TestOpened" not in happened(said)
    finish = read_session(path).finishes[-1]
    assert (finish.ended, finish.test) == ("finished", None)
    assert "test" not in finish.text


def test_a_table_that_is_gone_loses_nothing(session: Path) -> None:
    run(session, Run(trials=2))
    before = session.read_bytes()
    file = Path(str(read_session(session).problem.trainer.data))  # type: ignore[union-attr]
    kept = file.read_text()
    file.unlink()
    for command in (Run(trials=1, new_round=True), StartFinish(choose="race")):
        said = refusals(run(session, command))
        assert len(said) == 1
        assert said[0].startswith(f"there is no file '{file}'")
    assert json.loads(before)["trials"] == json.loads(session.read_text())["trials"]
    assert len(read_session(session).rounds) == 1
    file.write_text(kept)
    assert not refusals(run(session, Run(trials=1)))


def test_a_column_that_is_gone_is_named(session: Path) -> None:
    spec = read_session(session).problem.trainer
    assert isinstance(spec, MlpSpec)
    text = Path(spec.data).read_text()
    for name in (spec.columns[1], spec.target or ""):
        Path(spec.data).write_text(text.replace(name, "other", 1))
        (said,) = refusals(run(session, Run(trials=1)))
        assert f"'{spec.data}' no longer has the column '{name}'" in said
    Path(spec.data).write_text(text.replace("\n", ",new\n", 1).replace("\n", ",1\n")
                               .replace("new,1", "new"))  # fmt: skip
    assert "TrialEnded" in happened(run(session, Run(trials=1))), "a new column is not used"


def test_a_changed_table_is_said_and_used_by_the_next_round(session: Path) -> None:
    spec = read_session(session).problem.trainer
    assert isinstance(spec, MlpSpec)
    engine = Engine(SessionStore.open(session))
    listener = engine.subscribe()
    engine.start()
    engine.send(Run(trials=1))
    while type(listener.get(timeout=30)).__name__ != "RoundEnded":
        pass
    lines = Path(spec.data).read_text().splitlines()
    Path(spec.data).write_text("\n".join([lines[0], *lines[40:]]) + "\n")
    before = engine._executor
    engine.send(Run(trials=1))
    said = []
    while type(message := listener.get(timeout=30)).__name__ != "RoundEnded":
        said.append(message)
    assert engine._executor is not before, "the next round has what is in the file now"
    engine.send(Quit())
    assert engine.join(30)
    changes = [m.message for m in said if isinstance(m, TrainerChanged)]
    assert changes == [f"since the session began: {spec.data} changed"]
    fewer = load_data(spec, 5)
    assert len(fewer.split.x) + fewer.n_test == len(lines) - 40


def test_a_spec_of_a_table_is_checked(tmp_path: Path) -> None:
    path = str(write_iris(tmp_path / "iris.csv"))
    with pytest.raises(UsageError, match="no column 'specie' for --target: did you mean 'species'"):
        table_spec(path, target="specie")
    spec = table_spec(path, target="species", exclude=("sepal_width",), train_size=60)
    assert spec.columns == ("sepal_length", "petal_length", "petal_width")
    assert (spec.train_size, spec.task, spec.test) == (60, "classification", 0.2)


def test_the_interval_of_r2_holds_the_truth_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(0)
    inside = 0
    for seed in range(60):
        t = random.standard_normal(200)
        errors = random.standard_normal((3, 200)) * 0.6
        low, high = r2_interval(errors, t, seed)
        assert low < high <= 1
        inside += low <= 1 - 0.36 <= high
    assert 48 <= inside <= 60
    t, errors = np.arange(5.0), np.zeros((1, 5))
    assert r2_interval(errors, t, 0) == (1.0, 1.0)
