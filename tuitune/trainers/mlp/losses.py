"""The loss of the network, in one place: another problem needs another class with these methods."""

from __future__ import annotations

import numpy as np

from tuitune.datasets.dataset import Labels
from tuitune.trainers.mlp.parameters import Array


class SoftmaxCrossEntropy:
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
