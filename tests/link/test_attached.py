"""Attached to another process: one that is killed, stopped, ended, or of another version."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

from tests.engine.support import MakeEngine
from tuitune.engine import EngineOptions, Enqueue, Pause, Run, SetWorkers
from tuitune.errors import SessionBusyError
from tuitune.link import AttachedLink, Link, LocalLink, attached, do, open_link, server
from tuitune.model.events import EngineState, EngineStatus, EpochReported, Notice, RoundEnded
from tuitune.model.trial import TrialState
from tuitune.store import read_session

PATIENCE = 30.0


@pytest.fixture
def training(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Another process that trains a round of long trials."""
    run = [sys.executable, "-m", "tuitune"]
    subprocess.run(
        [*run, "new", "long", "--epochs", "100000", "--train-size", "50"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    process = subprocess.Popen(
        [*run, "run", "long"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert "round 1" in process.stdout.readline()
    yield process, tmp_path / "sessions" / "long.json"
    process.kill()
    process.communicate()


def until(link: Link, what: Callable[[object], bool]) -> None:
    ends = monotonic() + PATIENCE
    while True:
        message = link.receive(0.1)
        if message is not None and what(message):
            return
        assert monotonic() < ends


def state(wanted: EngineStatus) -> Callable[[object], bool]:
    return lambda message: isinstance(message, EngineState) and message.state is wanted


def test_a_holder_that_is_killed_is_said_and_the_session_can_be_taken(
    training: tuple[subprocess.Popen[str], Path],
) -> None:
    process, path = training
    link = AttachedLink(path)
    until(link, lambda message: isinstance(message, EpochReported))
    process.kill()
    process.wait()
    said: list[str] = []

    def gone(message: object) -> bool:
        if isinstance(message, EngineState):
            said.append(message.detail)
        return link.is_gone and any(said)

    until(link, gone)
    assert f"Process {process.pid}, which trained, is gone" in said[-1]
    ends = monotonic() + PATIENCE
    while link.session.running and monotonic() < ends:
        link.receive(0.1)
    assert not link.session.running
    with pytest.raises(SessionBusyError):
        link.ask(Run())
    taken = open_link(path, EngineOptions())
    assert taken.trains_here
    taken.close()
    link.close()


def test_one_that_is_stopped_is_said_and_found_again(
    training: tuple[subprocess.Popen[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attached, "PING_SECONDS", 0.1)
    monkeypatch.setattr(attached, "SILENT_SECONDS", 0.3)
    process, path = training
    link = AttachedLink(path)
    process.send_signal(signal.SIGSTOP)
    until(link, state(EngineStatus.SILENT))
    ticket = link.ask(SetWorkers(2))
    assert link.wait(ticket, 0.1) is None
    process.send_signal(signal.SIGCONT)
    until(link, state(EngineStatus.RUNNING))
    until(link, lambda _: link.session.workers == 2)
    link.close()


def test_one_that_ends_in_order_says_so(training: tuple[subprocess.Popen[str], Path]) -> None:
    process, path = training
    link = AttachedLink(path)
    process.terminate()
    process.wait()
    details: list[str] = []

    def gone(message: object) -> bool:
        if isinstance(message, EngineState):
            details.append(message.detail)
        return link.is_gone

    until(link, gone)
    assert not any(details)
    assert link.state is EngineStatus.IDLE
    assert read_session(path).counts[TrialState.INTERRUPTED] == 1
    link.close()


def test_a_connection_that_breaks_is_made_again(
    make_engine: MakeEngine, session_file: Path
) -> None:
    held = LocalLink(make_engine())
    link = AttachedLink(session_file)
    assert link._connection is not None
    link._connection.close()
    answer = link.wait(link.ask(Pause()), PATIENCE)
    assert answer is not None
    assert answer.is_done
    link.close()
    held.close()


def test_another_version_is_followed(
    make_engine: MakeEngine, session_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = LocalLink(make_engine())
    monkeypatch.setattr(attached, "PROTOCOL", 99)
    link = AttachedLink(session_file)
    assert not link.writable
    assert link.state is EngineStatus.FOLLOWING
    assert "another version of TuiTune" in link.why_read_only
    with pytest.raises(SessionBusyError):
        link.ask(Pause())
    link.close()
    held.close()


def test_who_attaches_later_knows_what_is_not_in_the_file(
    make_engine: MakeEngine, session_file: Path
) -> None:
    held = LocalLink(make_engine())
    early = AttachedLink(session_file)
    held.ask(Run(trials=1_000_000))
    held.ask(Pause())
    until(held, state(EngineStatus.PAUSED))
    until(early, state(EngineStatus.PAUSED))
    late = AttachedLink(session_file)
    assert late.state is EngineStatus.PAUSED
    assert late.hello is not None
    assert late.hello.pid == os.getpid()
    for link in (early, late, held):
        link.close()


def test_what_went_into_the_snapshot_meanwhile_is_told_by_its_main_events(
    make_engine: MakeEngine, session_file: Path
) -> None:
    held = LocalLink(make_engine())
    link = AttachedLink(session_file)
    ticket = held.ask(Run(trials=4))
    assert held.wait(ticket, PATIENCE) is not None
    until(held, lambda message: isinstance(message, RoundEnded))
    until(held, state(EngineStatus.IDLE))
    drained = link.drain()
    assert RoundEnded in {type(event) for event in drained.happened}
    assert {trial.number for trial in link.session.trials} == {1, 2, 3, 4}
    link.close()
    held.close()


def test_many_notices_to_one_that_sleeps_hold_nobody_up(
    make_engine: MakeEngine, session_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MOST_UNSENT", 20_000)
    engine = make_engine()
    held = LocalLink(engine)
    link = AttachedLink(session_file)
    for place in range(200):
        done = do(session_file, Enqueue({"lr": 1e-3, "width": 8 + place % 56}, start=False))
        assert done.answer.result.trial == place + 1
    link.drain()
    assert len(link.session.trials) == 200
    assert all(not isinstance(message, Notice) for message in link.drain().happened)
    link.close()
    held.close()
