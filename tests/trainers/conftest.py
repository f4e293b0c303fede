from __future__ import annotations

import pytest

from tuitune.datasets import Split, load_mnist, split


@pytest.fixture(scope="session")
def book_data() -> Split:
    """The book's 400 training and 100 validation images."""
    return split(load_mnist(), train_size=500, validation=0.2, seed=0)
