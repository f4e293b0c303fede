"""Tables for the tests: small ones made here, and those that scikit-learn ships."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn import datasets as shipped

from tuitune.datasets.csv_table import read_csv
from tuitune.datasets.table import Table


def table_of(text: str) -> Table:
    """Return the table in a text, as the file `t.csv`."""
    return read_csv("t.csv", text.encode())


def csv_text(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table as text."""
    return "".join(",".join(map(str, row)) + "\n" for row in [header, *rows])


def write_iris(path: Path) -> Path:
    """Write the 150 flowers of iris with their names; returns the path."""
    iris: Any = shipped.load_iris()
    names = ["sepal_length", "sepal_width", "petal_length", "petal_width", "species"]
    rows = [[*row, iris.target_names[t]] for row, t in zip(iris.data, iris.target, strict=True)]
    return _write(path, names, rows)


def write_diabetes(path: Path) -> Path:
    """Write the 442 patients of diabetes with the number that is predicted; returns the path."""
    data: Any = shipped.load_diabetes()
    rows = [[*row, t] for row, t in zip(data.data, data.target, strict=True)]
    return _write(path, [*data.feature_names, "progression"], rows)


def write_wine(path: Path) -> Path:
    """Write the 178 wines as an NPZ file with `x` and `t`; returns the path."""
    wine: Any = shipped.load_wine()
    np.savez(path, x=wine.data, t=wine.target)
    return path


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path
