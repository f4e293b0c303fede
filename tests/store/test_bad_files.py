"""Whatever lies where a session is expected: one clear sentence, and the file as it was."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.model.sample import create, full_session, snapshot_bytes
from tuitune.errors import SessionError, SessionFileError
from tuitune.model import Session
from tuitune.model.trial import TrialState
from tuitune.store import SessionStore, list_sessions, read_session
from tuitune.store.lock import is_held
from tuitune.store.restore import EAGER_BYTES
from tuitune.store.snapshot import VERSION

GOOD = snapshot_bytes(full_session())
FIXTURES = Path(__file__).parent / "fixtures"


def changed(*places: tuple[Any, ...]) -> bytes:
    """Return the good file with the value at each path of keys replaced by the path's last item."""
    data = json.loads(GOOD)
    for *keys, last, value in places:
        at = data
        for key in keys:
            at = at[key]
        at[last] = value
    return json.dumps(data).encode()


def without(key: str) -> bytes:
    return json.dumps({k: v for k, v in json.loads(GOOD).items() if k != key}).encode()


BAD = {
    "empty": (b"", "is empty; expected a session"),
    "blank": (b" \n\n", "is empty; expected a session"),
    "cut short": (GOOD[: len(GOOD) // 2], "is cut short"),
    "cut at the end": (GOOD.rstrip()[:-1], "is cut short"),
    "text": (b"hello\nworld", "is not JSON: invalid character in line 1"),
    "binary": (b"\x89PNG\r\n\x1a\n\0\0", "is not JSON"),
    "not UTF-8": (GOOD.replace(b'"name": "book"', b'"name": "b\xffk"'), "is not text in UTF-8"),
    "trailing": (GOOD + b"x", "is not JSON: trailing characters in line"),
    "merge conflict": (
        GOOD.replace(b' "rounds"', b'<<<<<<< HEAD\n "rounds"'),
        "is not JSON: object keys must be strings in line 19",
    ),
    "list": (b"[1, 2]", "holds JSON of another kind"),
    "other JSON": (b'{"a": 1}', "says no format; expected 'tuitune-session'"),
    "other format": (b'{"format": "x\\u001b[31m", "version": 1}', "is of format 'x[31m'"),
    "newer": (
        changed(("version", 3)),
        "was written by a newer TuiTune (version 3; this one reads 2)",
    ),
    "newer and different": (b'{"format": "tuitune-session", "version": 3}', "(version 3; this"),
    "version text": (changed(("version", "1")), "at $.version: expected 1 or 2, got 1"),
    "older": (changed(("version", 0)), "at $.version: expected 1 or 2, got 0"),
    "NaN": (GOOD.replace(b'"score":0.9', b'"score":NaN'), "is not JSON: invalid character"),
    "NaN in a curve": (GOOD.replace(b"[0.3]", b"[NaN]"), "is not JSON: invalid character"),
    "too large": (
        GOOD.replace(b'"score":0.9', b'"score":1e999'),
        "at $.trials[0].score: number out",
    ),
    "wrong type": (
        changed(("trials", 3, "round", "two")),
        "at $.trials[3].round: expected `int`, got `str`",
    ),
    "wrong state": (
        changed(("trials", 0, "state", "won\x1b[2J")),
        "invalid enum value 'won\\x1b[2J'",
    ),
    "wrong curve": (changed(("trials", 0, "curve", [1])), "at $.trials[0].curve: "),
    "text in a curve": (changed(("trials", 0, "curve", {"a": ["x"]})), "at $.trials[0].curve: "),
    "huge in a curve": (GOOD.replace(b"[0.3]", b"[1e999]"), "at $.trials[4].curve: "),
    "short curve": (
        changed(("trials", 0, "curve", "val_acc", [0.1])),
        "at $.trials[0].curve: expected 3 numbers of 'val_acc', one an epoch, got 1",
    ),
    "missing": (without("rounds"), "at $: object missing required field `rounds`"),
    "long name": (changed(("name", "x" * 1_000_000)), "at $.name: expected `str` of length <= 100"),
    "long state": (changed(("trials", 0, "state", "x" * 1_000_000)), "at $.trials[0].state: "),
    "deep": (GOOD.replace(b'"curve":{', b'"curve":' + b"[" * 100_000 + b"{"), "nested too deeply"),
    "no space": (changed(("revisions", 1, "space", "parameters", {})), "at $.revisions[1].space: "),
    "escape in a name": (
        changed(("revisions", 0, "space", "parameters", "l\x1b[2Jr", {"kind": "float"})),
        "damaged at $.revisions[0].space",
    ),
    "wrong range": (changed(("draft", "parameters", "lr", "low", 1.0)), "at $.draft: "),
    "escape in a trial's name": (
        changed(("trials", 0, "params", {"l\x1b[2Jr": 1.0})),
        "expected parameters' names of at most 100 plain characters, got 'l[2Jr'",
    ),
    "revision number": (changed(("revisions", 0, "number", 4)), "revisions[0].number: expected 1"),
    "own parent": (changed(("revisions", 1, "parent", 2)), "revisions[1].parent: expected an earl"),
    "no current": (changed(("current", 3)), "$.current: expected a revision from 1 to 2, got 3"),
    "negative": (changed(("current", -1)), "at $.current: expected `int` >= 1"),
    "no redo": (changed(("redo", [9])), "at $.redo: expected a revision from 1 to 2, got 9"),
    "round number": (changed(("rounds", 1, "number", 1)), "$.rounds[1].number: expected 2, got 1"),
    "round's revision": (changed(("rounds", 0, "revision", 7)), "$.rounds[0].revision: expected a"),
    "trial number": (changed(("trials", 2, "number", 2)), "$.trials[2].number: expected 3, got 2"),
    "trial's round": (changed(("trials", 2, "round", 3)), "$.trials[2].round: expected at most 2"),
    "trial's revision": (changed(("trials", 2, "revision", 3)), "$.trials[2].revision: expected"),
    "finish number": (changed(("finishes", 1, "number", 3)), "finishes[1].number: expected 2, got"),
    "finish's revision": (changed(("finishes", 0, "revision", 3)), "finishes[0].revision: expect"),
    "no contender": (
        changed(("finishes", 0, "contenders", [])),
        "finishes[0].scores: expected one",
    ),
    "no such trial": (changed(("finishes", 0, "contenders", [1, 6])), "expected a trial from 1 to"),
    "no such seed": (changed(("finishes", 1, "seeds", [])), "finishes[1].runs: expected repeats"),
    "strange choice": (
        changed(("finishes", 0, "chosen", 2)),
        "finishes[0].chosen: expected one of",
    ),
    "opening": (changed(("finishes", 0, "opening", 2)), "finishes[0].opening: expected 1, got 2"),
    "waiting": (changed(("waiting", [3])), "$.waiting: expected each queued and interrupted trial"),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "book.json"


@pytest.mark.parametrize("kind", BAD)
def test_one_clear_sentence(path: Path, kind: str) -> None:
    content, message = BAD[kind]
    path.write_bytes(content)
    for use in (read_session, SessionStore.open):
        with pytest.raises(SessionFileError) as caught:
            use(path)
        said = str(caught.value)
        assert message in said
        assert said.startswith(f"Session file '{path}' ")
        assert said.endswith(".")
        assert len(said) < 600
        assert said.isprintable(), "no control characters of the file"
    assert path.read_bytes() == content
    assert not is_held(path)


def test_a_list_shows_bad_files_with_their_sentence(tmp_path: Path) -> None:
    for kind, (content, _) in BAD.items():
        (tmp_path / f"{kind.replace(' ', '-')}.json").write_bytes(content)
    create(tmp_path / "good.json").close()
    found = {s.name: s.problem for s in list_sessions(tmp_path)}
    assert len(found) == len(BAD) + 1
    assert found["good"] == ""
    for kind, (_, message) in BAD.items():
        assert message in found[kind.replace(" ", "-")]


def test_curves_of_a_large_file_are_checked_when_they_are_looked_at(path: Path) -> None:
    bad = changed(
        ("trials", 0, "curve", "val_acc", ["x"]), ("trials", 1, "note", "y" * EAGER_BYTES)
    )
    path.write_bytes(bad)
    session = read_session(path)
    assert session.trials[4].curve == {"val_acc": [0.3], "train_acc": [0.9]}
    with pytest.raises(SessionFileError, match="curve of trial 1 can't be read"):
        _ = session.trials[0].curve


def test_a_file_edited_by_hand_counts_anew(path: Path) -> None:
    path.write_bytes(changed(("trials", 0, "state", "stopped"), ("rounds", 0, "finished", 77)))
    session = read_session(path)
    assert session.best is None
    assert session.counts[TrialState.STOPPED] == 1
    assert session.rounds[0].finished == 2


def test_a_directory(path: Path) -> None:
    path.mkdir()
    _refused(path, SessionFileError, "is a directory")


def test_a_pipe_is_not_waited_for(path: Path) -> None:
    os.mkfifo(path)
    _refused(path, SessionFileError, "is not a regular file")


def test_no_permission(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(GOOD)

    def refuse(self: Path) -> NoReturn:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    _refused(path, SessionFileError, "can't be read: permission denied")


def test_a_missing_session_names_the_near_ones(path: Path) -> None:
    for name in ("book2", "boek", "zebra"):
        path.with_name(f"{name}.json").write_bytes(GOOD)
    _refused(path, SessionError, "There is no session 'book' in ")
    _refused(path, SessionError, "there is 'book2', 'boek'.")


def test_a_missing_session_in_an_empty_or_missing_folder(path: Path) -> None:
    _refused(path, SessionError, "'tuitune new' makes one")
    _refused(path.parent / "no" / "book.json", SessionError, "'tuitune new' makes one")


def test_a_read_only_folder_can_be_looked_at(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(GOOD)
    before = sorted(p.name for p in path.parent.iterdir())
    monkeypatch.setattr(os, "access", lambda p, mode: Path(p) == path)
    with pytest.raises(SessionError, match=r"'book' can't be written \(its folder .* read-only\)"):
        SessionStore.open(path)
    monkeypatch.setattr(os, "access", lambda p, mode: Path(p) != path)
    with pytest.raises(SessionError, match=r"'book' can't be written \(its file is read-only\)"):
        SessionStore.open(path)
    assert read_session(path).events == full_session().events
    assert sorted(p.name for p in path.parent.iterdir()) == before


def test_a_lock_that_can_not_be_made(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(GOOD)
    for code, message in (
        (errno.EACCES, r"can't be written \(its folder "),
        (errno.ENOLCK, "can't be locked: .*; put it on a disk that has file locks"),
        (errno.ENOSYS, "can't be locked: .*; put it on a disk that has file locks"),
    ):

        def refuse(descriptor: int, operation: int, code: int = code) -> NoReturn:
            raise OSError(code, "refused")

        with monkeypatch.context() as patch:
            if code == errno.EACCES:
                patch.setattr("filelock.FileLock.acquire", _raise(PermissionError(code, "no")))
            else:
                patch.setattr("fcntl.flock", refuse)
            with pytest.raises(SessionError, match=message):
                SessionStore.open(path)
    SessionStore.open(path).close()


def test_version_1_opens_for_ever() -> None:
    session = read_session(FIXTURES / "version-1.json")
    _is_the_sample(session)


def test_version_1_with_finishes_opens_for_ever() -> None:
    session = read_session(FIXTURES / "version-1-finish.json")
    first, second = session.finishes
    assert (first.chosen, first.opening, first.ended, first.text) == (1, 1, "finished", "test .840")
    assert first.scores_of(3) == [None]
    assert first.test is not None
    assert first.test.correct == (840,)
    assert session.open_finish is second
    assert second.remaining == (1, 3)


def test_version_1_says_why_its_trials_ended(tmp_path: Path) -> None:
    for name in ("version-1-causes.json", "version-1-causes.journal.jsonl"):
        shutil.copy(FIXTURES / name, tmp_path / name)
    path = tmp_path / "version-1-causes.json"
    _causes_are_known(read_session(path))
    assert json.loads(path.read_bytes())["version"] == 1, "looking changes nothing"
    with SessionStore.open(path) as store:
        _causes_are_known(store.session)
        # An older program refuses the file from now on, and there is no line that it could add to.
        assert json.loads(path.read_bytes())["version"] == VERSION
        assert json.loads(path.with_suffix(".journal.jsonl").read_bytes())["e"]["number"] == 30
    _causes_are_known(read_session(path))


def _causes_are_known(session: Session) -> None:
    trials = session.trials
    by_cause = {t.cause: t.number for t in reversed(trials)}
    assert by_cause == {
        None: 1, "given-up": 4, "memory": 10, "error": 16, "seconds": 26, "person": 27,
        "diverged": 29,
    }  # fmt: skip
    assert trials[15].reason == "ValueError: the price is inf today"
    assert [t.number for t in trials if t.draw == "person"] == [25, 26, 27, 28, 29]
    assert trials[29].state is TrialState.INTERRUPTED


def _is_the_sample(session: Session) -> None:
    assert session.name == "book"
    assert session.events == 31
    assert session.trials[0].curve["val_acc"] == [0.3, 0.6, 0.9]
    assert list(session.waiting) == [3, 4, 5]
    assert [r.number for r in session.revisions] == [1, 2]
    assert session.current == 1
    assert session.redo == [2]
    assert session.draft is not None
    assert session.trials[0].tags == ("a", "é")


def _refused(path: Path, kind: type[SessionError], message: str) -> None:
    for use in (read_session, SessionStore.open):
        with pytest.raises(kind) as caught:
            use(path)
        assert message in str(caught.value)


def _raise(error: Exception) -> Callable[..., NoReturn]:
    def refuse(*args: object, **options: object) -> NoReturn:
        raise error

    return refuse
