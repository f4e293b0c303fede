"""NPZ: two arrays that fit, and nothing else; never an object."""

from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tuitune.datasets import read_table
from tuitune.datasets.npz_table import read_npz
from tuitune.errors import UsageError

X = np.arange(12.0).reshape(4, 3)
T = np.array([0, 1, 0, 1])


def packed(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=True, **arrays)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("arrays", "target", "inputs", "goal"),
    [
        ({"x": X, "t": T}, None, "x", "t"),
        ({"X": X, "y": T}, None, "X", "y"),
        ({"features": X, "t": T[:, None]}, None, "features", "t"),
        ({"x": X, "t": T, "price": T + 0.5}, "price", "x", "price"),
        ({"data": X.astype(np.float16), "label": T.astype(bool)}, "label", "data", "label"),
    ],
)
def test_inputs_and_target_are_found(
    arrays: dict[str, Any], target: str | None, inputs: str, goal: str
) -> None:
    table = read_npz("t.npz", packed(**arrays), target)
    assert table.names == (f"{inputs}0", f"{inputs}1", f"{inputs}2", goal)
    assert table.target == goal
    assert np.array_equal(table.numbers[:, :3], X)
    assert np.array_equal(table.number(goal), arrays[goal].ravel())


def test_words_and_missing_values() -> None:
    x = X.copy()
    x[1, 2] = np.nan
    table = read_npz("t.npz", packed(x=x, t=np.array(["b", "a", "", "b"]), z=T), None)
    assert table.missing("x2").tolist() == [False, True, False, False]
    assert table.words["t"].categories == ("a", "b")
    assert table.words["t"].codes.tolist() == [1, 0, -1, 1]
    assert table.remarks == ("the array 'z'",)


def test_small_numbers_stay_small() -> None:
    table = read_npz("t.npz", packed(x=X.astype(np.uint8), t=T), None)
    assert table.numbers.dtype == np.float32
    assert read_npz("t.npz", packed(x=X, t=T), None).numbers.dtype == np.float64


class Bomb:
    """Unpickling it would end the tests."""

    def __reduce__(self) -> tuple[Any, tuple[int]]:
        return exit, (3,)


def zip_of(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "target", "said"),
    [
        (packed(x=X), None, "has no array 't' to predict: it has 'x', and --target names"),
        (packed(x=X, t=T), "price", "has no array 'price' to predict: it has 'x', 't'"),
        (packed(x=X, t=T[:3]), None, "shape (4,), and 't' in 't.npz' has shape (3,)"),
        (packed(x=X, t=np.ones((4, 2))), None, "has shape (4, 2)"),
        (packed(x=T, t=T), None, "'x' in 't.npz' has shape (4,): reshape it"),
        (packed(x=np.ones((4, 2, 2)), t=T), None, "has shape (4, 2, 2): reshape it"),
        (
            packed(a=X, b=X, t=T),
            None,
            "the array 'x', or the only matrix, and 't.npz' has 'a', 'b'",
        ),
        (packed(a=T, t=T), None, "'t.npz' has none: save it as np.savez"),
        (packed(x=X.astype(complex), t=T), None, "must hold numbers, and not 'complex128'"),
        (packed(x=X.astype(str), t=T), None, "'x' in 't.npz' must hold numbers"),
        (packed(x=X, t=T.astype("datetime64[D]")), None, "'t' in 't.npz' must hold numbers"),
        (packed(x=np.where(X == 5, np.inf, X), t=T), None, "infinite at row 1, column 2"),
        (packed(x=X, t=np.array([Bomb()] * 4, object)), None, "Python objects, which are not read"),
        (packed(x=X, x0=T), "x0", "is the name of an array and of a column"),
        (packed(x=X, t=T)[:200], None, "is no whole NPZ file"),
        (zip_of(note=b"hello"), None, "holds no array of NumPy"),
        (zip_of(), None, "holds no array of NumPy"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(
    content: bytes, target: str | None, said: str
) -> None:
    with pytest.raises(UsageError) as error:
        read_npz("t.npz", content, target)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_the_content_says_which_kind_a_file_is(tmp_path: Path) -> None:
    table, array, text = (tmp_path / name for name in ("table.dat", "array.npz", "text.npz"))
    table.write_bytes(packed(x=X, t=T))
    assert read_table(str(table)).target == "t"
    text.write_text("a,b\n1,2\n")
    assert read_table(str(text)).names == ("a", "b")
    with array.open("wb") as file:
        np.save(file, X)
    with pytest.raises(UsageError, match="is one array, and a table needs inputs and a target"):
        read_table(str(array))
    array.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(UsageError, match="is no text"):
        read_table(str(array))
