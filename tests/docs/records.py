"""The records of a session's files as rows of a table: field, type in words, what is left out."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
from msgspec import inspect

from tuitune.model import Finish, Revision, Round
from tuitune.model.events import Change, StoredEvent
from tuitune.model.trial import (
    By,
    Cause,
    Drop,
    Kept,
    Limits,
    Problem,
    Refit,
    Repeat,
    TestScore,
    Trial,
)
from tuitune.space import Choice, Condition, FloatRange, IntRange, Space
from tuitune.store import Holder
from tuitune.store.journal import JournalLine
from tuitune.store.snapshot import Snapshot
from tuitune.trainers.spec import (
    AbsentSpec,
    CommandSpec,
    FunctionSpec,
    MlpSpec,
    ObjectiveSpec,
    Reading,
)

RECORDS: dict[str, type[msgspec.Struct]] = {
    "session": Snapshot,
    "problem": Problem,
    "limits": Limits,
    "trainer `mlp`": MlpSpec,
    "trainer `function`": FunctionSpec,
    "trainer `objective`": ObjectiveSpec,
    "trainer `command`": CommandSpec,
    "reading": Reading,
    "trainer `absent`": AbsentSpec,
    "revision": Revision,
    "change": Change,
    "space": Space,
    "parameter `float`": FloatRange,
    "parameter `int`": IntRange,
    "parameter `choice`": Choice,
    "condition": Condition,
    "round": Round,
    "trial": Trial,
    "kept": Kept,
    "by": By,
    "finish": Finish,
    "repeat": Repeat,
    "drop": Drop,
    "refit": Refit,
    "test score": TestScore,
    "journal line": JournalLine,
    "lock": Holder,
}
"""The heading of each record in sessions/README.md."""

EVENTS: dict[str, type[msgspec.Struct]] = {
    str(event.__struct_config__.tag): event for event in StoredEvent.__args__
}
"""The events of the journal by their `type`."""

CAUSES = {value for part in get_args(Cause) for value in get_args(part) or (part,)}

_WORDS = {
    "Snapshot": "session", "Problem": "problem", "MlpSpec": "trainer", "FunctionSpec": "trainer",
    "CommandSpec": "trainer", "ObjectiveSpec": "trainer",
    "AbsentSpec": "trainer", "Revision": "revision", "Change": "change",
    "Space": "space",
    "FloatRange": "parameter", "IntRange": "parameter", "Choice": "parameter", "Round": "round",
    "Condition": "condition",
    "Reading": "reading",
    "Limits": "limits", "Kept": "kept", "By": "by", "Trial": "trial", "TrialState": "state",
    "Finish": "finish", "Repeat": "repeat", "Drop": "drop", "Refit": "refit",
    "TestScore": "test score",
}  # fmt: skip


def field_rows(record: type[msgspec.Struct]) -> list[tuple[str, str, str]]:
    """Return name, type and "if left out" of each field in order, the tag first where there is one.

    Where a field can't be left out the third is `must be there`.
    """
    rows = []
    config = record.__struct_config__
    if config.tag is not None:
        rows.append((str(config.tag_field), f'"{config.tag}"', "must be there"))
    info = inspect.type_info(record)
    assert isinstance(info, inspect.StructType)
    for field in info.fields:
        rows.append((field.encode_name, type_words(field.type), _left_out(field)))
    return rows


def records_within(record: type[msgspec.Struct]) -> set[type[msgspec.Struct]]:
    """Return the record and every record that a field of it can hold, at any depth."""
    found: set[type[msgspec.Struct]] = set()
    waiting = [inspect.type_info(record)]
    while waiting:
        match waiting.pop():
            case inspect.UnionType(types=types):
                waiting += types
            case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
                waiting.append(item)
            case inspect.DictType(value_type=value):
                waiting.append(value)
            case inspect.StructType(cls=cls, fields=fields) if cls not in found:
                found.add(cls)
                waiting += [field.type for field in fields]
    return found


def type_words(kind: inspect.Type) -> str:
    """Return a type as the format's description writes it."""
    match kind:
        case inspect.UnionType(types=types):
            words = [type_words(one) for one in types]
            if {"text", "true or false"} < set(words):
                return "value" if "null" not in words else "value or null"
            return " or ".join(sorted(dict.fromkeys(words), key=lambda word: word == "null"))
        case inspect.LiteralType(values=values):
            if set(values) <= CAUSES:
                return "cause"
            return " or ".join(f'"{value}"' for value in values)
        case inspect.IntType(ge=least):
            return "whole number" if least is None else f"whole number from {least}"
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
            return f"list of {type_words(item)}"
        case inspect.DictType(value_type=value):
            return f"object of {type_words(value)}"
        case inspect.StructType(cls=cls) | inspect.EnumType(cls=cls):
            return _WORDS.get(cls.__name__, "event")
    return {
        inspect.FloatType: "number",
        inspect.StrType: "text",
        inspect.BoolType: "true or false",
        inspect.NoneType: "null",
        inspect.RawType: "object of list of number or null",
    }[type(kind)]


def _left_out(field: inspect.Field) -> str:
    if field.required:
        return "must be there"
    default: Any = field.default
    if field.default_factory is not msgspec.NODEFAULT:
        default = field.default_factory()
    return f"`{msgspec.json.encode(default).decode()}`"
