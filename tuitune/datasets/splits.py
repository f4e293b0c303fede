"""The experiment's split: learn from some of the first training inputs, validate on the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tuitune.datasets.dataset import Dataset, Targets
from tuitune.errors import UsageError, plain


@dataclass(frozen=True)
class Split:
    """What a trial trains and is scored on; read-only arrays, shared by all trials of a session.

    `x`: (n, features) float32 and `t`: (n,) labels, the first `n_val` of them for validation.
    They lie in one piece so that both parts can be scored in one pass. No test inputs are in it.
    `n_classes` 0 is regression: `t` are numbers, float32.
    """

    name: str
    n_classes: int
    n_val: int
    x: npt.NDArray[np.float32]
    t: Targets

    @property
    def n_outputs(self) -> int:
        """How many outputs a network of this problem has."""
        return self.n_classes or 1

    @property
    def n_train(self) -> int:
        """How many inputs are trained on."""
        return len(self.x) - self.n_val

    @property
    def x_val(self) -> npt.NDArray[np.float32]:
        """The validation inputs, `(n_val, features)`."""
        return self.x[: self.n_val]

    @property
    def t_val(self) -> Targets:
        """The validation labels or numbers, `(n_val,)`."""
        return self.t[: self.n_val]

    @property
    def x_train(self) -> npt.NDArray[np.float32]:
        """The training inputs, `(n_train, features)`."""
        return self.x[self.n_val :]

    @property
    def t_train(self) -> Targets:
        """The training labels or numbers, `(n_train,)`."""
        return self.t[self.n_val :]


def split(
    dataset: Dataset, *, train_size: int = 500, validation: float = 0.2, seed: int = 0
) -> Split:
    """Shuffle the first `train_size` training inputs by `seed`; validate on the first part of them.

    `validation` is the share (0..1, exclusive) that is held out: the 500 images of the book give
    100 for validation and 400 for training (Saito, *Deep Learning from Scratch*, section 6.5).
    Raises UsageError if either part would be empty or the dataset has fewer inputs.
    """
    n_val = validation_size(dataset.name, dataset.n_train, train_size, validation)
    if seed < 0:
        raise UsageError(f"seed must be zero or a positive integer, and not {seed}: try seed=0")
    inputs, labels = dataset.first("train", train_size)
    order = np.random.default_rng(seed).permutation(train_size)
    x, t = inputs[order], labels[order]
    x.flags.writeable = t.flags.writeable = False
    return Split(dataset.name, dataset.n_classes, n_val, x, t)


def validation_size(name: str, available: int, train_size: int, validation: float) -> int:
    """Return how many of the first `train_size` of the `available` inputs validate.

    Raises UsageError if either part would be empty or there are fewer inputs.
    """
    example = min(500, available)
    if not 2 <= train_size <= available:
        raise UsageError(
            f"train_size must be between 2 and {available}, the training inputs of "
            f"{plain(name)}, and not {train_size}: try train_size={example}"
        )
    if not 0.0 < validation < 1.0:
        raise UsageError(
            "validation must be a share between 0 and 1, both excluded, "
            f"and not {validation:g}: try validation=0.2"
        )
    n_val = round(train_size * validation)
    if not 0 < n_val < train_size:
        empty = "validation" if n_val == 0 else "training"
        raise UsageError(
            f"both parts of the split need inputs, and validation={validation:g} of "
            f"train_size={train_size} leaves none for {empty}: try train_size={example} "
            "validation=0.2"
        )
    return n_val
