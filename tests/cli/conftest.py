"""Fixtures that run commands in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.support import Command, Outcome
from tuitune.cli.problems import exit_code_of
from tuitune.cli.program import program


@pytest.fixture
def tuitune(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Command:
    """Run a command in this process; `sessions/` is in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Outcome:
        code = exit_code_of(program, arguments)
        out, err = capsys.readouterr()
        return Outcome(code, out, err)

    return run


@pytest.fixture
def tiny(tuitune: Command) -> Command:
    """The same with a session `tiny`: 50 images, 2 epochs, one round of 4 trials that has run."""
    made = tuitune("new", "tiny", "--epochs", "2", "--train-size", "50")
    assert made.code == 0, made.err
    ran = tuitune("run", "tiny", "--trials", "4")
    assert ran.code == 0, ran.err
    return tuitune
