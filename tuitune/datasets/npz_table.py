"""A table in an NPZ file of NumPy: a matrix of inputs and a vector to predict."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

from tuitune.datasets.table import Numbers, Table, Words, list_names, words_of
from tuitune.errors import UsageError, plain, quote

SAVE = "np.savez('table.npz', x=x, t=t)"
"""How such a file is made, for errors."""

INPUTS, TARGETS = ("x", "X"), ("t", "y")
"""Names by which arrays are known without being asked for."""

Array = npt.NDArray[Any]


def read_npz(path: str, content: bytes, target: str | None) -> Table:
    """Return the table in `content`, the bytes of the file `path`.

    The array `target` (None: `t` or `y`), `(n,)`, is predicted from the array `x` or `X`, else
    from the only other matrix, `(n, columns)`; its columns are called `x0`, `x1` and so on.
    Nothing is ever unpickled. Raises `UsageError`, one sentence, where the arrays don't fit.
    """
    arrays = _arrays(path, content)
    names = list(arrays)
    goal = target if target is not None else next((n for n in TARGETS if n in arrays), None)
    if goal is None or goal not in arrays:
        asked = "t" if goal is None else goal
        raise UsageError(
            f"{quote(path)} has no array {quote(asked)} to predict: it has {list_names(names)}, "
            "and --target names one of them"
        )
    source = _inputs(path, arrays, goal)
    t, x = arrays[goal], arrays[source]
    if t.ndim == 2 and t.shape[1] == 1:
        t = t[:, 0]
    if t.ndim != 1 or len(t) != len(x):
        raise UsageError(
            f"the array to predict has one value for each row of {quote(source)}, shape "
            f"({len(x)},), and {quote(goal)} in {quote(path)} has shape {arrays[goal].shape}"
        )
    columns = _columns(path, source, x)
    inputs = tuple(f"{source}{i}" for i in range(x.shape[1]))
    words: dict[str, Words] = {}
    numeric = inputs
    if goal in inputs:
        raise UsageError(
            f"{quote(goal)} is the name of an array and of a column of {quote(source)} in "
            f"{quote(path)}: rename the array, for example {SAVE}"
        )
    if t.dtype.kind == "U":
        words[goal] = words_of([plain(word).strip() or None for word in t.tolist()])
    else:
        numeric = (*inputs, goal)
        goals = _columns(path, goal, t[:, None])
        narrow = goals.astype(columns.dtype)
        if np.array_equal(narrow, goals, equal_nan=True):
            goals = narrow  # else the one column would double the size of all
        columns = np.column_stack([columns, goals])
    others = [name for name in names if name not in (goal, source)]
    return Table(
        path,
        (*inputs, goal),
        numeric,
        columns,
        words,
        target=goal,
        remarks=tuple(f"the array {quote(name)}" for name in others),
    )


def _arrays(path: str, content: bytes) -> dict[str, Array]:
    """Return all arrays of the file by name."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            names = list(archive.files)
            loaded = {plain(name): archive[name] for name in names}
    except (ValueError, EOFError, OSError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        if "pickle" in str(error) or "Object arrays" in str(error):
            raise UsageError(
                f"{quote(path)} holds Python objects, which are not read because they can run "
                f"programs: save arrays of numbers, {SAVE}"
            ) from None
        raise UsageError(
            f"{quote(path)} is no whole NPZ file: save it again, {SAVE}, or give a CSV file"
        ) from None
    arrays = {name: array for name, array in loaded.items() if isinstance(array, np.ndarray)}
    if not arrays:
        raise UsageError(
            f"{quote(path)} holds no array of NumPy: save two, {SAVE}, or give a CSV file"
        )
    return arrays


def _inputs(path: str, arrays: dict[str, Array], goal: str) -> str:
    """Return the name of the matrix of inputs."""
    matrices = [name for name, a in arrays.items() if name != goal and a.ndim == 2]
    known = [name for name in INPUTS if name in arrays and name != goal]
    if known and known[0] not in matrices:
        shape = arrays[known[0]].shape
        raise UsageError(
            f"the inputs are a matrix with a row for each value of {quote(goal)}, and "
            f"{quote(known[0])} in {quote(path)} has shape {shape}: reshape it, "
            "x.reshape(len(x), -1)"
        )
    if known:
        return known[0]
    if len(matrices) != 1:
        found = f"has {list_names(matrices)}" if matrices else "has none"
        raise UsageError(
            f"the inputs are the array 'x', or the only matrix, and {quote(path)} {found}: "
            f"save it as {SAVE}"
        )
    return matrices[0]


def _columns(path: str, name: str, array: Array) -> Numbers:
    """Return a matrix as numbers, NaN where missing."""
    if array.dtype.kind not in "biuf":
        raise UsageError(
            f"the array {quote(name)} in {quote(path)} must hold numbers, and not "
            f"{quote(str(array.dtype))}: save it as {SAVE} with numbers alone"
        )
    # Half precision and small integers fit into 32 bits without loss.
    small = array.dtype.itemsize <= 2 or array.dtype == np.float32
    numbers: Numbers = array.astype(np.float32 if small else np.float64)
    if np.isinf(numbers).any():
        row, column = np.argwhere(np.isinf(numbers))[0]
        raise UsageError(
            f"the numbers of a table are finite or NaN (missing), and {quote(name)} in "
            f"{quote(path)} is infinite at row {row}, column {column}"
        )
    return numbers
