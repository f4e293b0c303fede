"""Trainers for the executors' suite: imported in this process, in workers, and by the program."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tuitune.errors import TrainerError

Params = Mapping[str, Any]
Reports = Iterator[dict[str, float] | None]


def counts(params: Params, *, epochs: int, seed: int) -> Reports:
    """Say everything that it was told."""
    for epoch in range(1, epochs + 1):
        yield {"val_acc": epoch / epochs, "lr": params["lr"], "seed": seed}


def breathes(params: Params, *, epochs: int, seed: int) -> Reports:
    for epoch in range(epochs):
        yield None
        yield None
        yield {"val_acc": float(epoch)}


def endless(params: Params, *, epochs: int, seed: int) -> Reports:
    """Report once, then train an epoch that never ends; leave a mark when closed."""
    try:
        yield {"val_acc": 0.5}
        Path(params["begun"]).touch()
        while True:
            time.sleep(0.001)
            yield None
    finally:
        Path(params["closed"]).touch()


def marks(params: Params, *, epochs: int, seed: int) -> Reports:
    """Leave a mark when closed."""
    try:
        for _ in range(epochs):
            yield {"val_acc": 0.5}
    finally:
        Path(params["closed"]).touch()


def raises(params: Params, *, epochs: int, seed: int) -> Reports:
    yield {"val_acc": 0.1}
    raise ValueError("the learning rate is \x1b[31mred\x1b[0m")


def refuses(params: Params, *, epochs: int, seed: int) -> Reports:
    yield {"val_acc": 0.1}
    raise TrainerError("this point can't be trained")


def stops_early(params: Params, *, epochs: int, seed: int) -> Reports:
    yield {"val_acc": 0.1}


def says_nothing(params: Params, *, epochs: int, seed: int) -> Reports:
    yield from ()


def diverges(params: Params, *, epochs: int, seed: int) -> Reports:
    yield {"val_acc": math.nan, "loss": math.inf}


def hangs(params: Params, *, epochs: int, seed: int) -> Reports:
    """Neither report nor breathe."""
    yield {"val_acc": 0.1}
    Path(params["begun"]).touch()
    while True:
        time.sleep(60)
