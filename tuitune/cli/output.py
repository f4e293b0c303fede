"""How a command prints: JSON documents, tables and numbers, always free of control characters."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click
from rich.cells import cell_len, set_cell_size

from tuitune.space import Value, format_value
from tuitune.words import ascii_json, json_text, plain


def print_json(document: Any) -> None:
    """Print one strict JSON document; numbers that are not finite are null."""
    write_json(json_text(document, indent=2) + "\n")


def write_json(text: str) -> None:
    """Write JSON to standard output: what a stream in an old locale can't take is escaped."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except (LookupError, UnicodeEncodeError):
        text = ascii_json(text)
    sys.stdout.write(text)


def print_table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], notes: Sequence[str] = ()
) -> None:
    """Print rows under their headings, numbers to the right; cut to the width of a terminal.

    Piped output is never cut. `notes` has a line for each row, printed whole under it; none where
    it is empty.
    """
    cells = [[plain(cell) for cell in row] for row in rows]
    columns = list(zip(headings, *cells, strict=True))
    widths = [max(map(cell_len, column)) for column in columns]
    right = [all(_is_numeric(cell) for cell in column[1:]) for column in columns]
    limit = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    below = ["", *map(plain, notes)] if notes else [""] * (len(cells) + 1)
    for line, note in zip((headings, *cells), below, strict=True):
        fields = (
            " " * (width - cell_len(cell)) + cell if numeric else set_cell_size(cell, width)
            for cell, width, numeric in zip(line, widths, right, strict=True)
        )
        text = "  ".join(fields).rstrip()
        if limit is not None and cell_len(text) > limit:
            text = set_cell_size(text, limit - 1).rstrip() + "…"
        click.echo(text)
        if note:
            click.echo(f"    {note}")


def format_params(params: Mapping[str, Value], prefix: str = "") -> str:
    """Return params as words, e.g. `lr=3.1e-3 weight_decay=1.2e-6`, with four digits each."""
    return " ".join(
        f"{prefix}{plain(name)}={plain(format_value(value, 4))}" for name, value in params.items()
    )


def _is_numeric(cell: str) -> bool:
    if cell in ("", "-"):
        return True
    try:
        float(cell)
    except ValueError:
        return False
    return True
