"""WHAT IS LEARNED FROM: the embedded MNIST images, a person's own table, and their parts.

A dataset is data and its description: no training, no random state but the split's own seed. The
readers of CSV and NPZ are one file each and give a `Table`; `prepare` makes its parts of it.
May import `errors` and numpy. Called by whoever binds a trainer to its data, and by `finish`, which
opens the test set. Tests: tests/datasets/.
"""

from tuitune.datasets.dataset import Dataset
from tuitune.datasets.mnist import load_mnist
from tuitune.datasets.splits import Split, split
from tuitune.datasets.table_data import TableData, available_rows, prepare, read_table

__all__ = [
    "Dataset",
    "Split",
    "TableData",
    "available_rows",
    "load_mnist",
    "prepare",
    "read_table",
    "split",
]
