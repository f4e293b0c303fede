"""Programs as trainers: what they are told, what is read of them, and how they are ended."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tuitune.executors.base import Inbox, Job, JobEnded, JobReported
from tuitune.executors.commands import CommandExecutor
from tuitune.executors.groups import THREAD_VARIABLES, Surroundings
from tuitune.trainers.program import output_reader

PATIENCE = 30.0
TOLD = """
import json, os, sys
params = json.loads(os.environ["TUITUNE_PARAMS"])
with open(os.environ["TUITUNE_PARAMS_FILE"]) as file:
    assert json.load(file) == params
mark = os.path.join(os.environ["TUITUNE_CHECKPOINT_DIR"], "mark")
retry = os.path.exists(mark)
open(mark, "w").close()
print("some words", file=sys.stderr)
print("[tune-metric]:", json.dumps({
    "val_acc": float(sys.argv[1]), "same": sys.argv[1] == repr(params["lr"]), "retry": retry,
    "seed": int(os.environ["TUITUNE_SEED"]), "epochs": int(os.environ["TUITUNE_EPOCHS"]),
    "trial": int(os.environ["TUITUNE_TRIAL"]), "st_worker_time": 1.5, "note": "left out",
}))
"""
STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = os.fork()
if child:
    print('{"val_acc": %d}' % child, flush=True)
time.sleep(600)
"""

Run = Callable[..., tuple[list[dict[str, Any]], JobEnded]]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., CommandExecutor]]:
    made: list[CommandExecutor] = []

    def one(program: str, *arguments: str, **options: Any) -> CommandExecutor:
        argv = [sys.executable, "-c", program.replace("{", "{{").replace("}", "}}"), *arguments]
        reader = partial(output_reader, "val_acc", pattern=options.pop("pattern", None))
        surroundings = Surroundings(tmp_path, **options)
        made.append(CommandExecutor(argv, "val_acc", ["lr"], Inbox(), 1, surroundings, reader))
        return made[-1]

    yield one
    for executor in made:
        executor.close_seconds = 0.0
        executor.close()


def receive(executor: CommandExecutor) -> Any:
    message = executor.receive(PATIENCE)
    assert message is not None, "nothing came"
    return message


def run(executor: CommandExecutor, trial: int = 17) -> tuple[list[dict[str, Any]], JobEnded]:
    executor.submit(Job(trial, {"lr": 1e-05}, 3, 42))
    reports = []
    while isinstance(message := receive(executor), JobReported):
        reports.append(dict(message.metrics))
        executor.answer(trial, go_on=True)
    assert isinstance(message, JobEnded)
    return reports, message


def test_a_program_is_told_everything(make: Callable[..., CommandExecutor], tmp_path: Path) -> None:
    executor = make(TOLD, "{lr}")
    expected = {
        "val_acc": 1e-05,
        "same": True,
        "retry": False,
        "seed": 42,
        "epochs": 3,
        "trial": 17,
    }
    reports, end = run(executor)
    assert (reports, end.error) == ([expected], "")
    assert run(executor)[0] == [expected | {"retry": True}]
    folder = tmp_path / "trial-17"
    assert (folder / "output.log").read_text().count("[tune-metric]") == 2
    assert (folder / "errors.log").read_text() == "some words\n" * 2


def test_a_pattern_finds_metrics_on_several_lines(make: Callable[..., CommandExecutor]) -> None:
    program = """
for epoch in range(2):
    print(f"epoch {epoch} loss=0.{epoch}5")
    print(f"validation: acc=0.{epoch}7 (best)")
print("loss=9")
"""
    pattern = r"loss=(?P<loss>[0-9.]+)|acc=(?P<val_acc>[0-9.]+)"
    reports, end = run(make(program, pattern=pattern))
    assert reports == [{"loss": 0.05, "val_acc": 0.07}, {"loss": 0.15, "val_acc": 0.17}]
    assert end.error == ""


@pytest.mark.parametrize(
    ("program", "error"),
    [
        ("raise ValueError('no data')", "the program ended with exit code 1: ValueError: no data"),
        ("import os; os.kill(os.getpid(), 11)", "the program was killed by signal 11 (SIGSEGV)"),
        (
            "print('{\"test_loss\": 0.5}')",
            "nothing that the program printed is called 'val_acc'; it printed 'test_loss': name "
            'one of them with --metric, or print {"val_acc": 0.81} after each epoch',
        ),
    ],
)
def test_a_program_that_fails_says_why(
    make: Callable[..., CommandExecutor], program: str, error: str
) -> None:
    reports, end = run(make(program))
    assert (reports, end.stopped) == ([], False)
    assert end.error == error


def test_a_program_that_isn_t_there_fails_its_trial(tmp_path: Path) -> None:
    executor = CommandExecutor(
        ["no-such-program"],
        "val_acc",
        ["lr"],
        Inbox(),
        1,
        Surroundings(tmp_path),
        partial(output_reader, "val_acc"),
    )
    _, end = run(executor)
    assert end.error.startswith("the trial can't be started: ")
    assert "no-such-program" in end.error
    executor.close()


def test_a_leak_ends_at_the_limit(make: Callable[..., CommandExecutor]) -> None:
    _, end = run(make("x = bytearray(1 << 30)", memory_bytes=1 << 28))
    assert end.error == "the program ended with exit code 1: MemoryError"


def test_a_hang_ends_at_the_limit_of_time(make: Callable[..., CommandExecutor]) -> None:
    _, end = run(make("import time; time.sleep(600)", seconds=0.2))
    assert (end.error, end.stopped) == ("took longer than the limit of 0.2 s", False)


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_program_that_ignores_sigterm_is_killed_with_its_children(
    make: Callable[..., CommandExecutor], how: str
) -> None:
    executor = make(STUBBORN)
    executor.close_seconds = 0.1 if how == "stop" else 600.0
    executor.submit(Job(1, {"lr": 0.1}, 3, 0))
    child = int(receive(executor).metrics["val_acc"])
    getattr(executor, how)(1)
    end = receive(executor)
    assert (end.error, end.stopped) == ("", True)
    assert is_gone(child)


def test_a_last_line_without_a_break_counts(make: Callable[..., CommandExecutor]) -> None:
    program = "import sys; sys.stdout.write('10%\\r20%\\r{\"val_acc\": 0.5}')"
    assert run(make(program))[0] == [{"val_acc": 0.5}]


def test_a_child_in_a_session_of_its_own_ends_with_its_trial(
    make: Callable[..., CommandExecutor],
) -> None:
    """A descendant that left the group keeps the pipe open, which holds nothing up."""
    program = """
import os, time
ready, tell = os.pipe()
child = os.fork()
if child == 0:
    os.setsid()
    os.write(tell, b"!")
    time.sleep(600)
os.read(ready, 1)
print('{"val_acc": %d}' % child, flush=True)
"""
    reports, end = run(make(program))
    assert (len(reports), end.error) == (1, "")
    assert is_gone(int(reports[0]["val_acc"]))


def test_orphans_of_orphans_end_too(make: Callable[..., CommandExecutor], tmp_path: Path) -> None:
    """Started by a parent that has ended, in another session, by another program."""
    file = tmp_path / "pid"
    program = f"""
import subprocess, time
script = "(setsid sh -c 'echo $$ > {file}.new; mv {file}.new {file}; exec sleep 600' &) ; exit 0"
subprocess.run(["setsid", "sh", "-c", script])
while not __import__("os").path.exists("{file}"): time.sleep(0.01)
print("val_acc=0.5", flush=True)
time.sleep(600)
"""
    executor = make(program)
    executor.close_seconds = 0.0
    executor.submit(Job(1, {"lr": 0.1}, 3, 0))
    receive(executor)
    executor.stop(1)
    assert receive(executor).stopped
    assert is_gone(int(file.read_text()))


def is_gone(pid: int) -> bool:
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    ended = bool(select.select([fd], [], [], PATIENCE)[0])
    os.close(fd)
    return ended


def test_the_memory_limit_stands_before_the_program_begins(
    make: Callable[..., CommandExecutor],
) -> None:
    program = """
import resource
print(f"val_acc={resource.getrlimit(resource.RLIMIT_DATA)[0] >> 20}")
"""
    assert run(make(program, memory_bytes=1 << 28))[0] == [{"val_acc": 256}]


@pytest.mark.parametrize("own", [{}, {"OMP_NUM_THREADS": "6"}, {"MKL_NUM_THREADS": "3"}])
def test_threads_that_the_person_set_stay(
    own: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in THREAD_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    found = Surroundings(None).environment(0)
    set_now = {name: found[name] for name in THREAD_VARIABLES if name in found}
    assert set_now == (own or dict.fromkeys(THREAD_VARIABLES, "1"))


def test_python_programs_run_unbuffered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    assert Surroundings(None).environment(0)["PYTHONUNBUFFERED"] == "1"


def test_a_long_log_keeps_its_two_ends(
    make: Callable[..., CommandExecutor], tmp_path: Path
) -> None:
    program = "for i in range(20000): print('step', i)\nprint('val_acc=0.5')\n1 / 0"
    reports, end = run(make(program, log_bytes=10_000))
    assert reports == [{"val_acc": 0.5}]
    assert end.error == "the program ended with exit code 1: ZeroDivisionError: division by zero"
    log = (tmp_path / "trial-17" / "output.log").read_text()
    assert log.startswith("step 0\nstep 1\n")
    assert log.endswith("step 19999\nval_acc=0.5\n")
    assert len(log) <= 10_000
