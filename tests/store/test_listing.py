from __future__ import annotations

import os
from pathlib import Path

from tests.model.sample import CREATED, FIRST, ROUND, create, one_trial
from tuitune.model.trial import Problem, TrialState
from tuitune.store import SessionStore, SessionSummary, list_sessions
from tuitune.store.files import journal_path


def test_no_folder_and_no_session(tmp_path: Path) -> None:
    assert list_sessions(tmp_path / "missing") == []
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "book.journal.jsonl").write_text("x")
    assert list_sessions(tmp_path) == []


def test_folded_or_not_a_session_lists_the_same(tmp_path: Path) -> None:
    for name, fold in (("folded", True), ("journalled", False)):
        create(tmp_path / f"{name}.json", fold=fold).close()
    one, other = list_sessions(tmp_path)
    assert (one.name, other.name) == ("folded", "journalled")
    for found in (one, other):
        assert found.problem == ""
        assert found.path == tmp_path / f"{found.name}.json"
        assert (found.revision, found.rounds, found.metric) == (1, 2, "val_acc")
        assert (found.best_score, found.best_trial) == (0.9, 1)
        assert found.trials == {
            **dict.fromkeys(TrialState, 0),
            TrialState.DONE: 1,
            TrialState.FAILED: 1,
            TrialState.QUEUED: 2,
            TrialState.INTERRUPTED: 1,
        }
        assert not found.busy


def test_a_session_in_use_is_busy_and_its_trials_run(tmp_path: Path) -> None:
    with create(tmp_path / "a.json", fold=True), create(tmp_path / "b.json"):
        for found in list_sessions(tmp_path):
            assert found.busy
            assert found.trials[TrialState.RUNNING] == 1
    assert not any(found.busy for found in list_sessions(tmp_path))


def test_the_least_is_best_where_it_is_minimised(tmp_path: Path) -> None:
    created = type(CREATED)(
        name="loss", problem=Problem(metric="val_acc", direction="minimize", epochs=3), seed=1,
        at=1.0, program="0.1.0",
    )  # fmt: skip
    with SessionStore.create(tmp_path / "loss.json", created, FIRST) as store:
        for event in [ROUND, *one_trial(1, 0.6), *one_trial(2, 0.3), *one_trial(3, 0.3)]:
            store.session.apply(event)
            store.append(event)
        before = list_sessions(tmp_path)
        store.fold(store.session)
        after = list_sessions(tmp_path)
    for (found,) in (before, after):
        assert (found.best_score, found.best_trial) == (0.3, 2)


def test_the_time_of_the_last_write_counts_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "book.json"
    create(path).close()
    os.utime(path, (1000.0, 1000.0))
    os.utime(journal_path(path), (2000.0, 2000.0))
    (found,) = list_sessions(tmp_path)
    assert found.modified_at == 2000.0


def test_a_link_to_nowhere_and_a_directory_have_a_problem(tmp_path: Path) -> None:
    (tmp_path / "dir.json").mkdir()
    (tmp_path / "link.json").symlink_to(tmp_path / "nowhere.json")
    directory, link = list_sessions(tmp_path)
    assert "is a directory" in directory.problem
    assert "There is no session" in link.problem
    assert link == SessionSummary("link", tmp_path / "link.json", problem=link.problem)
