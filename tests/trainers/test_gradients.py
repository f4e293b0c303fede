"""Every layer's gradient, and the whole net's, against finite differences in float64."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tuitune.trainers.mlp.layers import Affine, BatchNorm, Dropout, Layer, Relu, Sigmoid, Tanh
from tuitune.trainers.mlp.losses import SoftmaxCrossEntropy
from tuitune.trainers.mlp.network import Network
from tuitune.trainers.mlp.settings import validate_params

Array = npt.NDArray[Any]
ROWS, WIDTH = 7, 5


def numerical_gradient(f: Callable[[], float], at: Array, h: float = 1e-6) -> Array:
    """Central differences of `f` with respect to every number of `at`, changed in place."""
    gradient = np.empty_like(at)
    for index in np.ndindex(at.shape):
        kept = at[index]
        at[index] = kept + h
        above = f()
        at[index] = kept - h
        below = f()
        at[index] = kept
        gradient[index] = (above - below) / (2 * h)
    return gradient


def normal(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).standard_normal(shape)


def fixed_draw(shape: tuple[int, ...]) -> Array:
    return np.random.default_rng(9).random(shape)


def layer_of(kind: str) -> tuple[Layer, dict[str, tuple[Array, Array]]]:
    """A layer and its (value, gradient) pairs by name."""
    w, b, dw, db = normal(WIDTH, 3, seed=1), normal(3, seed=2), np.empty((WIDTH, 3)), np.empty(3)
    gamma, beta = normal(WIDTH, seed=3), normal(WIDTH, seed=4)
    dgamma, dbeta = np.empty(WIDTH), np.empty(WIDTH)
    match kind:
        case "affine":
            return Affine(w, b, dw, db, ROWS), {"w": (w, dw), "b": (b, db)}
        case "relu":
            return Relu(np.zeros((ROWS, WIDTH))), {}
        case "tanh":
            return Tanh(), {}
        case "sigmoid":
            return Sigmoid(), {}
        case "dropout":
            return Dropout(0.4, fixed_draw), {}
        case _:
            norm = BatchNorm(gamma, beta, dgamma, dbeta)
            return norm, {"gamma": (gamma, dgamma), "beta": (beta, dbeta)}


KINDS = ["affine", "relu", "tanh", "sigmoid", "dropout", "batch_norm"]


@pytest.mark.parametrize("kind", KINDS)
def test_layer_gradients(kind: str) -> None:
    layer, learned = layer_of(kind)
    x = normal(ROWS, WIDTH)
    pull = normal(*layer.forward(x.copy()).shape, seed=5)

    def loss() -> float:
        return float((layer.forward(x.copy()) * pull).sum())

    loss()
    dx = layer.backward(pull.copy()).copy()
    gradients = {name: grad.copy() for name, (_, grad) in learned.items()}
    assert np.allclose(dx, numerical_gradient(loss, x), atol=1e-7)
    for name, (value, _) in learned.items():
        assert np.allclose(gradients[name], numerical_gradient(loss, value), atol=1e-7)


@pytest.mark.parametrize("kind", ["affine", "relu", "tanh", "sigmoid"])
def test_layers_without_randomness_infer_as_they_train(kind: str) -> None:
    layer, _ = layer_of(kind)
    x = normal(ROWS, WIDTH)
    assert np.array_equal(layer.infer(x.copy()).copy(), layer.forward(x.copy()))


def test_loss_gradient_and_value() -> None:
    scores, labels = normal(ROWS, 4), np.array([0, 1, 2, 3, 0, 1, 2])
    loss = SoftmaxCrossEntropy()
    loss.forward(scores.copy(), labels)
    gradient = loss.backward().copy()
    expected = numerical_gradient(lambda: loss.forward(scores.copy(), labels), scores)
    assert np.allclose(gradient, expected, atol=1e-8)
    assert loss.forward(np.zeros((ROWS, 4)), labels) == pytest.approx(np.log(4))
    assert loss.forward(np.array([[1e4, -1e4]]), np.array([1])) == pytest.approx(2e4)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_whole_network_with_weight_decay(activation: str, batch_norm: bool, dropout: float) -> None:
    settings = validate_params(
        {
            "hidden": "6,5",
            "activation": activation,
            "batch_norm": batch_norm,
            "dropout": dropout,
            "weight_decay": 0.1,
            "init": 0.5,
        }
    )
    masks = np.random.default_rng()
    network = Network(
        settings, 4, 3, init=np.random.default_rng(0), dropout=masks, dtype=np.float64
    )
    x, t = normal(ROWS, 4, seed=7), np.array([0, 1, 2, 0, 1, 2, 0])
    # Away from zero, so that no ReLU is at its kink.
    network.parameters.values += 0.05 * normal(network.parameters.values.size, seed=8)

    def loss() -> float:
        masks.bit_generator.state = np.random.default_rng(11).bit_generator.state
        return network.gradient(x, t)

    loss()
    gradient = network.parameters.grads.copy()
    expected = numerical_gradient(loss, network.parameters.values)
    assert np.allclose(gradient, expected, atol=2e-7)


def test_weight_decay_pulls_weights_and_nothing_else() -> None:
    def gradients(weight_decay: float) -> tuple[float, Network]:
        settings = validate_params({"hidden": "6", "weight_decay": weight_decay})
        rng = np.random.default_rng(0)
        network = Network(settings, 4, 3, init=rng, dropout=rng, dtype=np.float64)
        return network.gradient(normal(ROWS, 4), np.zeros(ROWS, int)), network

    plain_loss, plain = gradients(0.0)
    loss, decayed = gradients(0.1)
    weights = [plain.parameters.value[name] for name in ("W1", "W2")]
    assert loss - plain_loss == pytest.approx(0.05 * sum(float((w**2).sum()) for w in weights))
    for name, before in plain.parameters.grad.items():
        pull = 0.1 * plain.parameters.value[name] if name.startswith("W") else 0.0
        assert np.allclose(decayed.parameters.grad[name], before + pull, atol=1e-12)


def test_dropout_keeps_the_mean_and_rests_in_testing() -> None:
    layer = Dropout(0.3, np.random.default_rng(0).random)
    ones = np.ones((200, 200))
    y = layer.forward(ones)
    assert set(np.unique(y).round(6)) == {0.0, round(1 / 0.7, 6)}
    assert y.mean() == pytest.approx(1, abs=0.02)
    assert layer.infer(ones) is ones


def test_batch_norm_tests_with_running_averages() -> None:
    layer = BatchNorm(np.ones(WIDTH), np.zeros(WIDTH), np.empty(WIDTH), np.empty(WIDTH))
    batches = [3 + 2 * normal(50, WIDTH, seed=s) for s in range(10)]
    for batch in batches:
        y = layer.forward(batch.copy())
        assert np.allclose(y.mean(axis=0), 0, atol=1e-12)
        assert np.allclose(y.std(axis=0), 1, atol=1e-5)
    assert np.allclose(layer.mean, np.mean([b.mean(axis=0) for b in batches], axis=0))
    assert np.allclose(layer.variance, np.mean([b.var(axis=0) for b in batches], axis=0))
    x = normal(3, WIDTH)
    expected = (x - layer.mean) / np.sqrt(layer.variance + 1e-6)
    assert np.allclose(layer.infer(x.copy()), expected)
