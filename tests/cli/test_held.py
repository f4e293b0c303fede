"""`ps`, `quit`, `wait`, `run --detach`, and verbs on a session that another process holds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.support import Command, start_program
from tuitune.model.trial import TrialState
from tuitune.store import holder, read_session

LIMIT_SECONDS = 30.0
TRAINER = """
import time

def train(params, *, epochs, seed):
    for epoch in range(epochs):
        time.sleep(0.02)
        yield {"val_acc": params["lr"] * epoch}
"""


def path_of(folder: Path) -> Path:
    return folder / "sessions" / "slow.json"


def until(what: Callable[[], bool]) -> None:
    ends = time.monotonic() + LIMIT_SECONDS
    while not what():
        assert time.monotonic() < ends
        time.sleep(0.02)


def output_of(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Run the real program; it may go on in another process."""
    process = start_program(folder, *arguments)
    out, err = process.communicate(timeout=LIMIT_SECONDS)
    return process.returncode, out, err


@pytest.fixture
def slow(tuitune: Command, tmp_path: Path) -> Iterator[Command]:
    """Commands, with a session `slow` whose trials take a fifth of a second."""
    (tmp_path / "slow.py").write_text(TRAINER)
    made = tuitune(
        "new", "slow", "--trainer", "slow.py:train", "--param", "lr=1e-3..1e-1 log", "--epochs", "9"
    )
    assert made.code == 0, made.err
    yield tuitune
    found = holder(path_of(tmp_path))
    if found is not None and found.pid != os.getpid():
        with suppress(ProcessLookupError):
            os.kill(found.pid, signal.SIGKILL)


@pytest.fixture
def training(slow: Command, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that trains a round of `slow` that nobody will see the end of."""
    process = start_program(tmp_path, "run", "slow", "--trials", "100000")
    assert process.stdout is not None
    assert "round 1" in process.stdout.readline()
    yield process
    process.kill()
    process.communicate()


def test_a_detached_round_goes_on_is_listed_waited_for_and_ends(
    slow: Command, tmp_path: Path
) -> None:
    code, out, err = output_of(tmp_path, "run", "slow", "--trials", "12", "--detach")
    assert (code, err) == (0, "")
    assert "slow: round 1 of revision 1" in out
    assert "tuitune open slow looks at it" in out
    found = holder(path_of(tmp_path))
    assert found is not None
    (listed,) = [each for each in slow("ps", "--json").json if each["pid"] == found.pid]
    assert (listed["name"], listed["round"], listed["total"]) == ("slow", 1, 12)
    assert listed["path"] == str(path_of(tmp_path))
    assert (listed["state"], listed["screens"]) == ("running", 0)
    assert "slow" in slow("ps").out
    waited = slow("wait", "slow")
    assert (waited.code, waited.out) == (0, "round 1 finished\n")
    until(lambda: holder(path_of(tmp_path)) is None)
    assert read_session(path_of(tmp_path)).counts[TrialState.DONE] == 12
    log = tmp_path / "sessions" / "slow.files" / "engine.log"
    until(lambda: "round 1 finished: 12 trials" in log.read_text())
    assert "started with --detach; it goes on without a terminal" in log.read_text()


def test_a_detached_request_that_is_wrong_is_refused_at_once(slow: Command, tmp_path: Path) -> None:
    code, out, err = output_of(tmp_path, "run", "slow", "--sampler", "magic", "--detach")
    assert (code, out) == (2, "")
    assert "magic" in err
    assert holder(path_of(tmp_path)) is None


def test_quit_ends_it_saved(slow: Command, training: subprocess.Popen[str], tmp_path: Path) -> None:
    until(lambda: read_session(path_of(tmp_path)).counts[TrialState.DONE] > 0)
    said = slow("quit", "slow")
    assert said.code == 0, said.err
    assert f"process {training.pid} has ended; everything is saved" in said.out
    assert "tuitune run slow" in said.out
    assert training.wait(LIMIT_SECONDS) == 130
    session = read_session(path_of(tmp_path))
    assert session.counts[TrialState.INTERRUPTED] == 1
    assert session.open_round is not None


def test_every_verb_acts_on_a_session_that_another_process_holds(
    slow: Command, training: subprocess.Popen[str], tmp_path: Path
) -> None:
    path = path_of(tmp_path)
    until(lambda: read_session(path).counts[TrialState.DONE] > 0)
    queued = slow("enqueue", "slow", "lr=0.5")
    assert f"next: process {training.pid}, which has the session open" in queued.out
    number = int(queued.out.split()[1])
    until(lambda: read_session(path).trial(number).state is TrialState.DONE)
    assert slow("retry", "slow", "1").code == 0
    narrowed = slow("narrow", "slow", "lr=1e-2..1e-1", "--run", "--trials", "90000")
    assert narrowed.code == 0, narrowed.err
    assert slow("undo", "slow").code == 0
    assert slow("redo", "slow").code == 0
    until(lambda: bool(read_session(path).running))
    refused = slow("narrow", "slow", "lr=1e-2..1e-1")
    assert refused.code == 2
    session = read_session(path)
    assert (session.current, session.rounds[-1].revision) == (2, 2)
    finish = slow("finish", "slow")
    assert finish.code == 2
    assert "Round 2 is not over" in finish.err


def test_run_on_a_held_session_shows_its_progress_and_lets_go(
    slow: Command, training: subprocess.Popen[str], tmp_path: Path
) -> None:
    second = start_program(tmp_path, "run", "slow", "--trials", "500")
    assert second.stdout is not None
    first = second.stdout.readline()
    assert f"process {training.pid} trains, ctrl-c lets go of it" in first
    assert "trial=" in second.stdout.readline()
    second.send_signal(signal.SIGINT)
    out, _ = second.communicate(timeout=LIMIT_SECONDS)
    assert second.returncode == 130
    assert f"process {training.pid} goes on with it" in out
    assert training.poll() is None
    assert slow("run", "slow", "--workers", "2").code == 2


def test_a_run_goes_on_when_its_terminal_is_closed(
    slow: Command, training: subprocess.Popen[str], tmp_path: Path
) -> None:
    training.send_signal(signal.SIGHUP)
    log = tmp_path / "sessions" / "slow.files" / "engine.log"
    until(lambda: log.exists() and "terminal closed" in log.read_text())
    done = read_session(path_of(tmp_path)).counts[TrialState.DONE]
    until(lambda: read_session(path_of(tmp_path)).counts[TrialState.DONE] > done)
    training.send_signal(signal.SIGTERM)
    assert training.wait(LIMIT_SECONDS) == 143
    assert read_session(path_of(tmp_path)).counts[TrialState.INTERRUPTED] == 1
    assert "trial=" in log.read_text()


def test_where_nothing_runs_quit_and_wait_say_so(slow: Command) -> None:
    refused = slow("quit", "slow")
    assert (refused.code, refused.out) == (2, "")
    assert "no process holds slow" in refused.err
    waited = slow("wait", "slow")
    assert waited.code == 1
    assert "nothing runs in slow: tuitune run slow --detach" in waited.err
    assert json.loads(slow("wait", "slow", "--json").out)["how"] == "nothing"
    assert slow("wait", "other").code == 2


def test_wait_lets_go(slow: Command, training: subprocess.Popen[str], tmp_path: Path) -> None:
    waiting = start_program(tmp_path, "wait", "slow")
    link = path_of(tmp_path)
    until(lambda: read_session(link).counts[TrialState.DONE] > 0)
    with suppress(subprocess.TimeoutExpired):
        waiting.wait(1.0)
    waiting.send_signal(signal.SIGINT)
    waiting.communicate(timeout=LIMIT_SECONDS)
    assert waiting.returncode == 130
    assert training.poll() is None
