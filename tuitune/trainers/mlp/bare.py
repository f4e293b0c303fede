"""The matrix products of a training and nothing else: what `tuitune bench` measures it against."""

from __future__ import annotations

from itertools import pairwise
from time import perf_counter

import numpy as np

from tuitune.datasets.splits import Split
from tuitune.trainers.mlp.learner import updates_per_epoch
from tuitune.trainers.mlp.network import CHUNK_ROWS
from tuitune.trainers.mlp.settings import MlpSettings


def bare_products(settings: MlpSettings, *, epochs: int, data: Split) -> float:
    """Return the seconds that the products of one `train` of the same arguments take.

    Forward, backward and scoring products of the same shapes, float32, into buffers made before
    the clock starts; no bias, activation, loss, draw or update.
    """
    rng = np.random.default_rng(0)
    sizes = (data.x.shape[1], *settings.hidden, data.n_outputs)
    batch = settings.batch_size
    pairs = list(pairwise(sizes))
    weights = [rng.standard_normal(p, np.float32) / np.float32(p[0] ** 0.5) for p in pairs]
    weight_grads = [np.empty_like(w) for w in weights]
    rows = max(batch, min(len(data.x), CHUNK_ROWS))
    outputs = [np.empty((rows, n), np.float32) for n in sizes[1:]]
    input_grads = [np.empty((batch, n), np.float32) for n in sizes[:-1]]
    inputs = data.x[rng.integers(len(data.x), size=batch)]

    def forward(x: np.typing.NDArray[np.float32]) -> None:
        for w, output in zip(weights, outputs, strict=True):
            x = np.matmul(x, w, out=output[: len(x)])

    def backward() -> None:
        dy = outputs[-1][:batch]
        for i in range(len(weights) - 1, 0, -1):
            np.matmul(outputs[i - 1][:batch].T, dy, out=weight_grads[i])
            dy = np.matmul(dy, weights[i].T, out=input_grads[i])
        np.matmul(inputs.T, dy, out=weight_grads[0])

    started = perf_counter()
    for _ in range(epochs):
        for _ in range(updates_per_epoch(data.n_train, batch)):
            forward(inputs)
            backward()
        for start in range(0, len(data.x), CHUNK_ROWS):
            forward(data.x[start : start + CHUNK_ROWS])
    return perf_counter() - started
