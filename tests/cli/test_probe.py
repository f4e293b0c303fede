"""The probe of `new`: what it shows, what it asks on a terminal, and what is refused in a pipe."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.support import Command
from tests.tui.terminal import Terminal
from tuitune.store import read_session
from tuitune.trainers.spec import CommandSpec, Reading

PLAIN = """
for epoch in 1 2 3 4 5 6; do
  echo "train: epoch $epoch/6 quux 0.$epoch loss 0.9"
  echo "test: quux 0.2$epoch fuzz 0.3$epoch"
done
"""
KNOWN = 'for e in 1 2 3; do echo "Epoch $e/3 acc 0.5 val_loss 0.9 val_acc 0.$((5 + e))"; done'
LR = ("--param", "lr=1e-3..1 log")
SESSION = Path("sessions/own.json")


def script(text: str) -> tuple[str, ...]:
    Path("train.sh").write_text(text)
    return ("--", "sh", "train.sh", "{lr}")


def test_what_it_finds_is_kept_in_the_session(tuitune: Command) -> None:
    made = tuitune("new", "own", "--probe", *LR, *script(KNOWN))
    assert made.code == 0, made.err
    lines = made.out.splitlines()
    assert lines[0].startswith("ran it once for ")
    assert lines[0].endswith(": sh train.sh 0.0316")
    assert lines[1] == "  it printed, by epoch 3 of 3: val_loss 0.9, val_acc 0.8, acc 0.5"
    assert lines[2] == (
        "  val_acc ranks the trials, higher is better; acc is its counterpart in training"
    )
    problem = read_session(SESSION).problem
    assert isinstance(problem.trainer, CommandSpec)
    assert problem.trainer.reading == Reading("out", "pair", "val_acc", at_once=True)
    assert (problem.epochs, problem.train_metric) == (3, "acc")
    assert tuitune("run", "own", "--trials", "1").code == 0
    trial = read_session(SESSION).trial(1)
    assert (trial.curve["val_acc"], trial.train_score) == ([0.6, 0.7, 0.8], 0.5)


def test_what_it_cannot_know_is_refused_in_a_pipe_with_the_option(tuitune: Command) -> None:
    command = script(PLAIN)
    refused = tuitune("new", "own", "--probe", *LR, *command)
    assert refused.code == 2
    assert refused.err.count("\n") == 1
    assert "which number ranks the trials must be said" in refused.err
    assert "--metric 'test quux'" in refused.err
    refused = tuitune("new", "own", "--probe", *LR, "--metric", "test quux", *command)
    assert "add --minimize or --maximize" in refused.err
    made = tuitune("new", "own", "--probe", *LR, "--metric", "test quux", "--minimize", *command)
    assert made.code == 0, made.err
    assert tuitune("run", "own", "--trials", "1").code == 0
    trial = read_session(SESSION).trial(1)
    assert trial.curve["test quux"] == [0.21, 0.22, 0.23, 0.24, 0.25, 0.26]
    assert trial.train_score == 0.6


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("echo no data >&2; exit 3", "the program ended with exit code 3: no data when it was"),
        ("echo starting", "no number with a name was found"),
        ("echo epoch 1 lr 0.1 time 3s", "no number that may be a metric was found"),
        ("echo epoch 1 val_loss 3", "nothing that the program printed is called 'val_acc'"),
    ],
)
def test_a_program_that_can_not_be_read_is_refused(
    tuitune: Command, text: str, complaint: str
) -> None:
    metric = ["--metric", "val_acc"] if "val_loss" in text else []
    refused = tuitune("new", "own", "--probe", *LR, *metric, *script(text))
    assert refused.code == 2
    assert complaint in refused.err
    assert not SESSION.exists()
    assert tuitune("new", "own", "--no-probe", *LR, *metric, *script(text)).code == 0


def test_it_stops_a_program_that_has_shown_enough(tuitune: Command, tmp_path: Path) -> None:
    endless = 'i=0; while true; do i=$((i + 1)); echo "epoch $i val_acc 0.$i"; sleep 0.01; done'
    made = tuitune("new", "own", "--probe", *LR, *script(f"echo $$ > pid; {endless}"))
    assert made.code == 0, made.err
    assert not Path(f"/proc/{Path('pid').read_text().strip()}").exists()


def test_a_number_elsewhere_than_the_probe_saw_it_is_said(tuitune: Command) -> None:
    assert tuitune("new", "own", "--probe", *LR, *script(KNOWN)).code == 0
    Path("train.sh").write_text("echo '{\"val_acc\": 0.5}'")
    ran = tuitune("run", "own", "--trials", "1")
    assert "'val_acc' doesn't stand where it stood when the program was tried once" in ran.err


def test_epochs_that_begin_again_are_said(tuitune: Command) -> None:
    folds = 'for fold in 1 2; do for e in 1 2; do echo "epoch $e val_acc 0.$fold$e"; done; done'
    made = tuitune("new", "own", "--probe", *LR, *script(folds))
    assert "the epochs began again" in made.out


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_terminal_it_asks(tmp_path: Path) -> None:
    (tmp_path / "train.sh").write_text(PLAIN)
    words = ["new", "own", *LR, "--", "sh", "train.sh", "{lr}"]
    with Terminal(words, size=(100, 30), folder=tmp_path) as terminal:
        shown = terminal.wait_for("its number or its name")
        assert "runs it once for a moment" in shown
        assert "1  test quux 0.2" in shown
        terminal.press("1\n")
        terminal.wait_for("which test quux is better (lower, higher)")
        terminal.press("lower\n")
        shown = terminal.wait_for("next: tuitune run own")
        assert "test quux (printed as 'quux') ranks the trials, lower is better" in shown
        assert terminal.wait_for_end() == 0
    problem = read_session(tmp_path / SESSION).problem
    assert (problem.metric, problem.direction, problem.epochs) == ("test quux", "minimize", 6)


def test_another_metric_is_looked_for_anew(tuitune: Command) -> None:
    assert tuitune("new", "own", "--probe", *LR, *script(KNOWN)).code == 0
    changed = tuitune("set", "own", "--metric", "acc")
    assert changed.code == 0, changed.err
    problem = read_session(SESSION).problem
    assert isinstance(problem.trainer, CommandSpec)
    assert problem.trainer.reading is None
    assert tuitune("run", "own", "--trials", "1").code == 0
    assert read_session(SESSION).trial(1).curve["acc"] == [0.5, 0.5, 0.5]
