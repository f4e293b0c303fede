"""How many trials run at once: the session remembers it, and options say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.support import MakeEngine
from tuitune.engine import EngineOptions, Run, SetWorkers, open_engine
from tuitune.errors import UsageError
from tuitune.store import SessionStore, read_session
from tuitune.store.lock import is_held


def test_the_next_program_begins_with_the_number_used_last(
    make_engine: MakeEngine, session_file: Path
) -> None:
    engine = make_engine(workers=3)
    engine.send(Run(trials=2))
    engine.run(until_idle=True)
    assert read_session(session_file).workers == 3
    engine = make_engine(workers=None)
    assert engine.workers == 3
    engine.send(SetWorkers(1))
    engine.run(until_idle=True)
    assert read_session(session_file).workers == 1


def test_one_worker_is_nothing_to_remember(make_engine: MakeEngine, session_file: Path) -> None:
    before = read_session(session_file).events
    make_engine(workers=None).run(until_idle=True)
    session = read_session(session_file)
    assert (session.workers, session.events) == (None, before)


@pytest.mark.parametrize(
    ("options", "workers"), [(EngineOptions(workers=4), 4), (EngineOptions(max_failures=0), 1)]
)
def test_options_make_the_engine(session_file: Path, options: EngineOptions, workers: int) -> None:
    engine = open_engine(SessionStore.open(session_file), options)
    assert engine.workers == workers
    assert engine.breaker.max_failures == options.max_failures
    engine.run(until_idle=True)


def test_what_the_trainer_can_t_have_gives_the_session_free(session_file: Path) -> None:
    with pytest.raises(UsageError, match="Limits and GPUs are for functions and programs"):
        open_engine(SessionStore.open(session_file), EngineOptions(gpus=("0", "1")))
    assert not is_held(session_file)
