"""What every dataset is, wherever it comes from: inputs and labels, read as far as used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Raw = npt.NDArray[np.uint8] | npt.NDArray[np.float32]
Labels = npt.NDArray[np.intp]
Targets = Labels | npt.NDArray[np.float32]
"""What is predicted: labels, or numbers (standardised by those of the training part)."""
Part = Literal["train", "test"]
Reader = Callable[[Part, int], tuple[Raw, Labels]]
"""`reader(part, n)` returns the first n inputs `(n, features)` and labels `(n,)` of a part."""


@dataclass(frozen=True)
class Features:
    """What one input consists of.

    `count`: numbers per input. `shape`: how they lie when drawn, e.g. (28, 28). `scale`: the raw
    value that becomes 1.0 (255 for grey levels); raw inputs are divided by it and by nothing else.
    """

    count: int
    shape: tuple[int, ...]
    scale: float


@dataclass(frozen=True)
class Dataset:
    """Labelled inputs for classification, in a fixed order, read only as far as they are asked for.

    `n_train` and `n_test` count the inputs of each part, `n_classes` the labels 0..n_classes-1.
    """

    name: str
    n_train: int
    n_test: int
    n_classes: int
    features: Features
    reader: Reader

    @property
    def x_train(self) -> Raw:
        """All training inputs as stored, `(n_train, features)`."""
        return self.reader("train", self.n_train)[0]

    @property
    def t_train(self) -> Labels:
        """All training labels, `(n_train,)`."""
        return self.reader("train", self.n_train)[1]

    @property
    def x_test(self) -> Raw:
        """All test inputs as stored, `(n_test, features)`."""
        return self.reader("test", self.n_test)[0]

    @property
    def t_test(self) -> Labels:
        """All test labels, `(n_test,)`."""
        return self.reader("test", self.n_test)[1]

    def first(self, part: Part, n: int) -> tuple[npt.NDArray[np.float32], Labels]:
        """Return the first n inputs `(n, features)` float32, divided by the scale, and labels."""
        raw, labels = self.reader(part, n)
        return np.divide(raw, np.float32(self.features.scale), dtype=np.float32), labels
