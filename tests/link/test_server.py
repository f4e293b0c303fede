"""The socket of the process that holds a session: who may enter, what is refused, many at once."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec
import pytest

from tests.engine.support import SPACE, MakeEngine
from tuitune.engine import Command, CommitRevision, Enqueue, Pause, Reason, Run, Undo
from tuitune.engine.commands import AnyCommand, decode_command
from tuitune.errors import SessionBusyError, UsageError
from tuitune.link import LocalLink, do, server
from tuitune.link.attached import AttachedLink
from tuitune.link.wire import LONGEST_LINE
from tuitune.model.events import RoundEnded, RoundStarted
from tuitune.store import holder, read_session
from tuitune.words import encode


@pytest.fixture
def held(make_engine: MakeEngine) -> Iterator[LocalLink]:
    """A session that this process holds, open to others."""
    link = LocalLink(make_engine())
    yield link
    link.close()


def connect(path: Path) -> socket.socket:
    found = holder(path)
    assert found is not None
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(10)
    connection.connect(found.address.replace("@", "\0"))
    return connection


def test_every_command_travels() -> None:
    assert set(AnyCommand.__args__) == set(Command.__subclasses__())
    reasons = {"lr": Reason("why", {"p": None})}
    sent = CommitRevision(SPACE, reasons, run=Run(trials=3), outside="stop")
    assert decode_command(encode(sent)) == sent
    point = Enqueue({"lr": 1.0, "width": 3, "flag": True, "name": "a"})
    received = decode_command(encode(point))
    assert received == point
    assert [type(value) for value in received.params.values()] == [float, int, bool, str]


def test_what_is_asked_is_done_and_on_the_disk(held: LocalLink, session_file: Path) -> None:
    narrower = SPACE.replace("width", SPACE["width"].freeze(16))
    done = do(session_file, CommitRevision(narrower, parent=1))
    assert (done.pid, done.answer.result.revision) == (os.getpid(), 2)
    assert done.session.space == read_session(session_file).space == narrower
    assert do(session_file, Undo()).session.current == 1
    assert read_session(session_file).current == 1


def test_a_round_is_narrowed_while_it_runs(held: LocalLink, session_file: Path) -> None:
    held.ask(Run(trials=100_000))
    while not isinstance(held.receive(10), RoundStarted):
        pass
    narrower = SPACE.replace("width", SPACE["width"].freeze(16))
    do(session_file, CommitRevision(narrower, run=Run(trials=7, new_round=True), parent=1))
    ended: list[int] = []
    while ended != [1, 2]:
        message = held.receive(10)
        assert message is not None
        if isinstance(message, RoundEnded):
            ended.append(message.number)
    session = read_session(session_file)
    assert [r.ended for r in session.rounds] == ["superseded", "finished"]
    assert {t.params["width"] for t in session.trials_of(2)} == {16}


def test_a_refusal_goes_to_who_asked_and_to_nobody_else(
    held: LocalLink, session_file: Path
) -> None:
    other = AttachedLink(session_file)
    with pytest.raises(UsageError, match="Revision 1 is the first"):
        do(session_file, Undo())
    stale = CommitRevision(SPACE.replace("width", SPACE["width"].freeze(9)), parent=7)
    with pytest.raises(UsageError, match=r"Revision 1 is current by now, .* made from 7"):
        do(session_file, stale)
    assert not other.drain().answers
    assert not held.drain().answers
    other.close()


def test_many_ask_at_once_and_each_gets_its_own_answer(held: LocalLink, session_file: Path) -> None:
    made: list[int | None] = []

    def ask(width: int) -> None:
        done = do(session_file, Enqueue({"lr": 1e-3, "width": width}, start=False))
        number = done.answer.result.trial
        assert number is not None
        assert done.session.trial(number).params["width"] == width
        made.append(number)

    threads = [Thread(target=ask, args=[8 + place]) for place in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(n or 0 for n in made) == list(range(1, 13))


@pytest.mark.parametrize(
    "line",
    [b"\n", b"{}\n", b'{"say":"Nothing"}\n', b"\xff\xfe\n", b'{"say":"Ask","id":3}\n', b"[1]\n"],
)
def test_nonsense_is_refused_and_harms_nothing(
    held: LocalLink, session_file: Path, line: bytes
) -> None:
    with connect(session_file) as connection, connection.makefile("rb") as file:
        hello = msgspec.json.decode(file.readline())
        assert (hello["pid"], hello["path"]) == (os.getpid(), str(session_file.resolve()))
        connection.sendall(line)
        answer: dict[str, Any] = {"say": ""}
        while answer["say"] != "Told":
            answer = msgspec.json.decode(file.readline())
    assert "can't read this" in answer["answer"]["refused"]
    assert answer["id"] == (3 if b"id" in line else 0)
    do(session_file, Pause())


def test_too_much_is_sent_away(held: LocalLink, session_file: Path) -> None:
    with (
        connect(session_file) as connection,
        pytest.raises(OSError, match=r"Broken pipe|reset"),
    ):
        connection.sendall(b"x" * 8 * LONGEST_LINE)
    do(session_file, Pause())


def test_who_reads_nothing_is_let_go_and_holds_nobody_up(
    held: LocalLink, session_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MOST_UNSENT", 10_000)
    with connect(session_file) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        with pytest.raises(OSError, match=r"Broken pipe|reset"):
            connection.sendall(b"{}\n" * 1_000_000)
    do(session_file, Pause())


@pytest.mark.skipif(not hasattr(socket, "SO_PEERCRED"), reason="the folder is what guards it")
def test_another_user_is_sent_away(
    held: LocalLink, session_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    with connect(session_file) as connection:
        assert connection.recv(10) == b""
    with pytest.raises(SessionBusyError, match="another user's"):
        do(session_file, Pause())


def test_peers_are_known_by_the_system(held: LocalLink, session_file: Path) -> None:
    with connect(session_file) as connection:
        size = struct.calcsize("3i")
        found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    assert struct.unpack("3i", found)[1] == os.getuid()


def test_the_address_needs_no_folder(
    make_engine: MakeEngine, session_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", f"/nowhere/{'x' * 200}")
    monkeypatch.setenv("HOME", "/proc")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    link = LocalLink(make_engine())
    assert do(session_file, Pause()).pid == os.getpid()
    link.close()


def test_where_there_are_only_paths_the_folder_is_private_and_goes(
    make_engine: MakeEngine, session_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuitune.link.server.sys.platform", "darwin")
    link = LocalLink(make_engine())
    found = holder(session_file)
    assert found is not None
    folder = Path(found.address).parent
    assert folder.stat().st_mode & 0o777 == 0o700
    assert do(session_file, Pause()).pid == os.getpid()
    link.close()
    assert not folder.exists()


def test_a_holder_without_a_socket_or_behind_a_dead_one_is_named(
    make_engine: MakeEngine, session_file: Path
) -> None:
    engine = make_engine()
    with pytest.raises(SessionBusyError, match=f"in use by process {os.getpid()} on "):
        do(session_file, Pause())
    engine.recorder.store.tell("@tuitune-gone")
    with pytest.raises(SessionBusyError, match=f"in use by process {os.getpid()} on "):
        do(session_file, Pause())
    engine.run(until_idle=True)
