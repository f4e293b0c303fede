"""What a session remembers about its trainer: plain records, no code and nothing to import."""

from __future__ import annotations

import msgspec


class MlpSpec(msgspec.Struct, frozen=True, tag="mlp", tag_field="kind", omit_defaults=True):
    """The built-in NumPy network on the embedded digits or on a person's table."""

    data: str = "mnist"
    """`mnist`, or the path of a CSV or NPZ file."""
    target: str | None = None
    """Name of the column to predict; None for the embedded digits."""
    train_size: int = 500
    """How many of the first training samples are used, validation included."""
    validation: float = 0.2
    """Share of `train_size` that is held out to rank the trials, in (0, 1)."""


class FunctionSpec(msgspec.Struct, frozen=True, tag="function", tag_field="kind"):
    """A Python function: `file.py:function` or `package.module:function`."""

    target: str


class CommandSpec(msgspec.Struct, frozen=True, tag="command", tag_field="kind", omit_defaults=True):
    """Any program: an argument list with `{lr}` in it, started without a shell."""

    argv: tuple[str, ...]
    pattern: str | None = None
    """Regular expression with named groups that finds the metrics in a line; None: JSON lines."""


TrainerSpec = MlpSpec | FunctionSpec | CommandSpec
