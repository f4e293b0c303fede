"""A function that does what no trainer should, through the command line: only its trials fail."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from uuid import uuid4

import pytest

from tests.cli.support import Command, start_program
from tuitune.model.trial import TrialState
from tuitune.store import read_session

MARK = "TUITUNE_TEST_MARK"

TRAINER = r"""
import ctypes
import os
import time


def train(params, *, epochs, seed):
    yield {"val_acc": 0.25}
    yield from WHAT.get(int(os.environ["TUITUNE_TRIAL"]), good)()


def good():
    yield {"val_acc": 0.5}


def prints_escape_codes():
    print("\x1b[2J\x1b]0;title\x07\x1b[31m", '{"reported": {"val_acc": 9}}', flush=True)
    os.write(1, b'{"began": true}\n\xff\xfe\n')
    yield {"val_acc": 0.5}


def segfaults():
    yield ctypes.string_at(0)


def yields_nan():
    yield {"val_acc": float("nan")}


def leaks_2_gb():
    kept = [bytearray(1 << 25) for _ in range(64)]
    yield {"val_acc": len(kept) / 64}


def yields_strings():
    yield {"val_acc": "\x1b[31mhigh"}


def hangs_in_c():
    ctypes.PyDLL(None).sleep(600)  # with the interpreter's lock held
    yield {"val_acc": 0.5}


def yields_nothing():
    yield {}


def forks_children_and_exits():
    for _ in range(3):
        if os.fork() == 0:
            while True:
                time.sleep(60)
    yield {"val_acc": 0.5}
    os._exit(5)


WHAT = {
    2: prints_escape_codes, 3: segfaults, 4: yields_nan, 5: leaks_2_gb, 6: yields_strings,
    7: hangs_in_c, 8: yields_nothing, 9: forks_children_and_exits,
}


def says_nothing(params, *, epochs, seed):
    return iter(())
"""

REASONS = {
    3: ("crashed", "killed by signal 11 (SIGSEGV)"),
    4: ("diverged", "diverged at epoch 2"),
    5: ("memory", "out of memory: the limit is 512 MiB"),
    6: ("no-score", "'val_acc' must be a number, not ''\\x1b[31mhigh''"),
    7: ("seconds", "took longer than the limit of 3 s"),
    8: ("no-score", "a report must hold 'val_acc'; this one holds nothing"),
}
"""By trial that fails."""


def processes_with(mark: str) -> list[int]:
    """Return the processes that were started, at any depth, with the mark in their environment."""
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in environment.read_bytes():
                found.append(int(environment.parent.name))
        except OSError:
            continue  # ended in the meantime, or another person's
    return [pid for pid in found if pid != os.getpid()]


def all_gone(mark: str) -> bool:
    """Whether no process has the mark any more; the kernel may take a moment to clear up."""
    deadline = time.monotonic() + 5
    while processes_with(mark):
        if time.monotonic() > deadline:
            return False
        os.sched_yield()
    return True


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_exactly_the_hostile_trials_fail_and_no_process_is_left(
    tuitune: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("hostile.py").write_text(TRAINER)
    made = tuitune(
        "new", "hostile", "--trainer", "hostile.py:train", "--param", "lr=1e-4..1 log",
        "--epochs", "2",
    )  # fmt: skip
    assert made.code == 0, made.err
    mark = uuid4().hex
    with monkeypatch.context() as patched:
        patched.setenv(MARK, mark)
        program = start_program(
            tmp_path, "run", "hostile", "--trials", "12", "--workers", "2", "--max-failures", "0",
            "--trial-memory", "512M", "--trial-seconds", "3",
        )  # fmt: skip
    assert program.pid in processes_with(mark)
    out, err = program.communicate(timeout=60)
    assert program.returncode == 0, err
    assert all_gone(mark)
    assert "\x1b" not in out + err

    session = read_session(Path("sessions/hostile.json"))
    assert [(record.ended, record.finished) for record in session.rounds] == [("finished", 12)]
    failed = [t for t in session.trials if t.state is TrialState.FAILED]
    assert {t.number: (t.cause, t.reason) for t in failed} == REASONS
    done = [t for t in session.trials if t.number not in REASONS]
    assert {(t.state, t.score, t.epochs_done) for t in done} == {(TrialState.DONE, 0.5, 2)}
    # Its score stands, and what came after it is said.
    crashed = session.trial(9)
    assert (crashed.cause, crashed.reason) == (
        "crashed", "ended with exit code 5, after its last epoch",
    )  # fmt: skip
    assert {t.cause for t in done if t is not crashed} == {None}
    log = Path("sessions/hostile.files/trial-2/output.log").read_bytes()
    assert b"\x1b[2J" in log, "what it printed stands in its log, and nowhere else"


def test_a_function_that_yields_nothing_at_all_fails_with_that_reason(tuitune: Command) -> None:
    Path("hostile.py").write_text(TRAINER)
    words = ("new", "silent", "--trainer", "hostile.py:says_nothing", "--param", "lr=0..1")
    assert tuitune(*words).code == 0
    ran = tuitune("run", "silent", "--trials", "1")
    assert (ran.code, ran.out.count("state=failed")) == (1, 1)
    assert "the trainer reported no epoch" in ran.err
