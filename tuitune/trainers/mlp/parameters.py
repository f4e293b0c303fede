"""All numbers that a network learns, in one vector, with a named view of each array in it."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.floating[Any]]
Shapes: TypeAlias = dict[str, tuple[int, ...]]


class Parameters:
    """Values and gradients of the learned arrays, each as one flat vector with views into it.

    One vector lets an optimizer step be a handful of vector operations, however many layers there
    are. The weights come first, so that weight decay is one operation on the front of the vector.
    """

    def __init__(self, weights: Shapes, others: Shapes, dtype: npt.DTypeLike) -> None:
        shapes = {**weights, **others}
        self.values: Array = np.zeros(_size(shapes), dtype)
        self.grads: Array = np.zeros(_size(shapes), dtype)
        self.weights = self.values[: _size(weights)]
        """The weights alone, flat: what weight decay pulls towards zero."""
        self.weight_grads = self.grads[: _size(weights)]
        self.value = _views(self.values, shapes)
        """View of each array's values by name, in its own shape."""
        self.grad = _views(self.grads, shapes)
        """View of each array's gradient by name, in its own shape."""


def _size(shapes: Shapes) -> int:
    return sum(int(np.prod(shape)) for shape in shapes.values())


def _views(flat: Array, shapes: Shapes) -> dict[str, Array]:
    views = {}
    start = 0
    for name, shape in shapes.items():
        end = start + int(np.prod(shape))
        views[name] = flat[start:end].reshape(shape)
        start = end
    return views
