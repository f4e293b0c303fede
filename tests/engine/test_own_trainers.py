"""Functions and programs as trainers, through the engine: limits, failures and what is left."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tuitune.engine import Command, Engine, Run
from tuitune.errors import UsageError
from tuitune.model import Session
from tuitune.model.events import RevisionCommitted, SessionCreated
from tuitune.model.trial import Limits, Problem, TrialState
from tuitune.space import Space, parse_parameter
from tuitune.store import SessionStore
from tuitune.trainers.spec import CommandSpec, FunctionSpec, MlpSpec, TrainerSpec

FUNCTION = """
import os

def train(params, *, epochs, seed):
    for epoch in range(epochs):
        print("epoch", epoch, os.environ.get("CUDA_VISIBLE_DEVICES"))
        yield {"val_acc": (params["lr"] * 50 + seed % 97 / 1000 + epoch / 100) % 1}

def slow(params, *, epochs, seed):
    while True:
        yield None
"""


def make(path: Path, trainer: TrainerSpec, epochs: int = 2, **more: Any) -> Path:
    """Create a session of one parameter, closed."""
    space = Space({"lr": parse_parameter("1e-6..1e-2 log")})
    SessionStore.create(
        path,
        SessionCreated("own", Problem(trainer=trainer, epochs=epochs, **more), 7, 1.0, "test"),
        RevisionCommitted(1, None, space, 1.0),
    ).close()
    return path


def run(path: Path, *commands: Command, **options: Any) -> Session:
    """Serve the commands to the end."""
    engine = Engine(SessionStore.open(path), **options)
    for command in commands:
        engine.send(command)
    engine.run(until_idle=True)
    return engine.session


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "own.py"
    path.write_text(FUNCTION)
    return str(path)


def test_a_function_trains_in_processes_with_a_gpu_each(tmp_path: Path, file: str) -> None:
    path = make(tmp_path / "own.json", FunctionSpec(f"{file}:train"))
    session = run(path, Run(trials=4), workers=2, gpus=("4", "7"))
    assert [t.state for t in session.trials] == [TrialState.DONE] * 4
    seen = [(tmp_path / f"own.files/trial-{n}/output.log").read_text() for n in (1, 2)]
    assert seen == ["epoch 0 4\nepoch 1 4\n", "epoch 0 7\nepoch 1 7\n"]


def test_a_program_trains(tmp_path: Path) -> None:
    code = "import sys, json; print(json.dumps(dict(val_acc=float(sys.argv[1]))))"
    path = make(tmp_path / "own.json", CommandSpec((sys.executable, "-c", code, "{lr}")))
    session = run(path, Run(trials=2))
    assert [t.score for t in session.trials] == [t.params["lr"] for t in session.trials]


def test_the_session_s_limits_hold_and_a_run_can_have_others(tmp_path: Path, file: str) -> None:
    limits = Limits(seconds=0.05)
    path = make(tmp_path / "own.json", FunctionSpec(f"{file}:slow"), limits=limits)
    session = run(path, Run(trials=1))
    assert session.trial(1).reason == "took longer than the limit of 0.05 s"
    session = run(path, Run(trials=1), limits=Limits(seconds=0.1))
    assert session.trial(2).reason == "took longer than the limit of 0.1 s"


@pytest.mark.parametrize("more", [{"limits": Limits(seconds=1.0)}, {"gpus": ("0",)}])
def test_the_network_has_no_limits(tmp_path: Path, more: dict[str, Any]) -> None:
    store = SessionStore.open(make(tmp_path / "own.json", MlpSpec()))
    with pytest.raises(UsageError, match="Limits and GPUs are for functions and programs"):
        Engine(store, **more)
    store.close()
