"""What goes over the socket between a link and the process that holds the session.

One JSON text a line, at most 1 MiB. The events of a session do not: they stand in its file.
"""

from __future__ import annotations

import msgspec

from tuitune.engine.commands import Answer, AnyCommand, Kind
from tuitune.model.events import (
    BreakerTripped,
    EngineFailed,
    EngineState,
    EngineStatus,
    RepeatProgressed,
    StorageRecovered,
    StorageTroubled,
    TrainerChanged,
)
from tuitune.words import encode

PROTOCOL = 1
"""Processes of another protocol don't understand each other."""

LONGEST_LINE = 1 << 20

AnyNotice = (
    EngineState
    | BreakerTripped
    | StorageTroubled
    | StorageRecovered
    | TrainerChanged
    | RepeatProgressed
    | EngineFailed
)
"""What is told to those who are attached."""


class _Record(msgspec.Struct, frozen=True, tag=True, tag_field="say", omit_defaults=True):
    """One line."""


class Greet(_Record, frozen=True):
    """The first word of who attaches."""

    kind: Kind


class Ask(_Record, frozen=True):
    """A command."""

    id: int
    command: AnyCommand


class Ping(_Record, frozen=True):
    """Are you there? It is answered with a `Pong`, whatever the engine is doing."""


class Pong(_Record, frozen=True):
    """Yes."""


class Hello(_Record, frozen=True):
    """The first word of the process that holds the session."""

    protocol: int
    version: str
    """Of TuiTune."""
    pid: int
    path: str
    """Of the session file."""
    state: EngineStatus = EngineStatus.IDLE
    trouble: str = ""
    broken: BreakerTripped | None = None
    """Why the round pauses, where the circuit breaker has tripped."""
    screens: int = 0
    """How many screens look at it, that of its own process included."""
    workers: int = 1


class Told(_Record, frozen=True):
    """The answer to a command."""

    id: int
    answer: Answer


class Notify(_Record, frozen=True):
    """Something that stands in no file."""

    notice: AnyNotice


FromHolder = Hello | Told | Notify | Pong
ToHolder = Greet | Ask | Ping

_from_holder: msgspec.json.Decoder[FromHolder] = msgspec.json.Decoder(FromHolder)
_to_holder: msgspec.json.Decoder[ToHolder] = msgspec.json.Decoder(ToHolder)


def line_of(record: FromHolder | ToHolder) -> bytes:
    """Return the line of a record."""
    return encode(record) + b"\n"


def from_holder(line: bytes) -> FromHolder:
    """Return the record of a line. Raises `msgspec.DecodeError` and `ValueError`."""
    return _from_holder.decode(line)


def to_holder(line: bytes) -> ToHolder:
    """Return the record of a line. Raises `msgspec.DecodeError` and `ValueError`."""
    return _to_holder.decode(line)


class Lines:
    """Cuts what arrives into lines."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def add(self, data: bytes) -> list[bytes]:
        """Return the lines that are whole by now. Raises `ValueError` where one is too long."""
        self._rest += data
        *lines, rest = self._rest.split(b"\n")
        self._rest = bytearray(rest)
        if len(rest) > LONGEST_LINE:
            raise ValueError("the line is too long")
        return [bytes(line) for line in lines]
