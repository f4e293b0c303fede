"""A training as the book writes it: float64, one line a formula, no buffers; the oracle."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from tuitune.datasets import Split

Array = npt.NDArray[np.float64]


def softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True), dtype=np.float64)


def forward(ws: list[Array], bs: list[Array], x: Array) -> list[Array]:
    ys = [x]
    for w, b in zip(ws[:-1], bs[:-1], strict=True):
        ys.append(np.maximum(ys[-1] @ w + b, 0))
    ys.append(ys[-1] @ ws[-1] + bs[-1])
    return ys


def cross_entropy(scores: Array, t: npt.NDArray[Any]) -> float:
    return float(-np.log(softmax(scores)[np.arange(len(t)), t]).mean())


def reference_training(
    lr: float, weight_decay: float, hidden: list[int], batch: int, epochs: int, seed: int, d: Split
) -> Iterator[dict[str, float]]:
    """Plain SGD on ReLU layers with He weights, from the same draws as the network's."""
    init, batches, _ = map(np.random.default_rng, np.random.SeedSequence(seed).spawn(3))
    sizes = [d.x.shape[1], *hidden, d.n_classes]
    ws, bs = [], []
    for n_in, n_out in pairwise(sizes):
        draws = init.standard_normal((n_in, n_out), np.float32).astype(np.float64)
        ws.append(draws * np.sqrt(2 / n_in))
        bs.append(np.zeros(n_out))
    x, x_val = d.x_train.astype(np.float64), d.x_val.astype(np.float64)
    for _ in range(epochs):
        losses = []
        for _ in range(max(d.n_train // batch, 1)):
            chosen = batches.integers(d.n_train, size=batch)
            t = d.t_train[chosen]
            ys = forward(ws, bs, x[chosen])
            decay = sum(0.5 * weight_decay * float((w**2).sum()) for w in ws)
            losses.append(cross_entropy(ys[-1], t) + decay)
            dy = (softmax(ys[-1]) - np.eye(d.n_classes)[t]) / batch
            for i in reversed(range(len(ws))):
                dw = ys[i].T @ dy + weight_decay * ws[i]
                db = dy.sum(axis=0)
                dy = (dy @ ws[i].T) * (ys[i] > 0)
                ws[i] = ws[i] - lr * dw
                bs[i] = bs[i] - lr * db
        scores, scores_val = forward(ws, bs, x)[-1], forward(ws, bs, x_val)[-1]
        yield {
            "val_acc": float((scores_val.argmax(axis=1) == d.t_val).mean()),
            "train_acc": float((scores.argmax(axis=1) == d.t_train).mean()),
            "loss": float(np.mean(losses)),
            "val_loss": cross_entropy(scores_val, d.t_val),
        }
