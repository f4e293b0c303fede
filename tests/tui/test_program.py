"""The whole program in a real pseudo-terminal: keys in, screen out, signals, a lost link."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.tui.terminal import Terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")

SMALL = ("--epochs", "3", "--train-size", "50", "--set", "hidden=20")


def command(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tuitune", *arguments],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def shown(folder: Path, name: str = "try") -> dict[str, Any]:
    record: dict[str, Any] = json.loads(command(folder, "show", name, "--json"))
    return record


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one small session, `try`."""
    command(tmp_path, "new", "try", *SMALL)
    return tmp_path


@pytest.fixture
def long_folder(tmp_path: Path) -> Path:
    """A folder with a session whose trials take long enough to be interrupted."""
    command(tmp_path, "new", "try", "--epochs", "5000", "--train-size", "500")
    return tmp_path


@pytest.fixture
def running(long_folder: Path) -> Iterator[Terminal]:
    """The program with a trial under way."""
    with Terminal(["open", "try"], folder=long_folder) as terminal:
        terminal.wait_for("space starts round 1")
        terminal.press(" ")
        terminal.wait_for(lambda text: "RUN 0/100" in text and "val" in text)
        terminal.wait_for("▶")
        yield terminal


def test_a_first_round_is_one_key_and_quitting_another(folder: Path) -> None:
    with Terminal(["open", "try"], size=(120, 40), folder=folder) as terminal:
        terminal.wait_for("space starts round 1: 100 trials of 3 epochs")
        terminal.press(" ")
        terminal.wait_for("READY 100/100")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        assert terminal.is_restored
    assert shown(folder)["trials"]["done"] == 100


def test_a_range_is_typed_undone_redone_and_committed(folder: Path) -> None:
    with Terminal(["open", "try"], size=(120, 40), folder=folder) as terminal:
        terminal.wait_for("space starts round 1")
        terminal.press("=")
        terminal.wait_for("lr =")
        terminal.press("1e-3..1e-1\r")
        terminal.wait_for("R trains a round in these ranges")
        terminal.press("u")
        terminal.wait_for("space starts round 1")
        terminal.press("\x12")
        terminal.wait_for("R trains a round in these ranges")
        terminal.press("R")
        terminal.wait_for("How many trials")
        terminal.press("7")
        terminal.wait_for("7 trials, 21 epochs")
        terminal.press("\r")
        terminal.wait_for("READY 7/7")
        terminal.press("u")
        terminal.wait_for("revision 1 is current")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
    record = shown(folder)
    assert record["revision"] == 1
    assert [r["number"] for r in record["revisions"]] == [1, 2]
    assert [(r["revision"], r["trials"]) for r in record["rounds"]] == [(2, 7)]
    trials = json.loads(command(folder, "top", "try", "--json", "-n", "9"))
    assert all(1e-3 <= trial["params"]["lr"] <= 1e-1 for trial in trials)


def test_without_a_session_it_begins_one_and_offers_it_the_next_time(tmp_path: Path) -> None:
    with Terminal([], folder=tmp_path) as terminal:
        terminal.wait_for("space starts round 1: 100 trials of 50 epochs")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
    assert [p.name for p in (tmp_path / "sessions").glob("*.json")] == ["mnist.json"]
    with Terminal([], folder=tmp_path) as terminal:
        terminal.wait_for("enter opens")
        terminal.press("\r")
        terminal.wait_for("space starts round 1")
        terminal.press("q")
        assert terminal.wait_for_end() == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_saves_and_puts_the_terminal_back(
    running: Terminal, long_folder: Path, number: signal.Signals, code: int
) -> None:
    running.signal(number)
    assert running.wait_for_end() == code
    assert running.is_restored
    assert shown(long_folder)["trials"]["interrupted"] == 1


def test_ctrl_c_ends_it_at_once(running: Terminal, long_folder: Path) -> None:
    running.press("\x03")
    assert running.wait_for_end() == 130
    assert running.is_restored
    assert shown(long_folder)["trials"]["interrupted"] == 1


def test_quitting_while_a_trial_runs_asks_first(running: Terminal, long_folder: Path) -> None:
    running.press("q")
    running.wait_for("1 trial runs. Quit?")
    running.press("\x1b")
    running.wait_for(lambda text: "Quit?" not in text)
    running.press("q")
    running.wait_for("1 trial runs. Quit?")
    running.press("y")
    assert running.wait_for_end() == 0
    assert shown(long_folder)["trials"]["interrupted"] == 1


def test_a_second_screen_sees_and_acts(running: Terminal, long_folder: Path) -> None:
    with Terminal(["open", "try"], size=(120, 40), folder=long_folder) as second:
        second.wait_for("RUN 0/100")
        running.press("\t")
        running.wait_for("s sort")
        running.press("#")
        running.wait_for("Note on trial")
        running.press("seen from afar\r")
        second.press("\t")
        second.wait_for("s sort")
        second.press("5")
        second.wait_for("seen from afar")
        second.press(" ")
        running.wait_for("PAUSED 0/100")
        second.wait_for("PAUSED 0/100")
        second.press("q")
        assert second.wait_for_end() == 0
    assert running.process.poll() is None


def test_a_commit_that_has_not_seen_another_s_is_refused_and_the_draft_kept(folder: Path) -> None:
    with (
        Terminal(["open", "try"], size=(120, 40), folder=folder) as first,
        Terminal(["open", "try"], size=(120, 40), folder=folder) as second,
    ):
        for terminal, entry in ((first, "1e-5..1e-3"), (second, "1e-4..1e-3")):
            terminal.wait_for("space starts round 1")
            terminal.press("=")
            terminal.wait_for("lr =")
            terminal.press(f"{entry}\r")
            terminal.wait_for("R trains a round in these ranges")
            terminal.press("R")
            terminal.wait_for("How many trials")
            terminal.press("5")
            terminal.wait_for("5 trials, 15 epochs")
        first.press("\r")
        first.wait_for("READY 5/5")
        second.wait_for("READY 5/5")
        second.press("\r")
        second.wait_for(lambda _: b"Revision 2 is current by now (lr 1e-6..1e-2" in second.raw)
        second.wait_for("READY 5/5")
        second.press("R")
        second.wait_for("How many trials shall round 2 have?")
        second.press("6")
        second.wait_for("6 trials, 18 epochs")
        second.press("\r")
        second.wait_for("READY 6/6")
        for terminal in (second, first):
            terminal.press("q")
            assert terminal.wait_for_end() == 0
    record = shown(folder)
    assert [(r["revision"], r["trials"]) for r in record["rounds"]] == [(2, 5), (3, 6)]
    assert record["space"]["lr"]["low"] == 1e-4


def test_it_follows_the_size_of_the_terminal(folder: Path) -> None:
    with Terminal(["open", "try"], folder=folder, environment={"COLUMNS": "33"}) as terminal:
        terminal.wait_for("3 Curves")
        terminal.resize(40, 12)
        terminal.wait_for(lambda text: "3 Curves" not in text and "1 Ranges" in text)
        terminal.resize(200, 50)
        terminal.wait_for("y copies its values")
        terminal.press("q")
        assert terminal.wait_for_end() == 0


@pytest.mark.parametrize(
    ("environment", "arguments", "expected"),
    [
        ({"NO_COLOR": "1"}, [], "━"),
        ({"TERM": "screen"}, [], "━"),
        ({"TERM": "linux"}, [], "="),
        ({}, ["--ascii"], "="),
        ({}, ["--low-bandwidth", "--no-mouse"], "━"),
    ],
)
def test_it_suits_the_terminal(
    folder: Path, environment: dict[str, str], arguments: list[str], expected: str
) -> None:
    with Terminal(["open", "try", *arguments], folder=folder, environment=environment) as terminal:
        text = terminal.wait_for("space starts round 1")
        assert expected in text
        if environment.get("TERM") == "linux" or "--ascii" in arguments:
            assert not set("━─▁█▶") & set(text)
        if "NO_COLOR" in environment:
            assert b"\x1b[38;" not in terminal.raw
        terminal.press("q")
        assert terminal.wait_for_end() == 0


def test_it_refuses_a_terminal_that_it_cannot_draw_on(folder: Path) -> None:
    with Terminal(["open", "try"], folder=folder, environment={"TERM": "dumb"}) as terminal:
        assert terminal.wait_for_end() == 2
        assert "can't draw on a terminal of type 'dumb'" in terminal.text.replace("\n", "")


def test_without_a_terminal_it_says_so_in_one_line(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tuitune", "open", "try"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "tuitune run" in done.stderr
