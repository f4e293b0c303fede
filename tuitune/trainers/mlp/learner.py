"""A network that learns: batch after batch, from random streams that all come of one seed."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from tuitune.datasets.dataset import Targets
from tuitune.trainers.base import Diverged
from tuitune.trainers.mlp.network import Network
from tuitune.trainers.mlp.optimizers import make_optimizer
from tuitune.trainers.mlp.parameters import Array
from tuitune.trainers.mlp.settings import MlpSettings


def updates_per_epoch(n_train: int, batch_size: int) -> int:
    """Return how many batches make an epoch of `n_train` inputs: at least one, as in the book."""
    return max(n_train // batch_size, 1)


class Learner:
    """A network that learns from batches drawn from `x` `(n, features)` and `t` `(n,)`.

    `n_classes` 0 is regression. Initial weights, batches and dropout masks have a random stream
    each, all from `seed`, so that setting dropout changes neither the first weights nor the
    batches.
    """

    def __init__(
        self,
        settings: MlpSettings,
        seed: int,
        x: Array,
        t: Targets,
        n_classes: int,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        self.settings, self.seed = settings, seed
        init, self._batches, dropout = map(
            np.random.default_rng, np.random.SeedSequence(seed).spawn(3)
        )
        self.streams = (self._batches, dropout)
        """What is still drawn from while it learns."""
        self.network = Network(
            settings, x.shape[1], n_classes, init=init, dropout=dropout, dtype=dtype
        )
        self.optimizer = make_optimizer(settings, self.network.parameters.values)
        self._x, self._t = x, t
        self._batch = np.empty((settings.batch_size, x.shape[1]), dtype)
        self._draws = self._draw()

    def _draw(self) -> Iterator[npt.NDArray[np.int64]]:
        """Draw the indices of batch after batch, with replacement as in the book.

        One call draws those of a whole epoch: the numbers are the same and cost less.
        """
        n, size = len(self._x), self.settings.batch_size
        while True:
            yield from self._batches.integers(n, size=(updates_per_epoch(n, size), size))

    def update(self, epoch: int) -> float:
        """Learn from one batch and return its loss.

        Raises Diverged(epoch) instead of learning from a loss that is not finite.
        """
        chosen = next(self._draws)
        # Any mode but "raise" lets NumPy fill the buffer without a copy; the indices are valid.
        self._x.take(chosen, axis=0, out=self._batch, mode="clip")
        parameters = self.network.parameters
        with np.errstate(all="ignore"):
            loss = self.network.gradient(self._batch, self._t[chosen])
            if not math.isfinite(loss):
                raise Diverged(epoch)
            self.optimizer.update(parameters.values, parameters.grads)
        return loss
