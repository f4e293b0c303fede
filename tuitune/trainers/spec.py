"""What a session remembers about its trainer: plain records, no code and nothing to import."""

from __future__ import annotations

from typing import Literal

import msgspec

MNIST = "mnist"
"""What `MlpSpec.data` is where it is no file."""

Task = Literal["classification", "regression"]


class MlpSpec(msgspec.Struct, frozen=True, tag="mlp", tag_field="kind", omit_defaults=True):
    """The built-in NumPy network on the embedded digits or on a person's table."""

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


class FunctionSpec(msgspec.Struct, frozen=True, tag="function", tag_field="kind"):
    """A Python function: `file.py:function` or `package.module:function`."""

    target: str


class CommandSpec(msgspec.Struct, frozen=True, tag="command", tag_field="kind", omit_defaults=True):
    """Any program: an argument list with `{lr}` in it, started without a shell."""

    argv: tuple[str, ...]
    pattern: str | None = None
    """Regular expression with named groups that finds the metrics in a line; None: JSON lines."""


TrainerSpec = MlpSpec | FunctionSpec | CommandSpec
