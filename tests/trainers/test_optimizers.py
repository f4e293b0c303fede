"""Every optimizer against its formula, three steps by hand in float64."""

from __future__ import annotations

import numpy as np
import pytest

from tuitune.trainers.mlp.optimizers import make_optimizer
from tuitune.trainers.mlp.settings import OPTIMIZERS, validate_params

LR, MOMENTUM, BETA1, BETA2, RHO, TINY = 0.1, 0.8, 0.7, 0.95, 0.6, 1e-7
GRADIENTS = [0.5, -2.0, 1.5]


def by_hand(optimizer: str, w: float) -> list[float]:
    v = h = m = 0.0
    path = []
    for t, g in enumerate(GRADIENTS, 1):
        match optimizer:
            case "sgd":
                w -= LR * g
            case "momentum":
                v = MOMENTUM * v - LR * g
                w += v
            case "nesterov":
                w += MOMENTUM**2 * v - (1 + MOMENTUM) * LR * g
                v = MOMENTUM * v - LR * g
            case "adagrad":
                h += g * g
                w -= LR * g / (h**0.5 + TINY)
            case "rmsprop":
                h = RHO * h + (1 - RHO) * g * g
                w -= LR * g / (h**0.5 + TINY)
            case "adam":
                lr_t = LR * (1 - BETA2**t) ** 0.5 / (1 - BETA1**t)
                m += (1 - BETA1) * (g - m)
                h += (1 - BETA2) * (g * g - h)
                w -= lr_t * m / (h**0.5 + TINY)
        path.append(w)
    return path


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_follows_its_formula(name: str) -> None:
    settings = validate_params(
        {
            "optimizer": name,
            "lr": LR,
            "momentum": MOMENTUM,
            "beta1": BETA1,
            "beta2": BETA2,
            "rho": RHO,
        }
    )
    w = np.array([1.0, -3.0])
    optimizer = make_optimizer(settings, w)
    paths = []
    for g in GRADIENTS:
        optimizer.update(w, np.full(2, g))
        paths.append(w.copy())
    assert np.allclose([p[0] for p in paths], by_hand(name, 1.0), rtol=1e-12)
    assert np.allclose([p[1] for p in paths], by_hand(name, -3.0), rtol=1e-12)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_descends_a_valley_in_float32(name: str) -> None:
    lr = 0.5 if name == "adagrad" else 0.02
    w = np.array([1.0, -1.0], np.float32)
    optimizer = make_optimizer(validate_params({"optimizer": name, "lr": lr}), w)
    for _ in range(300):
        optimizer.update(w, w.copy())
    assert w.dtype == np.float32
    assert float(np.abs(w).max()) < 0.05
