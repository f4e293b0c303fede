"""WHAT IS LEARNED FROM: the embedded MNIST images, and the split into training and validation.

A dataset is data and its description: no training, no random state but the split's own seed. The
readers of a person's own CSV and NPZ tables belong here too, one file each, giving a `Dataset`.
May import `errors` and numpy. Called by whoever binds a trainer to its data, and by `finish`, which
opens the test set. Tests: tests/datasets/.
"""

from tuitune.datasets.dataset import Dataset
from tuitune.datasets.mnist import load_mnist
from tuitune.datasets.splits import Split, split

__all__ = ["Dataset", "Split", "load_mnist", "split"]
