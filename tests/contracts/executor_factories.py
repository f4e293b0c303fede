"""Every executor, ready for the suite. A new one is added here and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.contracts import executor_trainers
from tuitune.executors.base import Executor, Inbox
from tuitune.executors.commands import CommandExecutor
from tuitune.executors.groups import Surroundings
from tuitune.executors.inline import InlineExecutor
from tuitune.executors.processes import ProcessExecutor
from tuitune.executors.threads import ThreadExecutor
from tuitune.trainers.program import output_reader

HERE = Path(__file__).parent
METRIC = "val_acc"


@dataclass(frozen=True)
class Factory:
    """How to make one kind of executor, and what the kind can do."""

    name: str
    make: Callable[[str, Inbox, int, Path], Executor]
    """(name in `executor_trainers`, inbox, workers, folder for files) -> executor."""
    parallel: bool = True
    """It runs more than one job at once."""
    kills: bool = True
    """It can end a trainer that hangs."""
    keeps_exceptions: bool = True
    """It sees the exception itself, not only what a program printed of it."""


def _inline(name: str, inbox: Inbox, workers: int, folder: Path) -> Executor:
    return InlineExecutor(getattr(executor_trainers, name), inbox)


def _threads(name: str, inbox: Inbox, workers: int, folder: Path) -> Executor:
    return ThreadExecutor(getattr(executor_trainers, name), inbox, workers)


def _processes(name: str, inbox: Inbox, workers: int, folder: Path) -> Executor:
    target = f"{HERE / 'executor_trainers.py'}:{name}"
    return ProcessExecutor(target, METRIC, inbox, workers, Surroundings(folder))


def _commands(name: str, inbox: Inbox, workers: int, folder: Path) -> Executor:
    argv = [sys.executable, str(HERE / "executor_program.py"), name]
    reader = partial(output_reader, METRIC)
    return CommandExecutor(argv, METRIC, ["lr"], inbox, workers, Surroundings(folder), reader)


FACTORIES = [
    Factory("inline", _inline, parallel=False, kills=False),
    Factory("threads", _threads, kills=False),
    Factory("processes", _processes),
    Factory("commands", _commands, keeps_exceptions=False),
]
