from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.model.sample import (
    CREATED,
    FIRST,
    ROUND,
    create,
    everything,
    full_session,
    one_trial,
    queued,
    snapshot_bytes,
    state_of,
    with_interruption,
)
from tuitune.errors import SessionBusyError, SessionError, SessionFileError
from tuitune.model.events import EpochReported, TrialAnnotated, TrialStarted
from tuitune.model.trial import TrialState
from tuitune.store import SessionStore, holder, read_session
from tuitune.store.files import journal_path
from tuitune.store.lock import is_held
from tuitune.store.snapshot import VERSION


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "book.json"


@pytest.mark.parametrize("fold", [False, True])
def test_what_was_appended_is_read_back(path: Path, fold: bool) -> None:
    store = create(path, fold=fold)
    found = read_session(path)
    assert state_of(found) == state_of(store.session) == state_of(full_session())
    assert found.trials[4].state is TrialState.RUNNING, "the store still holds it"
    store.close()


def test_the_snapshot_is_strict_and_has_one_trial_a_line(path: Path) -> None:
    create(path, fold=True).close()

    def refuse(literal: str) -> None:
        raise AssertionError(literal)

    data = json.loads(path.read_text(), parse_constant=refuse)
    assert data["format"] == "tuitune-session"
    assert data["version"] == VERSION
    lines = path.read_text().splitlines()
    assert [line for line in lines if '"number":5' in line] == [
        '  {"number":5,"round":1,"revision":1,'
        '"params":{"lr":0.0002,"batch":16},"seed":5,"epochs":3,"state":"running","score":0.3,'
        '"train_score":0.9,"epochs_done":1,"seconds":0.1,"started_at":1010.0,"draw":"person",'
        '"by":{"kind":"screen","pid":7,"user":"ann"},"curve":{"val_acc":[0.3],"train_acc":[0.9]}}'
    ]
    assert not journal_path(path).exists()


def test_a_snapshot_of_a_snapshot_is_the_same(path: Path) -> None:
    create(path, fold=True).close()
    before = path.read_bytes()
    assert snapshot_bytes(full_session()) == before
    path.write_bytes(before)
    with SessionStore.open(path) as store:
        store.fold(store.session)
        again = read_session(path)
    # Opening recorded that trial 5 was interrupted, so that is the one difference.
    assert again.events == full_session().events + 1
    assert again.waiting[5].state is TrialState.INTERRUPTED


def test_numbers_that_are_not_finite_become_null(path: Path) -> None:
    events = [ROUND, queued(1), TrialStarted(number=1, at=1.0)]
    events.append(
        EpochReported(
            number=1, epoch=1, metrics={"val_acc": float("nan"), "x": float("inf")}, seconds=1.0
        )
    )
    store = create(path, [])
    for event in events:
        store.session.apply(event)
        store.append(event)
    assert read_session(path).trials[0].curve == {"val_acc": [None], "x": [None]}
    store.fold(store.session)
    assert read_session(path).trials[0].curve == {"val_acc": [None], "x": [None]}
    store.close()


def test_half_characters_of_a_foreign_text_are_kept_out_of_the_files(path: Path) -> None:
    note = TrialAnnotated(number=1, note="caf\udce9")
    with create(path, [ROUND, *one_trial(1), note]) as store:
        assert read_session(path).trials[0].note == "caf?"
        store.fold(store.session)
    assert read_session(path).trials[0].note == "caf?"


def test_a_running_trial_is_interrupted_when_its_engine_is_gone(path: Path) -> None:
    create(path).close()
    looked = read_session(path)
    assert looked.trials[4].state is TrialState.INTERRUPTED
    assert looked.events == full_session().events, "looking records nothing"
    with SessionStore.open(path) as store:
        assert store.session.counts[TrialState.RUNNING] == 0
        assert list(store.session.waiting) == [3, 4, 5]
        assert store.session.events == looked.events + 1
        assert state_of(read_session(path)) == state_of(store.session)


def test_a_crash_between_snapshot_and_journal_is_harmless(path: Path) -> None:
    store = create(path)
    lines = journal_path(path).read_bytes()
    store.fold(store.session)
    store.close()
    journal_path(path).write_bytes(lines)
    assert state_of(read_session(path)) == state_of(with_interruption(full_session()))
    with SessionStore.open(path) as store:
        assert store.session.events == full_session().events + 1


@pytest.mark.parametrize("torn", [b'{"n":26,"e":{"ty', b"\0" * 50, b"\0\0\0\n", b"\xff"])
def test_a_torn_last_line_is_ignored_and_cut_off(path: Path, torn: bytes) -> None:
    create(path, [ROUND, *one_trial(1)]).close()
    whole = journal_path(path).read_bytes()
    journal_path(path).write_bytes(whole + torn)
    assert read_session(path).events == 9
    with SessionStore.open(path) as store:
        assert journal_path(path).read_bytes() == whole
        store.append(queued(2))
    assert read_session(path).events == 10


def test_a_journal_that_is_only_a_torn_line(path: Path) -> None:
    create(path, []).close()
    journal_path(path).write_bytes(b'{"n":3,"e"')
    with SessionStore.open(path) as store:
        store.append(ROUND)
    assert len(read_session(path).rounds) == 1


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"garbage", "is damaged in line 4"),
        (b"", "is damaged in line 4"),
        (
            b'{"n":6,"e":{"type":"trial-started","number":"x","at":1.0}}',
            "Expected `int`, got `str`",
        ),
        (b'{"n":6,"e":{"type":"from-the-future"}}', "Invalid value 'from-the-future'"),
        (b'{"n":60,"e":{"type":"trial-started","number":1,"at":1.0}}', "from event 5 to event 60"),
        (b'{"n":5,"e":{"type":"trial-started","number":1,"at":1.0}}', "from event 5 to event 5"),
        (b'{"n":6,"e":{"type":"trial-started","number":9,"at":1.0}}', "event 6: no trial 9"),
        (b'{"n":6,"e":{"type":"trial-started","number":0,"at":1.0}}', "Expected `int` >= 1"),
        (
            b'{"n":6,"e":{"type":"round-ended","number":0,"how":"ended","at":1.0}}',
            "Expected `int` >= 1",
        ),
        (b'{"n":6,"e":{"type":"draft-saved","space":{"parameters":{}}}}', "at least one parameter"),
    ],
)
def test_a_damaged_line_in_the_middle_is_named(path: Path, line: bytes, message: str) -> None:
    create(path, [ROUND, *one_trial(1)]).close()
    lines = journal_path(path).read_bytes().split(b"\n")
    lines[3] = line
    damaged = b"\n".join(lines)
    journal_path(path).write_bytes(damaged)
    for use in (read_session, SessionStore.open):
        with pytest.raises(SessionFileError) as caught:
            use(path)
        assert message in str(caught.value)
        assert "book.journal.jsonl" in str(caught.value)
        assert journal_path(path).read_bytes() == damaged
    assert not is_held(path)


# -- the lock ------------------------------------------------------------------------------


def test_a_second_opener_is_told_who_holds_it(path: Path) -> None:
    with create(path, []):
        with pytest.raises(SessionBusyError) as caught:
            SessionStore.open(path)
        assert f"'book' is in use by process {os.getpid()} on " in str(caught.value)
        found = holder(path)
        assert found is not None
        assert found.pid == os.getpid()
        assert is_held(path)
    assert holder(path) is None, "what the file says of the last holder doesn't count"
    assert not is_held(path)
    SessionStore.open(path).close()


def test_a_holder_that_left_no_word_is_another_process(path: Path) -> None:
    with create(path, []):
        path.with_name("book.lock").write_text("")
        with pytest.raises(SessionBusyError, match="in use by another process;"):
            SessionStore.open(path)


def test_a_name_is_taken_once(path: Path) -> None:
    create(path, []).close()
    before = path.read_bytes()
    with pytest.raises(SessionError, match="exists already"):
        SessionStore.create(path, CREATED, FIRST)
    assert path.read_bytes() == before
    assert not is_held(path)


def test_a_new_session_forgets_the_journal_of_a_deleted_one(path: Path) -> None:
    create(path).close()
    path.unlink()
    create(path, []).close()
    assert read_session(path).events == 2


def test_a_symbolic_link_stays_one(path: Path, tmp_path: Path) -> None:
    create(path, []).close()
    link = tmp_path / "elsewhere" / "linked.json"
    link.parent.mkdir()
    link.symlink_to(path)
    with SessionStore.open(link) as store:
        for event in (ROUND, queued(1)):
            store.session.apply(event)
            store.append(event)
        assert len(read_session(link.resolve()).trials) == 1
        store.fold(store.session)
    assert link.is_symlink()
    assert len(read_session(link).trials) == 1


def test_the_permissions_of_the_file_outlast_a_fold(path: Path) -> None:
    with create(path, [ROUND]) as store:
        path.chmod(0o640)
        store.fold(store.session)
    assert path.stat().st_mode & 0o777 == 0o640


# -- folding -------------------------------------------------------------------------------


def test_a_fold_is_due_when_the_journal_outgrew_the_snapshot(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuitune.store.store.FOLD_BYTES", 0)
    with create(path, [ROUND]) as store:
        assert not store.should_fold()
        number = 0
        while not store.should_fold():
            number += 1
            for event in one_trial(number):
                store.session.apply(event)
                store.append(event)
        assert journal_path(path).stat().st_size > path.stat().st_size
        store.fold(store.session)
        assert not store.should_fold()
    assert state_of(read_session(path)) == state_of(store.session)


def test_a_fold_of_nothing_new_leaves_the_file_alone(path: Path) -> None:
    create(path, [ROUND], fold=True).close()
    before = path.stat()
    with SessionStore.open(path) as store:
        store.fold(store.session)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_session_that_lacks_an_event_is_not_folded(path: Path) -> None:
    with create(path, []) as store:
        store.append(ROUND)
        with pytest.raises(ValueError, match="2 events, not 3"):
            store.fold(store.session)


def test_the_sample_has_every_kind_of_event() -> None:
    kinds = {type(event).__name__ for event in [CREATED, FIRST, *everything()]}
    assert len(kinds) == 25
