"""The losses of the network, one for classes and one for numbers, and the score of numbers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt

from tuitune.datasets.dataset import Labels
from tuitune.trainers.mlp.parameters import Array


class Loss(ABC):
    """What the network asks of a loss; `scores` are its outputs, `t` what they are to say."""

    @abstractmethod
    def forward(self, scores: Array, t: npt.NDArray[Any]) -> float:
        """Return the mean loss over the rows, and keep what `backward` needs."""

    @abstractmethod
    def backward(self) -> Array:
        """Return the gradient of the last `forward` for its scores."""


class SoftmaxCrossEntropy(Loss):
    """Mean of `-log softmax(scores)[label]` over the rows; `scores` are `(rows, n_classes)`.

    Computed on the transposed scores, `(n_classes, rows)`: NumPy reduces a few long rows several
    times as fast as many short ones.
    """

    def forward(self, scores: Array, labels: Labels) -> float:
        """Return the loss, and keep what `backward` needs."""
        z = np.ascontiguousarray(scores.T)
        z -= z.max(axis=0)
        self._one_hot = np.eye(len(z), dtype=z.dtype).take(labels, axis=1)
        of_label = np.vdot(z, self._one_hot)
        self._exp = np.exp(z, out=z)
        self._sums = z.sum(axis=0)
        return float(np.log(self._sums).sum() - of_label) / len(labels)

    def backward(self) -> Array:
        """Return the gradient for the scores: `(softmax - one_hot) / rows`, in place."""
        dz = self._exp
        dz /= self._sums
        dz -= self._one_hot
        dz /= len(self._sums)
        return dz.T


class SquaredError(Loss):
    """Mean of `(score - number)^2` over the rows; `scores` are `(rows, 1)`, `t` is `(rows,)`."""

    def forward(self, scores: Array, t: npt.NDArray[Any]) -> float:
        """Return the loss, and keep what `backward` needs."""
        self._error: Array = scores[:, 0] - t
        return float(self._error @ self._error) / len(t)

    def backward(self) -> Array:
        """Return the gradient for the scores: `2 (score - number) / rows`, in place."""
        self._error *= 2 / len(self._error)
        return self._error[:, None]


def r_squared(predicted: npt.NDArray[Any], t: npt.NDArray[Any]) -> float:
    """Return R2, `1 - sum (t - predicted)^2 / sum (t - mean of t)^2`, of two `(n,)` arrays.

    1 is perfect, 0 as good as their mean, and there is no lower bound; `t` is not constant.
    """
    t = t.astype(np.float64)
    with np.errstate(over="ignore"):
        left = float(np.square(t - predicted).sum())
    return 1.0 - left / float(np.square(t - t.mean()).sum())
