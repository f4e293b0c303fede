"""The split: the book's proportions, one shuffle by the seed, and clear refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitune.datasets.dataset import Dataset, Features, Labels, Part, Raw
from tuitune.datasets.mnist import load_mnist
from tuitune.datasets.splits import split
from tuitune.errors import UsageError


def counting_dataset(n_train: int) -> Dataset:
    """A dataset whose input number i is the number i, labelled i % 10."""

    def read(part: Part, n: int) -> tuple[Raw, Labels]:
        return np.arange(n, dtype=np.float32)[:, None], np.arange(n) % 10

    return Dataset("counting", n_train, 0, 10, Features(1, (1,), 1.0), read)


def test_the_book_trains_on_400_and_validates_on_100() -> None:
    data = split(load_mnist(), train_size=500, validation=0.2, seed=0)
    assert data.x_train.shape == (400, 784)
    assert data.x_val.shape == (100, 784)
    assert data.t_train.shape == (400,)
    assert data.t_val.shape == (100,)
    assert data.x.flags.c_contiguous
    assert not data.x.flags.writeable
    assert not data.t.flags.writeable
    first, labels = load_mnist().first("train", 500)
    assert np.array_equal(np.sort(data.x.sum(axis=1)), np.sort(first.sum(axis=1)))
    assert np.array_equal(np.bincount(data.t), np.bincount(labels))


@given(
    n=st.integers(2, 300),
    share=st.floats(0.01, 0.99),
    seed=st.integers(0, 2**64),
)
def test_each_input_is_in_exactly_one_part_with_its_label(n: int, share: float, seed: int) -> None:
    if not 0 < round(n * share) < n:
        return
    data = split(counting_dataset(300), train_size=n, validation=share, seed=seed)
    assert data.n_val == len(data.x_val) == round(n * share)
    assert data.n_train == len(data.x_train) == n - data.n_val
    assert sorted(data.x[:, 0].astype(int).tolist()) == list(range(n))
    assert np.array_equal(data.x[:, 0] % 10, data.t)


def test_seed_decides_the_shuffle() -> None:
    dataset = counting_dataset(100)
    orders = [split(dataset, train_size=100, seed=s).x[:, 0].tolist() for s in (7, 7, 8)]
    assert orders[0] == orders[1] != orders[2]


@pytest.mark.parametrize(
    ("train_size", "validation", "said"),
    [
        (0, 0.2, "between 2 and 60000"),
        (60_001, 0.2, "not 60001: try train_size=500"),
        (-5, 0.2, "between 2 and 60000"),
        (500, 0.0, "share between 0 and 1"),
        (500, 1.0, "try validation=0.2"),
        (500, float("nan"), "share between 0 and 1"),
        (10, 0.01, "leaves none for validation"),
        (10, 0.99, "leaves none for training"),
    ],
)
def test_wrong_values_are_refused_in_one_sentence(
    train_size: int, validation: float, said: str
) -> None:
    with pytest.raises(UsageError, match=said) as error:
        split(load_mnist(), train_size=train_size, validation=validation, seed=0)
    assert "\n" not in str(error.value)


def test_negative_seed_is_refused() -> None:
    with pytest.raises(UsageError, match="seed must be zero or a positive integer"):
        split(counting_dataset(10), train_size=10, seed=-1)
