"""A small network for scikit-learn's digits, written as a person writes it: SGD or Adam, dropout.

    tuitune new digits --trainer tests/bench/digits_net.py:train --metric val_loss --epochs 8 \\
        --param 'lr=1e-5..1 log' --param 'width=8..512 log int' \\
        --param 'dropout=0..0.8 in 0..0.95' --param 'opt=sgd|adam'
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.datasets import load_digits

Array = npt.NDArray[np.float32]
BATCH = 64
VALIDATION = 450


@cache
def load_data() -> tuple[Array, Array, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return images (n, 64) in 0..1 and labels: 1,347 to train on, 450 to validate on."""
    images, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(images))
    images, labels = images[order] / 16, labels[order]
    return images[VALIDATION:], images[:VALIDATION], labels[VALIDATION:], labels[:VALIDATION]


def cross_entropy(scores: Array, labels: npt.NDArray[np.int64]) -> tuple[float, Array]:
    """Return the mean loss of `scores` (n, 10) and its gradient (n, 10)."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(labels))
    gradient = np.exp(logs)
    gradient[rows, labels] -= 1
    return float(-logs[rows, labels].mean()), gradient / len(labels)


def train(params: dict[str, Any], *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
    x, x_val, t, t_val = load_data()
    rng = np.random.default_rng(seed)
    width, keep = params["width"], 1 - params["dropout"]
    weights: list[Array] = [
        (rng.standard_normal((64, width)) * np.sqrt(2 / 64)).astype(np.float32),
        np.zeros(width, np.float32),
        (rng.standard_normal((width, 10)) * np.sqrt(2 / width)).astype(np.float32),
        np.zeros(10, np.float32),
    ]
    means = [np.zeros_like(w) for w in weights]
    squares = [np.zeros_like(w) for w in weights]
    step = 0
    for _ in range(epochs):
        order = rng.permutation(len(x))
        losses = []
        with np.errstate(over="ignore", invalid="ignore"):
            for at in range(0, len(x), BATCH):
                rows = order[at : at + BATCH]
                hidden = np.maximum(x[rows] @ weights[0] + weights[1], 0)
                mask = (rng.random(hidden.shape, np.float32) < keep) / np.float32(keep)
                dropped = hidden * mask
                loss, back = cross_entropy(dropped @ weights[2] + weights[3], t[rows])
                inner = (back @ weights[2].T) * mask * (hidden > 0)
                gradients = [x[rows].T @ inner, inner.sum(0), dropped.T @ back, back.sum(0)]
                losses.append(loss)
                step += 1
                for w, g, m, s in zip(weights, gradients, means, squares, strict=True):
                    if params["opt"] == "sgd":
                        w -= params["lr"] * g
                        continue
                    m += 0.1 * (g - m)
                    s += 0.001 * (g * g - s)
                    fixed = np.sqrt(s / (1 - 0.999**step)) + 1e-8
                    w -= params["lr"] * m / (1 - 0.9**step) / fixed
            hidden = np.maximum(x_val @ weights[0] + weights[1], 0)
            scores = hidden @ weights[2] + weights[3]
            val_loss, _ = cross_entropy(scores, t_val)
        yield {
            "val_loss": val_loss,
            "val_acc": float((scores.argmax(1) == t_val).mean()),
            "loss": float(np.mean(losses)),
        }
