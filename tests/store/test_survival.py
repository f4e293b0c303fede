"""Real processes: killed at any moment, refused by the system, or without the right to write."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.model.sample import CREATED, FIRST
from tuitune.errors import SessionBusyError, SessionError
from tuitune.model.trial import TrialState
from tuitune.store import Follower, SessionStore, list_sessions, read_session
from tuitune.store.lock import is_held

ROOT = Path(__file__).parents[2]


def start(path: Path, limit: int = 0) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.store.flat_out", str(path), str(limit)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def test_no_finished_trial_is_lost_to_a_kill(tmp_path: Path) -> None:
    """Each kill comes after a drawn number of trials and a drawn number of microseconds more."""
    path = tmp_path / "book.json"
    dice = random.Random(20)
    promised = 0
    for _ in range(8):
        with start(path) as process:
            assert process.stdout is not None
            wanted = dice.randint(1, 60)
            for count, line in enumerate(process.stdout, 1):
                promised = max(promised, int(line))
                if count == wanted:
                    break
            threading.Event().wait(dice.uniform(0, 0.004))
            process.kill()
            promised = max([promised, *(int(s) for s in process.stdout if s.endswith("\n"))])
        _has_all(path, promised)
    assert promised > 50
    with SessionStore.open(path) as store:
        store.fold(store.session)
    _has_all(path, promised)


def _has_all(path: Path, promised: int) -> None:
    session = read_session(path)
    assert not is_held(path), "the lock ends with the process"
    done = [t for t in session.trials[:promised] if t.state is TrialState.DONE]
    assert len(done) == promised
    assert all(t.epochs_done == 3 and len(t.curve["val_acc"]) == 3 for t in done)
    assert not session.running
    (found,) = list_sessions(path.parent)
    assert found.problem == ""
    assert found.trials[TrialState.DONE] >= promised


def test_another_process_holds_the_session(tmp_path: Path) -> None:
    path = tmp_path / "book.json"
    with start(path) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(SessionBusyError, match=rf"in use by process {process.pid} on "):
            SessionStore.open(path)
        follower = Follower(path)
        seen = follower.session.events
        while follower.session.events < seen + 400:
            process.stdout.readline()
            follower.poll()
        process.kill()
        for _ in process.stdout:
            pass
    follower.poll()
    follower.poll()
    assert not follower.session.running
    assert follower.session.events == read_session(path).events
    assert follower.session.counts == read_session(path).counts


def test_a_limit_of_the_system_interrupts_nothing(tmp_path: Path) -> None:
    """Files may not outgrow 3,000 bytes: half lines are cut back, a fold fails, all is kept."""
    path = tmp_path / "book.json"
    with start(path, limit=3000) as process:
        out, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    refusals = [line for line in out.splitlines() if line.startswith("refused")]
    assert refusals
    assert int(refusals[0].split()[1]) >= 1
    session = read_session(path)
    assert session.counts[TrialState.DONE] == len(session.trials) == 40
    assert sorted(p.name for p in tmp_path.iterdir() if p.suffix == ".tmp") == []


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that every user can reach."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_folder_of_somebody_else(shared: Path) -> None:
    path = shared / "book.json"
    with start(path, limit=100_000) as process:
        process.communicate(timeout=20)
    root = os.geteuid() == 0
    path.chmod(0o444)
    shared.chmod(0o555)
    if root:
        os.seteuid(65534)
    try:
        with pytest.raises(SessionError, match="can't be written"):
            SessionStore.open(path)
        assert len(read_session(path).trials) == 40
        assert Follower(path).poll() == []
        assert list_sessions(shared)[0].problem == ""
        with pytest.raises(SessionError, match="can't be written"):
            SessionStore.create(shared / "new.json", CREATED, FIRST)
    finally:
        if root:
            os.seteuid(0)
