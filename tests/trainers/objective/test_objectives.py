"""Objectives of Optuna, unchanged: what is found of them, and that they come to the same."""

from __future__ import annotations

import importlib.util
import json
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import optuna
import pytest

from tests.cli.support import Command
from tuitune.errors import UsageError
from tuitune.exchange.objective import read_runs
from tuitune.executors.recording import record_objective
from tuitune.space import Space, format_parameter, parse_parameter
from tuitune.store import read_session
from tuitune.trainers.objective import literal_directions

STUDIES = Path(__file__).with_name("studies.py")
SKLEARN = Path(__file__).with_name("sklearn_studies.py")

optuna.logging.set_verbosity(optuna.logging.ERROR)


@pytest.fixture(scope="module")
def theirs() -> ModuleType:
    """Both files as Optuna's own user loads them, but for the study at the end."""
    source = STUDIES.read_text("utf-8").partition("if len(sys.argv) > 1:")[0]
    spec = importlib.util.spec_from_loader("theirs", loader=None)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    exec(compile(source, str(STUDIES), "exec"), module.__dict__)
    exec(compile(SKLEARN.read_text("utf-8"), str(SKLEARN), "exec"), module.__dict__)
    return module


def make(tuitune: Command, name: str, *options: str) -> Any:
    file = SKLEARN if name in ("simple", "pruned") else STUDIES
    made = tuitune("new", "s", "--optuna", f"{file}:{name}", *options)
    assert made.code == 0, made.err
    return tuitune("show", "s", "--json").json


SPACES = {
    "simple": (
        {
            "classifier": "SVC|RandomForest",
            "svc_c": "1e-10..1e10 log if classifier=SVC",
            "rf_max_depth": "2..32 log int if classifier=RandomForest",
        },
        1,
    ),
    "pruned": ({"alpha": "1e-5..0.1 log"}, 20),
    "layers": (
        {
            "n_layers": "1..3 int",
            "n_units_l0": "4..128 log int",
            "norm": '"None"|batch|"[\\"group\\", 4]"',
            "eps": '1e-8..1e-3 log if norm=batch|"[\\"group\\", 4]"',
            "momentum": "0..1 if norm=batch",
            "n_units_l1": "4..128 log int if n_layers>=2",
            "n_units_l2": "4..128 log int if n_layers>=3",
        },
        1,
    ),
    "noted": ({"x": "-10..10 step 0.5"}, 3),
    "Callable": ({"x0": "0..1", "x1": "0..1"}, 1),
    "make()": ({"x0": "0..1", "x1": "0..1", "x2": "0..1"}, 1),
    "part": ({"x0": "0..1"}, 1),
    "instance": ({f"x{i}": "0..1" for i in range(4)}, 1),
}


@pytest.mark.parametrize("name", SPACES)
def test_parameters_conditions_and_direction_are_found(name: str, tuitune: Command) -> None:
    shown = make(tuitune, name)
    texts, epochs = SPACES[name]
    session = read_session(Path("sessions/s.json"))
    assert {n: format_parameter(session.space[n]) for n in session.space.names} == texts
    maximized = name in ("simple", "pruned")
    assert shown["direction"] == ("maximize" if maximized else "minimize")
    assert shown["metric"] == "value"
    assert session.problem.epochs == epochs
    if name == "layers":
        assert session.problem.settings == {"only": "one"}


def optunas(objective: Any, params: dict[str, Any]) -> optuna.trial.FrozenTrial:
    """Return what a study of Optuna itself makes of one point."""
    study = optuna.create_study(direction="minimize", pruner=optuna.pruners.NopPruner())
    study.enqueue_trial(params)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        study.optimize(objective, n_trials=1)
    return study.trials[0]


@pytest.mark.parametrize("name", ["simple", "pruned", "layers", "noted", "Callable", "part"])
def test_trials_come_to_what_optuna_gives_for_the_same_points(
    name: str, tuitune: Command, theirs: ModuleType
) -> None:
    make(tuitune, name)
    ran = tuitune("run", "s", "--trials", "6", "--sampler", "halton")
    assert ran.code == 0, ran.err
    session = read_session(Path("sessions/s.json"))
    found = getattr(theirs, name)
    objective = found() if isinstance(found, type) else found
    for trial in session.trials:
        params: dict[str, Any] = session.full_params(trial)
        if name == "layers":
            norm = str(params["norm"])
            params["norm"] = {"None": None, '["group", 4]': ("group", 4)}.get(norm, norm)
        other = optunas(objective, params)
        assert other.params == params
        assert trial.state == "done"
        assert trial.score == other.value
        reports: list[Any] = list(other.intermediate_values.values()) or [other.value]
        assert trial.curve["value"] == reports
        if name == "noted":
            assert trial.curve["squared"] == [other.user_attrs["squared"]] * 3
            assert trial.note == "host=abc, late=yes"


def test_two_workers_and_another_run_come_to_the_same(tuitune: Command) -> None:
    scores = []
    for name, workers in (("a", "1"), ("b", "2")):
        target = f"{STUDIES}:drawn"
        assert tuitune("new", name, "--optuna", target, "--minimize").code == 0
        assert tuitune("run", name, "--trials", "4", "--workers", workers).code == 0
        top = tuitune("top", name, "--json").json
        scores.append({row["trial"]: row["score"] for row in top})
    assert scores[0] == scores[1]
    assert len(set(scores[0].values())) == 4


def test_the_pruner_is_asked_at_each_report(tuitune: Command) -> None:
    make(tuitune, "pruned")
    ran = tuitune("run", "s", "--trials", "3", "--pruner", "threshold value=2 epoch=4")
    assert ran.code == 0, ran.err
    session = read_session(Path("sessions/s.json"))
    assert {trial.state for trial in session.trials} <= {"pruned", "done"}
    pruned = [trial for trial in session.trials if trial.state == "pruned"]
    assert pruned
    assert {trial.epochs_done for trial in pruned} == {4}


def test_an_objective_may_give_itself_up_and_be_wrong(tuitune: Command) -> None:
    make(tuitune, "gives_up")
    for x in ("0.2", "0.7"):
        assert tuitune("enqueue", "s", f"x={x}").code == 0
    assert tuitune("run", "s", "--trials", "2").code == 0
    session = read_session(Path("sessions/s.json"))
    done, given_up = session.trial(1), session.trial(2)
    assert (done.state, done.score) == ("done", 1.0)
    assert (given_up.state, given_up.cause, given_up.score) == ("pruned", "given-up", 0.25)
    assert given_up.reason == "the objective gave it up"


def test_what_is_no_value_fails_its_trial(tuitune: Command) -> None:
    target = f"{STUDIES}:bad"
    made = tuitune("new", "s", "--optuna", target)
    assert "1 of 5 runs raised, the first one ValueError: no luck" in made.out
    kinds = {
        "nan": ("diverged", "diverged"),
        "inf": ("diverged", "diverged"),
        "none": ("no-score", "the objective returned nothing"),
        "word": ("no-score", "returned ''high'', which is no number"),
        "raises": ("error", "ValueError: no luck"),
    }
    for kind in kinds:
        assert tuitune("enqueue", "s", f'kind="{kind}"', "x=0.5").code == 0
    tuitune("run", "s", "--trials", "5", "--max-failures", "0")
    session = read_session(Path("sessions/s.json"))
    for trial, (cause, words) in zip(session.trials, kinds.values(), strict=False):
        assert (trial.state, trial.cause) == ("failed", cause)
        assert words in trial.reason


REFUSED = [
    ("studies.py", "An objective is named as file.py:function"),
    ("studies.py:a-b", "An objective is named as file.py:function"),
    ("gone.py:objective", "there is no '"),
    ("studies.py:missing", "has no 'missing'; it has layers, noted, make"),
    ("studies.py:Needs", "'Needs' of 'studies.py' can't be made without arguments: TypeError"),
    ("studies.py:args", "An objective is called with a trial, and 'args' of 'studies.py' is"),
    ("studies.py:nothing", "asks for no parameter: an objective says trial.suggest_float"),
    ("studies.py:shifting", "the range of 'high' depends on other values (1..10, 5..10), and a"),
    ("studies.py:two", "returns 2 values, and a session ranks by one: say which with --objective"),
    ("broken.py:objective", "'broken.py' can't be loaded: ZeroDivisionError"),
    ("leaves.py:objective", "can't be run: the process that tried ended with exit code 3"),
]


@pytest.mark.parametrize(("target", "message"), REFUSED, ids=[target for target, _ in REFUSED])
def test_what_is_no_objective_is_refused(
    target: str, message: str, tuitune: Command, tmp_path: Path
) -> None:
    (tmp_path / "studies.py").write_text(STUDIES.read_text("utf-8"))
    (tmp_path / "broken.py").write_text("def objective(trial):\n    pass\n1 / 0\n")
    (tmp_path / "leaves.py").write_text("import os\nos._exit(3)\n")
    made = tuitune("new", "s", "--optuna", target, "--minimize")
    assert made.code == 2
    assert message in made.err
    assert made.err.count("\n") == 1
    assert not (tmp_path / "sessions").exists()


def test_given_ranges_and_values_go_before_those_of_the_file(tuitune: Command) -> None:
    shown = make(tuitune, "shifting", "--param", "high=3..9 int", "--set", "low=3")
    assert list(shown["space"]) == ["high"]
    assert shown["problem"]["settings"] == {"low": 3}
    assert tuitune("run", "s", "--trials", "2").code == 0
    refused = tuitune("new", "t", "--optuna", f"{STUDIES}:shifting", "--param", "width=1..2")
    assert refused.code == 2
    assert "asks for low, high, and not for 'width'" in refused.err


def test_one_of_several_values_is_taken_when_it_is_said(tuitune: Command) -> None:
    shown = make(tuitune, "two", "--objective", "1", "--minimize")
    assert shown["problem"]["trainer"]["objective"] == 1
    assert tuitune("run", "s", "--trials", "2").code == 0
    assert {row["score"] for row in tuitune("top", "s", "--json").json} == {2.0}


def test_what_shows_up_later_is_said_by_the_trial(tuitune: Command) -> None:
    make(tuitune, "later")
    assert tuitune("enqueue", "s", "x=0.95").code == 0
    tuitune("run", "s", "--trials", "1")
    trial = read_session(Path("sessions/s.json")).trial(1)
    assert trial.state == "failed"
    assert "asks for 'y', which this trial has no value of" in trial.reason


def test_an_objective_that_trains_for_long_is_found_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "long.py"
    file.write_text(
        "import time\ndef objective(trial):\n    kind = trial.suggest_categorical('kind', 'ab')\n"
        "    if kind == 'b':\n        trial.suggest_float('x', 0, 1)\n    time.sleep(1000)\n"
    )
    said: list[str] = []
    recorded = record_objective(f"{file}:objective", said.append, idle=0.3)
    assert [run.ended for run in recorded.runs] == ["idle", "idle"]
    assert len(said) == 2
    found = read_runs(recorded.runs, {}, {})
    texts = {name: format_parameter(p) for name, p in found.parameters.items()}
    assert texts == {"kind": "a|b", "x": "0..1 if kind=b"}
    assert found.epochs is None


def test_nothing_of_the_file_is_run_but_the_objective(tuitune: Command, tmp_path: Path) -> None:
    file = tmp_path / "deep/er/study.py"
    file.parent.mkdir(parents=True)
    (file.parent / "helper.py").write_text("scale = 2.0\n")
    (file.parent / "data.txt").write_text("3.0")
    file.write_text(
        "import optuna\nimport helper\nscale = helper.scale * float(open('data.txt').read())\n"
        "def objective(trial):\n    print('trained')\n"
        "    return trial.suggest_float('x', 0, 1) * scale\n"
        "study = optuna.create_study(direction='maximize')\nstudy.optimize(objective)\n"
        "open('optimized', 'w')\n"
    )
    made = tuitune("new", "s", "--optuna", "deep/er/study.py:objective")
    assert made.code == 0, made.err
    assert "optimize stands in the file without a guard: it did nothing" in made.out
    assert "trained" not in made.out
    assert tuitune("run", "s", "--trials", "1").code == 0
    trial = read_session(Path("sessions/s.json")).trial(1)
    assert trial.score == pytest.approx(6 * float(trial.params["x"]))
    assert (tmp_path / "sessions/s.files/trial-1/output.log").read_text().endswith("trained\n")


DIRECTIONS = [
    ("optuna.create_study()", ["minimize"]),
    ("create_study(direction='maximize')", ["maximize"]),
    ("optuna.create_study(direction=optuna.study.StudyDirection.MAXIMIZE)", ["maximize"]),
    ("create_study(directions=['minimize', 'maximize'])", ["minimize", "maximize"]),
    ("create_study(direction=way)", None),
    ("create_study(**options)", None),
    ("create_study(direction='maximize')\ncreate_study()", None),
    ("create_study(direction='maximize')\ncreate_study(direction='maximize')", ["maximize"]),
    ("x = 1", None),
    ("not python", None),
]


@pytest.mark.parametrize(("text", "directions"), DIRECTIONS)
def test_the_direction_is_read_where_it_stands(
    text: str, directions: list[str] | None, tmp_path: Path
) -> None:
    (tmp_path / "study.py").write_text(text)
    assert literal_directions(tmp_path / "study.py") == directions


def test_a_finish_races_objectives_by_what_they_return(tuitune: Command) -> None:
    make(tuitune, "noted")
    assert tuitune("run", "s", "--trials", "4").code == 0
    finished = tuitune("finish", "s", "--repeats", "3", "--json")
    assert finished.code == 0, finished.err
    document = finished.json
    winner = read_session(Path("sessions/s.json")).trial(document["trial"])
    assert set(document["race"]["scores"]) == {winner.score}


def test_a_session_of_an_objective_is_written_back_for_optuna(
    tuitune: Command, tmp_path: Path
) -> None:
    make(tuitune, "simple")
    assert tuitune("run", "s", "--trials", "5").code == 0
    file = tmp_path / "out.journal"
    assert tuitune("export", "s", "--format", "optuna", "--output", str(file)).code == 0
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    trials = [line for line in lines if line["op_code"] == 4]
    assert all(("svc_c" in t["params"]) != ("rf_max_depth" in t["params"]) for t in trials)


def test_conditions_hold_in_the_space_that_is_found(tuitune: Command) -> None:
    make(tuitune, "layers")
    space = read_session(Path("sessions/s.json")).space
    assert isinstance(space, Space)
    assert space["momentum"] == parse_parameter("0..1 if norm=batch")
    with pytest.raises(UsageError):
        record_objective("nothing.py:x")
