"""An epoch in which the number that ranks was not measured: missing is not diverged."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tuitune.engine import Engine, Quit, Run
from tuitune.engine.creation import create_session
from tuitune.model import Session
from tuitune.model.trial import TrialState
from tuitune.space import parse_parameter
from tuitune.store import SessionStore, read_session
from tuitune.trainers.spec import CommandSpec, FunctionSpec, TrainerSpec

FUNCTION = """
def train(params, *, epochs, seed):
    for value in {values}:
        yield {{"val_acc": value, "loss": 0.5}}
"""


def train(
    folder: Path, values: str, *, program: bool, pruner: str = "none", **options: Any
) -> Session:
    file = folder / "train.py"
    trainer: TrainerSpec = FunctionSpec(f"{file}:train")
    code = FUNCTION.format(values=values)
    if program:
        code += "import json\nfor report in train({}, epochs=4, seed=0): print(json.dumps(report))"
        trainer = CommandSpec((sys.executable, str(file), "{lr}"))
    file.write_text(code)
    path = folder / "s.json"
    lr = parse_parameter("1e-3..1 log")
    create_session(path, params={"lr": lr}, trainer=trainer, epochs=4, **options).close()
    engine = Engine(SessionStore.open(path))
    engine.send(Run(trials=1, pruner=pruner))
    engine.start()
    said = engine.subscribe()
    while not (engine.session.rounds and engine.session.rounds[0].ended):
        said.get(timeout=30)
    engine.send(Quit())
    assert engine.join(30)
    return read_session(path)


def test_the_last_measured_number_ranks(tmp_path: Path) -> None:
    for program in (False, True):
        folder = tmp_path / str(program)
        folder.mkdir()
        session = train(folder, "[None, 0.6, None, 0.8]", program=program)
        trial = session.trial(1)
        assert (trial.state, trial.score, trial.epochs_done) == (TrialState.DONE, 0.8, 4)
        assert trial.curve["val_acc"] == [None, 0.6, None, 0.8]


def test_a_number_before_the_last_epoch_is_kept(tmp_path: Path) -> None:
    session = train(tmp_path, "[0.4, None, 0.7, None]", program=False, pruner="median")
    trial = session.trial(1)
    assert (trial.state, trial.score, trial.epochs_done) == (TrialState.DONE, 0.7, 4)


def test_nan_is_diverged_and_nothing_but_none_is_no_score(tmp_path: Path) -> None:
    for name, values, cause in (
        ("nan", "[None, float('nan')]", "diverged"),
        ("none", "[None, None, None, None]", "no-score"),
    ):
        for program in (False, True):
            folder = tmp_path / f"{name}-{program}"
            folder.mkdir()
            trial = train(folder, values, program=program).trial(1)
            assert (trial.state, trial.cause, trial.score) == (TrialState.FAILED, cause, None)


def test_the_best_epoch_ranks_where_that_is_asked_for(tmp_path: Path) -> None:
    for direction, values, score in (("maximize", "[0.4, 0.9, None, 0.7]", 0.9),
                                     ("minimize", "[0.4, 0.9, 0.3, 0.7]", 0.3)):  # fmt: skip
        folder = tmp_path / direction
        folder.mkdir()
        trial = train(
            folder, values, program=False, rank="best", minimize=direction == "minimize"
        ).trial(1)
        assert (trial.state, trial.score, trial.epochs_done) == (TrialState.DONE, score, 4)
