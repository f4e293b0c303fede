"""A table in a text file: a header, then a row a line, with commas, semicolons or tabs between."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tuitune.datasets.table import Table, Words, list_names, words_of
from tuitune.errors import UsageError, plain, quote

DELIMITERS = ",;\t|"

MISSING = frozenset(
    {"", "NA", "N/A", "n/a", "na", "#N/A", "#NA", "<NA>", "NaN", "nan", "NAN", "-NaN", "-nan",
     "NULL", "Null", "null", "None", "?"}
)  # fmt: skip
"""Cells that say that there is nothing; the empty one is among them."""

LOOKED_AT = 65_536
"""Characters that the delimiter is looked for in."""

FEW_WORDS = 20
"""Different cells of a column that are certainly meant as words."""

Floats = npt.NDArray[np.float64]


def read_csv(path: str, content: bytes) -> Table:
    """Return the table in `content`, the bytes of the file `path`.

    A column whose cells are all finite numbers or missing is numeric; others hold words. Columns
    without a name, as an index that pandas writes, are left out. Raises `UsageError`, one sentence,
    for anything that is no such table.
    """
    text = _decoded(path, content)
    delimiter = _delimiter(text)
    del text
    header, rows, lines = _rows(path, content, delimiter)
    names = _names(path, header)
    columns = list(zip(*rows, strict=True))
    numeric: dict[str, Floats] = {}
    words: dict[str, Words] = {}
    for name, cells in zip(names, columns, strict=True):
        if not name:
            continue
        numbers = _numbers(cells, decimal_comma=delimiter != ",")
        if numbers is not None:
            numeric[name] = numbers
        else:
            known = {cell: _word(cell) for cell in set(cells)}
            stray = _stray(cells, lines) if len(known) > FEW_WORDS else ""
            words[name] = words_of([known[cell] for cell in cells], stray)
    unnamed = [place for place, name in enumerate(names, 1) if not name]
    return Table(
        path,
        tuple(name for name in names if name),
        tuple(numeric),
        np.stack(list(numeric.values()), axis=1) if numeric else np.empty((len(rows), 0)),
        words,
        remarks=tuple(f"column {place}, which has no name" for place in unnamed),
    )


def _decoded(path: str, content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{quote(path)} is no text in UTF-8 (line {line}): save it as CSV in UTF-8"
        ) from None
    if "\0" in text:
        raise UsageError(f"{quote(path)} is no text: give a CSV file, or an NPZ file of NumPy")
    return text


def _delimiter(text: str) -> str:
    """Return what stands between the cells: what splits the first lines most, all in as many."""
    head = text[:LOOKED_AT].splitlines(keepends=True)[:20]
    if len(text) > LOOKED_AT:
        head = head[:-1] or head

    def splits(delimiter: str) -> tuple[bool, int]:
        try:
            widths = [len(row) for row in csv.reader(head, delimiter=delimiter) if row]
        except csv.Error:
            return False, 0
        return len(set(widths)) == 1 and widths[0] > 1, widths[0] if widths else 0

    return max(DELIMITERS, key=splits)


def _rows(
    path: str, content: bytes, delimiter: str
) -> tuple[list[str], list[list[str]], list[int]]:
    """Return the header, the rows, and the line of the file that each row ends in."""
    # A StringIO would hold the text at four bytes a character.
    stream = io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline="")
    reader = csv.reader(stream, delimiter=delimiter, strict=True, skipinitialspace=True)
    header: list[str] = []
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            if len(row) < 2 and not "".join(row).strip():
                continue
            if not header:
                header = row
            elif len(row) == len(header):
                rows.append(row)
                lines.append(reader.line_num)
            else:
                raise UsageError(
                    f"every row of {quote(path)} has as many cells as its header, {len(header)}, "
                    f"and line {reader.line_num} has {len(row)}: mend that line"
                )
    except csv.Error as error:
        raise UsageError(
            f"{quote(path)} can't be read as CSV at line {reader.line_num}: {error}; "
            "mend the quotes of that line"
        ) from None
    if not rows:
        raise UsageError(
            f"{quote(path)} has no rows: a table has a header that names its columns, and a row "
            "a line below it"
        )
    return header, rows, lines


def _names(path: str, header: Sequence[str]) -> list[str]:
    """Return the columns' names, empty where there is none."""
    names = [plain(name).strip() for name in header]
    if all(_number(name) is not None for name in names):
        raise UsageError(
            f"the first line of a table names its columns, and that of {quote(path)} is numbers: "
            "put a line such as a,b,c before it"
        )
    twice = list(dict.fromkeys(name for name in names if name and names.count(name) > 1))
    if twice:
        raise UsageError(
            f"each column has a name of its own, and {quote(path)} has {list_names(twice)} "
            "more than once: rename one"
        )
    return names


def _numbers(cells: Sequence[str], *, decimal_comma: bool) -> Floats | None:
    """Return the cells as numbers, NaN where missing; None where one is neither."""
    numbers: Floats | None = None
    for form in (_as_they_are, _stripped, *([_decimal_points] if decimal_comma else [])):
        try:
            # Python's own reader of numbers is the fastest way from text.
            numbers = np.array(form(cells), np.float64)
            break
        except ValueError:
            continue
    # It also takes 1_000 and infinity, which are no numbers in a table.
    if numbers is None or np.isinf(numbers).any() or "_" in "".join(cells):
        return None
    return numbers


def _as_they_are(cells: Sequence[str]) -> list[float]:
    if MISSING.isdisjoint(cells):
        return list(map(float, cells))  # the common case, and twice as fast
    return [math.nan if cell in MISSING else float(cell) for cell in cells]


def _stripped(cells: Sequence[str]) -> list[float]:
    return _as_they_are([cell.strip() for cell in cells])


def _decimal_points(cells: Sequence[str]) -> list[float]:
    return _stripped([cell.replace(",", ".", 1) for cell in cells])


def _number(cell: str) -> float | None:
    """Return a cell as a finite number, NaN where it is missing, None where it is neither."""
    cell = cell.strip()
    if cell in MISSING:
        return math.nan
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in cell else None


def _word(cell: str) -> str | None:
    cell = cell.strip()
    return None if cell in MISSING else plain(cell)


_DRESS = str.maketrans("", "", ",'’_%$€£ \u00a0\u202f")


def _stray(cells: Sequence[str], lines: Sequence[int]) -> str:
    """Return `'12a' in line 17` where nine of ten cells are numbers and this is the first other.

    Also where they would be without signs of thousands, of money and of per cent: `'1,234'`.
    """
    others = [place for place, cell in enumerate(cells) if _number(cell) is None]
    dressed = [place for place in others if _number(cells[place].translate(_DRESS)) is None]
    if len(dressed) > len(cells) / 10:
        return ""
    return f"{quote(cells[others[0]].strip())} in line {lines[others[0]]}"
