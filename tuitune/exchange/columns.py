"""What each column of a table is taken for, and the range of a parameter's values."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tuitune.errors import UsageError, plain, quote
from tuitune.exchange import column_names as known
from tuitune.exchange.study import Fixed, Range
from tuitune.exchange.table import EMPTY, NoNumbers, Numbers, Table, read_numbers
from tuitune.space import Choice, FloatRange, IntRange, Value, format_value, round_outward
from tuitune.space.checks import same_value
from tuitune.trainers.objective import safe_word

Role = Literal[
    "parameter", "fixed", "score", "metric", "state", "note", "tags", "epoch", "group", "left out"
]

FEW_WORDS = 12
"""Different words of a column that are certainly options."""
LOG_FROM = 100
"""Ratio of the greatest to the least value from which a log scale is proposed."""


@dataclass(slots=True)
class Column:
    """One column and what it is taken for."""

    name: str
    role: Role
    cells: list[str]
    numbers: Numbers | NoNumbers
    why: str = ""
    """Why it is left out, a few words."""

    def values(self) -> list[Value | None]:
        """Return its cells as values of a parameter; None where one is empty."""
        if isinstance(self.numbers, Numbers):
            whole = self.numbers.whole
            return [
                None if v is None or not math.isfinite(v) else int(v) if whole else v
                for v in self.numbers.values
            ]
        return [None if cell in EMPTY else _word(cell) for cell in self.cells]


def _word(cell: str) -> Value:
    if cell.lower() in ("true", "false"):
        return cell.lower() == "true"
    return safe_word(cell)


def read_columns(
    table: Table,
    *,
    score: str | None,
    parameters: Collection[str],
    only_named: bool,
    decimal: str | None = None,
) -> list[Column]:
    """Return what each column is taken for.

    `score` is the column that ranks, None where its name is to tell; `parameters` are named by the
    person, with `only_named` no others are. Raises `UsageError` where a name is none of a column,
    and where nothing tells what ranks.
    """
    for option, name in (("--score", score), *(("--param", name) for name in parameters)):
        if name is not None and name not in table.names:
            shown = ", ".join(table.names[:30])
            raise UsageError(f"{option} names a column, and {quote(name)} is none of: {shown}")
    columns = [
        Column(name, "left out", cells, read_numbers(cells, decimal))
        for name, cells in zip(table.names, table.columns, strict=True)
    ]
    chosen = score or _score_name(columns, parameters)
    for column in columns:
        _take_role(column, chosen, parameters, only_named, table.rows)
    ranking = next(column for column in columns if column.name == chosen)
    if isinstance(ranking.numbers, NoNumbers):
        said = ranking.numbers.said or "words"
        raise UsageError(f"the score is a column of numbers, and {quote(chosen)} holds {said}")
    return columns


def _score_name(columns: Sequence[Column], parameters: Collection[str]) -> str:
    found = [
        c.name
        for c in columns
        if known.is_metric(c.name) and isinstance(c.numbers, Numbers) and c.name not in parameters
    ]
    held_out = [name for name in found if known.is_held_out(name)]
    others = [name for name in found if not known.is_training(name)]
    for names in (held_out, others, found):
        if len(names) == 1:
            return names[0]
        if names:
            break
    numeric = [c.name for c in columns if isinstance(c.numbers, Numbers)]
    candidates = ", ".join((found or numeric)[:12]) or "none"
    raise UsageError(
        f"a column ranks the runs: say which with --score; there is {plain(candidates)}"
    )


def _take_role(
    column: Column, score: str, parameters: Collection[str], only_named: bool, rows: int
) -> None:
    name = column.name
    distinct = {cell for cell in column.cells if cell not in EMPTY}
    if name == score:
        column.role = "score"
    elif name in parameters:
        column.role = "parameter"
    elif not distinct:
        column.why = "empty"
    elif known.is_note(name):
        column.role = "note"
    elif known.is_tags(name):
        column.role = "tags"
    elif known.is_state(name):
        column.role = "state"
    elif known.is_epoch(name) and isinstance(column.numbers, Numbers):
        column.role = "epoch"
    elif isinstance(column.numbers, NoNumbers) and column.numbers.why != "words":
        column.why = column.numbers.said
    elif known.is_metric(name) and isinstance(column.numbers, Numbers):
        column.role = "metric"
    elif known.is_hyperparameter(name) and not only_named:
        column.role = "parameter"
    elif known.is_neither(name):
        column.why = "an id, a time or a place by its name"
    elif only_named:
        column.why = f"--param {name} makes it a parameter"
    elif isinstance(column.numbers, Numbers):
        if 1 < len(distinct) < sum(cell not in EMPTY for cell in column.cells):
            column.role = "parameter"
        else:
            column.why = f"numbers that never repeat; --param {name} makes it a parameter"
    elif 1 < len(distinct) <= min(FEW_WORDS, max(2, rows // 2)):
        column.role = "parameter"
    else:
        column.why = "one word" if len(distinct) == 1 else f"{len(distinct)} different words"
    if column.role == "parameter" and len(distinct) == 1:
        column.role = "fixed"


def range_of(name: str, values: Sequence[Value | None], log: bool | None = None) -> Range:
    """Return the range of a parameter's values, outward to 1-2-5; `log` None: as proposed."""
    there = [value for value in values if value is not None]
    if not there:
        raise UsageError(f"the parameter {quote(name)} has no value in any row")
    numbers = [v for v in there if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) != len(there):
        return _choice(name, there)
    low, high = min(numbers), max(numbers)
    if low == high:
        return Fixed(low)
    logarithmic = proposes_log(there) if log is None else log
    first, last = round_outward(low, high, logarithmic)
    if all(isinstance(v, int) for v in numbers):
        return IntRange(
            max(1, math.floor(first)) if logarithmic else math.floor(first),
            math.ceil(last),
            log=logarithmic,
        )
    return FloatRange(first, last, log=logarithmic)


def proposes_log(values: Sequence[Value | None]) -> bool:
    """Whether a log scale is proposed: all above 0, the greatest a hundred times the least."""
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    return bool(numbers) and min(numbers) > 0 and max(numbers) / min(numbers) >= LOG_FROM


def _choice(name: str, values: Sequence[Value]) -> Range:
    options: list[Value] = []
    for value in values:
        if not any(same_value(value, other) for other in options):
            options.append(value)
    if len(options) > 64:
        raise UsageError(
            f"the parameter {quote(name)} has {len(options)} different words, and a choice has at "
            "most 64"
        )
    return Fixed(options[0]) if len(options) == 1 else Choice(tuple(options))


def preview(columns: Sequence[Column], ranges: Mapping[str, Range]) -> list[str]:
    """Return a line for each column: what it is taken for, how many values it has."""
    lines = []
    for column in columns:
        distinct = len({cell for cell in column.cells if cell not in EMPTY})
        if column.role == "parameter":
            found = ranges.get(column.name)
            words = "" if found is None else _shown(found, column)
            lines.append(f"{column.name}  parameter {words}  {_count(distinct)}")
        elif column.role == "left out":
            lines.append(f"{column.name}  left out: {column.why}")
        else:
            lines.append(f"{column.name}  {column.role}  {_count(distinct)}")
    return [plain(line) for line in lines]


def _shown(found: Range, column: Column) -> str:
    match found:
        case Choice():
            return "|".join(str(format_value(option)) for option in found.options[:8])
        case Fixed():
            return f"= {found.value}"
        case _:
            kind = " int" if isinstance(found, IntRange) else ""
            asks = " log?" if proposes_log(column.values()) else ""
            return f"{format_value(found.low)}..{format_value(found.high)}{asks}{kind}"


def _count(distinct: int) -> str:
    return f"{distinct} value{'' if distinct == 1 else 's'}"
