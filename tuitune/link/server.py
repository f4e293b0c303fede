"""The socket of the process that holds a session: many clients, one thread."""

from __future__ import annotations

import os
import secrets
import selectors
import shutil
import socket
import struct
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic

import msgspec

from tuitune import __version__
from tuitune.engine import Answer, Engine
from tuitune.engine.commands import Kind
from tuitune.link.wire import (
    PROTOCOL,
    AnyNotice,
    Ask,
    FromHolder,
    Greet,
    Hello,
    Lines,
    Notify,
    Ping,
    Pong,
    Told,
    line_of,
    to_holder,
)
from tuitune.model.events import (
    BreakerTripped,
    EngineState,
    EngineStatus,
    Event,
    Notice,
    StorageRecovered,
    StorageTroubled,
)

PREFIX = "tuitune-"
"""Of the names of sockets: whoever looks for what runs finds them by it."""

MOST_UNSENT = 256 * 1024
"""Bytes: a client that reads nothing is let go then; it attaches again."""

LONGEST_FOLDER = 60
"""Characters of a folder for sockets: a whole address has room for 104 or 108."""

FLUSH_SECONDS = 1.0
"""How long the end waits for the clients to take the last words."""


@dataclass(slots=True)
class _Client:
    """One connection."""

    connection: socket.socket
    kind: Kind | None = None
    lines: Lines = field(default_factory=Lines)
    unsent: bytearray = field(default_factory=bytearray)


class Server:
    """Takes commands for one engine and tells its notices, in a thread of its own."""

    def __init__(self, engine: Engine) -> None:
        """Listen. Raises `OSError` or `AttributeError` where the system has no such sockets."""
        self._engine = engine
        self._folder: Path | None = None
        self._clients: dict[int, _Client] = {}
        self._posted: SimpleQueue[tuple[_Client | None, FromHolder]] = SimpleQueue()
        self._state = EngineStatus.IDLE
        self._trouble = ""
        self._broken: BreakerTripped | None = None
        self._closes_at: float | None = None
        self.own_screen = False
        """Whether the process that holds the session shows it."""
        self.alone_since = monotonic()
        """When the last client left, by the clock of `time.monotonic`."""
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self.address = self._bind()
            self._listener.listen(32)
            self._listener.setblocking(False)
            self._bell, self._ringer = socket.socketpair()
        except BaseException:
            self._listener.close()
            self._remove_folder()
            raise
        for end in (self._bell, self._ringer):
            end.setblocking(False)
        engine.listen(self._hear)
        self._thread = Thread(target=self._serve, name="server", daemon=True)
        self._thread.start()

    @property
    def screens(self) -> int:
        """How many screens of other processes are attached."""
        return sum(client.kind == "screen" for client in list(self._clients.values()))

    @property
    def greeted(self) -> int:
        """How many other processes are attached; one that only looks says no greeting."""
        return sum(client.kind is not None for client in list(self._clients.values()))

    def close(self) -> None:
        """Send the last words and let everybody go."""
        self._closes_at = monotonic() + FLUSH_SECONDS
        self._ring()
        self._thread.join(2 * FLUSH_SECONDS)

    # -- the socket ------------------------------------------------------------------------

    def _bind(self) -> str:
        name = PREFIX + secrets.token_hex(12)
        if sys.platform == "linux":
            # In the abstract name space: no path, no limit of 108 bytes, nothing to clean up.
            self._listener.bind(f"\0{name}")
            return f"@{name}"
        self._folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=short_folders()[0]))
        path = self._folder / "link"
        self._listener.bind(str(path))
        return str(path)

    def _remove_folder(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    # -- what the engine's thread calls ----------------------------------------------------

    def _hear(self, message: Event | Notice) -> None:
        if isinstance(message, AnyNotice):
            self._post(None, Notify(message))

    def _post(self, client: _Client | None, record: FromHolder) -> None:
        """Send a record to one client, or to all."""
        self._posted.put((client, record))
        self._ring()

    def _ring(self) -> None:
        with suppress(OSError):  # full: it wakes already
            self._ringer.send(b"!")

    # -- the thread ------------------------------------------------------------------------

    def _serve(self) -> None:
        selector = selectors.DefaultSelector()
        selector.register(self._listener, selectors.EVENT_READ)
        selector.register(self._bell, selectors.EVENT_READ)
        while not self._is_over():
            for key, events in selector.select(0.1 if self._closes_at else None):
                if key.fileobj is self._listener:
                    self._accept(selector)
                elif key.fileobj is self._bell:
                    with suppress(OSError):
                        self._bell.recv(4096)
                else:
                    client = self._clients.get(key.fd)
                    if client is not None and events & selectors.EVENT_READ:
                        self._read(selector, client)
            self._send_posted()
            for client in list(self._clients.values()):
                self._flush(selector, client)
        for client in list(self._clients.values()):
            self._drop(selector, client)
        selector.close()
        for end in (self._listener, self._bell, self._ringer):
            end.close()
        self._remove_folder()

    def _is_over(self) -> bool:
        if self._closes_at is None:
            return False
        waiting = any(client.unsent for client in self._clients.values())
        return monotonic() > self._closes_at or (self._posted.empty() and not waiting)

    def _accept(self, selector: selectors.BaseSelector) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        if not is_own(connection):
            connection.close()
            return
        connection.setblocking(False)
        client = _Client(connection)
        self._clients[connection.fileno()] = client
        selector.register(connection, selectors.EVENT_READ)
        hello = Hello(
            PROTOCOL,
            __version__,
            os.getpid(),
            str(self._engine.recorder.store.path),
            self._state,
            self._trouble,
            self._broken,
            self.screens + self.own_screen,
            self._engine.workers,
        )
        client.unsent += line_of(hello)

    def _read(self, selector: selectors.BaseSelector, client: _Client) -> None:
        try:
            data = client.connection.recv(1 << 16)
            lines = client.lines.add(data) if data else None
        except BlockingIOError:
            return
        except (OSError, ValueError):
            lines = None
        if lines is None:
            self._drop(selector, client)
            return
        for line in lines:
            try:
                record = to_holder(line)
            except (msgspec.DecodeError, ValueError) as error:
                refused = f"The process that holds the session can't read this: {error}"
                client.unsent += line_of(Told(_id_of(line), Answer(refused=refused)))
                continue
            match record:
                case Greet():
                    client.kind = record.kind
                case Ping():
                    client.unsent += line_of(Pong())
                case Ask():
                    self._engine.send(record.command, self._replier(client, record.id))

    def _replier(self, client: _Client, number: int) -> Callable[[Answer], None]:
        return lambda answer: self._post(client, Told(number, answer))

    def _send_posted(self) -> None:
        while True:
            try:
                client, record = self._posted.get_nowait()
            except Empty:
                return
            if isinstance(record, Notify):
                self._remember(record.notice)
            line = line_of(record)
            for each in [client] if client is not None else list(self._clients.values()):
                each.unsent += line

    def _remember(self, notice: AnyNotice) -> None:
        """Keep what whoever attaches later must know."""
        match notice:
            case EngineState():
                self._state = notice.state
                if notice.state.is_busy:
                    self._broken = None
            case BreakerTripped():
                self._broken = notice
            case StorageTroubled():
                self._trouble = notice.message
            case StorageRecovered():
                self._trouble = ""

    def _flush(self, selector: selectors.BaseSelector, client: _Client) -> None:
        """Send what a client takes now; let go of one that takes nothing for long."""
        if client.unsent:
            try:
                sent = client.connection.send(client.unsent)
                del client.unsent[:sent]
            except BlockingIOError:
                pass
            except OSError:
                self._drop(selector, client)
                return
        if len(client.unsent) > MOST_UNSENT:
            self._drop(selector, client)
            return
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.unsent else 0)
        selector.modify(client.connection, events)

    def _drop(self, selector: selectors.BaseSelector, client: _Client) -> None:
        if self._clients.pop(client.connection.fileno(), None) is None:
            return
        selector.unregister(client.connection)
        client.connection.close()
        if client.kind is not None:
            self.alone_since = monotonic()


def serve(engine: Engine) -> Server | None:
    """Let other processes of the same user reach an engine; None where the system has no way.

    Its address stands in the session's lock file from now on.
    """
    try:
        server = Server(engine)
    except (OSError, AttributeError):
        return None
    engine.recorder.store.tell(server.address)
    return server


def is_own(connection: socket.socket) -> bool:
    """Whether the process at the other end is one of this user's."""
    if sys.platform != "linux":
        return True  # the folder of the socket lets nobody else in
    size = struct.calcsize("3i")
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    _, user, _ = struct.unpack("3i", credentials)
    return bool(user == os.getuid())


def short_folders() -> list[Path]:
    """Return the folders whose names are short enough for a socket, the best first."""
    usual = tempfile.gettempdir()
    return [Path(name) for name in dict.fromkeys((usual, "/tmp")) if len(name) <= LONGEST_FOLDER]


def _id_of(line: bytes) -> int:
    """Return the number of a request that can't be read otherwise; 0 where it has none."""
    try:
        return msgspec.json.decode(line, type=_Numbered).id
    except (msgspec.DecodeError, ValueError):
        return 0


class _Numbered(msgspec.Struct):
    id: int
