"""`tuitune guide`: the pages that the package carries, also where it is installed from a wheel."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.support import Command
from tests.docs.pages import GUIDE, ROOT
from tests.tui.terminal import Terminal


def test_it_lists_every_page(tuitune: Command) -> None:
    outcome = tuitune("guide")
    assert outcome.code == 0
    for page in GUIDE.glob("*.md"):
        assert f"\n{page.stem} " in outcome.out


def test_a_page_in_a_pipe_is_its_markdown(tuitune: Command) -> None:
    assert tuitune("guide", "keys").out == (GUIDE / "keys.md").read_text("utf-8")


def test_an_unknown_page_is_refused_with_the_one_that_was_meant(tuitune: Command) -> None:
    outcome = tuitune("guide", "keyes")
    assert outcome.code == 2
    assert outcome.err == "tuitune: the guide has no page 'keyes': did you mean keys?\n"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_terminal_a_page_is_drawn(tmp_path: Path) -> None:
    with Terminal(["guide", "terminals"], size=(80, 60), folder=tmp_path) as terminal:
        text = terminal.wait_for("Terminals")
        assert "# Terminals" not in text
        assert terminal.wait_for_end() == 0


def test_the_wheel_carries_pages_and_data_and_does_the_main_job(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-deps", "--no-index", "--no-build-isolation"]
    source = tmp_path / "source"
    listing = ["git", "ls-files", "-z", "pyproject.toml", "README.md", "tuitune"]
    listed = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True).stdout
    for name in listed.split(b"\0"):
        file = ROOT / os.fsdecode(name)
        if name and file.is_file():
            target = source / os.fsdecode(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    subprocess.run([*pip, "wheel", *offline, "-w", str(tmp_path), str(source)], check=True)
    (wheel,) = tmp_path.glob("tuitune-*.whl")
    home = tmp_path / "installed"
    subprocess.run([*pip, "install", *offline, "--target", str(home), str(wheel)], check=True)

    def run(*arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "tuitune", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(home)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert run("guide", "ranges") == (GUIDE / "ranges.md").read_text("utf-8")
    run("new", "first", "--epochs", "2", "--train-size", "60")
    assert "trial=3 " in run("run", "first", "--trials", "3")
    found = subprocess.run(
        [sys.executable, "-c", "import tuitune; print(tuitune.__file__)"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(home)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert found.startswith(str(home))
