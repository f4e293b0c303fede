"""`tuitune set` with a trainer: an imported session goes on by an objective, or by others."""

from __future__ import annotations

import sys
from pathlib import Path

import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from tests.cli.support import Command
from tuitune.store import read_session

optuna.logging.set_verbosity(optuna.logging.ERROR)

STUDY = """
import optuna

def objective(trial):
    kind = trial.suggest_categorical("kind", [None, "deep"])
    lr = trial.suggest_float("lr", 1e-4, 1, log=True)
    only = trial.suggest_categorical("only", ["one"])
    depth = trial.suggest_int("depth", 1, 4) if kind == "deep" else 1
    assert only == "one"
    for step in range(3):
        trial.report(abs(lr - 0.1) + 1 / depth + step, step)
    return abs(lr - 0.1) + 1 / depth

def more(trial):
    return objective(trial) + trial.suggest_float("extra", 0, 1)

def less(trial):
    return trial.suggest_float("lr", 1e-4, 1, log=True)
"""

PROGRAM = "import sys; print('value=%f' % float(sys.argv[1])); print(sys.argv[2:])"

FUNCTION = """
def train(params, *, epochs, seed):
    yield {"value": params["lr"], "loss": 2 * params["lr"]}
"""


@pytest.fixture
def study(tuitune: Command, tmp_path: Path) -> Command:
    """A study of 24 trials, imported as `s`, its file, and other trainers beside it."""
    (tmp_path / "study.py").write_text(STUDY)
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "train.py").write_text(FUNCTION)
    found: dict[str, object] = {}
    exec(STUDY, found)
    storage = JournalStorage(JournalFileBackend(str(tmp_path / "study.journal")))
    made = optuna.create_study(
        study_name="s", storage=storage, sampler=optuna.samplers.RandomSampler(seed=1)
    )
    made.optimize(found["objective"], n_trials=24)  # type: ignore[arg-type]
    imported = tuitune("import", "study.journal", "s", "--yes")
    assert imported.code == 0, imported.err
    return tuitune


def test_an_imported_study_goes_on_with_its_objective(study: Command) -> None:
    before = read_session(Path("sessions/s.json"))
    refused = study("run", "s")
    assert refused.code == 2
    assert "Give it one: tuitune set NAME --optuna study.py:objective" in refused.err
    changed = study("set", "s", "--optuna", "study.py:objective")
    assert changed.code == 0, changed.err
    assert changed.out == "from the next round on Optuna objective study.py:objective trains\n"
    assert study("run", "s", "--trials", "8", "--sampler", "tpe").code == 0
    session = read_session(Path("sessions/s.json"))
    assert session.problem.metric == "value"
    assert session.problem.settings["only"] == "one"
    assert len(session.trials) == len(before.trials) + 8
    for trial in session.trials[-8:]:
        assert trial.state == "done"
        depth = trial.params.get("depth", 1)
        lr = trial.params["lr"]
        assert isinstance(lr, float)
        assert isinstance(depth, int)
        assert trial.score == abs(lr - 0.1) + 1 / depth
        assert ("depth" in trial.params) == (trial.params["kind"] == "deep")
    assert session.best is not None
    assert study("advise", "s").code == 0


def test_or_with_a_program_or_a_function(study: Command) -> None:
    command = (sys.executable, "program.py", "{lr}", "{kind}")
    assert study("set", "s", "--", *command).code == 0
    assert study("run", "s", "--trials", "2").code == 0
    assert study("set", "s", "--trainer", "train.py:train", "--metric", "loss").code == 0
    assert study("run", "s", "--trials", "2", "--new-round").code == 0
    session = read_session(Path("sessions/s.json"))
    by_program, by_function = session.trials[-4], session.trials[-1]
    assert by_program.score == pytest.approx(by_program.params["lr"], abs=1e-6)
    lr = by_function.params["lr"]
    assert isinstance(lr, float)
    assert by_function.score == 2 * lr
    assert session.problem.metric == "loss"


WRONG = [
    (("--optuna", "study.py:more"), "asks for extra too, and the session tunes kind, lr, depth"),
    (("--optuna", "gone.py:objective"), "there is no '"),
    (("--optuna", "study.py:missing"), "has no 'missing'"),
    (("--trainer", "train.py:gone"), "has no function 'gone'"),
    (("--", "python", "{width}"), "{width}"),
    (("--", "no-such-program", "{lr}"), "'no-such-program' is none that can be"),
    (("--metric", "val_acc"), "keeps its direction, which is minimize, and of 'val_acc' one would"),
    (("--metric", "value"), "Nothing is changed: a trial trains"),
    (("--trainer", "train.py:train", "--", "ls"), "a function and a command are given"),
    (("--pattern", "x"), "--pattern reads what a command prints"),
    (("--objective", "1"), "--objective is about an objective"),
    ((), "set needs what is to change"),
]


@pytest.mark.parametrize(("options", "message"), WRONG, ids=[" ".join(o) for o, _ in WRONG])
def test_what_can_not_train_it_is_refused(
    options: tuple[str, ...], message: str, study: Command
) -> None:
    before = Path("sessions/s.json").read_bytes()
    outcome = study("set", "s", *options)
    assert outcome.code == 2
    assert message in outcome.err
    assert outcome.err.count("\n") == 1
    assert Path("sessions/s.json").read_bytes() == before


def test_what_an_objective_does_not_ask_for_is_said(study: Command) -> None:
    changed = study("set", "s", "--optuna", "study.py:less")
    assert changed.code == 0, changed.err
    assert "it doesn't ask for kind, depth" in changed.out
