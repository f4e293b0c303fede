"""Tables: a heading, then rows of numbers under it; cells between bars, tabs, commas or blanks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tuitune.trainers.program.reading.numbers import cell_value, is_missing
from tuitune.trainers.program.reading.pairs import Pair

Cut = Literal["bars", "tabs", "commas", "blanks"]

MOST_CELLS = 100
_RULE = re.compile(r"[\s\-=+|─━═│┃║┼╋╪╇┿┠┨├┤┬┴┏┓┗┛┳┻╭╮╰╯:*_╞╡└┘┌┐╒╕╘╛]+")
_BARS = re.compile(r"[|│┃║]")
_SIDES = re.compile(r"(?<=\s)[|│┃║]|[|│┃║](?=\s|$)|^[|│┃║]")
_BAR = re.compile(r":\s*\d+%.*$")
_STRAY = re.compile(r"\s\S*(?<!\[)\]\s*\S*$")
_NUMERIC = re.compile(r"[+\-−]?\.?\d")
_COUNTERS: dict[str, Literal["epoch", "step"]] = {
    "epoch": "epoch", "e": "epoch", "ep": "epoch", "epochs": "epoch", "에폭": "epoch", "#": "step",
    "iter": "step", "iteration": "step", "step": "step", "it": "step", "round": "step",
    "#iter": "step", "t": "step", "n": "step",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """The numbers of a row."""

    pairs: tuple[Pair, ...]
    epoch: float | None = None
    step: float | None = None


class Table:
    """The table that one stream is in. Its lines, in order, are given to `feed`."""

    def __init__(self) -> None:
        self._cut: Cut | None = None
        self._names: list[str] = []
        self._fresh = False
        """The line before was a heading."""
        self._group = ""
        """Section of the pairs between bars that follow."""

    @property
    def heading(self) -> str:
        """The names of the columns in one line; empty: there was no heading yet."""
        return " ".join(self._names)

    def feed(self, text: str, *, final: bool = True) -> Row | bool:
        """Return the row that a line is; True: it belongs to a table, without numbers; False: not.

        A line that is not `final` can be a row, but opens no table.
        """
        text = _BAR.sub("", text.rstrip())
        if "]" in text and "[" not in text:
            text = _STRAY.sub("", text)
        if not text.strip() or _RULE.fullmatch(text):
            return bool(text.strip()) and len(text.strip()) > 3
        cut = self._cut
        if cut is not None and (row := self._row(_cells(text, cut, rows=True))) is not None:
            self._fresh = False
            return row
        if _SIDES.search(text) is not None and (pair := self._pair(text)) is not None:
            return pair
        return self._heading(text) if final else False

    def _heading(self, text: str) -> bool:
        commaless = re.sub(r"^[^\W\d]\w*:\s(?=\S+,)", "", text)
        for cut in ("bars", "tabs", "commas", "blanks"):
            cells = _cells(commaless if cut == "commas" else text, cut)
            least = 2 if cut == "bars" else 3
            filled = [cell for cell in cells if cell]
            if not (least <= len(filled) and len(cells) <= MOST_CELLS):
                continue
            if text.rstrip().endswith(".") or any(not _is_heading(cell, cut) for cell in filled):
                return False
            if self._fresh and self._cut == cut and len(cells) == len(self._names):
                cells = [f"{a} {b}".strip() for a, b in zip(self._names, cells, strict=True)]
            self._cut, self._names, self._fresh = cut, cells, True
            return True
        self._fresh = False
        return False

    def _row(self, cells: list[str]) -> Row | None:
        names = self._names
        label = ""
        if len(cells) == len(names) + 1 and cell_value(cells[0]) is None:
            label, cells = cells[0], cells[1:]
        if not len(names) - 2 <= len(cells) <= len(names) or not cells:
            return None
        values = [cell_value(cell) for cell in cells]
        numeric = sum(1 for cell in cells if _NUMERIC.match(cell) or is_missing(cell))
        if 2 * numeric < len(cells) or all(value is None for value in values):
            return None
        pairs = []
        counts: dict[str, float] = {}
        for i, (name, cell, value) in enumerate(zip(names, cells, values, strict=False)):
            kind = _COUNTERS.get(name.strip(" .:#").lower() or name.strip())
            if kind is not None:
                count = re.match(r"\[?\s*(\d+(?:\.\d+)?)", cell)
                if count is not None:
                    counts.setdefault(kind, float(count[1]))
                continue
            if value is None and i == 0 and not is_missing(cell) and not _NUMERIC.match(cell):
                label = label or cell
            elif name and (value is not None or is_missing(cell)):
                pairs.append(Pair(name, value, label))
        if label:
            pairs = [Pair(pair.name, pair.value, label) for pair in pairs]
        if not pairs:
            return None
        return Row(tuple(pairs), counts.get("epoch"), counts.get("step"))

    def _pair(self, text: str) -> Row | bool | None:
        """Return the pair of `| name | 0.5 |`, or True for `| group/ | |`; None: it is neither."""
        cells = _cells(text, "bars")
        if len(cells) != 2 or not cells[0] or not re.match(r"\s*[|│┃║]", text):
            return None
        name, cell = cells
        if not cell and name.endswith(("/", ":")):
            self._group = name
            return True
        value = cell_value(cell)
        if value is None or cell_value(name) is not None:
            return None
        return Row((Pair(f"{self._group}{name}", value),))


def _cells(text: str, cut: Cut, *, rows: bool = False) -> list[str]:
    match cut:
        case "bars":
            if _SIDES.search(text) is None:
                return []
            stripped = text.strip()
            cells = [cell.strip() for cell in _BARS.split(stripped)]
            if stripped[0] in "|│┃║":
                cells = cells[1:]
            if stripped[-1] in "|│┃║":
                cells = cells[:-1]
            return cells
        case "tabs":
            return [cell.strip() for cell in text.split("\t")] if "\t" in text else []
        case "commas":
            if rows:
                text = re.sub(r"^[^\W\d]\w*:\s(?=\S+,)", "", text)
            if "," not in text or ", " in text or " " in text.strip():
                return []
            return [cell.strip().strip('"') for cell in text.strip().split(",")]
        case "blanks":
            return text.split() if rows else re.split(r"\s{2,}", text.strip())


def _is_heading(cell: str, cut: Cut) -> bool:
    if len(cell) > 40 or cell_value(cell) is not None:
        return False
    if cut == "blanks" and (cell.count(" ") > 3 or re.search(r"\d\s|[:=]$|[:=]\s*\S", cell)):
        return False
    return re.search(r"(?<![\w@.\-(])[+-]?\d+(?:\.\d+)?(?![\w%\-])", cell) is None and (
        re.search(r"[^\W\d]|#", cell) is not None and "=" not in cell and ": " not in cell
    )
