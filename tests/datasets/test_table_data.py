"""A table in parts: nothing leaks from validation and test, and every wrong wish is refused."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.datasets.tables import csv_text, table_of, write_diabetes, write_iris
from tuitune.datasets import prepare, read_table
from tuitune.datasets.table import Table, Words
from tuitune.errors import UsageError

WORDS = ("red", "green", "blue", "")


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Tables of two numeric columns and one of words with gaps, and two or three classes."""
    n = draw(st.integers(12, 60))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    numbers = random.normal(draw(st.floats(-1e3, 1e3)), draw(st.floats(0.1, 1e3)), (n, 2))
    numbers[random.random((n, 2)) < draw(st.sampled_from([0, 0.2]))] = np.nan
    words = random.integers(0, 4, n)
    classes = np.concatenate([[0, 1], random.integers(0, draw(st.integers(2, 3)), n - 2)])
    rows = [
        [*("" if np.isnan(v) else repr(float(v)) for v in pair), WORDS[w], f"c{c}"]
        for pair, w, c in zip(numbers, words, classes, strict=True)
    ]
    return table_of(csv_text(["a", "b", "w", "t"], rows))


def scrambled(table: Table, rows: np.ndarray) -> Table:
    """Return the table with other inputs in some rows."""
    numbers = table.numbers.copy()
    numbers[rows] = numbers[rows] * -17 + 1e4
    words = dict(table.words)
    column = words["w"]
    codes = column.codes.copy()
    codes[rows] = (codes[rows] + 2) % len(column.categories)
    return replace(table, numbers=numbers, words=words | {"w": Words(codes, column.categories)})


@given(tables(), st.sampled_from([0.0, 0.2, 0.5]), st.sampled_from([0.2, 0.4]), st.integers(0, 9))
def test_each_row_is_in_one_part(table: Table, test: float, validation: float, seed: int) -> None:
    data = prepare(table, target="t", test=test, validation=validation, seed=seed)
    n = table.rows
    assert len(data.test_rows) == len(set(data.test_rows.tolist())) == round(n * test)
    assert len(data.split.x) == n - len(data.test_rows) == data.n_available
    assert data.split.n_val == round(len(data.split.x) * validation)
    x, t = data.test()
    assert x.shape == (len(data.test_rows), data.split.x.shape[1])
    together = Counter(data.split.t.tolist()) + Counter(t.tolist())
    assert together == Counter(table.words["t"].codes.tolist())


@given(tables(), st.integers(0, 9))
def test_other_inputs_of_the_test_rows_change_nothing(table: Table, seed: int) -> None:
    before = prepare(table, target="t", seed=seed)
    other = prepare(scrambled(table, before.test_rows), target="t", seed=seed)
    assert np.array_equal(before.split.x, other.split.x)
    assert np.array_equal(before.test_rows, other.test_rows)
    assert np.array_equal(before.encoder.input_mean, other.encoder.input_mean)


@given(tables(), st.integers(0, 9))
def test_the_training_rows_alone_decide_the_encoding(table: Table, seed: int) -> None:
    data = prepare(table, target="t", seed=seed)
    x = data.split.x_train.astype(np.float64)
    names = list(data.encoder.inputs)
    for place, name in enumerate(names):
        column = x[:, place]
        if name in data.encoder.numeric:
            mask = f"{name} missing"
            there = column[x[:, names.index(mask)] == 0] if mask in names else column
            assert there.mean() == pytest.approx(0, abs=1e-4)
            assert there.std() == pytest.approx(1, abs=1e-4)
        else:
            assert set(column.tolist()) == {0.0, 1.0}, "it varies among the training rows"
    one_hot = [place for place, name in enumerate(names) if name.startswith("w")]
    if one_hot:
        assert (x[:, one_hot].sum(axis=1) == 1).all()
        assert (data.split.x[:, one_hot].sum(axis=1) <= 1).all(), "an unseen word is all zeros"


def test_the_inputs_by_hand() -> None:
    text = csv_text(
        ["n", "gap", "same", "w", "t"],
        [[i, "" if i % 5 == 0 else i, 7, "ab"[i % 2], "pq"[i % 2]] for i in range(20)],
    )
    data = prepare(table_of(text), target="t", test=0.0, validation=0.2, seed=1)
    encoder = data.encoder
    assert encoder.inputs == ("n", "gap", "gap missing", "w=a", "w=b")
    assert encoder.constant == ("same",)
    assert encoder.input_mean.shape == encoder.input_std.shape == (5,)
    row = data.table.number("n").tolist().index(10)
    x = encoder.encode(data.table, np.array([row]))[0]
    assert x[0] == pytest.approx((10 - encoder.mean[0]) / encoder.std[0])
    assert x[1:].tolist() == [0.0, 1.0, 1.0, 0.0], "missing, and the word is a"
    assert data.split.t.dtype == np.intp
    assert not data.split.x.flags.writeable


def test_huge_and_tiny_numbers() -> None:
    rows = [[1e300 * (-1) ** i, i * 1e-300, 1 + i * 1e-16, "pq"[i % 2]] for i in range(40)]
    data = prepare(table_of(csv_text(["a", "b", "c", "t"], rows)), target="t", seed=0)
    assert np.isfinite(data.split.x).all()
    assert np.isfinite(data.test()[0]).all()
    assert np.abs(data.split.x).max() <= 1e6
    assert "c" in data.encoder.constant, "it varies by rounding alone"


@given(st.integers(0, 50), st.sampled_from([0.1, 0.2, 0.3]))
def test_classes_have_their_share_of_every_part(seed: int, share: float) -> None:
    rows = [[i, "rare" if i % 10 == 0 else "often"] for i in range(200)]
    data = prepare(
        table_of(csv_text(["n", "t"], rows)), target="t", test=share, validation=share, seed=seed
    )
    for labels in (data.test()[1], data.split.t_val, data.split.t_train):
        expected = 0.1 * len(labels)
        assert abs(np.count_nonzero(labels == 1) - expected) <= 2


def test_a_class_of_one_row_is_trained_on() -> None:
    rows = [[i, "one" if i == 3 else "pq"[i % 2]] for i in range(30)]
    for seed in range(20):
        data = prepare(table_of(csv_text(["n", "t"], rows)), target="t", seed=seed)
        assert 0 in data.split.t_train


def test_the_seed_decides_and_the_rest_is_not_used(tmp_path: Path) -> None:
    table = read_table(str(write_iris(tmp_path / "iris.csv")))
    first, again, other = (prepare(table, target="species", seed=s) for s in (1, 1, 2))
    assert np.array_equal(first.split.x, again.split.x)
    assert not np.array_equal(first.test_rows, other.test_rows)
    fewer = prepare(table, target="species", train_size=50, seed=1)
    assert np.array_equal(fewer.test_rows, first.test_rows)
    assert (len(fewer.split.x), fewer.split.n_val) == (50, 10)


def test_numbers_are_standardised_by_the_training_rows(tmp_path: Path) -> None:
    data = prepare(read_table(str(write_diabetes(tmp_path / "d.csv"))), target="progression")
    assert (data.target.task, data.split.n_classes, data.split.n_outputs) == ("regression", 0, 1)
    assert data.split.t.dtype == np.float32
    assert data.split.t_train.mean() == pytest.approx(0, abs=1e-5)
    assert data.split.t_train.std() == pytest.approx(1, abs=1e-5)
    mean, std = data.unit
    raw = data.table.number("progression")
    assert data.test()[1] * std + mean == pytest.approx(raw[data.test_rows], rel=1e-4)


@pytest.mark.parametrize(
    ("values", "task", "expected"),
    [
        ([i % 3 for i in range(30)], None, "classification"),
        ([i % 3 + 0.5 for i in range(30)], None, "regression"),
        (list(range(30)), None, "regression"),
        ([i % 12 for i in range(30)], None, "regression"),
        ([i % 3 for i in range(30)], "regression", "regression"),
        ([i % 3 + 0.5 for i in range(30)], "classification", "classification"),
        (["abc"[i % 3] for i in range(30)], None, "classification"),
    ],
)
def test_the_task_is_seen_from_the_target(values: list[Any], task: Any, expected: str) -> None:
    table = table_of(csv_text(["n", "t"], [[i, v] for i, v in enumerate(values)]))
    assert prepare(table, target="t", task=task).target.task == expected


def test_rows_without_a_target_are_dropped() -> None:
    rows = [[i, "" if i < 4 else "pq"[i % 2]] for i in range(30)]
    data = prepare(table_of(csv_text(["n", "t"], rows)), target="t")
    assert data.dropped == 4
    assert len(data.split.x) + len(data.test_rows) == 26
    assert data.target.rows.min() == 4


PLAIN = csv_text(["n", "w", "t"], [[i, "ab"[i % 2], "pq"[i % 2]] for i in range(30)])
LONG = csv_text(
    ["name", "ticket", "t"], [[f"name {i}", f"{i}x", "pq"[i % 2]] for i in range(150)]
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (PLAIN, {"target": None}, "--target says which column of 't.csv' is predicted: try"),
        (PLAIN, {"target": "T"}, "no column 'T' for --target: did you mean 't'? It has 'n', 'w'"),
        (PLAIN, {"target": "zebra"}, "no column 'zebra' for --target: it has 'n', 'w', 't'"),
        (PLAIN, {"exclude": ("N",)}, "no column 'N' for --exclude: did you mean 'n'?"),
        (PLAIN, {"exclude": ("t",)}, "'t' is what is predicted, and it is excluded as well"),
        (PLAIN, {"exclude": ("n", "w")}, "no column of 't.csv' varies within the 19 training rows"),
        (PLAIN, {"task": "regression"}, "regression predicts numbers, and 't' holds words, such"),
        (PLAIN, {"train_size": 25}, "train_size must be between 2 and 24"),
        (PLAIN, {"validation": 0.001}, "leaves none for validation"),
        (PLAIN, {"validation": float("nan")}, "validation must be a share between 0 and 1"),
        (PLAIN, {"test": 1.0}, "test must be a share from 0 to below 1, and not 1: try test=0.2"),
        (PLAIN, {"test": -0.1}, "test must be a share from 0"),
        (PLAIN, {"test": float("nan")}, "test must be a share from 0"),
        (PLAIN, {"test": 0.97}, "test=0.97 leaves 1 of the 30 rows to learn from: try test=0.2"),
        (PLAIN[:40], {}, "needs at least 10 rows with a target, and 5 of the 6 rows"),
        (PLAIN.replace("q", "p"), {}, "every 't' of 't.csv' is 'p': choose another --target"),
        (PLAIN.replace("q", "1").replace("p", "1"), {}, "every 't' of 't.csv' is '1'"),
        (LONG, {}, "'name' has 150: leave it out with --exclude 'name' --exclude 'ticket'"),
        (LONG, {"target": "name"}, "at most 100 classes, and 'name' has 150 different values"),
        (
            csv_text(["n", "t"], [[1, i] for i in range(300)]),
            {"task": "classification"},
            "at most 100 classes, and 't' has 300 different values: try --task regression",
        ),
        (
            csv_text(["n", "t"], [[i, 5 if i else 6] for i in range(30)]),
            {"task": "regression"},
            "R2 needs rows that differ, and 't' is the same in all",
        ),
        (
            csv_text(["n", "m", "t"], [[i, "12 kg" if i == 4 else i * 1.5, i] for i in range(200)]),
            {},
            "'m' has 200 ('12 kg' in line 6 is no number): leave it out with --exclude 'm'",
        ),
    ],
)
def test_wrong_wishes_are_refused_in_one_sentence(
    text: str, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError) as error:
        prepare(table_of(text), **({"target": "t"} | options))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_is_read_once_as_long_as_it_stays_the_same(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(PLAIN)
    first = read_table(str(path))
    assert read_table(str(path)) is first
    assert prepare(first, target="t") is prepare(first, target="t")
    path.write_text(PLAIN + "99,a,p\n")
    os.utime(path, ns=(1, 1))
    assert read_table(str(path)).rows == first.rows + 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gone.csv", "there is no file 'gone.csv': paths are relative to the current folder"),
        ("a\0b", "there is no file 'ab'"),
        (".", "'.' is no file: give a CSV file, or an NPZ file of NumPy"),
        ("t.csv/x.csv", "'t.csv/x.csv' can't be read (not a directory)"),
    ],
)
def test_a_file_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text(PLAIN)
    with pytest.raises(UsageError) as error:
        read_table(name)
    assert said in str(error.value)
