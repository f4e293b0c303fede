"""The same 20 trials give the same curves in one thread, two threads and two processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tuitune.engine import Engine, Run
from tuitune.engine.training import in_process
from tuitune.executors.inline import InlineExecutor
from tuitune.executors.processes import ProcessExecutor
from tuitune.executors.threads import ThreadExecutor
from tuitune.model.events import RevisionCommitted, SessionCreated
from tuitune.model.trial import Problem, TrialState
from tuitune.space import Space, parse_parameter
from tuitune.store import SessionStore
from tuitune.trainers.mlp.data import mlp_function
from tuitune.trainers.spec import FunctionSpec, MlpSpec, TrainerSpec

TRIALS, EPOCHS, SEED = 20, 3, 11

SPACE = Space(
    {
        "lr": parse_parameter("1e-4..10 log"),
        "weight_decay": parse_parameter("1e-8..1e-2 log"),
        "optimizer": parse_parameter("sgd|adam"),
        "dropout": parse_parameter("0..0.5"),
        "batch_norm": parse_parameter("true|false"),
    }
)

NETWORK = f"""
from functools import cache

from tuitune.datasets import load_mnist, split
from tuitune.trainers.mlp import train as network


@cache
def data():
    return split(load_mnist(), train_size=500, validation=0.2, seed={SEED})


def train(params, *, epochs, seed):
    yield from network(params, epochs=epochs, seed=seed, data=data())
"""


def run(
    path: Path, trainer: TrainerSpec, *, workers: int, kind: type, **options: Any
) -> list[tuple[Any, ...]]:
    """Run the round in a session of its own; return all that a trial's training determines."""
    store = SessionStore.create(
        path,
        SessionCreated(path.stem, Problem(trainer=trainer, epochs=EPOCHS), SEED, 1.0, "test"),
        RevisionCommitted(1, None, SPACE, 1.0),
    )
    engine = Engine(store, workers=workers, max_failures=0, **options)
    assert isinstance(engine.executor, kind)
    engine.send(Run(trials=TRIALS))
    engine.run(until_idle=True)
    return [
        (t.number, t.params, t.seed, t.state, t.epochs_done, t.score, t.curve)
        for t in engine.session.trials
    ]


@pytest.fixture(scope="module")
def one_thread(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, ...]]:
    path = tmp_path_factory.mktemp("one") / "one.json"
    return run(path, MlpSpec(), workers=1, kind=InlineExecutor)


def test_the_round_is_one_worth_comparing(one_thread: list[tuple[Any, ...]]) -> None:
    assert len(one_thread) == TRIALS
    states = {state for _, _, _, state, *_ in one_thread}
    assert states == {TrialState.DONE, TrialState.FAILED}, "some diverge"
    losses = {tuple(curve.get("loss", ())) for *_, curve in one_thread}
    assert len(losses) > TRIALS // 2


def test_two_threads(one_thread: list[tuple[Any, ...]], tmp_path: Path) -> None:
    train = mlp_function(MlpSpec(), SEED)
    found = run(
        tmp_path / "two.json",
        MlpSpec(),
        workers=2,
        kind=ThreadExecutor,
        executor_factory=lambda inbox, workers: in_process(train, inbox, workers),
    )
    assert found == one_thread


def test_two_processes(one_thread: list[tuple[Any, ...]], tmp_path: Path) -> None:
    found = run(tmp_path / "two.json", MlpSpec(), workers=2, kind=ProcessExecutor)
    assert found == one_thread
    assert not (tmp_path / "two.files").exists(), "the network leaves no files"


def test_two_processes_with_a_function_of_one_s_own(
    one_thread: list[tuple[Any, ...]], tmp_path: Path
) -> None:
    file = tmp_path / "network.py"
    file.write_text(NETWORK)
    spec = FunctionSpec(f"{file}:train")
    found = run(tmp_path / "processes.json", spec, workers=2, kind=ProcessExecutor)
    assert found == one_thread
