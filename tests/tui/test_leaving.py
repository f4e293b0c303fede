"""The screen is left or lost, the training goes on: in real pseudo-terminals."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.tui.terminal import LIMIT_SECONDS, Terminal
from tests.tui.test_program import command
from tuitune.engine import EndRound, Quit
from tuitune.link import do
from tuitune.model import Session
from tuitune.model.trial import TrialState
from tuitune.store import holder, read_session

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")

EPOCHS = 8
TRAINER = f"""
import os, time

def train(params, *, epochs, seed):
    for epoch in range(1, epochs + 1):
        time.sleep(0.05)
        with open("epochs.txt", "a") as file:
            file.write(f"{{os.environ['TUITUNE_TRIAL']}} {{epoch}}\\n")
        yield {{"val_acc": params["lr"] * epoch / {EPOCHS}}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with a session whose epochs sleep; at the end no process holds it."""
    (tmp_path / "slow.py").write_text(TRAINER)
    command(
        tmp_path, "new", "try", "--trainer", "slow.py:train", "--param", "lr=1e-3..1e-1 log",
        "--epochs", str(EPOCHS),
    )  # fmt: skip
    yield tmp_path
    found = holder(session_of(tmp_path))
    if found is not None:
        with suppress(ProcessLookupError):
            os.kill(found.pid, signal.SIGKILL)


def session_of(folder: Path) -> Path:
    return folder / "sessions" / "try.json"


def state_of(folder: Path) -> Session:
    return read_session(session_of(folder))


def until(what: Callable[[], bool]) -> None:
    ends = time.monotonic() + LIMIT_SECONDS
    while not what():
        assert time.monotonic() < ends
        time.sleep(0.02)


def running_trial(folder: Path) -> int:
    found: list[int] = []

    def is_running() -> bool:
        found.extend(state_of(folder).running)
        return bool(found)

    until(is_running)
    return found[0]


def pid_of(folder: Path) -> int:
    found = holder(session_of(folder))
    assert found is not None
    return found.pid


def is_free(folder: Path) -> bool:
    return holder(session_of(folder)) is None


def end(folder: Path) -> None:
    """End the process that trains, and see that it has."""
    pid = pid_of(folder)
    do(session_of(folder), Quit())
    until(lambda: is_free(folder))
    until(lambda: not Path(f"/proc/{pid}").exists() or _is_dead(pid))


def _is_dead(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def check_epochs(folder: Path, session: Session) -> None:
    """See that each trial that is done trained each of its epochs once."""
    trained = [
        tuple(map(int, line.split())) for line in (folder / "epochs.txt").read_text().splitlines()
    ]
    for trial in session.trials:
        if trial.state is TrialState.DONE:
            epochs = [epoch for number, epoch in trained if number == trial.number]
            assert epochs == list(range(1, EPOCHS + 1)), trial.number
            assert trial.epochs_done == EPOCHS
        assert trial.state in (TrialState.DONE, TrialState.RUNNING, TrialState.QUEUED)


def begin(terminal: Terminal) -> None:
    terminal.wait_for("space starts round 1")
    terminal.press(" ")
    terminal.wait_for("RUN ")
    terminal.wait_for("▶")


@pytest.mark.parametrize("how", ["D", "q", "line", "signal"])
def test_the_process_that_trains_goes_on_and_a_second_terminal_attaches(
    folder: Path, how: str
) -> None:
    with Terminal(["open", "try"], size=(120, 40), folder=folder) as terminal:
        begin(terminal)
        pid = pid_of(folder)
        assert pid != terminal.process.pid
        ran = running_trial(folder)
        if how == "line":
            terminal.hang_up()
        elif how == "signal":
            terminal.signal(signal.SIGHUP)
        else:
            terminal.press("D" if how == "D" else "qd")
        assert terminal.wait_for_end() == 0
        if how in ("D", "q"):
            assert terminal.is_restored
            assert "try goes on, " in terminal.text
            assert "tuitune open try" in terminal.text
    until(lambda: state_of(folder).trial(ran).is_finished)
    assert pid_of(folder) == pid
    assert os.getsid(pid) == pid
    with Terminal(["open", "try"], size=(120, 40), folder=folder) as second:
        closed = "terminal closed" if how in ("line", "signal") else "screen left"
        second.wait_for(f", {closed}: ")
        second.press("=")
        second.wait_for("lr =")
        second.press("1e-3..2e-2\r")
        second.wait_for("R trains a round in these ranges")
        second.press("R")
        second.wait_for("How many trials shall round 2 have?")
        second.press("900")
        second.wait_for("900 trials, ")
        second.press("\r")
        second.wait_for(lambda text: "outside of the" in text or "round 2" in text.split("\n")[0])
        if "round 2" not in second.text.split("\n")[0]:
            second.press("f")
        second.wait_for("/900")
        second.press("q")
        assert second.wait_for_end() == 0
    assert pid_of(folder) == pid
    until(lambda: len(list(state_of(folder).trials_of(2))) > 1)
    check_epochs(folder, state_of(folder))
    end(folder)
    session = read_session(session_of(folder))
    assert session.trial(ran).state is TrialState.DONE
    assert [record.revision for record in session.rounds] == [1, 2]


def test_the_list_says_what_runs_and_enter_attaches(folder: Path) -> None:
    command(folder, "new", "other")
    with Terminal(["open", "try"], folder=folder) as terminal:
        begin(terminal)
        terminal.press("o")
        terminal.wait_for("try                   running ")
        terminal.press("j\r")
        terminal.wait_for("D leaves them running")
        terminal.press("D")
        assert terminal.wait_for_end() == 0
    pid = pid_of(folder)
    with Terminal([], folder=folder) as terminal:
        terminal.wait_for("try                   running ")
        terminal.press("\r")
        terminal.wait_for("RUN ")
        terminal.press("\x03")
        assert terminal.wait_for_end() == 130
    assert pid_of(folder) == pid
    end(folder)


def test_sigterm_ends_a_left_process_with_everything_saved(folder: Path) -> None:
    with Terminal(["open", "try"], folder=folder) as terminal:
        begin(terminal)
        terminal.press("D")
        assert terminal.wait_for_end() == 0
    pid = pid_of(folder)
    os.kill(pid, signal.SIGTERM)
    until(lambda: is_free(folder))
    assert state_of(folder).counts[TrialState.INTERRUPTED] == 1
    log = (folder / "sessions" / "try.files" / "engine.log").read_text()
    assert "screen left; it goes on without a screen" in log


def test_where_nothing_runs_a_lost_terminal_ends_it(folder: Path) -> None:
    with Terminal(["open", "try"], folder=folder) as terminal:
        terminal.wait_for("space starts round 1")
        terminal.press("D")
        terminal.wait_for("Nothing runs that could go on")
        pid = pid_of(folder)
        terminal.hang_up()
        assert terminal.wait_for_end() == 129
    until(lambda: _gone(pid))
    assert is_free(folder)


def _gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists() or _is_dead(pid)


def test_when_the_first_process_is_killed_the_second_saves_and_ends(folder: Path) -> None:
    with Terminal(["open", "try"], folder=folder) as terminal:
        begin(terminal)
        pid = pid_of(folder)
        terminal.process.kill()
        until(lambda: _gone(pid))
    assert state_of(folder).counts[TrialState.INTERRUPTED] == 1


def test_a_killed_one_ends_the_first_by_the_same_signal(folder: Path) -> None:
    with Terminal(["open", "try"], folder=folder) as terminal:
        begin(terminal)
        os.kill(pid_of(folder), signal.SIGKILL)
        assert terminal.wait_for_end() == -signal.SIGKILL


ALTERNATE = b"\x1b[?1049h"
"""Takes the terminal's other screen; what was typed before is forgotten."""


def wait_for_entries(terminal: Terminal, times: int) -> None:
    terminal.wait_for(lambda _: terminal.raw.count(ALTERNATE) >= times)


@pytest.mark.parametrize("how", ["key", "signal"])
def test_stop_and_go_on_three_times(folder: Path, how: str) -> None:
    with Terminal(["open", "try"], folder=folder) as terminal:
        begin(terminal)
        for times in (1, 2, 3):
            if how == "key":
                terminal.press("\x1a")
            else:
                os.kill(pid_of(folder), signal.SIGSTOP)
            pid, status = os.waitpid(terminal.process.pid, os.WUNTRACED)
            assert os.WIFSTOPPED(status)
            done = len(state_of(folder).trials)
            os.killpg(terminal.process.pid, signal.SIGCONT)
            until(lambda done=done: len(state_of(folder).trials) > done)  # type: ignore[misc]
            wait_for_entries(terminal, times + 1)
            terminal.press("z")
            terminal.wait_for(lambda text: "▌" not in text)
            terminal.press("z")
            terminal.wait_for("▌")
        assert pid == terminal.process.pid
        terminal.press("q")
        terminal.wait_for("Quit?")
        terminal.press("y")
        assert terminal.wait_for_end() == 0


def test_a_terminal_that_answers_eio_is_left(folder: Path) -> None:
    hang_up = [signal.SIGHUP]  # ignored, as nohup does: nobody tells that the terminal is gone
    with Terminal(["open", "try"], folder=folder, ignored=hang_up) as terminal:
        begin(terminal)
        pid = pid_of(folder)
        terminal.hang_up()
        assert terminal.wait_for_end() == 0
    done = len(state_of(folder).trials)
    until(lambda: len(state_of(folder).trials) > done)
    assert pid_of(folder) == pid
    check_epochs(folder, state_of(folder))
    end(folder)


FAILING = """
from pathlib import Path
from tuitune.cli import main
from tuitune.tui.frame.screen import TuningScreen

drain = TuningScreen.drain

def failing(self):
    if Path("fail").exists():
        raise LookupError("a screen that fails")
    drain(self)

TuningScreen.drain = failing
main()
"""


def test_a_screen_that_fails_is_said_and_the_training_goes_on(folder: Path) -> None:
    (folder / "failing.py").write_text(FAILING)
    with Terminal(["open", "try"], folder=folder, program=["failing.py"]) as terminal:
        begin(terminal)
        pid = pid_of(folder)
        (folder / "fail").touch()
        assert terminal.wait_for_end() == 0
        assert terminal.is_restored
        words = " ".join(terminal.text.split())
        assert "ended the screen; the training goes on" in words
    assert pid_of(folder) == pid
    done = len(state_of(folder).trials)
    until(lambda: len(state_of(folder).trials) > done)
    log = (folder / "sessions" / "try.files" / "engine.log").read_text()
    assert "LookupError: a screen that fails" in log
    check_epochs(folder, state_of(folder))
    end(folder)


def test_another_screen_sees_that_the_holder_was_killed_and_takes_over(folder: Path) -> None:
    with Terminal(["open", "try"], folder=folder) as terminal:
        begin(terminal)
        with Terminal(["open", "try"], size=(120, 40), folder=folder) as second:
            second.wait_for("RUN ")
            os.kill(pid_of(folder), signal.SIGKILL)
            second.wait_for("which trained, is gone")
            second.wait_for("READY ")
            second.press(" ")
            second.wait_for("RUN ")
            pid = pid_of(folder)
            second.press("q")
            second.wait_for("Quit?")
            second.press("y")
            assert second.wait_for_end() == 0
            assert is_free(folder)
            until(lambda: _gone(pid))


def test_a_holder_that_is_stopped_leaves_the_other_screen_usable(folder: Path) -> None:
    with Terminal(["open", "try"], folder=folder) as terminal:
        begin(terminal)
        pid = pid_of(folder)
        with Terminal(["open", "try"], size=(120, 40), folder=folder) as second:
            second.wait_for("RUN ")
            os.kill(pid, signal.SIGSTOP)
            second.wait_for("NO ANSWER")
            second.press("z")
            second.wait_for(lambda text: "▌" not in text)
            second.press("z")
            second.wait_for("▌")
            os.kill(terminal.process.pid, signal.SIGCONT)
            os.kill(pid, signal.SIGCONT)
            second.wait_for("RUN ")
            second.press("q")
            assert second.wait_for_end() == 0
        do(session_of(folder), Quit())
        assert terminal.wait_for_end() == 0
        assert is_free(folder)


DROPS = int(os.environ.get("TUITUNE_DROPS", "2"))
"""How often the terminal is closed; `.ci/run long` closes 50."""


def test_no_drop_loses_an_epoch(folder: Path) -> None:
    chance = random.Random(5)
    pids = []
    for drop in range(DROPS):
        with Terminal(["open", "try"], folder=folder) as terminal:
            terminal.wait_for("READY ")
            terminal.press(" ")
            if drop:
                terminal.wait_for("How many trials")
                terminal.press("\r")
            terminal.wait_for("RUN ")
            pids.append(pid_of(folder))
            epochs = epochs_trained(folder) + chance.randint(1, 3 * EPOCHS)
            until(lambda epochs=epochs: epochs_trained(folder) >= epochs)  # type: ignore[misc]
            terminal.hang_up()
            assert terminal.wait_for_end() == 0
        assert pid_of(folder) == pids[-1]
        done = state_of(folder).counts[TrialState.DONE]
        until(lambda done=done: state_of(folder).counts[TrialState.DONE] > done)  # type: ignore[misc]
        do(session_of(folder), EndRound())
        until(lambda: not state_of(folder).running)
        end(folder)
        check_epochs(folder, state_of(folder))
    assert len(set(pids)) == DROPS
    assert all(_gone(pid) for pid in pids)
    states = {trial.state for trial in state_of(folder).trials}
    assert states <= {TrialState.DONE, TrialState.QUEUED}


def epochs_trained(folder: Path) -> int:
    try:
        return (folder / "epochs.txt").read_text().count("\n")
    except FileNotFoundError:
        return 0
