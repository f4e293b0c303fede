"""Commands that come from another process, through the door of the one that holds the session."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.engine.support import SPACE, MakeEngine
from tuitune.engine import Command, CommitRevision, Engine, Enqueue, Pause, Quit, Reason, Run, Undo
from tuitune.engine.commands import AnyCommand, decode_command
from tuitune.engine.outside import LONGEST_LINE, ask_holder
from tuitune.errors import SessionBusyError, UsageError
from tuitune.model.events import RevisionCommitted, RoundEnded, RoundStarted
from tuitune.store import holder, read_session
from tuitune.words import encode


@pytest.fixture
def engine(make_engine: MakeEngine) -> Iterator[Engine]:
    """An engine in a thread of its own, with its door open."""
    engine = make_engine()
    engine.open_door()
    engine.start()
    yield engine
    engine.send(Quit())
    assert engine.join(10)


def address(path: Path) -> str:
    found = holder(path)
    assert found is not None
    return found.address


def test_every_command_travels() -> None:
    assert set(AnyCommand.__args__) == set(Command.__subclasses__())
    reasons = {"lr": Reason("why", {"p": None})}
    sent = CommitRevision(SPACE, reasons, run=Run(trials=3), outside="stop")
    assert decode_command(encode(sent)) == sent
    point = Enqueue({"lr": 1.0, "width": 3, "flag": True, "name": "a"})
    received = decode_command(encode(point))
    assert received == point
    assert [type(value) for value in received.params.values()] == [float, int, bool, str]


def test_what_is_asked_is_done_and_on_the_disk(engine: Engine, session_file: Path) -> None:
    space = engine.session.space
    narrower = space.replace("width", space["width"].freeze(16))
    ask_holder(session_file, CommitRevision(narrower, parent=1))
    assert read_session(session_file).space == narrower
    ask_holder(session_file, Undo())
    assert read_session(session_file).current == 1


def test_a_round_is_narrowed_while_it_runs(engine: Engine, session_file: Path) -> None:
    said = engine.subscribe()
    engine.send(Run(trials=100_000))
    while not isinstance(said.get(timeout=10), RoundStarted):
        pass
    space = engine.session.space
    narrower = space.replace("width", space["width"].freeze(16))
    ask_holder(session_file, CommitRevision(narrower, run=Run(trials=7, new_round=True)))
    seen: list[object] = []
    while not (isinstance(seen[-1] if seen else None, RoundEnded) and len(kinds(seen)) == 4):
        seen.append(said.get(timeout=10))
    assert kinds(seen) == [RevisionCommitted, RoundEnded, RoundStarted, RoundEnded]
    session = read_session(session_file)
    assert [r.ended for r in session.rounds] == ["superseded", "finished"]
    assert {t.params["width"] for t in session.trials_of(2)} == {16}


def kinds(seen: list[object]) -> list[type]:
    wanted = (RevisionCommitted, RoundEnded, RoundStarted)
    return [type(event) for event in seen if isinstance(event, wanted)]


def test_a_refusal_goes_to_who_asked_and_to_nobody_else(engine: Engine, session_file: Path) -> None:
    said = engine.subscribe()
    with pytest.raises(UsageError, match="Revision 1 is the first"):
        ask_holder(session_file, Undo())
    stale = CommitRevision(SPACE.replace("width", SPACE["width"].freeze(9)), parent=7)
    with pytest.raises(UsageError, match=r"Revision 1 was committed just now .* made from 7"):
        ask_holder(session_file, stale)
    assert said.empty()


@pytest.mark.parametrize(
    "line", [b"\n", b"{}\n", b'{"type":"Nothing"}\n', b"\xff\xfe\n", b'{"type":"StopTrial"}\n']
)
def test_nonsense_is_refused_and_harms_nothing(
    engine: Engine, session_file: Path, line: bytes
) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address(session_file))
        connection.sendall(line)
        answer = msgspec.json.decode(connection.recv(1 << 16))
    assert "can't read this" in answer["refused"]
    ask_holder(session_file, Pause())


def test_too_much_is_sent_away(engine: Engine, session_file: Path) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address(session_file))
        with pytest.raises(OSError, match=r"Broken pipe|reset"):
            connection.sendall(b"x" * 8 * LONGEST_LINE)
    ask_holder(session_file, Pause())


def test_the_door_is_the_person_s_own_and_goes_with_the_engine(
    make_engine: MakeEngine, session_file: Path
) -> None:
    engine = make_engine()
    engine.open_door()
    door = Path(address(session_file))
    folder = door.parent.stat()
    assert stat.S_IMODE(folder.st_mode) == 0o700
    assert folder.st_uid == os.getuid()
    engine.start()
    engine.send(Quit())
    assert engine.join(10)
    assert not door.parent.exists()


def test_a_holder_without_a_door_or_behind_a_dead_one_is_named(
    make_engine: MakeEngine, session_file: Path
) -> None:
    engine = make_engine()
    with pytest.raises(SessionBusyError, match=f"in use by process {os.getpid()} on "):
        ask_holder(session_file, Pause())
    engine.recorder.store.tell(str(session_file.parent / "gone"))
    with pytest.raises(SessionBusyError, match=f"in use by process {os.getpid()} on "):
        ask_holder(session_file, Pause())
    engine.run(until_idle=True)
