"""A session on disk and an engine with a trainer made for the test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.engine.support import SPACE, MakeEngine, executor_of, rising
from tuitune.engine import Engine
from tuitune.executors.base import TrainFunction
from tuitune.model.events import RevisionCommitted, SessionCreated
from tuitune.model.trial import Problem
from tuitune.store import SessionStore


@pytest.fixture
def session_file(tmp_path: Path) -> Path:
    """A fresh session of two parameters and four epochs, closed."""
    path = tmp_path / "try.json"
    SessionStore.create(
        path,
        SessionCreated("try", Problem(epochs=4), 7, 1.0, "test"),
        RevisionCommitted(1, None, SPACE, 1.0),
    ).close()
    return path


@pytest.fixture
def make_engine(session_file: Path) -> MakeEngine:
    """Open the session with an engine; each call is a new run of the program."""

    def make(train: TrainFunction = rising, *, workers: int = 1, **options: Any) -> Engine:
        return Engine(
            SessionStore.open(session_file),
            workers=workers,
            executor_factory=lambda inbox, count: executor_of(train, inbox, count),
            **options,
        )

    return make
