"""What a network that learns needs to go on as if it had never stopped, bit for bit.

Weights, what the optimizer remembers, running averages, and where the random streams stand: an
`.npz` of arrays and one JSON text, without pickle. It belongs to one point, one seed and one epoch;
a file of another is not taken.
"""

from __future__ import annotations

import json
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from tuitune.trainers.mlp.learner import Learner

UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


def save(learner: Learner, path: str, epoch: int) -> None:
    """Leave the state after `epoch` in a file; where the disk refuses, there is none."""
    steps = getattr(learner.optimizer, "steps", 0)
    facts = {
        "belongs": _belongs(learner, epoch),
        "steps": steps,
        "batches": {n: norm.batches for n, norm in learner.network.norms.items()},
        "streams": [stream.bit_generator.state for stream in learner.streams],
    }
    arrays = {f"array{place}": array for place, array in enumerate(_arrays(learner))}
    part = Path(f"{path}.part")
    with suppress(OSError):
        part.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            np.savez(file, allow_pickle=False, facts=np.array(json.dumps(facts)), **arrays)
        part.replace(path)


def restore(learner: Learner, path: str, epoch: int) -> bool:
    """Let `learner` go on after `epoch`; return whether there is a file that it can."""
    try:
        with Path(path).open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            facts: dict[str, Any] = json.loads(str(file["facts"]))
            found = [file[f"array{place}"] for place in range(len(_arrays(learner)))]
        if facts["belongs"] != _belongs(learner, epoch):
            return False
        states = facts["streams"]
        pairs = list(zip(_arrays(learner), found, strict=True))
        if any(mine.shape != its.shape or mine.dtype != its.dtype for mine, its in pairs):
            return False
    except UNREADABLE:
        return False
    for mine, its in pairs:
        mine[...] = its
    for stream, state in zip(learner.streams, states, strict=True):
        stream.bit_generator.state = state
    if hasattr(learner.optimizer, "steps"):
        learner.optimizer.steps = facts["steps"]
    for number, norm in learner.network.norms.items():
        norm.batches = facts["batches"][str(number)]
    return True


def _belongs(learner: Learner, epoch: int) -> str:
    return f"{learner.settings} seed {learner.seed} epoch {epoch}"


def _is_kept(name: str, value: object) -> bool:
    return isinstance(value, np.ndarray) and not name.startswith("_")


def _arrays(learner: Learner) -> list[np.ndarray]:
    """Return the arrays that change while it learns, in an order that depends on settings alone."""
    memory = vars(learner.optimizer)
    return [
        learner.network.parameters.values,
        *(memory[name] for name in sorted(memory) if _is_kept(name, memory[name])),
        *(array for norm in learner.network.norms.values() for array in (norm.mean, norm.variance)),
    ]
