"""Numbers instead of classes: the loss and its gradient, R2, whole trainings, and a real table."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import r2_score

from tests.datasets.tables import write_diabetes, write_iris
from tests.trainers.reference import forward
from tests.trainers.test_gradients import normal, numerical_gradient
from tests.trainers.test_training import curve
from tuitune.datasets import Split, prepare, read_table
from tuitune.trainers.base import Diverged, Params
from tuitune.trainers.mlp import fit, updates_per_epoch
from tuitune.trainers.mlp.losses import SquaredError, r_squared
from tuitune.trainers.mlp.network import Network
from tuitune.trainers.mlp.settings import validate_params


@pytest.fixture(scope="module")
def diabetes(tmp_path_factory: pytest.TempPathFactory) -> Split:
    path = write_diabetes(tmp_path_factory.mktemp("tables") / "diabetes.csv")
    return prepare(read_table(str(path)), target="progression").split


def test_loss_and_its_gradient() -> None:
    scores, t = normal(7, 1), normal(7, seed=1)
    loss = SquaredError()
    assert loss.forward(scores.copy(), t) == pytest.approx(((scores[:, 0] - t) ** 2).mean())
    gradient = loss.backward().copy()
    assert gradient.shape == (7, 1)
    expected = numerical_gradient(lambda: loss.forward(scores.copy(), t), scores)
    assert np.allclose(gradient, expected, atol=1e-8)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_whole_network_with_weight_decay(batch_norm: bool) -> None:
    settings = validate_params(
        {"hidden": "6,5", "batch_norm": batch_norm, "weight_decay": 0.1, "init": 0.5}
    )
    rng = np.random.default_rng(0)
    network = Network(settings, 4, 0, init=rng, dropout=rng, dtype=np.float64)
    x, t = normal(7, 4, seed=7), normal(7, seed=9)
    network.parameters.values += 0.05 * normal(network.parameters.values.size, seed=8)

    def loss() -> float:
        return network.gradient(x, t)

    loss()
    gradient = network.parameters.grads.copy()
    expected = numerical_gradient(loss, network.parameters.values)
    assert np.allclose(gradient, expected, atol=2e-7)


def test_r2_is_that_of_scikit_learn() -> None:
    t, made = normal(50), normal(50, seed=1)
    assert r_squared(made, t) == pytest.approx(r2_score(t, made))
    assert r_squared(t, t) == 1.0
    assert r_squared(np.full(50, t.mean()), t) == pytest.approx(0)


def test_matches_a_plain_training(diabetes: Split) -> None:
    lr, decay, sizes, batch, seed = 0.02, 1e-3, [10, 30, 20, 1], 50, 3
    init, batches, _ = map(np.random.default_rng, np.random.SeedSequence(seed).spawn(3))
    ws = [
        init.standard_normal(pair, np.float32).astype(np.float64) * np.sqrt(2 / pair[0])
        for pair in pairwise(sizes)
    ]
    bs = [np.zeros(n) for n in sizes[1:]]
    x, t = diabetes.x_train.astype(np.float64), diabetes.t_train
    params: Params = {"lr": lr, "weight_decay": decay, "hidden": "30,20", "batch_size": batch}
    for report in curve(params, diabetes, epochs=10, seed=seed):
        losses = []
        for _ in range(len(x) // batch):
            chosen = batches.integers(len(x), size=batch)
            ys = forward(ws, bs, x[chosen])
            error = ys[-1][:, 0] - t[chosen]
            losses.append((error**2).mean() + sum(0.5 * decay * (w**2).sum() for w in ws))
            dy = (2 * error / batch)[:, None]
            for i in reversed(range(len(ws))):
                dw, db = ys[i].T @ dy + decay * ws[i], dy.sum(axis=0)
                dy = (dy @ ws[i].T) * (ys[i] > 0)
                ws[i] = ws[i] - lr * dw
                bs[i] = bs[i] - lr * db
        made_val = forward(ws, bs, diabetes.x_val.astype(np.float64))[-1][:, 0]
        made = forward(ws, bs, x)[-1][:, 0]
        assert list(report) == ["val_r2", "train_r2", "loss", "val_loss"]
        assert report["loss"] == pytest.approx(np.mean(losses), rel=1e-4)
        assert report["val_loss"] == pytest.approx(((made_val - diabetes.t_val) ** 2).mean(), 1e-4)
        assert report["val_r2"] == pytest.approx(r2_score(diabetes.t_val, made_val), abs=1e-4)
        assert report["train_r2"] == pytest.approx(r2_score(t, made), abs=1e-4)


def test_a_real_table_is_learned(diabetes: Split, tmp_path: Path) -> None:
    params: Params = {"lr": 0.003, "optimizer": "adam", "hidden": "20", "weight_decay": 1e-3}
    assert curve(params, diabetes, epochs=100)[-1]["val_r2"] > 0.35
    iris = prepare(read_table(str(write_iris(tmp_path / "iris.csv"))), target="species").split
    assert curve({"lr": 0.1, "hidden": "20"}, iris, epochs=100)[-1]["val_acc"] > 0.9


def test_a_huge_learning_rate_diverges(diabetes: Split) -> None:
    with pytest.raises(Diverged, match=r"^diverged at epoch \d$"):
        curve({"lr": 1e3}, diabetes, epochs=9)


def test_a_fit_is_the_training_of_a_trial(diabetes: Split) -> None:
    params: Params = {"lr": 0.02, "hidden": "30,20"}
    per_epoch = updates_per_epoch(diabetes.n_train, 100)
    steps = fit(
        params, epochs=4, per_epoch=per_epoch, seed=4, x=diabetes.x_train, t=diabetes.t_train,
        n_classes=0,
    )  # fmt: skip
    reports = [next(steps) for _ in range(4 * (per_epoch + 1))]
    with pytest.raises(StopIteration) as end:
        next(steps)
    whole = curve(params, diabetes, epochs=4, seed=4)
    assert [r["loss"] for r in reports if r is not None] == [r["loss"] for r in whole]
    assert end.value.value.loss(diabetes.x_val, diabetes.t_val) == pytest.approx(
        whole[-1]["val_loss"], rel=1e-5
    )
