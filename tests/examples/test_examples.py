"""The examples run as they stand: `new`, a round with two workers, and the ranking."""

from __future__ import annotations

import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.cli.support import Command
from tuitune.model.trial import TrialState
from tuitune.store import read_session

HERE = Path(__file__).parent
TRIALS, EPOCHS = 6, 4


def commands_of(file: Path) -> list[list[str]]:
    """Return the words of the commands that an example begins with."""
    docstring = file.read_text("utf-8").split('"""')[1].replace("\\\\\n", " ")
    lines = [line.strip() for line in docstring.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("tuitune ")]


@pytest.mark.parametrize(
    "name",
    [
        "sklearn_net",
        pytest.param(
            "torch_net",
            marks=pytest.mark.skipif(find_spec("torch") is None, reason="needs torch"),
        ),
    ],
)
def test_an_example_runs_by_the_commands_that_it_names(name: str, tuitune: Command) -> None:
    file = HERE / f"{name}.py"
    Path(file.name).write_text(file.read_text("utf-8"))
    new, run = commands_of(file)
    assert tuitune(*new, "--epochs", str(EPOCHS)).code == 0
    ran = tuitune(*run, "--trials", str(TRIALS))
    assert (ran.code, ran.err) == (0, "")
    session = read_session(Path(f"sessions/{new[1]}.json"))
    assert session.counts[TrialState.DONE] + session.counts[TrialState.FAILED] == TRIALS
    assert session.counts[TrialState.DONE] >= TRIALS - 2, "some learning rates diverge"
    assert session.best is not None
    assert session.best.score is not None
    assert session.best.score > 0.5
    assert list(session.best.curve) == ["val_acc", "train_acc", "loss", "val_loss"]

    # The same seeds give the same curves, in whichever worker.
    again = [*new[:1], "again", *new[2:], "--epochs", str(EPOCHS)]
    assert tuitune(*again).code == 0
    assert tuitune("run", "again", "--trials", str(TRIALS)).code == 0
    for one, other in zip(
        session.trials, read_session(Path("sessions/again.json")).trials, strict=True
    ):
        assert (one.params, one.curve) == (other.params, other.curve)
