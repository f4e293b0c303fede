"""The five steps of the README, pressed in the real program on a small session."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.support import start_program
from tests.docs.pages import README
from tests.tui.terminal import Terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


def command(folder: Path, *arguments: str) -> None:
    process = start_program(folder, *arguments)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors


def test_the_five_steps_are_what_the_keys_do(tmp_path: Path) -> None:
    small = ("--epochs", "4", "--train-size", "100", "--set", "hidden=20")
    command(tmp_path, "new", "try", "--param", "lr=1e-5..1e-1 log", *small)
    with Terminal(["open", "try"], size=(120, 40), folder=tmp_path) as terminal:
        terminal.wait_for("space starts round 1: 100 trials of 4 epochs")
        terminal.press(" ")
        terminal.wait_for("READY 100/100")
        terminal.wait_for("n takes it")
        terminal.press("n")
        shown = terminal.wait_for("keeps ")
        assert "of 100" in shown
        assert "epochs" in shown
        terminal.press("u")
        terminal.wait_for(lambda text: "keeps " not in text)
        terminal.press("n")
        terminal.wait_for("keeps ")
        terminal.press("R")
        terminal.wait_for("How many trials")
        terminal.press("\x15" + "6\r")
        terminal.wait_for("READY 6/6")
        terminal.wait_for("revision 2")
        terminal.press("u")
        terminal.wait_for("revision 1 is current")
        terminal.press("4")
        terminal.wait_for("enter goes back")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
    steps = README.read_text("utf-8").split("five steps:")[1].split("\n\nWhat round 1")[0]
    assert all(f"`{key}`" in steps for key in ("space", "n", "u", "R", "4"))
