"""The optimizers of chapter 6 of *Deep Learning from Scratch*, in order of complexity.

Each turns a gradient g into a change of the parameters w, both one flat vector, in place. It may
overwrite g: the next batch writes it anew. The formula stands above the lines that compute it.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from tuitune.trainers.mlp.parameters import Array
from tuitune.trainers.mlp.settings import MlpSettings

TINY = 1e-7
"""Keeps a division by the root of a zero finite, as in the book."""


class Optimizer(Protocol):
    """One rule of learning, with whatever it remembers."""

    def update(self, w: Array, g: Array) -> None:
        """Change w by one step against the gradient g."""


class SGD:
    """Stochastic gradient descent. Robbins & Monro, Ann. Math. Statist. 22 (1951)."""

    def __init__(self, lr: float) -> None:
        self.lr = lr

    def update(self, w: Array, g: Array) -> None:
        """Compute `w -= lr g`."""
        g *= self.lr
        w -= g


class Momentum:
    """A ball that rolls down with friction. Polyak, USSR Comp. Math. 4 (1964)."""

    def __init__(self, lr: float, momentum: float, like: Array) -> None:
        self.lr, self.momentum = lr, momentum
        self.v = np.zeros_like(like)

    def update(self, w: Array, g: Array) -> None:
        """Compute `v = momentum v - lr g; w += v`."""
        self.v *= self.momentum
        g *= self.lr
        self.v -= g
        w += self.v


class Nesterov:
    """Momentum that looks one step ahead. Nesterov (1983), as in Bengio et al., arXiv 1212.0901."""

    def __init__(self, lr: float, momentum: float, like: Array) -> None:
        self.lr, self.momentum = lr, momentum
        self.v = np.zeros_like(like)

    def update(self, w: Array, g: Array) -> None:
        """Compute `v = momentum v - lr g; w += momentum v - lr g`."""
        self.v *= self.momentum
        g *= self.lr
        self.v -= g
        w -= g
        w += np.multiply(self.v, self.momentum, out=g)


class AdaGrad:
    """A rate for each parameter that only shrinks. Duchi et al., JMLR 12 (2011)."""

    def __init__(self, lr: float, like: Array) -> None:
        self.lr = lr
        self.h = np.zeros_like(like)
        self._scratch = np.empty_like(like)

    def update(self, w: Array, g: Array) -> None:
        """Compute `h += g^2; w -= lr g / (sqrt(h) + tiny)`."""
        self.h += np.multiply(g, g, out=self._scratch)
        _scaled_step(w, g, self.h, self.lr, self._scratch)


class RMSProp:
    """AdaGrad that forgets. Tieleman & Hinton, Coursera lecture 6.5 (2012)."""

    def __init__(self, lr: float, rho: float, like: Array) -> None:
        self.lr, self.rho = lr, rho
        self.h = np.zeros_like(like)
        self._scratch = np.empty_like(like)

    def update(self, w: Array, g: Array) -> None:
        """Compute `h = rho h + (1 - rho) g^2; w -= lr g / (sqrt(h) + tiny)`."""
        self.h *= self.rho
        np.multiply(g, g, out=self._scratch)
        self._scratch *= 1 - self.rho
        self.h += self._scratch
        _scaled_step(w, g, self.h, self.lr, self._scratch)


class Adam:
    """Momentum and RMSProp, corrected for their start at zero. Kingma & Ba, arXiv 1412.6980."""

    def __init__(self, lr: float, beta1: float, beta2: float, like: Array) -> None:
        self.lr, self.beta1, self.beta2 = lr, beta1, beta2
        self.m, self.v = np.zeros_like(like), np.zeros_like(like)
        self.steps = 0
        self._scratch = np.empty_like(like)

    def update(self, w: Array, g: Array) -> None:
        """Compute one step of Adam in the book's form.

        `m += (1 - beta1)(g - m); v += (1 - beta2)(g^2 - v); w -= lr_t m / (sqrt(v) + tiny)`
        with `lr_t = lr sqrt(1 - beta2^t) / (1 - beta1^t)`.
        """
        self.steps += 1
        lr_t = self.lr * np.sqrt(1 - self.beta2**self.steps) / (1 - self.beta1**self.steps)
        self.m *= self.beta1
        self.m += np.multiply(g, 1 - self.beta1, out=self._scratch)
        self.v *= self.beta2
        g *= g
        g *= 1 - self.beta2
        self.v += g
        np.copyto(g, self.m)
        _scaled_step(w, g, self.v, float(lr_t), self._scratch)


def _scaled_step(w: Array, g: Array, h: Array, lr: float, scratch: Array) -> None:
    """Compute `w -= lr g / (sqrt(h) + TINY)`; overwrites g and scratch."""
    np.sqrt(h, out=scratch)
    scratch += TINY
    g *= lr
    g /= scratch
    w -= g


def make_optimizer(settings: MlpSettings, like: Array) -> Optimizer:
    """Return the optimizer that `settings` names, for parameters of the shape of `like`."""
    s = settings
    match s.optimizer:
        case "sgd":
            return SGD(s.lr)
        case "momentum":
            return Momentum(s.lr, s.momentum, like)
        case "nesterov":
            return Nesterov(s.lr, s.momentum, like)
        case "adagrad":
            return AdaGrad(s.lr, like)
        case "rmsprop":
            return RMSProp(s.lr, s.rho, like)
        case "adam":
            return Adam(s.lr, s.beta1, s.beta2, like)
        case other:
            raise ValueError(f"unknown optimizer {other!r}")
