"""A session that another process holds: its files for what happened, a socket for the rest."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic

import msgspec

from tuitune.engine import Answer, Command
from tuitune.engine.commands import Kind, asked_by
from tuitune.errors import SessionBusyError, SessionError
from tuitune.link.base import Answered, Link, Message, Replaced
from tuitune.link.missed import missed
from tuitune.link.server import is_own
from tuitune.link.wire import (
    PROTOCOL,
    Ask,
    FromHolder,
    Greet,
    Hello,
    Lines,
    Notify,
    Ping,
    Pong,
    ToHolder,
    Told,
    from_holder,
    line_of,
)
from tuitune.model.events import EngineState, EngineStatus, StorageTroubled
from tuitune.store import Follower, busy_text, holder, is_held
from tuitune.store.files import real

POLL_SECONDS = 0.1
"""How often the files are looked at while somebody waits."""

CONNECT_SECONDS = 3.0
"""How long the first word of the process that holds the session may take."""

PING_SECONDS = 2.0
"""How often it is asked whether it is there."""

SILENT_SECONDS = 3.0
"""A process that answers nothing for so long is said not to answer."""

RETRY_SECONDS = 1.0
"""How often somebody who may hold the session by now is looked for."""

LOST = "The process that held the session ended before it answered; look whether it was done."


class Unreachable(Exception):
    """The process that holds a session can't be asked; the text says why."""


def ask_who_holds(address: str) -> Hello:
    """Return the first word of the process at an address. Raises `Unreachable`."""
    connection = _connect(address)
    try:
        return _first_word(connection, Lines())[0]
    except (OSError, ValueError, msgspec.DecodeError) as error:
        raise _unanswered(error) from None
    finally:
        connection.close()


class Connection:
    """The socket to the process that holds a session; what it says is read by a thread."""

    def __init__(self, address: str, kind: Kind, take: Callable[[FromHolder | None], None]) -> None:
        """Connect and wait for `Hello`; `take` gets what comes later, and None at the end.

        Raises `Unreachable`.
        """
        self._socket = _connect(address)
        self._take = take
        self._lines = Lines()
        try:
            self.hello, more = _first_word(self._socket, self._lines)
            for line in more:
                take(from_holder(line))
            self._socket.settimeout(None)
            self.send(Greet(kind))
        except (OSError, ValueError, msgspec.DecodeError) as error:
            self._socket.close()
            raise _unanswered(error) from None
        except Unreachable:
            self._socket.close()
            raise
        Thread(target=self._read, name="link", daemon=True).start()

    def send(self, record: ToHolder) -> None:
        """Send a record.

        Raises `BlockingIOError` where the other end takes nothing just now, and `OSError` where it
        is gone.
        """
        line = line_of(record)
        if self._socket.send(line, socket.MSG_DONTWAIT) < len(line):
            self.close()  # half a line: nothing that follows could be read
            raise ConnectionError("half of it was sent")

    def close(self) -> None:
        """Let go."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread, which closes it

    def _read(self) -> None:
        try:
            while data := self._socket.recv(1 << 16):
                for line in self._lines.add(data):
                    self._take(from_holder(line))
        except (OSError, ValueError, msgspec.DecodeError):
            pass
        finally:
            self._socket.close()
            self._take(None)


class AttachedLink(Link):
    """The files of a session, and a connection to its engine where there is one.

    A connection that breaks is made again as long as the session is held.
    """

    def __init__(self, path: Path, kind: Kind = "screen") -> None:
        """Attach, or follow the files where that isn't possible; `why_read_only` says why then.

        Raises `SessionError` where the session can't be read at all.
        """
        self.path = real(path)
        self._kind: Kind = kind
        self._follower = Follower(path)
        self.session = self._follower.session
        self._connection: Connection | None = None
        self._replies: SimpleQueue[FromHolder | None] = SimpleQueue()
        self._ready: deque[Message] = deque()
        self._tickets = 0
        self._asked: dict[int, Command] = {}
        self._heard_at = self._pinged_at = self._tried_at = monotonic()
        self._gone = False
        self._said_stopped = False
        self._lost: int | None = None
        """The process whose connection broke without a word; None where none did."""
        self.state = self._known_state = EngineStatus.FOLLOWING
        self.hello: Hello | None = None
        """The first word of the process that holds the session; None before there was one."""
        self._damage = ""
        """What is wrong with the files; empty where nothing is."""
        self._attach()

    @property
    def is_gone(self) -> bool:
        """Whether the process that held the session has ended."""
        return self._gone

    @property
    def pid(self) -> int:
        """The process that holds the session, or held it last; 0: not known."""
        return self.hello.pid if self.hello is not None else 0

    # -- asking ----------------------------------------------------------------------------

    def ask(self, command: Command) -> int:
        """Send a command to the process that holds the session."""
        if self._connection is None:
            raise SessionBusyError(self.why_read_only or LOST)
        self._tickets += 1
        self._asked[self._tickets] = command
        record = Ask(self._tickets, asked_by(command, self._kind))
        try:
            self._connection.send(record)
        except BlockingIOError:
            self._answer(self._tickets, Answer(refused=self._silence()))
        except OSError:
            self._ask_again(record)
        return self._tickets

    def _ask_again(self, record: Ask) -> None:
        """Send a command that the broken connection did not take to whoever is there now."""
        command = self._asked.pop(record.id)
        self._lose()
        self._asked[record.id] = command
        try:
            if self._connection is not None:
                self._connection.send(record)
                return
        except OSError:
            pass
        self._answer(record.id, Answer(refused=LOST, ended=True))

    def _answer(self, ticket: int, answer: Answer) -> None:
        command = self._asked.pop(ticket, None)
        if command is not None:
            self._ready.append(Answered(ticket, command, answer))

    def _silence(self) -> str:
        return f"Process {self.pid}, which holds the session, does not answer."

    # -- hearing ---------------------------------------------------------------------------

    def _taker(self) -> Callable[[FromHolder | None], None]:
        """Return what a new connection's thread gives to; an older one's last words are lost."""
        replies = self._replies = SimpleQueue()

        def take(record: FromHolder | None) -> None:
            replies.put(record)
            if self.wake is not None and not isinstance(record, Notify | Pong):
                self.wake()

        return take

    def _receive(self, timeout: float) -> Message | None:
        until = monotonic() + timeout
        while True:
            if self._ready:
                return self._ready.popleft()
            left = until - monotonic()
            self._hear(min(max(left, 0.0), POLL_SECONDS))
            self._poll()
            self._watch()
            if not self._ready and left <= 0:
                return None

    def _hear(self, timeout: float) -> None:
        """Take what the other process has said: an answer after the events that it is about."""
        try:
            record = self._replies.get(timeout=timeout) if timeout else self._replies.get_nowait()
        except Empty:
            return
        self._heard_at = monotonic()
        if self.state is EngineStatus.SILENT and self.hello is not None and record is not None:
            self._say(self._known_state)
        match record:
            case None:
                self._lose()
            case Told():
                self._poll()
                self._answer(record.id, record.answer)
            case Notify(notice=notice):
                self._poll()
                if isinstance(notice, EngineState):
                    self._known_state = notice.state
                    self._said_stopped = notice.state is EngineStatus.STOPPED
                self._ready.append(notice)
            case Pong() | Hello():
                pass

    def _poll(self) -> None:
        """Read what was added to the files."""
        before = self.session
        try:
            events = self._follower.poll()
        except SessionError as error:
            if str(error) != self._damage:
                self._damage = str(error)
                self._say(self.state, self._damage)
            return
        self._damage = ""
        if self._follower.session is not before:
            self.session = self._follower.session
            self._ready.append(Replaced())
            self._ready.extend(missed(before, self.session))
        self._ready.extend(events)

    def _watch(self) -> None:
        """See whether the other process is still there, or another by now."""
        now = monotonic()
        if self._connection is None:
            if now - self._tried_at >= RETRY_SECONDS:
                self._attach()
        elif now - self._heard_at >= PING_SECONDS:
            if now - self._pinged_at >= PING_SECONDS:
                self._pinged_at = now
                with suppress(OSError):
                    self._connection.send(Ping())
            silent = now - self._heard_at >= PING_SECONDS + SILENT_SECONDS
            if silent and self.state is not EngineStatus.SILENT:
                self._say(EngineStatus.SILENT, f"{self._silence()} The screen goes on with it.")

    def _say(self, state: EngineStatus, detail: str = "") -> None:
        self._ready.append(EngineState(state, detail))

    # -- the connection --------------------------------------------------------------------

    def _attach(self) -> None:
        """Connect to whoever holds the session."""
        self._tried_at = monotonic()
        found = holder(self.path)
        if found is None or not found.address or found.host != socket.gethostname():
            # It may be held by one that has not signed yet, or that is not to be seen from here.
            self._follow(busy_text(self.path), gone=found is None and not is_held(self.path))
            return
        try:
            connection = Connection(found.address, self._kind, self._taker())
        except Unreachable as error:
            self._follow(f"{busy_text(self.path)} It can't be asked: {error}.", gone=False)
            return
        self._connection, self.hello = connection, connection.hello
        self._heard_at = self._pinged_at = monotonic()
        self.why_read_only, self._gone = "", False
        self._lost, self._said_stopped = None, False
        self.state = self._known_state = connection.hello.state
        self.trouble = connection.hello.trouble
        self._say(self.state)
        if self.trouble:
            self._ready.append(StorageTroubled(self.trouble))
        if connection.hello.broken is not None:
            self._ready.append(connection.hello.broken)

    def _follow(self, why: str, *, gone: bool) -> None:
        self._gone = gone
        # Who wants something of a session that nobody holds opens it: that is no refusal.
        self.why_read_only = "" if gone else why
        detail = ""
        if gone and self._lost is not None:
            detail = (
                f"Process {self._lost}, which trained, is gone; everything but the epochs in "
                "progress is saved: space goes on from here."
            )
            self._lost = None
        # A session that nobody holds is ready for whoever asks something of it.
        state = EngineStatus.IDLE if gone else EngineStatus.FOLLOWING
        if detail or self.state is not state:
            self.state = state
            self._say(state, detail)

    def _lose(self) -> None:
        """The connection broke: the other process let go, ended or was killed."""
        self._connection = None
        for ticket in list(self._asked):
            self._answer(ticket, Answer(refused=LOST))
        self._lost = None if self._said_stopped else self.pid
        self._attach()

    def request_end(self) -> None:
        """Let go; the other process goes on."""
        if self._connection is not None:
            self._connection.close()

    def close(self) -> None:
        """Let go."""
        self.request_end()
        self._connection = None


def _connect(address: str) -> socket.socket:
    connection = None
    try:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(CONNECT_SECONDS)
        connection.connect("\0" + address[1:] if address.startswith("@") else address)
    except (OSError, AttributeError) as error:
        if connection is not None:
            connection.close()
        raise Unreachable(f"it can't be reached from here ({error})") from None
    if not is_own(connection):
        connection.close()
        raise Unreachable("it is another user's")
    return connection


def _first_word(connection: socket.socket, lines: Lines) -> tuple[Hello, list[bytes]]:
    """Return the first word of a connection, and the lines that came with it.

    Raises `Unreachable`, and what reading and decoding raise.
    """
    connection.settimeout(CONNECT_SECONDS)
    found: list[bytes] = []
    while not found:
        data = connection.recv(1 << 16)
        if not data:
            raise Unreachable("it ends just now")
        found = lines.add(data)
    hello = from_holder(found[0])
    if not isinstance(hello, Hello) or hello.protocol != PROTOCOL:
        raise Unreachable("it is another version of TuiTune")
    return hello, found[1:]


def _unanswered(error: Exception) -> Unreachable:
    return Unreachable(f"it does not answer ({error or type(error).__name__})")
