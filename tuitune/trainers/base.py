"""The protocol of a trainer: a generator that yields one report an epoch.

    def train(params, *, epochs: int, seed: int):
        ...
        for epoch in range(epochs):
            ...
            yield {"val_acc": 0.81, "train_acc": 0.93}

The caller stops a trial by closing the generator, so a trainer needs no flag, no callback and no
base class, and `finally:` cleans up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, Protocol

from tuitune.errors import TrainerError

Params = Mapping[str, bool | int | float | str]
"""Hyperparameters by name, the tuned and the fixed ones together."""

Report = Mapping[str, float]
"""What one epoch came to: metric name to number, e.g. `{"val_acc": 0.81, "train_acc": 0.93}`."""


Fault = Literal["diverged", "error", "crashed", "no-score", "seconds", "silence", "memory", "lost"]
"""Why a training failed: its numbers stopped being finite; it raised or refused; its process died;
it reported no number that ranks it; it took too long; it said nothing for too long; it needed too
much memory; the machine that it ran on is gone."""


class Trainer(Protocol):
    """Anything that trains; a plain generator function is one."""

    def __call__(self, params: Params, *, epochs: int, seed: int) -> Iterator[Report | None]:
        """Train one point of the space for `epochs` epochs (at least 1) from `seed` (0..2**64).

        Yields one report at the end of each epoch, and before it any number of breaths: a breath
        is `None` and says "nothing to report, but I may be stopped here". A trainer with long
        epochs breathes every batch, so that nobody waits for an epoch to end.

        The same params, epochs and seed give the same reports, whatever else runs. Raises
        TrainerError where the point can't be trained, for example `Diverged`.
        """


class Diverged(TrainerError):
    """The loss or a weight is no longer a finite number, so that training on is pointless."""

    def __init__(self, epoch: int) -> None:
        super().__init__(f"diverged at epoch {epoch}")
        self.epoch = epoch
        """The epoch, counted from 1, in which it happened."""

    def __reduce__(self) -> tuple[type[Diverged], tuple[int]]:
        return type(self), (self.epoch,)
