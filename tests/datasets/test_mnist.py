"""The embedded images are the original ones, byte for byte, and are read only as far as needed."""

from __future__ import annotations

import hashlib
import struct

import numpy as np
import pytest

from tuitune.datasets.dataset import Part
from tuitune.datasets.mnist import load_mnist

IMAGES_MD5 = {
    "train": "6bbc9ace898e44ae57da46a324031adb",
    "test": "2646ac647ad5339dbf082846283269ea",
}
LABELS_MD5 = {
    "train": "a25bea736e30d166cdddb491f175f624",
    "test": "27ae3e4e09519cfbb04c329615203637",
}


def md5(header: bytes, body: bytes) -> str:
    return hashlib.md5(header + body, usedforsecurity=False).hexdigest()


@pytest.mark.parametrize("part", ["train", "test"])
def test_embedded_file_rebuilds_the_original_idx_files(part: Part) -> None:
    mnist = load_mnist()
    x, t = (mnist.x_train, mnist.t_train) if part == "train" else (mnist.x_test, mnist.t_test)
    assert md5(struct.pack(">iiii", 2051, len(x), 28, 28), x.tobytes()) == IMAGES_MD5[part]
    assert md5(struct.pack(">ii", 2049, len(t)), t.astype(np.uint8).tobytes()) == LABELS_MD5[part]


def test_the_record_says_what_the_arrays_are() -> None:
    mnist = load_mnist()
    assert mnist.x_train.shape == (mnist.n_train, mnist.features.count) == (60_000, 784)
    assert mnist.x_test.shape == (mnist.n_test, mnist.features.count) == (10_000, 784)
    assert mnist.x_train.dtype == np.uint8
    assert sorted(set(mnist.t_test.tolist())) == list(range(mnist.n_classes))
    assert load_mnist() is mnist


def test_first_images_are_those_of_the_whole_scaled_to_one() -> None:
    mnist = load_mnist()
    x, t = mnist.first("train", 500)
    assert x.dtype == np.float32
    assert float(x.max()) == 1.0
    assert np.array_equal(np.rint(x * 255), mnist.x_train[:500])
    assert np.array_equal(t, mnist.t_train[:500])
    assert t[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]


def test_shared_arrays_cannot_be_written() -> None:
    mnist = load_mnist()
    assert not mnist.x_train.flags.writeable
    assert not mnist.t_train.flags.writeable
