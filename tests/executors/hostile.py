"""Trainers that do what no trainer should."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Params = Mapping[str, Any]
Reports = Iterator[Any]

GOOD = {"val_acc": 0.5}


def behave(params: Params, *, epochs: int, seed: int) -> Reports:
    """Report one good epoch, then do what `params["what"]` says."""
    Path(params["pids"]).write_text(f"{os.getpid()}\n")
    yield GOOD
    yield from globals()[params["what"]](params)


def good(params: Params) -> Reports:
    yield GOOD


def segfault(params: Params) -> Reports:
    yield ctypes.string_at(0)


def aborts(params: Params) -> Reports:
    yield os.abort()


def leaks(params: Params) -> Reports:
    kept = []
    while True:
        kept.append(bytearray(1 << 22))
        yield None


def hangs_in_c(params: Params) -> Reports:
    """Sleep with the interpreter locked: no Python code runs, no thread, no signal handler."""
    Path(params["begun"]).touch()
    ctypes.PyDLL(None).sleep(600)
    yield GOOD


def exits(params: Params) -> Reports:
    yield sys.exit(3)


def exits_hard(params: Params) -> Reports:
    yield os._exit(4)


def ends_well_hard(params: Params) -> Reports:
    yield os._exit(0)


def prints(params: Params) -> Reports:
    """Disturb every stream that there is, also below Python."""
    print("\x1b[2J\x1b]0;title\x07 from Python", '{"reported": {"val_acc": 9}}')  # noqa: T201
    os.write(1, b'{"began": true}\n{"leaving": true, "error": "no"}\n')
    os.write(2, b"\xff\xfe not UTF-8\n")
    sys.stdout.close()
    yield {"val_acc": 0.75}


def not_a_number(params: Params) -> Reports:
    yield {"val_acc": float("nan")}


def text(params: Params) -> Reports:
    yield {"val_acc": "\x1b[31mhigh"}


def a_bare_string(params: Params) -> Reports:
    yield "0.5"


def missing(params: Params) -> Reports:
    yield {"accuracy": 0.5}


def forks(params: Params) -> Reports:
    """Fork children that outlive the trial, one of which trains on as if it were the worker."""
    child = os.fork()
    if child == 0:
        yield {"val_acc": 0.99}
        os._exit(0)
    idle = os.fork()
    if idle == 0:
        while True:
            time.sleep(60)
    with Path(params["pids"]).open("a") as file:
        file.write(f"{idle}\n")
    os.waitpid(child, 0)
    yield {"val_acc": 0.6}


def forks_and_crashes(params: Params) -> Reports:
    yield from forks(params)
    yield from segfault(params)


def holds_on(params: Params) -> Reports:
    """Refuse to be closed."""
    while True:
        try:
            yield GOOD
        except GeneratorExit:
            continue


def catches_everything(params: Params) -> Reports:
    while True:
        try:
            raise KeyboardInterrupt
        except BaseException:
            yield None


def interrupts(params: Params) -> Reports:
    raise KeyboardInterrupt
    yield


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


def raises_unspeakable(params: Params) -> Reports:
    raise Unspeakable
    yield


def environment(params: Params) -> Reports:
    """Report what the worker was given."""
    names = ("TUITUNE_TRIAL", "OPENBLAS_NUM_THREADS", "CUDA_VISIBLE_DEVICES")
    yield {"val_acc": 0.0, **{name: float(os.environ.get(name, -1)) for name in names}}
    mark = Path(os.environ["TUITUNE_CHECKPOINT_DIR"]) / "mark"
    yield {"val_acc": float(mark.exists())}
    mark.touch()
