"""A disk that refuses: training waits, nothing is lost, and it goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.support import MakeEngine, run
from tests.engine.test_rounds import points
from tuitune.engine import Run, loop
from tuitune.errors import StorageError
from tuitune.model.events import Event, StorageRecovered, StorageTroubled
from tuitune.model.trial import TrialState
from tuitune.store import read_session


def test_training_waits_for_room_on_the_disk_and_goes_on(
    make_engine: MakeEngine, session_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "RETRY_SECONDS", 0.001)
    fresh = session_file.read_bytes()
    run(make_engine(), Run(trials=3))
    undisturbed = points(read_session(session_file))
    session_file.write_bytes(fresh)

    engine = make_engine()
    store = engine.recorder.store
    real_append, real_retry = store.append, store.retry
    count = {"events": 0, "retries": 0}

    def append(event: Event) -> None:
        count["events"] += 1
        if count["events"] == 9:
            waiting.append(event)
            raise StorageError("The disk is full.")
        real_append(event)

    def retry() -> None:
        count["retries"] += 1
        if count["retries"] < 4:
            raise StorageError("The disk is full.")
        while waiting:
            real_append(waiting.pop(0))
        real_retry()

    waiting: list[Event] = []
    monkeypatch.setattr(store, "append", append)
    monkeypatch.setattr(store, "retry", retry)
    said = run(engine, Run(trials=3))
    troubles = [m for m in said if isinstance(m, StorageTroubled | StorageRecovered)]
    assert [type(m) for m in troubles] == [StorageTroubled, StorageRecovered]
    assert count["retries"] == 4
    session = read_session(session_file)
    assert session.counts[TrialState.DONE] == 3
    assert points(session) == undisturbed
