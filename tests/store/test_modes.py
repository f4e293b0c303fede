"""Two users, one machine: whoever can't read a session can't read what belongs to it either."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.support import Command
from tests.engine.finishing import Bench, function_problem
from tests.model.sample import ROUND, create, queued
from tuitune.engine import StartFinish
from tuitune.errors import SessionFileError
from tuitune.store import SessionStore, read_session
from tuitune.store.files import files_of, journal_path, lock_path, make_files_folder
from tuitune.store.lock import is_held
from tuitune.store.whole import copy_session

NOBODY = 65534

FUNCTION = """
def train(params, *, epochs, seed):
    for epoch in range(epochs):
        yield {"val_acc": params["lr"] * epoch}
"""


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.fixture
def mask() -> Iterator[None]:
    """The usual mask: what is made without a mode can be read by all."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("mask")
@pytest.mark.parametrize("bits", [0o600, 0o640, 0o644, 0o664])
def test_journal_and_lock_have_the_mode_of_the_session(tmp_path: Path, bits: int) -> None:
    path = tmp_path / "book.json"
    create(path, [ROUND]).close()
    path.chmod(bits)
    lock_path(path).unlink(missing_ok=True)
    with SessionStore.open(path) as store:
        event = queued(1)
        store.session.apply(event)
        store.append(event)
        assert mode(journal_path(path)) == mode(lock_path(path)) == bits
        store.fold(store.session)
        assert mode(path) == bits


@pytest.mark.usefixtures("mask")
def test_a_journal_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "book.json"
    store = create(path, [ROUND])
    journal_path(path).chmod(0o644)
    path.chmod(0o600)
    store.close()
    with SessionStore.open(path):
        assert mode(journal_path(path)) == 0o600


@pytest.mark.usefixtures("mask")
def test_the_results_of_a_finish_and_a_copy_have_it_too(tmp_path: Path) -> None:
    bench = Bench(tmp_path, function_problem())
    bench.add_trials(1e-2, 1e-3)
    bench.path.chmod(0o600)
    bench.run(StartFinish(choose="race", repeats=1))
    assert len(bench.finish.files) == 3
    for name in bench.finish.files:
        assert mode(tmp_path / name) == 0o600, name
    copy_session(bench.path, tmp_path / "copied.json")
    assert {mode(file) for file in tmp_path.glob("copied.*") if file.is_file()} == {0o600}


@pytest.mark.usefixtures("mask")
def test_the_folder_of_the_trials_is_closed_where_the_session_is(
    tuitune: Command, tmp_path: Path
) -> None:
    (tmp_path / "own.py").write_text(FUNCTION)
    made = tuitune(
        "new", "own", "--trainer", "own.py:train", "--param", "lr=1e-3..1 log", "--epochs", "2"
    )
    assert made.code == 0, made.err
    path = tmp_path / "sessions/own.json"
    for bits, folder in ((0o600, 0o700), (0o644, 0o755), (0o660, 0o770), (0o600, 0o700)):
        path.chmod(bits)
        assert tuitune("run", "own", "--trials", "1", "--new-round").code == 0
        assert mode(files_of(path)) == folder


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder in which every user can read and write."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.usefixtures("mask")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two users")
def test_another_user_reads_what_is_open_and_nothing_else(shared: Path) -> None:
    secret, open_ = shared / "secret.json", shared / "open.json"
    stores = []
    for path, bits in ((secret, 0o600), (open_, 0o644)):
        create(path, [ROUND]).close()
        path.chmod(bits)
        make_files_folder(path)
        (files_of(path) / "log").write_text("printed")
        stores.append(SessionStore.open(path))
    os.seteuid(NOBODY)
    try:
        assert read_session(open_).rounds
        assert is_held(open_)
        assert (files_of(open_) / "log").read_text() == "printed"
        with pytest.raises(SessionFileError, match="permission denied"):
            read_session(secret)
        for file in (journal_path(secret), lock_path(secret), files_of(secret) / "log"):
            with pytest.raises(PermissionError):
                file.read_bytes()
    finally:
        os.seteuid(0)
        for store in stores:
            store.close()
