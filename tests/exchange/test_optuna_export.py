"""A session as a study: what Optuna reads of it, and that an imported one comes back as it was."""

from __future__ import annotations

import math
import shlex
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.storages import JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState as State

from tests.cli.support import Command
from tests.exchange.test_optuna import SAMPLES, make_study

optuna.logging.set_verbosity(optuna.logging.ERROR)


def opened(file: Path) -> optuna.Study:
    storage = JournalStorage(JournalFileBackend(str(file)))
    (name,) = optuna.get_all_study_names(storage)
    return optuna.load_study(study_name=name, storage=storage)


def exported(tuitune: Command, name: str, folder: Path) -> optuna.Study:
    file = folder / f"{name}.out"
    outcome = tuitune("export", name, "--format", "optuna", "--output", str(file))
    assert outcome.code == 0, outcome.err
    return opened(file)


def facts(trial: optuna.trial.FrozenTrial) -> dict[str, Any]:
    """Return all that a trial is but for its id; numbers that are not one as words."""

    def kept(value: Any) -> Any:
        return "nan" if isinstance(value, float) and math.isnan(value) else value

    return {
        "number": trial.number,
        "state": trial.state,
        "values": trial.values,
        "params": trial.params,
        "distributions": trial.distributions,
        "reports": {step: kept(value) for step, value in trial.intermediate_values.items()},
        "user": trial.user_attrs,
        "system": trial.system_attrs,
        "start": trial.datetime_start,
        "complete": trial.datetime_complete,
    }


@pytest.mark.parametrize("storage", ["journal", "sqlite"])
def test_a_study_of_200_trials_comes_back_without_a_difference(
    storage: str, tuitune: Command, tmp_path: Path
) -> None:
    before = make_study(tmp_path / "five.journal", 199)
    before.set_user_attr("why", ["a", {"b": None}])
    source = tmp_path / "five.journal"
    if storage == "sqlite":
        source = tmp_path / "five.db"
        database = RDBStorage(f"sqlite:///{source}")
        optuna.copy_study(from_study_name="five", from_storage=before._storage, to_storage=database)
        before = optuna.load_study(study_name="five", storage=database)
        database.remove_session()
    assert tuitune("import", str(source), "back", "--yes").code == 0
    after = exported(tuitune, "back", tmp_path)
    assert after.study_name == before.study_name
    assert after.directions == before.directions
    assert after.user_attrs == before.user_attrs
    assert len(after.trials) == len(before.trials) == 200
    for ours, theirs in zip(after.trials, before.trials, strict=True):
        assert facts(ours) == facts(theirs)
    assert {t.state for t in after.trials} == {
        State.COMPLETE, State.PRUNED, State.FAIL, State.WAITING,
    }  # fmt: skip
    assert after.best_trial.number == before.best_trial.number


@pytest.mark.parametrize("name", ["pools.db", "pools.journal"])
def test_a_study_whose_ranges_changed_comes_back(
    name: str, tuitune: Command, tmp_path: Path
) -> None:
    assert tuitune("import", str(SAMPLES / name), "pools", "--yes").code == 0
    after = exported(tuitune, "pools", tmp_path)
    if name == "pools.journal":
        for ours, theirs in zip(after.trials, opened(SAMPLES / name).trials, strict=True):
            assert facts(ours) == facts(theirs)
    assert len({str(trial.distributions.get("lr")) for trial in after.trials} - {"None"}) == 2


def test_a_session_of_this_program_is_a_study_that_goes_on(
    tuitune: Command, tmp_path: Path
) -> None:
    for line in (
        "new own --param 'lr=1e-6..1 log' --param 'width=8..64 int' --param 'momentum=0..0.9 step"
        " 0.1' --param 'optimizer=sgd|adam|adagrad' --epochs 3 --train-size 50",
        "run own --trials 12",
        "narrow own lr=1e-3..1e-1 'optimizer=sgd|adam'",
        "run own --trials 5",
        "enqueue own lr=2 width=100 momentum=0.95 optimizer=adagrad",
        "run own --trials 1",
        "enqueue own lr=0.01 width=20 momentum=0.5 optimizer=sgd",
    ):
        outcome = tuitune(*shlex.split(line))
        assert outcome.code == 0, outcome.err
    ranking = tuitune("top", "own", "-n", "99", "--json").json
    study = exported(tuitune, "own", tmp_path)
    assert study.direction == optuna.study.StudyDirection.MAXIMIZE
    assert study.metric_names == ["val_acc"]
    assert len(study.trials) == 20
    for row in ranking:
        trial = study.trials[row["trial"] - 1]
        assert trial.params == row["params"]
        if row["state"] == "done":
            assert trial.state is State.COMPLETE
            assert trial.value == row["score"]
            assert list(trial.intermediate_values) == [1, 2, 3]
            assert trial.intermediate_values[3] == row["score"]
            assert "train_acc" in trial.user_attrs
        # Optuna's own rules hold for it, a point outside of the ranges included.
        trial._validate()
    assert study.trials[0].distributions == {
        "lr": FloatDistribution(1e-6, 1, log=True),
        "width": IntDistribution(8, 64),
        "momentum": FloatDistribution(0, 0.9, step=0.1),
        "optimizer": CategoricalDistribution(["sgd", "adam", "adagrad"]),
    }
    assert study.trials[14].distributions["lr"] == FloatDistribution(1e-3, 0.1, log=True)
    assert study.trials[19].state is State.WAITING
    study.optimize(
        lambda t: (
            t.suggest_float("lr", 1e-3, 0.1, log=True)
            + t.suggest_int("width", 8, 64)
            + len(t.suggest_categorical("optimizer", ["sgd", "adam", "adagrad"]))
        ),
        n_trials=12,
    )
    assert study.trials[19].params["width"] == 20
    assert len(study.trials) == 31


def test_what_was_added_here_is_told_there(tuitune: Command, tmp_path: Path) -> None:
    assert tuitune("import", str(SAMPLES / "pools.db"), "pools", "--yes").code == 0
    before = len(exported(tuitune, "pools", tmp_path).trials)
    space = tuitune("show", "pools", "--json").json["space"]
    words = [f"{n}={p['options'][0] if 'options' in p else p['low']}" for n, p in space.items()]
    queued = tuitune("enqueue", "pools", *map(str, words))
    assert queued.code == 0, queued.err
    (tmp_path / "pools.out").unlink()
    after = exported(tuitune, "pools", tmp_path)
    assert len(after.trials) == before + 1
    added = after.trials[-1]
    assert added.state is State.WAITING
    assert set(added.system_attrs["fixed_params"]) == set(space)


def test_several_objectives_come_back(tuitune: Command, tmp_path: Path) -> None:
    storage = JournalStorage(JournalFileBackend(str(tmp_path / "two.journal")))
    study = optuna.create_study(
        storage=storage, directions=["minimize", "maximize"],
        sampler=optuna.samplers.RandomSampler(seed=1),
    )  # fmt: skip
    study.optimize(lambda t: (t.suggest_float("x y", 0, 1), 5.0), n_trials=4)
    made = tuitune("import", str(tmp_path / "two.journal"), "two", "--objective", "1", "--yes")
    assert made.code == 0, made.err
    after = exported(tuitune, "two", tmp_path)
    assert after.directions == study.directions
    assert [facts(t) for t in after.trials] == [facts(t) for t in study.trials]
    assert tuitune("enqueue", "two", "x_y=0.5").code == 0
    (tmp_path / "two.out").unlink()
    single = exported(tuitune, "two", tmp_path)
    assert single.directions == [optuna.study.StudyDirection.MAXIMIZE]
    assert [t.values for t in single.trials] == [[5.0]] * 4 + [None]
    assert single.trials[-1].system_attrs == {"fixed_params": {"x y": 0.5}}
