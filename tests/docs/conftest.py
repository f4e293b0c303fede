"""Fixtures that run the documented commands in this process, on small sessions."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.support import Command, Outcome
from tuitune.cli.problems import exit_code_of
from tuitune.cli.program import program

SMALL = {"new": ("--epochs", "2", "--train-size", "60"), "run": ("--trials", "6")}
"""What is added to a command so that it takes an instant: the last of two equal options counts."""


def made_small(arguments: list[str]) -> list[str]:
    """Return the command with what makes it small, before the program that it may end with."""
    added = list(SMALL.get(arguments[0], ()))
    if {"--", "--trainer", "--data"} & set(arguments):
        added = added[:2]
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return [*arguments[:end], *added, *arguments[end:]]


@pytest.fixture
def tuitune(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Command:
    """Run a command in this process, in a folder of the test's own, made small."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Outcome:
        code = exit_code_of(program, made_small(list(arguments)))
        out, err = capsys.readouterr()
        return Outcome(code, out, err)

    return run


@pytest.fixture
def wide(tuitune: Command) -> Command:
    """The same with the session `wide` of the README, and one round of it."""
    command = ("new", "wide", "--param", "lr=1e-4..1 log", "--param", "optimizer=sgd|adam")
    for arguments in ((*command, "--set", "width=50"), ("run", "wide")):
        outcome = tuitune(*arguments)
        assert outcome.code == 0, outcome.err
    return tuitune
