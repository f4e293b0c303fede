"""The network: affine layers with what lies between them, their initial weights, and the loss."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from tuitune.datasets.dataset import Labels, Targets
from tuitune.trainers.mlp.layers import (
    Affine,
    BatchNorm,
    Dropout,
    Layer,
    Relu,
    Sigmoid,
    Tanh,
)
from tuitune.trainers.mlp.losses import Loss, SoftmaxCrossEntropy, SquaredError
from tuitune.trainers.mlp.parameters import Array, Parameters
from tuitune.trainers.mlp.settings import MlpSettings

CHUNK_ROWS = 256
"""How many inputs are scored in one pass: few calls, and activations that fit in the cache."""


class Network:
    """A multilayer perceptron that classifies `n_in` numbers into `n_classes` classes.

    With `n_classes` 0 it predicts a number: one output and the squared error. Each hidden layer is
    affine, batch normalisation (if set), activation, dropout (if set); the last is affine. `init`
    draws the weights, `dropout` the masks. One owner thread.
    """

    def __init__(
        self,
        settings: MlpSettings,
        n_in: int,
        n_classes: int,
        *,
        init: np.random.Generator,
        dropout: np.random.Generator,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        self.n_out = n_classes or 1
        self._weight_decay = settings.weight_decay
        self._rows = max(settings.batch_size, CHUNK_ROWS)
        self._loss: Loss = SoftmaxCrossEntropy() if n_classes else SquaredError()
        sizes = (n_in, *settings.hidden, self.n_out)
        self.parameters = _parameters(sizes, settings.batch_norm, dtype)
        self._scratch = np.empty_like(self.parameters.weights)
        for number, inputs in enumerate(sizes[:-1], 1):
            weights = self.parameters.value[f"W{number}"]
            weights[:] = init.standard_normal(weights.shape, np.float32)
            weights *= _initial_std(settings.init, inputs)
        self._layers: list[Layer] = []
        self.norms: dict[int, BatchNorm] = {}
        self._first = self._affine(1)
        self._add_layers(settings, dropout)

    def _add_layers(self, settings: MlpSettings, dropout: np.random.Generator) -> None:
        dtype = self.parameters.values.dtype
        value, grad = self.parameters.value, self.parameters.grad
        zeros = {n: np.zeros((self._rows, n), dtype) for n in set(settings.hidden)}
        for number, width in enumerate(settings.hidden, 1):
            if settings.batch_norm:
                gamma, beta = f"gamma{number}", f"beta{number}"
                value[gamma][:] = 1
                norm = BatchNorm(value[gamma], value[beta], grad[gamma], grad[beta])
                self.norms[number] = norm
                self._layers.append(norm)
            match settings.activation:
                case "relu":
                    self._layers.append(Relu(zeros[width]))
                case "tanh":
                    self._layers.append(Tanh())
                case _:
                    self._layers.append(Sigmoid())
            if settings.dropout:
                self._layers.append(Dropout(settings.dropout, dropout.random))
            self._layers.append(self._affine(number + 1))

    def _affine(self, number: int) -> Affine:
        value, grad = self.parameters.value, self.parameters.grad
        w, b = f"W{number}", f"b{number}"
        return Affine(value[w], value[b], grad[w], grad[b], self._rows)

    def gradient(self, x: Array, t: Targets) -> float:
        """Return the loss of a batch, decay included, and leave its gradient in `parameters.grads`.

        `x`: (rows, n_in) with at most max(batch_size, CHUNK_ROWS) rows, `t`: (rows,) labels,
        or numbers where there are no classes.
        The decay adds `0.5 * weight_decay * sum(W**2)` to the loss and `weight_decay * W` to the
        gradient of every weight array W (book, section 6.4).
        """
        y = self._first.forward(x)
        for layer in self._layers:
            y = layer.forward(y)
        loss = self._loss.forward(y, t)
        dy = self._loss.backward()
        for layer in reversed(self._layers):
            dy = layer.backward(dy)
        self._first.gradient(dy)
        if self._weight_decay:
            weights = self.parameters.weights
            loss += 0.5 * self._weight_decay * float(weights @ weights)
            self.parameters.weight_grads += np.multiply(
                weights, self._weight_decay, out=self._scratch
            )
        return loss

    def scores(self, x: Array) -> Array:
        """Return the outputs `(n, n_out)` before any softmax for n inputs, in testing mode."""
        scores = np.empty((len(x), self.n_out), self.parameters.values.dtype)
        with np.errstate(all="ignore"):
            for start in range(0, len(x), CHUNK_ROWS):
                chunk = slice(start, start + CHUNK_ROWS)
                y = self._first.infer(x[chunk])
                for layer in self._layers:
                    y = layer.infer(y)
                scores[chunk] = y
        return scores

    def accuracy(self, x: Array, t: Labels) -> float:
        """Return the share of the inputs `(n, n_in)` whose highest score is at their label."""
        return float((self.scores(x).argmax(axis=1) == t).mean())

    def loss(self, x: Array, t: Targets) -> float:
        """Return the mean loss of the inputs in testing mode, without decay."""
        return self.loss_of(self.scores(x), t)

    def loss_of(self, scores: Array, t: Targets) -> float:
        """Return the mean loss of the given scores, without decay; overwrites them."""
        with np.errstate(all="ignore"):
            return self._loss.forward(scores, t)

    def is_finite(self) -> bool:
        """Whether no parameter has become NaN or infinite."""
        return bool(np.isfinite(self.parameters.values).all())

    def state(self) -> dict[str, Array]:
        """Return copies of all arrays that make up the trained network.

        `W1 (n_in, n_1)`, `b1 (n_1,)`, `W2` and so on; with batch normalisation also `gamma1`,
        `beta1` and the running `mean1` and `variance1`, each `(n_1,)`. `np.savez` takes them as
        they are.
        """
        state = {name: array.copy() for name, array in self.parameters.value.items()}
        for number, norm in self.norms.items():
            state[f"mean{number}"] = norm.mean.copy()
            state[f"variance{number}"] = norm.variance.copy()
        return state


def _parameters(sizes: tuple[int, ...], batch_norm: bool, dtype: npt.DTypeLike) -> Parameters:
    pairs = list(enumerate(pairwise(sizes), 1))
    weights: dict[str, tuple[int, ...]] = {f"W{i}": pair for i, pair in pairs}
    others: dict[str, tuple[int, ...]] = {f"b{i}": (n_out,) for i, (_, n_out) in pairs}
    if batch_norm:
        for i, (_, n_out) in pairs[:-1]:
            others |= {f"gamma{i}": (n_out,), f"beta{i}": (n_out,)}
    return Parameters(weights, others, dtype)


def _initial_std(init: str | float, n_in: int) -> float:
    """Return the standard deviation of the initial weights of a layer with `n_in` inputs.

    `he`: He et al., arXiv 1502.01852, for ReLU. `xavier`: Glorot & Bengio, AISTATS 2010, in the
    book's form without the number of outputs, for tanh and sigmoid.
    """
    match init:
        case "he":
            return math.sqrt(2 / n_in)
        case "xavier":
            return math.sqrt(1 / n_in)
        case _:
            return float(init)
