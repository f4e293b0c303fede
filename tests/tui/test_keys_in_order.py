"""Keys that arrive in one piece do what they would do one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.terminal import Terminal
from tests.tui.test_program import command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    command(tmp_path, "new", "try", "--epochs", "2", "--train-size", "50", "--set", "hidden=10")
    return tmp_path


def test_a_burst_of_keys_opens_answers_and_moves_on(folder: Path) -> None:
    with Terminal(["open", "try"], size=(120, 40), folder=folder) as terminal:
        terminal.wait_for("space starts round 1")
        terminal.press("R7\r")
        terminal.wait_for("READY 7/7")
        terminal.press("R\x153\r")
        terminal.wait_for("READY 3/3")
        terminal.press("\tG\t\t\t")
        terminal.wait_for("y copies its values")
        terminal.press("\t=1e-4..1e-2\rjL")
        terminal.wait_for("was 1e-8..1e-4")
        terminal.press("uuq")
        assert terminal.wait_for_end() == 0
