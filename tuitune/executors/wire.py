"""Messages between a worker process and its parent, as lines of JSON."""

from __future__ import annotations

import json
from typing import Any

import msgspec

Message = dict[str, Any]


def encode(message: Message) -> bytes:
    """Return a message as a line with its break; a number that is not finite becomes null."""
    try:
        return msgspec.json.encode(message) + b"\n"
    except UnicodeEncodeError:
        # An exception's words may hold half a surrogate pair, which only this one can write.
        return json.dumps(message).encode() + b"\n"


def decode(line: bytes | bytearray) -> Message:
    """Return the message of a line. Raises `ValueError` where it is none."""
    try:
        message: Message = msgspec.json.decode(line)
    except msgspec.DecodeError:
        message = json.loads(line)
    return message
