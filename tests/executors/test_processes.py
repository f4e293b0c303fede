"""Hostile functions: each ends its own trial with exactly its own failure, and leaves nothing."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

import pytest

from tuitune.executors.base import Inbox, Job, JobEnded, JobReported
from tuitune.executors.groups import Surroundings
from tuitune.executors.processes import ProcessExecutor, importable

HOSTILE = Path(__file__).with_name("hostile.py")
PATIENCE = 30.0


class Driver:
    """A process executor with one trial at a time."""

    def __init__(self, folder: Path, target: str = f"{HOSTILE}:behave", **limits: Any) -> None:
        self.inbox = Inbox()
        self.folder = folder
        self.files = folder / "files"
        self.executor = ProcessExecutor(
            target, "val_acc", self.inbox, 1, Surroundings(self.files, **limits)
        )
        self.trials = 0

    def start(self, what: str) -> int:
        self.trials += 1
        params = {
            "what": what,
            "pids": str(self.folder / "pids"),
            "begun": str(self.folder / "begun"),
        }
        self.executor.submit(Job(self.trials, params, 3, 0))
        return self.trials

    def receive(self) -> Any:
        message = self.executor.receive(PATIENCE)
        assert message is not None, "nothing came"
        return message

    def run(self, what: str = "good") -> tuple[list[dict[str, Any]], JobEnded]:
        trial = self.start(what)
        reports = []
        while isinstance(message := self.receive(), JobReported):
            assert message.trial == trial
            reports.append(dict(message.metrics))
            self.executor.answer(trial, go_on=True)
        assert isinstance(message, JobEnded)
        assert message.trial == trial
        return reports, message

    def log(self, trial: int = 1) -> bytes:
        return (self.files / f"trial-{trial}" / "output.log").read_bytes()

    def pids(self) -> list[int]:
        return [int(line) for line in (self.folder / "pids").read_text().split()]


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[Callable[..., Driver]]:
    made: list[Driver] = []

    def one(**options: Any) -> Driver:
        made.append(Driver(tmp_path, **options))
        return made[-1]

    yield one
    for driver in made:
        driver.executor.close()
    if (tmp_path / "pids").exists():
        for pid in made[-1].pids():
            assert_gone(pid)


def assert_gone(pid: int) -> None:
    """Wait for a process that is about to end; a zombie is gone."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([fd], [], [], PATIENCE)[0], f"process {pid} is still there"
    finally:
        os.close(fd)


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("segfault", "killed by signal 11 (SIGSEGV)"),
        ("aborts", "killed by signal 6 (SIGABRT)"),
        ("exits", "the trainer called sys.exit(3)"),
        ("exits_hard", "ended with exit code 4"),
        ("ends_well_hard", "ended with exit code 0"),
        ("interrupts", "KeyboardInterrupt"),
        ("text", "'val_acc' must be a number, not ''[31mhigh''"),
        ("a_bare_string", "a report is a mapping such as {'val_acc': 0.81}, not ''0.5''"),
        ("missing", "a report must hold 'val_acc'; this one holds 'accuracy'"),
    ],
)
def test_a_trial_fails_alone_and_says_why(
    drive: Callable[..., Driver], what: str, error: str
) -> None:
    driver = drive()
    reports, end = driver.run(what)
    assert (len(reports), end.error, end.stopped) == (1, error.replace("''[", "''\\x1b["), False)
    assert "\x1b" not in end.traceback
    reports, end = driver.run("good")
    assert (len(reports), end.error) == (2, ""), "the next trial has a worker"


def test_a_crash_keeps_the_stack_that_the_interpreter_printed(drive: Callable[..., Driver]) -> None:
    _, end = drive().run("segfault")
    assert "Fatal Python error: Segmentation fault" in end.traceback
    assert "in segfault" in end.traceback


def test_a_traceback_begins_in_the_person_s_code(drive: Callable[..., Driver]) -> None:
    driver = drive()
    _, end = driver.run("exits")
    assert end.traceback == ""
    _, end = driver.run("interrupts")
    assert "hostile.py" in end.traceback
    assert "worker.py" not in end.traceback


def test_an_error_without_words_is_a_failure_too(drive: Callable[..., Driver]) -> None:
    driver = drive()
    _, end = driver.run("raises_unspeakable")
    assert end.error == "Unspeakable: its text can't be had, that raises RuntimeError"
    assert "hostile.py" in end.traceback
    assert driver.run("good")[1].error == ""


def test_a_leak_ends_at_the_limit(drive: Callable[..., Driver]) -> None:
    driver = drive(memory_bytes=1 << 28)
    _, end = driver.run("leaks")
    assert end.error == "out of memory: the limit is 256 MiB"
    assert driver.run("good")[1].error == ""


def test_a_number_that_is_not_finite_is_reported(drive: Callable[..., Driver]) -> None:
    reports, end = drive().run("not_a_number")
    assert str(reports[1]["val_acc"]) == "nan"
    assert end.error == ""


def test_prints_disturb_nothing_and_are_kept(drive: Callable[..., Driver]) -> None:
    driver = drive()
    reports, end = driver.run("prints")
    assert reports == [{"val_acc": 0.5}, {"val_acc": 0.75}]
    assert end.error == ""
    for words in (b"from Python", b'{"leaving": true', b"\xff\xfe not UTF-8"):
        assert words in driver.log(1)
    driver.run("good")
    assert driver.log(2) == b""


def test_kill_ends_a_hang_in_c(drive: Callable[..., Driver]) -> None:
    driver = drive()
    trial = driver.start("hangs_in_c")
    assert isinstance(driver.receive(), JobReported)
    driver.executor.answer(trial, go_on=True)
    watcher = Thread(target=tell_when, args=[driver.folder / "begun", driver.inbox])
    watcher.start()
    assert driver.receive() == "begun"
    watcher.join()
    driver.executor.stop(trial)
    driver.executor.kill(trial)
    end = driver.receive()
    assert (end.error, end.stopped) == ("", True)
    assert driver.run("good")[1].error == ""


def tell_when(path: Path, inbox: Inbox) -> None:
    deadline = monotonic() + PATIENCE
    while not path.exists() and monotonic() < deadline:
        Event().wait(0.005)
    inbox.put("begun")


def test_a_hang_ends_at_the_limit_of_time(drive: Callable[..., Driver]) -> None:
    driver = drive(seconds=0.5)
    _, end = driver.run("hangs_in_c")
    assert end.error == "took longer than the limit of 0.5 s"
    assert not end.stopped


def test_waiting_for_an_answer_takes_no_training_time(drive: Callable[..., Driver]) -> None:
    # Starting the interpreter counts until the function begins, and takes long on a busy machine.
    driver = drive(seconds=1.5)
    trial = driver.start("good")
    assert isinstance(driver.receive(), JobReported)
    assert driver.executor.receive(2.0) is None
    driver.executor.answer(trial, go_on=True)
    assert isinstance(driver.receive(), JobReported)


@pytest.mark.parametrize("what", ["forks", "forks_and_crashes"])
def test_forked_children_say_nothing_and_are_killed(
    drive: Callable[..., Driver], what: str
) -> None:
    driver = drive()
    reports, end = driver.run(what)
    assert reports == [{"val_acc": 0.5}, {"val_acc": 0.6}]
    crashes = "killed by signal 11 (SIGSEGV)"
    assert end.error == (crashes if what == "forks_and_crashes" else "")
    if what == "forks_and_crashes":
        for pid in driver.pids():
            assert_gone(pid)


def test_a_trainer_that_refuses_to_be_closed_is_an_error(drive: Callable[..., Driver]) -> None:
    driver = drive()
    trial = driver.start("holds_on")
    for _ in range(2):
        assert isinstance(driver.receive(), JobReported)
        driver.executor.answer(trial, go_on=True)
    assert isinstance(driver.receive(), JobReported)
    driver.executor.stop(trial)
    end = driver.receive()
    assert end.stopped
    assert end.error == "RuntimeError: generator ignored GeneratorExit"


def test_a_trainer_that_catches_everything_can_be_stopped(drive: Callable[..., Driver]) -> None:
    driver = drive()
    trial = driver.start("catches_everything")
    assert isinstance(driver.receive(), JobReported)
    driver.executor.answer(trial, go_on=True)
    driver.executor.stop(trial)
    assert driver.receive().stopped


def test_an_outsider_s_kill_is_told_from_a_stop(drive: Callable[..., Driver]) -> None:
    driver = drive()
    driver.start("good")
    assert isinstance(driver.receive(), JobReported)
    os.kill(driver.pids()[0], signal.SIGKILL)
    end = driver.receive()
    assert end.error == "killed by signal 9 (SIGKILL), perhaps for want of memory"
    assert not end.stopped


def test_a_worker_knows_its_trial_and_its_share_of_the_machine(
    drive: Callable[..., Driver],
) -> None:
    driver = drive(gpus=("5", "6"))
    reports, _ = driver.run("environment")
    told = {"TUITUNE_TRIAL": 1.0, "OPENBLAS_NUM_THREADS": 1.0, "CUDA_VISIBLE_DEVICES": 5.0}
    assert reports[1] == {"val_acc": 0.0, **told}
    assert reports[2] == {"val_acc": 0.0}
    driver.trials = 0
    assert driver.run("environment")[0][2] == {"val_acc": 1.0}, "a retry finds its checkpoints"


def test_one_worker_serves_many_trials(drive: Callable[..., Driver]) -> None:
    driver = drive()
    pids = set()
    for _ in range(3):
        driver.run("good")
        pids.add(driver.pids()[0])
    assert len(pids) == 1


def test_a_module_that_can_t_be_loaded_fails_the_trial(tmp_path: Path) -> None:
    module = tmp_path / "mine.py"
    module.write_text("print('hello')\nimport nothing_of_the_kind\n")
    driver = Driver(tmp_path, target=f"{module}:train")
    try:
        reports, end = driver.run()
        assert reports == []
        assert end.error.startswith(
            "'mine.py' can't be loaded: ModuleNotFoundError: No module named "
            f"'nothing_of_the_kind' at line 2 of mine.py. {sys.executable} looked for it: install "
        )
        assert "nothing_of_the_kind" in end.traceback
        assert driver.log(1) == b"hello\n"
        module.write_text("def train(params, *, epochs, seed):\n    return 0.5\n")
        reports, end = driver.run()
        assert (reports, end.error) == ([{"val_acc": 0.5}], "")
    finally:
        driver.executor.close()


def test_close_ends_a_hang_and_what_it_forked(tmp_path: Path) -> None:
    driver = Driver(tmp_path)
    trial = driver.start("forks")
    assert isinstance(driver.receive(), JobReported)
    driver.executor.answer(trial, go_on=True)
    assert isinstance(driver.receive(), JobReported)
    driver.executor.close()
    assert driver.inbox.empty()
    assert len(driver.pids()) == 2
    for pid in driver.pids():
        assert_gone(pid)


def test_workers_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    """Even one whose trainer holds the interpreter's lock for ever."""
    params = {"what": "hangs_in_c", "pids": str(tmp_path / "p"), "begun": str(tmp_path / "begun")}
    program = f"""
from pathlib import Path
from tuitune.executors.base import Inbox, Job
from tuitune.executors.groups import Surroundings
from tuitune.executors.processes import ProcessExecutor, importable
files = Surroundings(Path({str(tmp_path)!r}))
executor = ProcessExecutor({f"{HOSTILE}:behave"!r}, "val_acc", Inbox(), 1, files)
executor.submit(Job(1, {params!r}, 3, 0))
executor.receive({PATIENCE})
executor.answer(1, go_on=True)
executor.receive({PATIENCE})
"""
    environment = importable(dict(os.environ))
    with subprocess.Popen([sys.executable, "-c", program], env=environment) as parent:
        inbox = Inbox()
        tell_when(tmp_path / "begun", inbox)
        parent.kill()
    assert (tmp_path / "begun").exists()
    assert_gone(int((tmp_path / "p").read_text()))
