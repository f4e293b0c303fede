"""MNIST as it is embedded in this package: `mnist.npz`, read as far as it is used.

Source and licence of the images: LICENCE.md beside this file.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import IO, Any
from zipfile import ZipFile

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy

from tuitune.datasets.dataset import Dataset, Features, Labels, Part, Raw

N_TRAIN, N_TEST, SIDE_PIXELS = 60_000, 10_000, 28


@lru_cache(maxsize=1)
def load_mnist() -> Dataset:
    """Return the 60,000 training and 10,000 test digits; nothing is read from the disk yet."""
    return Dataset(
        name="mnist",
        n_train=N_TRAIN,
        n_test=N_TEST,
        n_classes=10,
        features=Features(SIDE_PIXELS * SIDE_PIXELS, (SIDE_PIXELS, SIDE_PIXELS), scale=255.0),
        reader=_read,
    )


@lru_cache(maxsize=4)
def _read(part: Part, n: int) -> tuple[Raw, Labels]:
    """Return the first n images `(n, 784)` uint8 and labels `(n,)`, read-only: they are shared.

    The file is one deflate stream per array, so the first 500 images cost the first 1 % of it.
    """
    with files(__package__).joinpath("mnist.npz").open("rb") as file, ZipFile(file) as archive:
        with archive.open(f"x_{part}.npy") as stream:
            images = _first_rows(stream, n)
        with archive.open(f"t_{part}.npy") as stream:
            labels = _first_rows(stream, n).astype(np.intp)
    labels.flags.writeable = False
    return images, labels


def _first_rows(stream: IO[bytes], n: int) -> npt.NDArray[np.uint8]:
    """Return the first n rows of the uint8 array in an NPY stream."""
    npy.read_magic(stream)
    header: tuple[tuple[int, ...], bool, Any] = npy.read_array_header_1_0(stream)
    row_shape = header[0][1:]
    row_bytes = int(np.prod(row_shape, dtype=np.int64))
    return np.frombuffer(stream.read(n * row_bytes), np.uint8).reshape(n, *row_shape)
