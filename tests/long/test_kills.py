"""The real program killed at any moment: nothing that ended is lost, and what goes on is the same.

The suite kills a few times. `.ci/run long` kills 1,000 times.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.support import default_signals
from tuitune.model import Session
from tuitune.model.trial import Trial, TrialState
from tuitune.store import read_session
from tuitune.store.lock import is_held

KILLS = int(os.environ.get("TUITUNE_KILLS", "7"))
"""In all, shared out to the ways of running."""
SEED = int(os.environ.get("TUITUNE_FUZZ_SEED", "0"))
MARK = "TUITUNE_TEST_MARK"
LIMIT_SECONDS = 50
TRIALS = "100000"

FUNCTION = """
def train(params, *, epochs, seed):
    for epoch in range(epochs):
        yield {"val_acc": (seed * 31 + epoch * 7919) % 1009 / 1009, "loss": params["lr"] * epoch}
"""
PROGRAM = """
for epoch in 1 2 3; do
    echo "epoch $epoch val_acc=0.$(( ($1 + epoch * 37) % 997 ))"
done
"""
NETWORK = ("--epochs", "3", "--train-size", "50")
LR = ("--param", "lr=1e-5..1e-1 log", "--epochs", "3")

WAYS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "network": (NETWORK, ("run", "tiny")),
    "two workers": (NETWORK, ("run", "tiny", "--workers", "2")),
    "pausing": (("--epochs", "10", "--train-size", "50"), ("run", "tiny")),
    "function": ((*LR, "--trainer", "own.py:train"), ("run", "tiny", "--workers", "2")),
    "program": ((*LR, "--", "sh", "own.sh", "{seed}"), ("run", "tiny")),
    "narrowing": (NETWORK, ("narrow", "tiny", "--run", "--trials", TRIALS)),
    "finish": (NETWORK, ("finish", "tiny", "--repeats", "7", "--workers", "2")),
}
"""How a session is made, and what runs on it."""


def program(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start the real program, marked so that what it starts can be found."""
    root = str(Path(__file__).parents[2])
    return subprocess.Popen(
        [sys.executable, "-m", "tuitune", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": root, "PYTHONUTF8": "1", MARK: str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=default_signals,
    )


def done(folder: Path, *arguments: str) -> str:
    """Run a verb to its end."""
    process = program(folder, *arguments)
    out, err = process.communicate(timeout=LIMIT_SECONDS)
    assert process.returncode == 0, (arguments, err)
    return out


def kill(folder: Path, arguments: tuple[str, ...], dice: random.Random) -> list[str]:
    """Start a verb and kill it after some lines and a moment more; return what it had said."""
    process = program(folder, *arguments)
    assert process.stdout is not None
    said = []
    for _ in range(dice.randint(0, 12)):
        line = process.stdout.readline()
        if not line:
            break
        said.append(line)
    threading.Event().wait(dice.uniform(0, 0.02) ** 2 / 0.02)
    process.send_signal(signal.SIGKILL)
    out, err = process.communicate(timeout=LIMIT_SECONDS)
    assert "Traceback" not in err, err
    return [line for line in [*said, *out.splitlines(keepends=True)] if line.endswith("\n")]


def wait_for_orphans(folder: Path) -> None:
    """Wait until no process that was started from `folder` is left; they have ten seconds."""
    until = time.monotonic() + 10
    while left := [each.name for each in Path("/proc").iterdir() if _is_of(each, folder)]:
        assert time.monotonic() < until, f"processes {left} outlive the program"
        threading.Event().wait(0.05)


def _is_of(process: Path, folder: Path) -> bool:
    try:
        return f"{MARK}={folder}".encode() in (process / "environ").read_bytes()
    except OSError:
        return False


def session_of(folder: Path) -> Session:
    return read_session(folder / "sessions/tiny.json")


def result_of(trial: Trial) -> object:
    """Return all that a trial came to but for its times."""
    return trial.params, trial.seed, trial.score, trial.curve


def make(folder: Path, way: str) -> None:
    """Make a session that is ready for what is to be killed."""
    folder.mkdir()
    (folder / "own.py").write_text(FUNCTION)
    (folder / "own.sh").write_text(PROGRAM)
    options, _ = WAYS[way]
    done(folder, "new", "tiny", *options)
    pruner = ("--pruner", "pause") if way == "pausing" else ()
    done(folder, "run", "tiny", "--trials", "12", *pruner)


@pytest.mark.skipif(sys.platform != "linux", reason="looks for orphans in /proc")
@pytest.mark.parametrize("way", WAYS)
def test_a_kill_loses_nothing(way: str, tmp_path: Path) -> None:
    dice = random.Random(f"{SEED} {way}")
    folder = tmp_path / "killed"
    make(folder, way)
    begin = _finishes if way == "finish" else _runs
    begin(folder, way, dice, max(KILLS // len(WAYS), 1))


def _runs(folder: Path, way: str, dice: random.Random, kills: int) -> None:
    _, arguments = WAYS[way]
    promised: set[int] = set(range(1, 13)) if way != "pausing" else set()
    for count in range(kills):
        more: tuple[str, ...] = ()
        if way == "narrowing":
            more = (f"lr={dice.choice((1, 2, 5))}e-5..{dice.choice((1, 2, 5))}e-3",)
        elif not count:
            pruner = ("--pruner", "pause") if way == "pausing" else ()
            more = ("--new-round", "--trials", TRIALS, *pruner)
        for line in kill(folder, (*arguments, *more), dice):
            words = dict(word.partition("=")[::2] for word in line.split())
            if words.get("state") == "done":
                promised.add(int(words["trial"]))
        wait_for_orphans(folder)
        session = session_of(folder)
        assert not is_held(folder / "sessions/tiny.json")
        assert not session.running
        lost = [n for n in promised if session.trial(n).state is not TrialState.DONE]
        assert not lost, f"after kill {count + 1}"
    _compare(folder, way)


def _compare(folder: Path, way: str) -> None:
    """Hold every trial that ended to what its point, seed and epochs come to undisturbed."""
    session = session_of(folder)
    train = _trainer(session, way)
    for trial in session.trials:
        if trial.state not in (TrialState.DONE, TrialState.PRUNED):
            continue
        scores = train(trial)[: trial.epochs_done]
        assert trial.curve[session.problem.metric] == scores, f"trial {trial.number}"


def _trainer(session: Session, way: str) -> Callable[[Trial], list[float]]:
    """Return what says the whole curve of a trial's metric."""
    if way == "function":
        return lambda t: [(t.seed * 31 + epoch * 7919) % 1009 / 1009 for epoch in range(t.epochs)]
    if way == "program":
        return lambda t: [float(f"0.{(t.seed + e * 37) % 997}") for e in range(1, t.epochs + 1)]
    from tuitune.trainers.mlp.data import mlp_function
    from tuitune.trainers.spec import MlpSpec

    assert isinstance(session.problem.trainer, MlpSpec)
    train = mlp_function(session.problem.trainer, session.seed)

    def scores(trial: Trial) -> list[float]:
        reports = train(session.full_params(trial), epochs=trial.epochs, seed=trial.seed)
        return [report["val_acc"] for report in reports if report]

    return scores


def _finishes(folder: Path, way: str, dice: random.Random, kills: int) -> None:
    path = folder / "sessions/tiny.json"
    fresh = path.read_bytes()
    _, arguments = WAYS[way]
    done(folder, *arguments)
    calm = session_of(folder).finishes[-1]
    scores = {(run.trial, run.repeat): run.score for run in calm.runs}
    path.write_bytes(fresh)
    for count in range(kills):
        promised = set()
        for line in kill(folder, arguments, dice):
            words = dict(word.partition("=")[::2] for word in line.split())
            if "repeat" in words:
                promised.add((int(words["trial"]), int(words["repeat"])))
        wait_for_orphans(folder)
        finishes = session_of(folder).finishes
        found = {(r.trial, r.repeat): r.score for r in finishes[-1].runs} if finishes else {}
        assert promised <= set(found), f"after kill {count + 1}"
        assert found.items() <= scores.items()
        if finishes and finishes[-1].ended is not None:
            path.write_bytes(fresh)
    done(folder, *arguments)
    ended = session_of(folder).finishes[-1]
    assert (ended.text, ended.test, ended.verdict) == (calm.text, calm.test, calm.verdict)
