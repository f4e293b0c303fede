"""A table of earlier runs in a text file: its cells, and what the numbers in a column mean.

Commas, semicolons or tabs between cells; UTF-8 or UTF-16 with or without a mark, else CP949.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tuitune.errors import UsageError, plain, quote
from tuitune.space import Value

DELIMITERS = ",;\t|"
EMPTY = frozenset({"", "NA", "N/A", "n/a", "na", "#N/A", "<NA>", "NULL", "Null", "null", "-", "?"})
NOT_FINITE = frozenset(
    {"nan", "inf", "infinity", "-inf", "-infinity", "+inf", "-nan", "1.#inf", "1.#qnan"}
)
MOST_COLUMNS = 5000

_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_PERCENT = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*%", re.ASCII)
_WITH_COMMAS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_WITH_DOTS = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?", re.ASCII)
_COMMA = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?", re.ASCII)
_UNIT = re.compile(r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?\s*([^\W\d_]+(?:/[^\W\d_]+)?)")


@dataclass(slots=True)
class Table:
    """Cells as text, column by column."""

    names: list[str]
    """Different from each other and not empty."""
    columns: list[list[str]]
    rows: int
    delimiter: str


@dataclass(slots=True)
class Numbers:
    """What the cells of a column are as numbers."""

    values: list[float | None]
    """None where the cell is empty; not finite where it says so."""
    whole: bool = False
    """All are whole numbers."""


@dataclass(slots=True)
class NoNumbers:
    """Why a column holds no numbers."""

    why: Literal["words", "unit", "ambiguous", "mixed percent"]
    said: str = ""
    """A few words for the person."""
    values: list[Value | None] = field(default_factory=list)


def read_table(path: Path, content: bytes) -> Table:
    """Return the cells of a table. Raises `UsageError` where it is none, with the line."""
    text = _decoded(path, content)
    delimiter = _delimiter(text)
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
    except csv.Error as error:
        raise UsageError(
            f"{quote(str(path), 120)} can't be read as a table, line {reader.line_num}: {error}"
        ) from None
    if len(rows) < 2 or len(rows[0]) < 2:
        raise UsageError(
            f"{quote(str(path), 120)} is no table of runs: it has a line of headings and one for "
            "each run, two columns at least"
        )
    header, body = rows[0], rows[1:]
    if len(header) > MOST_COLUMNS:
        raise UsageError(f"a table has at most {MOST_COLUMNS} columns, not {len(header)}")
    width = len(header)
    for number, row in enumerate(body, 2):
        if len(row) > width and any(cell.strip() for cell in row[width:]):
            raise UsageError(
                f"{quote(str(path), 120)} has {len(row)} cells in row {number} and {width} headings"
            )
    columns = [[row[i].strip() if i < len(row) else "" for row in body] for i in range(width)]
    return Table(_unique(header), columns, len(body), delimiter)


def _decoded(path: Path, content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        codecs: Sequence[str] = ("utf-16",)
    elif b"\0" in content[:200]:
        codecs = ("utf-16-le", "utf-16-be") if content[1:2] == b"\0" else ("utf-16-be", "utf-16-le")
    else:
        codecs = ("utf-8-sig", "cp949")
    for codec in codecs:
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UsageError(
        f"{quote(str(path), 120)} is no file that can be imported: known are Optuna's SQLite and "
        "journal files, W&B's sweeps (YAML, JSON) and tables (CSV, TSV)"
    )


def _delimiter(text: str) -> str:
    """Return what splits the first lines into most cells, all in as many."""
    head = text[:65_536].splitlines(keepends=True)[:20]

    def splits(delimiter: str) -> tuple[bool, int]:
        try:
            widths = [len(row) for row in csv.reader(head, delimiter=delimiter) if row]
        except csv.Error:
            return False, 0
        return len(set(widths)) == 1 and bool(widths) and widths[0] > 1, widths[0] if widths else 0

    return max(DELIMITERS, key=splits)


def _unique(header: Sequence[str]) -> list[str]:
    names: list[str] = []
    taken: set[str] = set()
    for place, given in enumerate(header):
        name = plain(given).strip()
        if not name or (place == 0 and name in ("Unnamed: 0", "index")):
            name = "(index)" if place == 0 else f"(column {place + 1})"
        unique, count = name, 2
        while unique in taken:
            unique, count = f"{name}.{count}", count + 1
        taken.add(unique)
        names.append(unique)
    return names


def read_numbers(cells: Sequence[str], decimal: str | None = None) -> Numbers | NoNumbers:
    """Return the numbers of a column, or why it holds none.

    The column is read as a whole: with `%` behind all of them they are hundredths; a comma is a
    decimal comma or between thousands. `decimal` is `.` or `,` where the person says which.
    """
    filled = [cell.replace("−", "-") for cell in cells if cell not in EMPTY]
    finite = [cell for cell in filled if cell.lower() not in NOT_FINITE]
    if not finite:
        return Numbers([_special(cell) for cell in cells]) if filled else NoNumbers("words")
    distinct = set(finite)
    percent = sum(_PERCENT.fullmatch(cell) is not None for cell in distinct)
    if percent == len(distinct):
        return _numbers(cells, lambda cell: float(cell.rstrip("% \t")) / 100)
    if percent and all(_PLAIN.fullmatch(c) or _PERCENT.fullmatch(c) for c in distinct):
        return NoNumbers("mixed percent", "some with % and some without: write them alike")
    if all(_PLAIN.fullmatch(cell) for cell in distinct) and decimal != ",":
        return _numbers(cells, float)
    return _with_commas(cells, distinct, decimal)


def _with_commas(
    cells: Sequence[str], distinct: set[str], decimal: str | None
) -> Numbers | NoNumbers:
    def grouped(cell: str) -> float:
        return float(cell.replace(",", ""))

    def comma(cell: str) -> float:
        return float(cell.replace(".", "").replace(",", ".")) if "," in cell else _dots(cell)

    def _dots(cell: str) -> float:
        return float(cell.replace(".", "")) if _WITH_DOTS.fullmatch(cell) else float(cell)

    as_thousands = all(_PLAIN.fullmatch(c) or _WITH_COMMAS.fullmatch(c) for c in distinct)
    as_decimal = all(
        _COMMA.fullmatch(c) or _WITH_DOTS.fullmatch(c) or _PLAIN.fullmatch(c) for c in distinct
    )
    if as_thousands and as_decimal and decimal is None:
        telling = [c for c in distinct if "," in c]
        if any(c.count(",") > 1 or c.startswith(("0,", "-0,", "+0,")) for c in telling):
            as_decimal = all(c.count(",") <= 1 for c in telling)
            as_thousands = not as_decimal
        else:
            shown = min(telling)
            return NoNumbers(
                "ambiguous",
                f"{shown} may be {grouped(shown):g} or {comma(shown):g}: say --decimal comma or "
                "--decimal point",
            )
    if as_thousands and decimal != ",":
        return _numbers(cells, grouped)
    if as_decimal and decimal != ".":
        return _numbers(cells, comma)
    units = {found[1] for cell in distinct if (found := _UNIT.fullmatch(cell)) is not None}
    if units and all(_UNIT.fullmatch(c) or _PLAIN.fullmatch(c) for c in distinct):
        return NoNumbers("unit", f"numbers with a unit ({', '.join(sorted(units)[:3])})")
    return NoNumbers("words")


def _numbers(cells: Sequence[str], convert: object) -> Numbers:
    known: dict[str, float | None] = {}
    values: list[float | None] = []
    for cell in cells:
        if cell not in known:
            special = _special(cell)
            if special is not None or cell in EMPTY:
                known[cell] = special
            else:
                assert callable(convert)
                known[cell] = float(convert(cell.replace("−", "-")))
        values.append(known[cell])
    finite = [v for v in values if v is not None and math.isfinite(v)]
    written = [c for c in known if c not in EMPTY and c.lower() not in NOT_FINITE]
    whole = all(v.is_integer() and abs(v) <= 2**53 for v in finite) and not any(
        "." in c and "," not in c and "e" not in c.lower() and not c.rstrip("0").endswith(".")
        for c in written
        if "%" not in c
    )
    return Numbers(values, whole and bool(finite))


def _special(cell: str) -> float | None:
    """Return nan or infinity where a cell says so; None for an empty one and for any other."""
    word = cell.lower()
    if word not in NOT_FINITE:
        return None
    if "inf" in word:
        return -math.inf if word.startswith("-") else math.inf
    return math.nan
