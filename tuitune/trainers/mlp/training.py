"""Training: the generator that a trial runs, and the same learning for the final fit."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from tuitune.datasets.dataset import Targets
from tuitune.datasets.splits import Split
from tuitune.errors import UsageError
from tuitune.trainers.base import Diverged, Params, Report
from tuitune.trainers.mlp.losses import r_squared
from tuitune.trainers.mlp.network import Network
from tuitune.trainers.mlp.optimizers import make_optimizer
from tuitune.trainers.mlp.parameters import Array
from tuitune.trainers.mlp.settings import MlpSettings, validate_params


def train(params: Params, *, epochs: int, seed: int, data: Split) -> Iterator[Report | None]:
    """Train the network on `data` and report each epoch (see `tuitune.trainers.base.Trainer`).

    Reports `val_acc` and `train_acc` (shares of all validation and training inputs, after the
    epoch; for regression `val_r2` and `train_r2`), `loss` (mean over the epoch's batches, decay
    included) and `val_loss` (without decay).
    Breathes after every batch. Raises UsageError at once for params that can't be used, and
    Diverged, while it runs, at the first loss or weight that is not finite.
    """
    settings = validate_params(params)
    if epochs < 1:
        raise UsageError(f"epochs must be at least 1, and not {epochs}: try epochs=50")
    if seed < 0:
        raise UsageError(f"seed must be zero or a positive integer, and not {seed}: try seed=0")
    return _train(settings, epochs, seed, data)


def fit(
    params: Params,
    *,
    epochs: int,
    per_epoch: int,
    seed: int,
    x: npt.NDArray[np.float32],
    t: Targets,
    n_classes: int,
) -> Generator[Report | None, None, Network]:
    """Train the network on all inputs `x` `(n, features)`; its return value is the network.

    For the final fit on training and validation inputs together: with the `per_epoch` of the split
    (`updates_per_epoch`) it makes as many updates as a trial of `epochs`. Reports the mean `loss`
    of each such epoch, breathes after every batch, and raises as `train` does.
    """
    learner = Learner(validate_params(params), seed, x, t, n_classes)
    for epoch in range(1, epochs + 1):
        total = 0.0
        for _ in range(per_epoch):
            total += learner.update(epoch)
            yield None
        if not learner.network.is_finite():
            raise Diverged(epoch)
        yield {"loss": float(f"{total / per_epoch:.6g}")}
    return learner.network


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
        self.settings = settings
        init, self._batches, dropout = map(
            np.random.default_rng, np.random.SeedSequence(seed).spawn(3)
        )
        self.network = Network(
            settings, x.shape[1], n_classes, init=init, dropout=dropout, dtype=dtype
        )
        self._optimizer = make_optimizer(settings, self.network.parameters.values)
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
            self._optimizer.update(parameters.values, parameters.grads)
        return loss


def _train(settings: MlpSettings, epochs: int, seed: int, data: Split) -> Iterator[Report | None]:
    learner = Learner(settings, seed, data.x_train, data.t_train, data.n_classes)
    per_epoch = updates_per_epoch(data.n_train, settings.batch_size)
    for epoch in range(1, epochs + 1):
        total = 0.0
        for _ in range(per_epoch):
            total += learner.update(epoch)
            yield None
        yield _report(learner.network, data, total / per_epoch, epoch)


def _report(network: Network, data: Split, loss: float, epoch: int) -> Report:
    """Score both parts of the data in one pass; validation comes first in it."""
    scores = network.scores(data.x)
    val, rest = slice(data.n_val), slice(data.n_val, None)
    if data.n_classes:
        hits = scores.argmax(axis=1) == data.t
        scored = {"val_acc": _share(hits[val]), "train_acc": _share(hits[rest])}
    else:
        made = scores[:, 0]
        scored = {"val_r2": _r2(made[val], data.t_val), "train_r2": _r2(made[rest], data.t_train)}
    val_loss = network.loss_of(scores[: data.n_val], data.t_val)
    if not (math.isfinite(val_loss) and network.is_finite()):
        raise Diverged(epoch)
    return scored | {"loss": float(f"{loss:.6g}"), "val_loss": float(f"{val_loss:.6g}")}


def _share(hits: npt.NDArray[np.bool_]) -> float:
    return round(int(np.count_nonzero(hits)) / len(hits), 6)


def _r2(predicted: npt.NDArray[np.floating[Any]], t: Targets) -> float:
    return float(f"{r_squared(predicted, t):.6g}")
