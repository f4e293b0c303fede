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
from tuitune.trainers.mlp.checkpoint import restore, save
from tuitune.trainers.mlp.learner import Learner, updates_per_epoch
from tuitune.trainers.mlp.losses import r_squared
from tuitune.trainers.mlp.network import Network
from tuitune.trainers.mlp.settings import MlpSettings, validate_params


def train(
    params: Params, *, epochs: int, seed: int, data: Split, checkpoint: str = "", done: int = 0
) -> Iterator[Report | None]:
    """Train the network on `data` and report each epoch (see `tuitune.trainers.base.Trainer`).

    Reports `val_acc` and `train_acc` (shares of all validation and training inputs, after the
    epoch; for regression `val_r2` and `train_r2`), `loss` (mean over the epoch's batches, decay
    included) and `val_loss` (without decay).
    Breathes after every batch. Closed at a report, it leaves its state in the file `checkpoint`,
    where one is named; with `done` it goes on after so many epochs, which it does not report again.
    Without that file it trains them anew first: the reports are the same, bit for bit. Raises
    UsageError at once for params that can't be used, and Diverged, while it runs, at the first loss
    or weight that is not finite.
    """
    settings = validate_params(params)
    if epochs < 1:
        raise UsageError(f"epochs must be at least 1, and not {epochs}: try epochs=50")
    if seed < 0:
        raise UsageError(f"seed must be zero or a positive integer, and not {seed}: try seed=0")
    return _train(settings, epochs, seed, data, checkpoint, done)


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


def _train(
    settings: MlpSettings, epochs: int, seed: int, data: Split, checkpoint: str, done: int
) -> Iterator[Report | None]:
    learner = Learner(settings, seed, data.x_train, data.t_train, data.n_classes)
    per_epoch = updates_per_epoch(data.n_train, settings.batch_size)
    restored = done > 0 and restore(learner, checkpoint, done)
    for epoch in range(done + 1 if restored else 1, epochs + 1):
        total = 0.0
        for _ in range(per_epoch):
            total += learner.update(epoch)
            yield None
        if epoch <= done:
            continue
        report = _report(learner.network, data, total / per_epoch, epoch)
        try:
            yield report
        except GeneratorExit:
            if checkpoint:
                save(learner, checkpoint, epoch)
            raise


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
