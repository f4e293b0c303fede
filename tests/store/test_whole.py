"""Renaming, copying and deleting a session with all that belongs to it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.model.sample import full_session, state_of, with_interruption
from tuitune.errors import SessionBusyError, SessionError, StorageError
from tuitune.store import SessionStore, read_session
from tuitune.store.files import replace_file
from tuitune.store.snapshot import encode_snapshot
from tuitune.store.whole import belongings, copy_session, delete_session, rename_session

BESIDE = ("old.final.json", "old.final.toml", "old.final.npz", "old.report.md", "old.files")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A session with belongings, and exports and neighbours that are none."""
    path = tmp_path / "old.json"
    replace_file(path, encode_snapshot(full_session()))
    (tmp_path / "old.final.json").write_text('{"format": "tuitune-final", "name": "old", "n": 1}')
    for name in ("old.final.toml", "old.final.npz", "old.report.md", "old.csv", "old-2.json"):
        (tmp_path / name).write_text(name)
    (tmp_path / "old.files/trial-1/checkpoints").mkdir(parents=True)
    (tmp_path / "old.files/trial-1/output.log").write_text("epoch 1")
    return path


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir() if file.suffix != ".lock"}


def test_what_belongs_to_a_session_is_found(old: Path) -> None:
    assert {file.name for file in belongings(old)} == set(BESIDE)


def test_a_renamed_session_is_the_same_under_its_new_name(old: Path, tmp_path: Path) -> None:
    before = with_interruption(read_session(old))
    rename_session(old, tmp_path / "new.json")
    assert names(tmp_path) == {
        "new.json", "old.csv", "old-2.json", *(name.replace("old", "new") for name in BESIDE),
    }  # fmt: skip
    assert not (tmp_path / "old.lock").exists()
    after = read_session(tmp_path / "new.json")
    assert after.name == "new"
    after.name = before.name
    assert state_of(after) | {"events": 0} == state_of(before) | {"events": 0}
    result = json.loads((tmp_path / "new.final.json").read_text())
    assert result == {"format": "tuitune-final", "name": "new", "n": 1}
    assert (tmp_path / "new.files/trial-1/output.log").read_text() == "epoch 1"


def test_a_copy_leaves_the_old_one_whole(old: Path, tmp_path: Path) -> None:
    content = old.read_bytes()
    copy_session(old, tmp_path / "elsewhere/new.json")
    assert old.read_bytes() == content
    assert {file.name for file in belongings(old)} == set(BESIDE)
    assert read_session(tmp_path / "elsewhere/new.json").name == "new"
    assert len(belongings(tmp_path / "elsewhere/new.json")) == len(BESIDE)


def test_deleting_leaves_what_is_not_the_sessions(old: Path, tmp_path: Path) -> None:
    delete_session(old)
    assert names(tmp_path) == {"old.csv", "old-2.json"}
    with pytest.raises(SessionError, match="no session 'old'"):
        delete_session(old)


def test_a_damaged_session_can_be_deleted(old: Path, tmp_path: Path) -> None:
    old.write_text("{broken")
    delete_session(old)
    assert names(tmp_path) == {"old.csv", "old-2.json"}


def test_the_link_goes_with_the_session(old: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(old)
    delete_session(link)
    assert names(tmp_path) == {"old.csv", "old-2.json"}


def test_a_session_that_is_held_is_refused(old: Path, tmp_path: Path) -> None:
    with SessionStore.open(old):
        before = names(tmp_path)
        for act in (rename_session, copy_session):
            with pytest.raises(SessionBusyError):
                act(old, tmp_path / "new.json")
        with pytest.raises(SessionBusyError):
            delete_session(old)
        assert names(tmp_path) == before


@pytest.mark.parametrize("taken", ["new.json", "new.final.toml", "new.journal.jsonl", "new.files"])
def test_nothing_is_written_over(taken: str, old: Path, tmp_path: Path) -> None:
    (tmp_path / taken).write_text("mine")
    before = names(tmp_path)
    for act in (rename_session, copy_session):
        with pytest.raises(SessionError, match="exists already"):
            act(old, tmp_path / "new.json")
    assert names(tmp_path) == before


def test_a_disk_that_refuses_leaves_no_half_of_a_copy(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object) -> int:
        raise OSError(28, "no space")

    before = names(tmp_path)
    monkeypatch.setattr("tuitune.store.files.write_all", refuse)
    with pytest.raises(StorageError, match="the session stays as it was"):
        rename_session(old, tmp_path / "new.json")
    monkeypatch.undo()
    # A trial that was found running is interrupted, as at any opening.
    assert names(tmp_path) - {"old.journal.jsonl"} == before
    assert read_session(old).name == full_session().name
