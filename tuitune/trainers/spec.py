"""What a session remembers about its trainer: plain records, no code and nothing to import."""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from tuitune.words import plural

MNIST = "mnist"
"""What `MlpSpec.data` is where it is no file."""

Task = Literal["classification", "regression"]


class MlpSpec(msgspec.Struct, frozen=True, tag="mlp", tag_field="kind", omit_defaults=True):
    """The built-in NumPy network on the embedded digits or on a person's table."""

    keeps_output: ClassVar[bool] = False
    """Whether what a trial prints is kept, in a folder of its own."""
    can_refit: ClassVar[bool] = True
    """Whether a finish can train it on all samples and test it."""
    takes_limits: ClassVar[bool] = False
    """Whether its trials run in processes that time, memory and GPUs can be given to."""

    data: str = MNIST
    """`mnist`, or the path of a CSV or NPZ file."""
    target: str | None = None
    """Name of the column to predict; None for the embedded digits."""
    train_size: int = 500
    """How many of the first training samples are used, validation included. Of a table: how many
    rows outside of the test part, in the order of the session's seed."""
    validation: float = 0.2
    """Share of `train_size` that is held out to rank the trials, in (0, 1)."""
    task: Task = "classification"
    """Whether the target is a class or a number."""
    test: float | None = None
    """Share of a table's rows that only a finish reads, in [0, 1); None for the embedded digits,
    which have a test set of their own."""
    columns: tuple[str, ...] = ()
    """Columns of a table that the target is predicted from; others are not used."""

    @property
    def is_table(self) -> bool:
        """Whether it learns from a person's table."""
        return self.data != MNIST

    def describe(self) -> str:
        """Return what trains, in a few words."""
        share = f"{self.validation:.0%} of them for validation"
        if not self.is_table:
            return f"network on {self.data}, {plural(self.train_size, 'image')}, {share}"
        sealed = f"; {self.test:.0%} of the table sealed for the test" if self.test else ""
        rows = plural(self.train_size, "row")
        return f"network on {self.data}, {self.task} of {self.target}, {rows}, {share}{sealed}"


class FunctionSpec(
    msgspec.Struct, frozen=True, tag="function", tag_field="kind", omit_defaults=True
):
    """A Python function: `file.py:function` or `package.module:function`."""

    keeps_output: ClassVar[bool] = True
    can_refit: ClassVar[bool] = False
    takes_limits: ClassVar[bool] = True

    target: str
    python: str | None = None
    """Interpreter of the environment that it runs in; None: that of TuiTune."""

    def describe(self) -> str:
        """Return what trains, in a few words."""
        return f"function {self.target}" + (f" by {self.python}" if self.python else "")


class ObjectiveSpec(
    msgspec.Struct, frozen=True, tag="objective", tag_field="kind", omit_defaults=True
):
    """An objective of Optuna, unchanged: `study.py:objective`."""

    keeps_output: ClassVar[bool] = True
    can_refit: ClassVar[bool] = False
    takes_limits: ClassVar[bool] = True

    target: str
    objective: int | None = None
    """Which of several values that it returns ranks, from 0; None: it returns one."""

    def describe(self) -> str:
        """Return what trains, in a few words."""
        which = "" if self.objective is None else f", value {self.objective}"
        return f"Optuna objective {self.target}{which}"


class Reading(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the number that ranks stands in what a program prints, as the probe saw it."""

    stream: Literal["out", "err"]
    """Standard output or standard error."""
    shape: Literal["pair", "row", "object", "report"]
    """Kind of line: name and number, row of a table, object, what `tuitune.report` writes."""
    name: str
    """As it is printed."""
    section: str = ""
    """What stands above the name: `Test` of `Test: Acc 0.8`."""
    at_once: bool = False
    """It is printed once an epoch, so that its first value completes the epoch."""


class CommandSpec(msgspec.Struct, frozen=True, tag="command", tag_field="kind", omit_defaults=True):
    """Any program: an argument list with `{lr}` in it, started without a shell."""

    keeps_output: ClassVar[bool] = True
    can_refit: ClassVar[bool] = False
    takes_limits: ClassVar[bool] = True

    argv: tuple[str, ...]
    pattern: str | None = None
    """Regular expression with named groups that finds the metrics in a line; None: the output is
    read as a person would."""
    reading: Reading | None = None
    """Where the number stands; None: each trial finds it by its name."""
    template: str | None = None
    """Path of a file with `{lr}` in it, of which each trial gets a filled-in copy; None: none."""

    def describe(self) -> str:
        """Return what trains, in a few words."""
        return f"command {' '.join(self.argv)}"


class AbsentSpec(msgspec.Struct, frozen=True, tag="absent", tag_field="kind"):
    """No trainer yet: the trials were trained elsewhere, and none can be trained here."""

    keeps_output: ClassVar[bool] = False
    can_refit: ClassVar[bool] = False
    takes_limits: ClassVar[bool] = False

    source: str
    """What they were imported from, a few words: `Optuna study 'pools'`."""

    def describe(self) -> str:
        """Return what trains, in a few words."""
        return f"no trainer yet, trials of {self.source}"


TrainerSpec = MlpSpec | FunctionSpec | ObjectiveSpec | CommandSpec | AbsentSpec
