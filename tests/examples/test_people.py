"""Ten scripts as ten people write them, tuned without a pattern, and what the probe shows."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.support import Command
from tuitune.store import read_session
from tuitune.trainers.spec import CommandSpec

FOLDER = Path(__file__).parent / "people"
PYTHON = sys.executable


@dataclass(frozen=True)
class Script:
    """A script, how it is called, and what the probe shows."""

    file: str
    argv: tuple[str, ...]
    printed: str
    ranks: str
    curve: int
    """Reports of a trial."""
    asked: tuple[str, ...] = ()
    """What must be said besides."""
    template: str = ""
    train: str | None = None
    """Name of the counterpart in training."""


SCRIPTS = [
    Script(
        "argparse_tqdm.py",
        (PYTHON, "argparse_tqdm.py", "--lr", "{lr}", "--epochs", "4", "{augment:--augment}"),
        "by epoch 3 of 4: val_loss 0.",
        "val_acc ranks the trials, higher is better",
        4,
    ),
    Script(
        "logging_stderr.py",
        (PYTHON, "logging_stderr.py", "lr={lr}"),
        "validation error",
        "validation error (printed as 'error') ranks the trials, lower is better; training error",
        4,
        train="training error",
    ),
    Script(
        "hydra_like.py",
        (PYTHON, "hydra_like.py", "{template}"),
        "val/loss",
        "val/miou ranks the trials, higher is better",
        4,
        template="lr: {lr}\nepochs: 4\naugment: {augment}\n",
    ),
    Script(
        "keras_like.py",
        (PYTHON, "keras_like.py", "{lr:.4f}"),
        "val_accuracy",
        "val_accuracy ranks the trials, higher is better; accuracy is its counterpart in training",
        3,
        train="accuracy",
    ),
    Script(
        "lightning_like.py",
        (PYTHON, "lightning_like.py", "{args}"),
        "val_f1",
        "val_f1 ranks the trials, higher is better",
        3,
    ),
    Script(
        "transformers_like.py",
        (PYTHON, "transformers_like.py", "{template}"),
        "eval_accuracy",
        "eval_accuracy ranks the trials, higher is better",
        3,
        template='{"learning_rate": {lr}, "augment": {augment}}',
    ),
    Script(
        "fastai_like.py",
        (PYTHON, "fastai_like.py", "rate={lr}"),
        "error_rate",
        "error_rate ranks the trials, lower is better",
        4,
        asked=("--metric", "error_rate"),
    ),
    Script(
        "like_r.sh",
        ("sh", "like_r.sh", "{lr}", "{seed}"),
        "valid.rmse",
        "valid.rmse ranks the trials, lower is better; train.rmse is its counterpart in training",
        3,
        train="train.rmse",
    ),
    Script(
        "like_julia.sh",
        ("sh", "like_julia.sh", "{lr}"),
        "by epoch 3: val_loss 0.",
        "val_accuracy ranks the trials, higher is better",
        3,
    ),
    Script(
        "node_script.js",
        ("node", "node_script.js", "lr={lr}"),
        "valLoss",
        "valAcc ranks the trials, higher is better",
        3,
    ),
]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.file)
def test_a_script_is_tuned_as_it_is(script: Script, tuitune: Command, tmp_path: Path) -> None:
    if shutil.which(script.argv[0]) is None:
        pytest.skip(f"needs {script.argv[0]}")
    shutil.copy(FOLDER / script.file, tmp_path)
    template: list[str] = []
    if script.template:
        Path("conf").write_text(script.template)
        template = ["--template", "conf"]
    made = tuitune(
        "new", "own", "--probe", "--param", "lr=0.1..0.5", "--param", "augment=true|false",
        *script.asked, *template, "--", *script.argv,
    )  # fmt: skip
    assert made.code == 0, made.err
    assert script.printed in made.out, made.out
    assert script.ranks in made.out, made.out
    ran = tuitune("run", "own", "--trials", "2")
    assert (ran.code, ran.err) == (0, ""), ran.err
    session = read_session(Path("sessions/own.json"))
    spec = session.problem.trainer
    assert isinstance(spec, CommandSpec)
    assert spec.reading is not None
    for trial in session.trials:
        assert len(trial.curve[session.problem.metric]) == script.curve
        assert trial.score == trial.curve[session.problem.metric][-1]
        assert (trial.train_score is not None) == (script.train is not None)
    assert script.train in (None, session.problem.train_metric)
