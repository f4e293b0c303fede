"""The loss of the network, in one place: another problem needs another class with these methods."""

from __future__ import annotations

import numpy as np

from tuitune.datasets.dataset import Labels
from tuitune.trainers.mlp.parameters import Array


class SoftmaxCrossEntropy:
    """Mean of `-log softmax(scores)[label]` over the rows; `scores` are `(rows, n_classes)`."""

    def forward(self, scores: Array, labels: Labels) -> float:
        """Return the loss; overwrites `scores` with what `backward` needs."""
        self._index = np.arange(len(scores)), labels
        scores -= scores.max(axis=1, keepdims=True)
        picked = scores[self._index]
        self._exp = np.exp(scores, out=scores)
        self._sums = self._exp.sum(axis=1, keepdims=True)
        return float((np.log(self._sums[:, 0]) - picked).mean())

    def backward(self) -> Array:
        """Return the gradient for the scores: `(softmax - one_hot) / rows`, in place."""
        probabilities = self._exp
        probabilities /= self._sums
        probabilities[self._index] -= 1
        probabilities /= len(probabilities)
        return probabilities
