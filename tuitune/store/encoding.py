"""Records as JSON that any file can hold."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

_encode = msgspec.json.Encoder().encode


def encode(record: object) -> bytes:
    """Return `record` as one line of strict JSON; a number that is not finite becomes null.

    Half a surrogate pair (text from the command line or a program may hold one) becomes `?`.
    """
    try:
        return _encode(record)
    except UnicodeEncodeError:
        return _encode(_with_whole_characters(record))


def _with_whole_characters(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, msgspec.Struct):
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        return replace(value, **_with_whole_characters(fields))
    if isinstance(value, dict):
        return {_with_whole_characters(k): _with_whole_characters(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_with_whole_characters(v) for v in value]
    return value
