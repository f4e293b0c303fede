"""Whole trainings: against the plain reference, against the book's outcome, and their seeds."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.trainers.reference import reference_training
from tuitune.datasets import Split, load_mnist
from tuitune.datasets.dataset import Targets
from tuitune.errors import TrainerError, UsageError
from tuitune.trainers.base import Diverged, Params, Report
from tuitune.trainers.mlp import fit, train, updates_per_epoch, validate_params
from tuitune.trainers.mlp.bare import bare_products
from tuitune.trainers.mlp.learner import Learner
from tuitune.trainers.mlp.network import Network
from tuitune.trainers.mlp.parameters import Array


def curve(params: Params, data: Split, epochs: int = 3, seed: int = 0) -> list[Report]:
    return [r for r in train(params, epochs=epochs, seed=seed, data=data) if r is not None]


def fitted(params: Params, updates: int, x: Array, t: Targets) -> Network:
    """Return the network of a fit with seed 0 as one epoch of `updates` batches."""
    found: list[Network] = []

    def follow() -> Iterator[Report | None]:
        found.append(
            (yield from fit(params, epochs=1, per_epoch=updates, seed=0, x=x, t=t, n_classes=10))
        )

    assert len(list(follow())) == updates + 1
    return found[0]


def test_matches_the_plain_reference(book_data: Split) -> None:
    hidden = [100] * 6
    params = {"lr": 0.02, "weight_decay": 1e-3}
    reports = curve(params, book_data, epochs=10, seed=3)
    expected = list(reference_training(0.02, 1e-3, hidden, 100, 10, 3, book_data))
    assert len(reports) == len(expected) == 10
    for got, want in zip(reports, expected, strict=True):
        assert got["loss"] == pytest.approx(want["loss"], rel=1e-4)
        assert got["val_loss"] == pytest.approx(want["val_loss"], rel=1e-4)
        assert got["val_acc"] == pytest.approx(want["val_acc"], abs=0.011)
        assert got["train_acc"] == pytest.approx(want["train_acc"], abs=0.006)


def test_the_book_finds_a_good_and_a_hopeless_learning_rate(book_data: Split) -> None:
    good = curve({"lr": 0.0095, "weight_decay": 1e-7}, book_data, epochs=50, seed=1)
    hopeless = curve({"lr": 1e-6, "weight_decay": 1e-7}, book_data, epochs=10, seed=1)
    assert 0.7 <= good[-1]["val_acc"] <= 0.9
    assert good[-1]["train_acc"] > good[-1]["val_acc"]
    assert good[-1]["loss"] < good[0]["loss"]
    assert hopeless[-1]["val_acc"] < 0.25


@pytest.mark.parametrize("lr", [1e3, 1e30])
def test_a_huge_learning_rate_diverges_at_once(book_data: Split, lr: float) -> None:
    with pytest.raises(Diverged, match=r"^diverged at epoch [1-3]$") as error:
        curve({"lr": lr}, book_data, epochs=50)
    assert isinstance(error.value, TrainerError)
    assert pickle.loads(pickle.dumps(error.value)).epoch == error.value.epoch


def test_divergence_in_the_last_update_of_an_epoch_is_seen(book_data: Split) -> None:
    with pytest.raises(Diverged, match="diverged at epoch 1"):
        curve({"lr": 1e38, "batch_size": 400}, book_data, epochs=1)
    with pytest.raises(Diverged, match="diverged at epoch 1"):
        fitted({"lr": 1e38, "init": 10}, 1, book_data.x, book_data.t)


def test_breathes_after_every_batch_and_reports_every_epoch(book_data: Split) -> None:
    seen = list(train({"batch_size": 150}, epochs=3, seed=0, data=book_data))
    assert [report is None for report in seen] == [True, True, False] * 3
    seen = list(train({"batch_size": 1000}, epochs=2, seed=0, data=book_data))
    assert [report is None for report in seen] == [True, False] * 2


def test_reports_are_short_and_exact(book_data: Split) -> None:
    for report in curve({}, book_data):
        assert list(report) == ["val_acc", "train_acc", "loss", "val_loss"]
        assert report["val_acc"] * 100 == pytest.approx(round(report["val_acc"] * 100), abs=1e-9)
        assert report["train_acc"] * 400 == pytest.approx(round(report["train_acc"] * 400))
        assert all(len(json.dumps(number)) <= 9 for number in report.values())


@pytest.mark.parametrize("seed", [0, 2**63, 2**64])
def test_same_seed_same_curve_in_any_thread(book_data: Split, seed: int) -> None:
    params: Params = {"lr": 0.05, "dropout": 0.3, "batch_norm": True, "optimizer": "adam"}
    alone = curve(params, book_data, seed=seed)
    with ThreadPoolExecutor(2) as pool:
        together = [pool.submit(curve, params, book_data, 3, seed) for _ in range(2)]
        assert [future.result() for future in together] == [alone, alone]
    assert curve(params, book_data, seed=seed + 1) != alone


def test_dropout_changes_neither_the_first_weights_nor_the_batches(book_data: Split) -> None:
    learners = [
        Learner(validate_params({"dropout": p}), 5, book_data.x, book_data.t, 10)
        for p in (0.0, 0.5)
    ]
    states = [learner.network.state() for learner in learners]
    assert all(np.array_equal(states[0][name], states[1][name]) for name in states[0])
    for learner in learners:
        learner.update(1)
    assert np.array_equal(learners[0]._batch, learners[1]._batch)


def test_a_fit_is_the_training_of_a_trial(book_data: Split) -> None:
    params: Params = {"lr": 0.05, "hidden": "30,20"}
    x, t = book_data.x_train, book_data.t_train
    per_epoch = updates_per_epoch(len(x), 100)
    steps = fit(params, epochs=5, per_epoch=per_epoch, seed=4, x=x, t=t, n_classes=10)
    reports = [next(steps) for _ in range(5 * (per_epoch + 1))]
    assert reports.count(None) == 5 * per_epoch, "a breath after every batch"
    with pytest.raises(StopIteration) as end:
        next(steps)
    network = end.value.value
    losses = [report["loss"] for report in reports if report is not None]
    assert losses == [r["loss"] for r in curve(params, book_data, epochs=5, seed=4)]
    last = curve(params, book_data, epochs=5, seed=4)[-1]
    assert network.accuracy(book_data.x_val, book_data.t_val) == last["val_acc"]
    assert network.loss(book_data.x_val, book_data.t_val) == pytest.approx(
        last["val_loss"], rel=1e-5
    )


def test_a_fitted_network_is_scored_on_any_number_of_inputs() -> None:
    mnist = load_mnist()
    x, t = mnist.first("train", 500)
    network = fitted({"lr": 0.05, "width": 50, "depth": 2}, 100, x, t)
    x_test, t_test = mnist.first("test", 3_001)
    hits = [network.accuracy(x_test[i : i + 1], t_test[i : i + 1]) for i in range(300)]
    assert network.scores(x_test).shape == (3_001, 10)
    assert network.accuracy(x_test[:300], t_test[:300]) == pytest.approx(np.mean(hits))
    assert network.accuracy(x_test, t_test) > 0.6


def test_state_holds_every_array_by_the_name_of_its_layer(book_data: Split) -> None:
    network = fitted(
        {"hidden": "30,20", "batch_norm": True, "lr": 0.1}, 8, book_data.x, book_data.t
    )
    state = network.state()
    assert {name: array.shape for name, array in state.items()} == {
        "W1": (784, 30), "W2": (30, 20), "W3": (20, 10), "b1": (30,), "b2": (20,), "b3": (10,),
        "gamma1": (30,), "beta1": (30,), "gamma2": (20,), "beta2": (20,),
        "mean1": (30,), "variance1": (30,), "mean2": (20,), "variance2": (20,),
    }  # fmt: skip
    y: Array = book_data.x_val
    for i in (1, 2):
        y = y @ state[f"W{i}"] + state[f"b{i}"]
        y = (y - state[f"mean{i}"]) / np.sqrt(state[f"variance{i}"] + 1e-6)
        y = np.maximum(y * state[f"gamma{i}"] + state[f"beta{i}"], 0)
    scores = y @ state["W3"] + state["b3"]
    assert np.allclose(network.scores(book_data.x_val), scores, atol=1e-3)


@pytest.mark.parametrize(("params", "epochs", "seed"), [({}, 0, 0), ({}, 1, -1), ({"lr": 0}, 1, 0)])
def test_wrong_requests_are_refused_before_the_first_step(
    book_data: Split, params: Params, epochs: int, seed: int
) -> None:
    with pytest.raises(UsageError, match=r": try \w+="):
        train(params, epochs=epochs, seed=seed, data=book_data)


def test_bare_products_take_some_time(book_data: Split) -> None:
    assert bare_products(validate_params({}), epochs=1, data=book_data) > 0
