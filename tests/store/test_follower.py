from __future__ import annotations

from pathlib import Path

import pytest

from tests.model.sample import (
    ROUND,
    create,
    everything,
    full_session,
    one_trial,
    queued,
    state_of,
)
from tuitune.errors import SessionError, SessionFileError
from tuitune.model.events import Event, TrialEnded, TrialStarted
from tuitune.model.trial import TrialState
from tuitune.store import Follower, SessionStore, files, read_session, reading
from tuitune.store.files import journal_path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "book.json"


def put(store: SessionStore, events: list[Event]) -> None:
    for event in events:
        store.session.apply(event)
        store.append(event)


def test_events_arrive_once_and_in_order(path: Path) -> None:
    with create(path, []) as store:
        follower = Follower(path)
        assert follower.poll() == []
        for event in everything():
            put(store, [event])
            assert follower.poll() == [event]
            assert not follower.replaced
        assert follower.poll() == []
        assert state_of(follower.session) == state_of(store.session)


def test_a_fold_between_two_looks_goes_unnoticed_by_one_who_saw_all(path: Path) -> None:
    with create(path, [ROUND]) as store:
        follower = Follower(path)
        session = follower.session
        for number in range(1, 6):
            events = list(one_trial(number))
            put(store, events)
            assert follower.poll() == events
            store.fold(store.session)
            if number % 2:
                assert follower.poll() == []
        put(store, [queued(6)])
        assert follower.poll() == [queued(6)]
        assert follower.session is session
        assert not follower.replaced
        assert state_of(session) == state_of(store.session)


def test_a_fold_over_events_that_were_not_seen_replaces_the_session(path: Path) -> None:
    with create(path, [ROUND]) as store:
        follower = Follower(path)
        put(store, list(one_trial(1)))
        store.fold(store.session)
        put(store, [queued(2)])
        session = follower.session
        assert follower.poll() == []
        assert follower.replaced
        assert follower.session is not session
        assert state_of(follower.session) == state_of(store.session)
        put(store, [TrialStarted(number=2, at=1.0)])
        assert len(follower.poll()) == 1
        assert not follower.replaced


def test_a_journal_that_grew_past_the_old_one_is_told_from_it(path: Path) -> None:
    with create(path, [ROUND, queued(1)]) as store:
        follower = Follower(path)
        store.fold(store.session)
        put(store, [event for n in range(2, 12) for event in one_trial(n)])
        assert len(follower.poll()) == 60
        assert state_of(follower.session) == state_of(store.session)


def test_a_torn_line_is_not_there_yet(path: Path) -> None:
    with create(path, [ROUND]) as store:
        put(store, [queued(1)])
        journal = journal_path(path)
        whole = journal.read_bytes()
        start = whole.index(b"\n") + 1
        follower = None
        for end in range(start, len(whole) + 1):
            journal.write_bytes(whole[:end])
            if follower is None:
                follower = Follower(path)
            events = follower.poll()
            assert events == ([queued(1)] if end == len(whole) else [])


def test_trials_of_a_dead_engine_are_shown_interrupted(path: Path) -> None:
    store = create(path)
    follower = Follower(path)
    assert follower.session.counts[TrialState.RUNNING] == 1
    assert follower.poll() == []
    store.close()
    (event,) = follower.poll()
    assert isinstance(event, TrialEnded)
    assert (event.number, event.state) == (5, TrialState.INTERRUPTED)
    assert follower.session.trials[4].state is TrialState.INTERRUPTED
    assert follower.poll() == []
    with SessionStore.open(path) as again:
        assert [type(e) for e in follower.poll()] == [TrialEnded], "what the next engine recorded"
        assert state_of(follower.session) == state_of(again.session)
        put(again, [TrialStarted(number=5, at=2.0)])
        assert follower.poll() == [TrialStarted(number=5, at=2.0)]
        assert follower.session.running


def test_a_follower_of_a_session_that_nobody_runs(path: Path) -> None:
    create(path).close()
    follower = Follower(path)
    assert state_of(follower.session) == state_of(read_session(path))
    assert follower.poll() == []


def test_a_session_that_goes_away(path: Path) -> None:
    create(path, [ROUND]).close()
    follower = Follower(path)
    path.unlink()
    with pytest.raises(SessionError, match="There is no session 'book'"):
        follower.poll()


def test_a_journal_that_gets_damaged(path: Path) -> None:
    with create(path, [ROUND, queued(1)]):
        follower = Follower(path)
        with journal_path(path).open("ab") as file:
            file.write(b"garbage\n" * 2)
        with pytest.raises(SessionFileError, match="is damaged in line 3"):
            follower.poll()


def test_a_session_replaced_by_an_older_copy(path: Path) -> None:
    store = create(path, [ROUND], fold=True)
    copy = path.read_bytes()
    put(store, list(one_trial(1)))
    store.fold(store.session)
    store.close()
    follower = Follower(path)
    path.unlink()
    path.write_bytes(copy)
    assert follower.poll() == []
    assert follower.replaced
    assert follower.session.trials == []


@pytest.mark.parametrize("moment", ["before the journal", "between snapshot and journal"])
def test_a_reader_that_meets_a_fold_reads_again(
    path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    with create(path) as store:
        read = files.read_file
        folds = 0

        def fold_meanwhile(file: Path) -> bytes:
            nonlocal folds
            content = read(file)
            if not folds:
                folds += 1
                store.fold(store.session)
                if moment == "before the journal":
                    put(store, [queued(6)])
            return content

        monkeypatch.setattr(reading, "read_file", fold_meanwhile)
        assert state_of(read_session(path)) == state_of(store.session)
        assert folds == 1


def test_following_by_name_of_a_link(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "l" / "linked.json"
    link.parent.mkdir()
    link.symlink_to(path)
    with create(path) as store:
        follower = Follower(link)
        assert state_of(follower.session) == state_of(full_session())
        put(store, [queued(6)])
        assert follower.poll() == [queued(6)]
        assert state_of(read_session(link)) == state_of(store.session)
