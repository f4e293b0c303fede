"""Two screens and commands from a third terminal at once: all agree with the file in the end."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from time import monotonic

import pytest

from tests.engine.support import MakeEngine
from tuitune.engine import (
    Annotate,
    Command,
    CommitRevision,
    EndRound,
    Enqueue,
    KillTrial,
    Pause,
    Redo,
    RetryTrial,
    Run,
    SaveDraft,
    SetWorkers,
    StopTrial,
    Undo,
)
from tuitune.errors import UsageError
from tuitune.link import AttachedLink, Link, LocalLink, do
from tuitune.model import Session
from tuitune.model.events import EngineStatus
from tuitune.space import parse_parameter
from tuitune.store import read_session
from tuitune.store.snapshot import encode_snapshot

COMMANDS = int(os.environ.get("TUITUNE_COMMANDS", "40"))
"""Of each of the three; `.ci/run long` sends 200."""

PATIENCE = 60.0


def some_command(chance: random.Random, session: Session) -> Command:
    """Return any command, also one that will be refused."""
    trial = chance.randint(1, max(len(session.trials), 1))
    low = chance.randint(-6, -3)
    lr = parse_parameter(f"1e{low}..1e{low + chance.randint(1, 3)} log")
    space = session.space.replace("lr", lr)
    width = {"lr": 10.0**low, "width": chance.randint(8, 64)}
    choices: list[Callable[[], Command]] = [
        lambda: CommitRevision(space, parent=session.current),
        lambda: CommitRevision(space, parent=session.current, run=Run(trials=3, new_round=True)),
        lambda: CommitRevision(space, parent=1),
        Undo,
        Redo,
        lambda: Annotate(trial, note=str(chance.random()), pinned=chance.random() < 0.5),
        lambda: Enqueue(width, start=chance.random() < 0.5),
        lambda: RetryTrial(trial, start=chance.random() < 0.5),
        lambda: StopTrial(trial),
        lambda: KillTrial(trial),
        lambda: SetWorkers(chance.randint(1, 3)),
        lambda: SaveDraft(space),
        lambda: Run(trials=chance.randint(1, 4)),
        Pause,
        EndRound,
    ]
    return chance.choice(choices)()


def act(link: Link, seed: int, failures: list[BaseException]) -> None:
    """Send commands as a screen does, each after the answer to the one before."""
    chance = random.Random(seed)
    try:
        for _ in range(COMMANDS):
            link.drain()
            answer = link.wait(link.ask(some_command(chance, link.session)), PATIENCE)
            assert answer is not None
            assert not answer.ended
    except BaseException as error:
        failures.append(error)


def act_once_each(path: Path, seed: int, failures: list[BaseException]) -> None:
    """Send commands as one-off verbs do."""
    chance = random.Random(seed)
    try:
        for _ in range(COMMANDS):
            try:
                do(path, some_command(chance, read_session(path)))
            except UsageError:
                continue
    except BaseException as error:
        failures.append(error)


def text_of(session: Session) -> bytes:
    return b"".join(encode_snapshot(session))


@pytest.mark.parametrize("seed", [1, 2])
def test_all_agree_in_the_end(make_engine: MakeEngine, session_file: Path, seed: int) -> None:
    held = LocalLink(make_engine())
    other = AttachedLink(session_file)
    late = AttachedLink(session_file)
    failures: list[BaseException] = []
    threads = [
        Thread(target=act, args=(held, 3 * seed, failures)),
        Thread(target=act, args=(other, 3 * seed + 1, failures)),
        Thread(target=act_once_each, args=(session_file, 3 * seed + 2, failures)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(4 * PATIENCE)
    assert not failures
    held.wait(held.ask(EndRound()), PATIENCE)
    until = monotonic() + PATIENCE
    while held.state is not EngineStatus.IDLE or held.session.running:
        assert monotonic() < until
        held.receive(0.1)
    held.drain()
    for follower in (other, late):
        while text_of(follower.session) != text_of(held.session):
            assert monotonic() < until
            follower.receive(0.1)
    assert text_of(read_session(session_file)) == text_of(held.session)
    links: list[Link] = [late, other, held]
    for link in links:
        link.close()
    assert text_of(read_session(session_file)) == text_of(held.session)
