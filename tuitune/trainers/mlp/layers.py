"""The layers of the network, as in chapters 5 and 6 of Saito's *Deep Learning from Scratch*.

`forward(x)` takes `(rows, n_in)` and returns `(rows, n_out)`; `backward(dy)` takes the
gradient of the loss with respect to that output and returns the one with respect to the input,
leaving the gradients of the layer's own parameters in the views that it was given.

Buffers are made once, for at most `rows` rows, and reused: an output is valid until the layer's
next forward. The layers between two affine ones work in place, on the affine layer's output and
on the gradient that reaches them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np

from tuitune.trainers.mlp.parameters import Array


class Layer(ABC):
    """What the network asks of every layer."""

    @abstractmethod
    def forward(self, x: Array) -> Array:
        """Return the layer's output for the inputs `x`, in training."""

    @abstractmethod
    def backward(self, dy: Array) -> Array:
        """Return the gradient for the inputs of the last forward."""

    def infer(self, x: Array) -> Array:
        """Return the layer's output for the inputs `x`, in testing."""
        return self.forward(x)


class Affine(Layer):
    """`y = x W + b` with W `(n_in, n_out)` and b `(n_out,)`."""

    def __init__(self, w: Array, b: Array, dw: Array, db: Array, rows: int) -> None:
        self.w, self.b, self.dw, self.db = w, b, dw, db
        n_in, n_out = w.shape
        self._y = np.empty((rows, n_out), w.dtype)
        self._dx = np.empty((rows, n_in), w.dtype)
        self._ones = np.ones(rows, w.dtype)

    def forward(self, x: Array) -> Array:
        """Return `x W + b`."""
        self._x = x
        y = self._y[: len(x)]
        np.matmul(x, self.w, out=y)
        y += self.b
        return y

    def gradient(self, dy: Array) -> None:
        """Leave the gradients of W and b: `x^T dy` and the column sums of dy."""
        np.matmul(self._x.T, dy, out=self.dw)
        np.matmul(self._ones[: len(dy)], dy, out=self.db)

    def backward(self, dy: Array) -> Array:
        """Return `dy W^T`."""
        self.gradient(dy)
        return np.matmul(dy, self.w.T, out=self._dx[: len(dy)])


class Relu(Layer):
    """`y = max(x, 0)`."""

    def __init__(self, zeros: Array) -> None:
        # NumPy's maximum of two arrays is vectorised, that of an array and a number is not (2.4x).
        self._zeros = zeros
        self._positive = np.empty(zeros.shape, bool)

    def forward(self, x: Array) -> Array:
        """Return `max(x, 0)`, in place."""
        self._y = np.maximum(x, self._zeros[: len(x)], out=x)
        return self._y

    def backward(self, dy: Array) -> Array:
        """Return dy where x was positive, else 0, in place."""
        dy *= np.greater(self._y, 0, out=self._positive[: len(dy)])
        return dy


class Tanh(Layer):
    """`y = tanh(x)`."""

    def forward(self, x: Array) -> Array:
        """Return `tanh(x)`, in place."""
        self._y = np.tanh(x, out=x)
        return self._y

    def backward(self, dy: Array) -> Array:
        """Return `dy (1 - y^2)`, in place."""
        dy *= 1 - self._y * self._y
        return dy


class Sigmoid(Layer):
    """`y = 1 / (1 + exp(-x))`."""

    def forward(self, x: Array) -> Array:
        """Return the logistic function of x, in place."""
        np.negative(x, out=x)
        np.exp(x, out=x)
        x += 1
        self._y = np.reciprocal(x, out=x)
        return self._y

    def backward(self, dy: Array) -> Array:
        """Return `dy y (1 - y)`, in place."""
        dy *= self._y
        dy *= 1 - self._y
        return dy


class Dropout(Layer):
    """Switch off a share of the units in training, and scale up the others to make up for them.

    Scaling in training ("inverted dropout") instead of in testing, as the book does, leaves the
    test pass as it is. Srivastava et al., JMLR 15 (2014).
    """

    def __init__(self, ratio: float, draw: Callable[[tuple[int, ...]], Array]) -> None:
        self._ratio = ratio
        self._draw = draw

    def forward(self, x: Array) -> Array:
        """Return x times a fresh random mask of 0 and `1 / (1 - ratio)`."""
        kept = self._draw(x.shape) >= self._ratio
        self._mask = kept.astype(x.dtype) / (1 - self._ratio)
        return x * self._mask

    def backward(self, dy: Array) -> Array:
        """Return dy times the mask of the last forward, in place."""
        dy *= self._mask
        return dy

    def infer(self, x: Array) -> Array:
        """Return x as it is."""
        return x


class BatchNorm(Layer):
    """Normalise each unit over the batch, then scale by gamma and shift by beta.

    Ioffe & Szegedy, arXiv 1502.03167. Testing uses running averages of the batches' mean and
    variance: the plain average of the first ten batches, then an exponential one (0.9). The book
    starts them at zero, which would make the first epochs of four batches look untrained.
    """

    EPSILON = 1e-6
    NEWEST = 0.1

    def __init__(self, gamma: Array, beta: Array, dgamma: Array, dbeta: Array) -> None:
        self.gamma, self.beta, self.dgamma, self.dbeta = gamma, beta, dgamma, dbeta
        self.mean = np.zeros_like(gamma)
        self.variance = np.ones_like(gamma)
        self.batches = 0

    def forward(self, x: Array) -> Array:
        """Return `gamma (x - mean) / sqrt(variance + epsilon) + beta` of the batch, in place."""
        mean, variance = x.mean(axis=0), x.var(axis=0)
        self.batches += 1
        share = max(self.NEWEST, 1 / self.batches)
        self.mean += share * (mean - self.mean)
        self.variance += share * (variance - self.variance)
        self._std = np.sqrt(variance + self.EPSILON)
        x -= mean
        x /= self._std
        self._normal = x.copy()
        x *= self.gamma
        x += self.beta
        return x

    def backward(self, dy: Array) -> Array:
        """Return the gradient through the normalisation, batch mean and variance included."""
        np.sum(dy, axis=0, out=self.dbeta)
        np.sum(dy * self._normal, axis=0, out=self.dgamma)
        dx = dy - (self.dbeta + self._normal * self.dgamma) / len(dy)
        dx *= self.gamma / self._std
        return dx

    def infer(self, x: Array) -> Array:
        """Return the same with the running averages instead of the batch's, in place."""
        factor = self.gamma / np.sqrt(self.variance + self.EPSILON)
        x *= factor
        x += self.beta - self.mean * factor
        return x
