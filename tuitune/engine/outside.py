"""The door of an engine: commands from other processes of the same person.

Behind it is a Unix socket in a folder that nobody else can enter; its path stands in the session's
lock file. A connection takes one command as a line of JSON and gives one answer.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

import msgspec

from tuitune.engine.commands import Command, decode_command
from tuitune.errors import SessionBusyError, StorageError, UsageError
from tuitune.store import busy_text, holder
from tuitune.words import encode

ANSWER_SECONDS = 20.0
"""A training that looks at its inbox only between long batches may take a while."""
READ_SECONDS = 5.0
"""Whoever connects and says nothing is sent away then."""
LONGEST_LINE = 1 << 20


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a command."""

    refused: str = ""
    """Why it was not done, one sentence; empty where it was."""
    unsaved: str = ""
    """Why it is not on the disk yet; empty where it is."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A command from outside, in the engine's inbox; the answer goes into the queue."""

    command: Command
    answers: SimpleQueue[Answer] = field(default_factory=SimpleQueue)


class Door:
    """Takes commands for one engine, in a thread of its own, until it is closed."""

    def __init__(self, put: Callable[[Asked], None]) -> None:
        """Open the door; `put` hands a command to the engine.

        Raises OSError, and AttributeError where the system has no such sockets.
        """
        self._put = put
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._folder = Path(tempfile.mkdtemp(prefix="tuitune-"))
        self.address = str(self._folder / "door")
        try:
            self._socket.bind(self.address)
            self._socket.listen()
        except OSError:
            self.close()
            raise
        Thread(target=self._serve, name="door", daemon=True).start()

    def close(self) -> None:
        """Let nobody in any more."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread, which close alone doesn't
        self._socket.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                connection.settimeout(READ_SECONDS)
                connection.sendall(encode(self._answer(_read_line(connection))) + b"\n")

    def _answer(self, line: bytes) -> Answer:
        try:
            asked = Asked(decode_command(line))
        except (msgspec.DecodeError, ValueError) as error:
            return Answer(refused=f"The process that holds the session can't read this: {error}")
        self._put(asked)
        try:
            return asked.answers.get(timeout=ANSWER_SECONDS)
        except Empty:
            return Answer(
                refused="The process that holds the session has not answered yet; it may still do "
                "what was asked: look with tuitune show."
            )


def ask_holder(path: Path, command: Command) -> None:
    """Have the process that holds the session in the file `path` do a command; wait for its answer.

    Raises `UsageError` where it refuses, `StorageError` where its disk does, and `SessionBusyError`
    where it can't be reached: it runs on another host, or takes no commands.
    """
    found = holder(path)
    if found is None or not found.address or found.host != socket.gethostname():
        raise SessionBusyError(busy_text(path))
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(ANSWER_SECONDS + READ_SECONDS)
            connection.connect(found.address)
            connection.sendall(encode(command) + b"\n")
            answer = msgspec.json.decode(_read_line(connection), type=Answer)
    except (OSError, msgspec.DecodeError):
        raise SessionBusyError(busy_text(path)) from None
    if answer.refused:
        raise UsageError(answer.refused)
    if answer.unsaved:
        raise StorageError(answer.unsaved)


def _read_line(connection: socket.socket) -> bytes:
    """Return what comes up to a line break or the end. Raises OSError where it is too long."""
    line = bytearray()
    while not line.endswith(b"\n"):
        part = connection.recv(1 << 16)
        if not part:
            break
        line += part
        if len(line) > LONGEST_LINE:
            raise OSError("the line is too long")
    return bytes(line)
