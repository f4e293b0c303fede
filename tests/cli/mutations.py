"""Session files with something wrong in them: values that no program wrote, and torn bytes."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from tests.model.sample import full_session, snapshot_bytes
from tests.test_words import HOSTILE

FIXTURES = Path(__file__).parents[1] / "store" / "fixtures"

HUGE = "@huge@"
"""Becomes a whole number of 400 digits, which no JSON library writes by itself."""

VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 2, 3, 7, 255, 257, 10**6, 10**9, 2**31, 2**53, 2**63, -(2**63),
    HUGE, 0.0, -0.5, 0.5, 1.5, 1e-320, 1e-150, 1e150, 1e154, 1e155, 1e200, 1e308, -1e308,
    "", " ", "x", "lr", "done", "=1+1", "random", "median", "uniform", "diverged", "a" * 5000,
    "lr=1", "nan", "inf", "<b>", "`", "[red]", *HOSTILE.values(),
    [], {}, [1], [None], ["x"], {"x": 1}, {"lr": 0.5}, [[1]],
]  # fmt: skip


STRUCTURE = {"format", "version", "kind", "number", "current"}
"""Fields that any other value of makes a file unreadable."""


def bases() -> list[bytes]:
    """Return the good files that are changed."""
    return [
        snapshot_bytes(full_session()),
        *(path.read_bytes() for path in sorted(FIXTURES.glob("*.json"))),
    ]


def mutated(source: bytes, seed: int) -> bytes:
    """Return a file with one to four changes."""
    chance = random.Random(seed)
    if chance.random() < 0.1:
        return _torn(source, chance)
    document = json.loads(source)
    for _ in range(chance.choice([1, 1, 1, 2, 2, 4])):
        _change(document, chance)
    text = json.dumps(document, ensure_ascii=chance.random() < 0.5)
    return text.replace(f'"{HUGE}"', "1" + "0" * 400).encode("utf-8", "surrogatepass")


def _change(document: Any, chance: random.Random) -> None:
    """Change a value somewhere, at any depth with the same chance."""
    holder = document
    while True:
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if not keys:
            return
        key = chance.choice(keys)
        inner = holder[key]
        if isinstance(inner, dict | list) and inner and chance.random() < 0.85:
            holder = inner
            continue
        break
    if chance.random() < 0.7 and not isinstance(inner, dict | list):
        # Of the same kind, so that many files can be read and what comes after is tried as well.
        if key not in STRUCTURE:
            same = [v for v in VALUES if type(v) is type(inner) and v != HUGE]
            holder[key] = chance.choice(same)
        return
    match chance.randrange(5):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, list):
            holder.append(holder[key])
        case 2 if isinstance(holder, dict):
            name = chance.choice([v for v in VALUES if isinstance(v, str)])
            holder[name] = holder.pop(key)
        case _:
            holder[key] = chance.choice(VALUES)


def _torn(source: bytes, chance: random.Random) -> bytes:
    """Return the file with bytes lost, doubled or changed, as a bad disk leaves them."""
    data = bytearray(source)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data))
        match chance.randrange(3):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                del data[at : at + chance.randint(1, 40)]
            case 2:
                data[at:at] = data[at : at + chance.randint(1, 40)]
    return bytes(data[: chance.randrange(len(data))] if chance.random() < 0.2 else data)
