"""A link to an engine of this process whose screen is stuck."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import pytest

from tests.engine.support import MakeEngine
from tests.link.test_together import text_of
from tuitune.engine import Run
from tuitune.link import AttachedLink, LocalLink, local
from tuitune.model.events import EngineStatus, RoundEnded
from tuitune.store import read_session

PATIENCE = 30.0


def test_a_screen_far_behind_reads_the_files_and_misses_nothing(
    make_engine: MakeEngine, session_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "MOST_WAITING", 20)
    link = LocalLink(make_engine())
    other = AttachedLink(session_file)
    link.ask(Run(trials=60))
    until = monotonic() + PATIENCE
    while not (other.session.rounds and other.session.rounds[0].ended):
        assert monotonic() < until
        other.receive(0.1)
    assert link._news.qsize() < 60
    drained = link.drain()
    assert drained.replaced
    assert RoundEnded in {type(event) for event in drained.happened}
    assert drained.trials == set(range(1, 61))
    assert text_of(link.session) == text_of(read_session(session_file))
    ticket = link.ask(Run(trials=2, new_round=True))
    answer = link.wait(ticket, PATIENCE)
    assert answer is not None
    while link.state is not EngineStatus.IDLE or len(link.session.trials) < 62:
        assert monotonic() < until
        link.receive(0.1)
    assert text_of(link.session) == text_of(read_session(session_file))
    other.close()
    link.close()
