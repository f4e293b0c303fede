"""The two set-up commands, piece by piece: what they install, and that the program starts."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import README, ROOT, blocks, region
from tests.tui.terminal import Terminal

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def steps(command: str) -> list[list[str]]:
    """Return the words of each step of `a && b && c`."""
    return [shlex.split(step) for step in command.split("&&")]


def test_the_first_command_makes_installs_and_opens() -> None:
    first = blocks(README, "sh")[0].text.strip()
    make, install, start = steps(first)
    assert make == ["python3", "-m", "venv", ".venv"]
    assert install[0] == ".venv/bin/pip"
    assert install[-2:] == ["-e", "."]
    assert start == [".venv/bin/tuitune"]


def test_the_ci_script_finds_the_second_command_between_its_marks() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    (extraction,) = re.findall(r"^ *tests=\$\((.+)\)$", script, re.MULTILINE)
    found = subprocess.run(
        ["bash", "-c", extraction], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    (block,) = [b.text for b in blocks(README, "sh") if b.text in region(README, "tests")]
    assert found.strip() == block.strip()
    make, install, test = steps(found)
    assert make == ["python3", "-m", "venv", ".venv"]
    assert install == [".venv/bin/pip", "install", "--quiet", "-e", ".[test]"]
    assert test == [".venv/bin/pytest", "-n", "2"]


def test_the_extra_installs_what_the_tests_and_the_ci_script_start() -> None:
    extra = {re.split(r"[<>=~! ]", line)[0] for line in project("optional-dependencies")["test"]}
    assert {"pytest", "pytest-asyncio", "pytest-xdist", "hypothesis", "pyte"} <= extra
    assert {"ruff", "mypy", "import-linter"} <= extra


def test_the_program_and_its_python_are_those_that_the_page_names() -> None:
    assert project("scripts") == {"tuitune": "tuitune.cli:main"}
    least = str(PROJECT["project"]["requires-python"]).removeprefix(">=")
    assert f"It needs Python {least} or newer" in README.read_text("utf-8")
    (installed,) = entry_points(group="console_scripts", name="tuitune")
    assert callable(installed.load())


def test_the_data_is_part_of_the_package() -> None:
    assert "datasets/mnist/*" in PROJECT["tool"]["setuptools"]["package-data"]["tuitune"]
    assert list((ROOT / "tuitune" / "datasets" / "mnist").glob("*.np*"))


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_the_app_opens_on_a_first_session_that_is_ready_to_run(tmp_path: Path) -> None:
    with Terminal([], size=(120, 40), folder=tmp_path) as terminal:
        terminal.wait_for("space starts round 1: 100 trials of 50 epochs")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        assert terminal.is_restored


def project(key: str) -> dict[str, Any]:
    table: dict[str, Any] = PROJECT["project"][key]
    return table
