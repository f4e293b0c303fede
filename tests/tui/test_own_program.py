"""Own trainers in the app, in a real pseudo-terminal: options, failures, announcements."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tui.terminal import Terminal
from tuitune.model.trial import TrialState
from tuitune.store import read_session

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")

FUNCTION = """
import time

def fails(params, *, epochs, seed):
    print("\\x1b[31mloading\\x1b[0m")
    raise ValueError(f"no {params['lr']}")
    yield

def train(params, *, epochs, seed):
    print("\\x1b[31mloading\\x1b[0m")
    for epoch in range(epochs):
        yield {"val_acc": params["lr"]}
"""
COMMAND = """
sleep 1000 &
echo $! > child-$TUITUNE_TRIAL
while true; do echo val_acc=0.5; sleep 0.1; done
"""


def new(folder: Path, *words: str) -> Path:
    (folder / "train.py").write_text(FUNCTION)
    (folder / "train.sh").write_text(COMMAND)
    subprocess.run(
        [sys.executable, "-m", "tuitune", "new", "own", "--param", "lr=0..1", *words],
        cwd=folder, capture_output=True, check=True,
    )  # fmt: skip
    return folder / "sessions" / "own.json"


def rings(terminal: Terminal) -> bool:
    """Whether the program rang: such a character also ends a title or a notification."""
    return b"\x07" in re.sub(rb"\x1b\][^\x07]*\x07", b"", bytes(terminal.raw))


def test_failures_pause_the_round_and_are_shown_by_cause(tmp_path: Path) -> None:
    path = new(tmp_path, "--trainer", "train.py:fails")
    hook = "sh -c 'echo $TUITUNE_HOW > said; echo loud; echo loud >&2'"
    with Terminal(["open", "own", "--notify", "--on-end", hook], folder=tmp_path) as terminal:
        terminal.wait_for("space starts round 1")
        terminal.press(" ")
        terminal.wait_for("The round is paused: 3 trials failed with the same error")
        text = terminal.wait_for("#1 #2 #3")
        assert "3 of 3 trials of round 1 failed, of one cause" in text
        assert "ValueError: no " in text
        assert text.count("Traceback") == 1
        assert rings(terminal)
        assert b"\x1b]9;TuiTune own: round 1 paused\x07" in terminal.raw
        terminal.press("\x1b")
        terminal.wait_for("! shows them, space goes on")
        terminal.press("!")
        terminal.wait_for("#1 #2 #3")
        terminal.press("q")
        terminal.wait_for("! shows them, space goes on")
        terminal.press("\t\r")
        terminal.wait_for("output.log, its end")
        # A screen arrives in pieces.
        terminal.wait_for(lambda text: "\nloading" in text.replace("▌  ", ""))
        terminal.press("q")
        terminal.wait_for("space goes on")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        assert "loud" not in terminal.text
    assert (tmp_path / "said").read_text() == "paused\n"
    assert read_session(path).counts[TrialState.FAILED] == 3


def test_max_failures_0_never_pauses(tmp_path: Path) -> None:
    path = new(tmp_path, "--trainer", "train.py:fails")
    options = ["--max-failures", "0", "--no-bell", "--workers", "4"]
    with Terminal(["open", "own", *options], size=(120, 40), folder=tmp_path) as terminal:
        terminal.wait_for("space starts round 1")
        terminal.press("R")
        terminal.wait_for("How many trials")
        terminal.press("8\r")
        terminal.wait_for("READY 8/8")
        assert not rings(terminal)
        terminal.press("q")
        assert terminal.wait_for_end() == 0
    session = read_session(path)
    assert session.counts[TrialState.FAILED] == 8
    assert session.workers == 4


def test_the_number_of_workers_is_that_of_the_last_time(tmp_path: Path) -> None:
    path = new(tmp_path, "--epochs", "9", "--", "sh", "train.sh")
    for options in (["--workers", "3"], []):
        with Terminal(["open", "own", *options], size=(120, 40), folder=tmp_path) as terminal:
            terminal.wait_for("space ")
            terminal.press(" ")
            terminal.wait_for(lambda text: "RUN " in text and "3 workers" in text)
            terminal.wait_for(lambda text: text.count("▶") >= 3)
            terminal.press(":workers")
            terminal.wait_for("How many trials run at once")
            terminal.press("\r")
            terminal.wait_for("each trains in a process of its own")
            terminal.press("\x1b")
            terminal.wait_for(lambda text: "each trains in" not in text)
            terminal.press("qy")
            assert terminal.wait_for_end() == 0
    assert read_session(path).workers == 3


@pytest.mark.parametrize("key", ["x", "X"])
def test_a_stopped_program_leaves_no_child(tmp_path: Path, key: str) -> None:
    path = new(tmp_path, "--epochs", "100000", "--pattern", "val_acc=(?P<val_acc>.*)", "--",
               "sh", "train.sh")  # fmt: skip
    with Terminal(["open", "own"], size=(120, 40), folder=tmp_path) as terminal:
        terminal.wait_for("space starts round 1")
        terminal.press(" \t")
        terminal.wait_for(lambda text: "/100000" in text and "s sort" in text)
        child = int((tmp_path / "child-1").read_text())
        os.kill(child, 0)
        terminal.press(key)
        terminal.wait_for("#1 stopped by hand" if key == "x" else "#1 killed by hand")
        terminal.wait_for(lambda _: (tmp_path / "child-2").exists())
        assert not is_alive(child)
        terminal.press("qy")
        assert terminal.wait_for_end() == 0
    assert read_session(path).trial(1).state is TrialState.STOPPED


def is_alive(pid: int) -> bool:
    """Whether a process still does something: a zombie, whose parent is gone, doesn't."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("words", [["--gpus", "0,1"], ["--trial-seconds", "5m"]])
def test_what_the_network_can_t_have_is_refused_in_one_line(
    tmp_path: Path, words: list[str]
) -> None:
    subprocess.run(
        [sys.executable, "-m", "tuitune", "new", "net"], cwd=tmp_path, check=True,
        capture_output=True,
    )  # fmt: skip
    with Terminal(["open", "net", *words], folder=tmp_path, size=(200, 24)) as terminal:
        assert terminal.wait_for_end() == 2
        assert "Limits and GPUs are for functions and programs" in terminal.text


def test_the_next_round_has_the_pruner_and_the_sampler_that_were_named(tmp_path: Path) -> None:
    path = new(tmp_path, "--trainer", "train.py:train", "--epochs", "10")
    with Terminal(["open", "own"], size=(120, 40), folder=tmp_path) as terminal:
        terminal.wait_for("space starts round 1")
        for verb, wrong, right in (
            ("pruner", "shears", "median startup=3"),
            ("sampler", "dice", "halton"),
        ):
            terminal.press(f":{verb}")
            terminal.wait_for("the next round")
            terminal.press("\r")
            terminal.wait_for(f"Which {verb} shall the next round have?")
            terminal.press(wrong)
            terminal.wait_for(f"'{wrong}'")
            terminal.press("\x15" + right)
            terminal.wait_for("known are ")
            terminal.press("\r")
            terminal.wait_for(f"{right}")
        terminal.press("R")
        terminal.wait_for("(pruner median startup=3)")
        terminal.press("\x15" + "20\r")
        terminal.wait_for("READY 20/20")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
    (record,) = read_session(path).rounds
    assert (record.pruner, record.sampler, record.trials) == ("median startup=3", "halton", 20)


def test_a_trainer_that_changed_is_said_when_a_round_starts(tmp_path: Path) -> None:
    path = new(tmp_path, "--trainer", "train.py:train", "--epochs", "2")
    with (tmp_path / "train.py").open("a") as file:
        file.write("# changed\n")
    with Terminal(["open", "own"], size=(120, 40), folder=tmp_path) as terminal:
        terminal.wait_for("space starts round 1")
        terminal.press(" ")
        terminal.wait_for("since the session began: train.py changed")
        terminal.wait_for("READY 100/100")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
    assert read_session(path).rounds[0].changed == ("train.py changed",)
