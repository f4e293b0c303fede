"""The system refuses a call in the middle of a verb: what was saved stays, and the verb can go on.

The suite tries a few. `.ci/run long` tries all 225 kinds, calls and moments.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.support import Command
from tuitune.model.trial import TrialState
from tuitune.store import read_session
from tuitune.store.lock import is_held

ALL = bool(os.environ.get("TUITUNE_ALL_REFUSALS"))
LIMIT_SECONDS = 60

VERBS = (
    ("run", "tiny", "--new-round", "--trials", "4"),
    ("narrow", "tiny", "lr=1e-4..1e-3"),
    ("undo", "tiny"),
    ("enqueue", "tiny", "lr=1e-3", "weight_decay=1e-6"),
    ("finish", "tiny", "--repeats", "1"),
)
ERRORS = {
    "write": ("ENOSPC", "EIO", "EDQUOT", "EINTR", "short"),
    "sync": ("ENOSPC", "EIO", "EDQUOT", "EINTR"),
    "rename": ("ENOSPC", "EIO", "EACCES"),
    "open": ("ENOSPC", "EACCES"),
    "lock": ("ENOLCK",),
}
MOMENTS = ((1, 1), (1, 3), (4, 3))
"""Which call is the first to be refused, and how many are: a run waits for the disk and goes on."""


def kinds() -> Iterator[tuple[str, str, int, int, tuple[str, ...]]]:
    for call, errors in ERRORS.items():
        for error in errors:
            for nth, times in MOMENTS:
                for verb in VERBS:
                    yield call, error, nth, times, verb


KINDS = list(kinds())
CHOSEN = KINDS if ALL else KINDS[::33]


def test_there_are_as_many_kinds_as_the_record_says() -> None:
    assert len(KINDS) == 225


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a session of four trials and two revisions."""
    folder = tmp_path_factory.mktemp("prepared")
    for arguments in (
        ("new", "tiny", "--epochs", "2", "--train-size", "50"),
        ("run", "tiny", "--trials", "4"),
        ("narrow", "tiny", "lr=1e-5..1e-3"),
    ):
        made = _program(folder, "tuitune", *arguments)
        assert made.returncode == 0, made.stderr
    return folder


def _program(folder: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    root = str(Path(__file__).parents[2])
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": root, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="names of open files from /proc")
@pytest.mark.parametrize(
    ("call", "error", "nth", "times", "verb"),
    CHOSEN,
    ids=[f"{c}-{e}-{n}-{times}-{v[0]}" for c, e, n, times, v in CHOSEN],
)
def test_a_refused_call_loses_nothing(
    prepared: Path,
    tmp_path: Path,
    tuitune: Command,
    call: str,
    error: str,
    nth: int,
    times: int,
    verb: tuple[str, ...],
) -> None:
    shutil.copytree(prepared / "sessions", tmp_path / "sessions")
    path = tmp_path / "sessions/tiny.json"
    before = read_session(path)
    found = _program(tmp_path, "tests.long.refusing", call, error, str(nth), str(times), *verb)
    assert found.returncode in (0, 1, 2), found
    assert "Traceback" not in found.stderr, found.stderr
    assert "of TuiTune's own" not in found.stderr, found.stderr
    if found.returncode == 2:
        assert found.stderr.count("\n") == 1, found.stderr
    assert not is_held(path)
    after = read_session(path)
    assert not after.running
    for trial in before.trials:
        assert after.trial(trial.number).state is TrialState.DONE
        assert after.trial(trial.number).curve == trial.curve
    assert len(after.revisions) >= len(before.revisions)
    assert not list(path.parent.glob("*.tmp"))
    if verb[0] == "run":
        assert tuitune("run", "tiny").code == 0, "the disk takes writes again"
    elif verb[0] == "finish":
        assert tuitune(*verb).code == 0
        assert read_session(path).finishes[-1].ended == "finished"
