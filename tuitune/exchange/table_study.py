"""A table of earlier runs as a study: Optuna's, W&B's, Ray's, this program's own, and others."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tuitune.errors import UsageError, plain, quote
from tuitune.exchange import column_names as known
from tuitune.exchange.columns import Column, preview, range_of, read_columns
from tuitune.exchange.names import safe_name
from tuitune.exchange.study import Fixed, Point, Range, Study
from tuitune.exchange.table import EMPTY, Numbers, Table, read_numbers
from tuitune.model.trial import TrialState
from tuitune.space import FloatRange, Parameter, Value

Kind = Literal["Optuna table", "W&B table", "Ray table", "TuiTune table", "table"]

STATES = {
    "complete": TrialState.DONE, "completed": TrialState.DONE, "done": TrialState.DONE,
    "finished": TrialState.DONE, "ok": TrialState.DONE, "success": TrialState.DONE,
    "succeeded": TrialState.DONE, "terminated": TrialState.DONE,
    "pruned": TrialState.PRUNED, "early_stopped": TrialState.PRUNED,
    "fail": TrialState.FAILED, "failed": TrialState.FAILED, "error": TrialState.FAILED,
    "crashed": TrialState.FAILED, "crash": TrialState.FAILED,
    "killed": TrialState.STOPPED, "stopped": TrialState.STOPPED, "cancelled": TrialState.STOPPED,
    "canceled": TrialState.STOPPED, "preempted": TrialState.STOPPED,
    "running": TrialState.INTERRUPTED, "interrupted": TrialState.INTERRUPTED,
    "waiting": TrialState.QUEUED, "pending": TrialState.QUEUED, "queued": TrialState.QUEUED,
}  # fmt: skip

_RAY_OWN = re.compile(
    r"time_.*|timestamp|timesteps_.*|iterations_since_restore|episodes_.*|pid|hostname|node_ip|date"
    r"|done|should_checkpoint|experiment_.*|trial_id|training_iteration|warmup_time|checkpoint_.*"
    r"|config/.*"
)


@dataclass(frozen=True, slots=True)
class TableOptions:
    """What the person says of a table."""

    score: str | None = None
    parameters: Mapping[str, Parameter | None] = None  # type: ignore[assignment]
    """Columns that are parameters, with their range where one is said."""
    objective: int | None = None
    decimal: str | None = None


def kind_of(table: Table) -> Kind:
    """Return what wrote the table, by its headings."""
    names = set(table.names)
    if {"number", "state"} <= names and ("value" in names or "values_0" in names):
        return "Optuna table"
    if any(n.startswith("config/") for n in names) and "training_iteration" in names:
        return "Ray table"
    if {"trial", "round", "revision", "state", "score"} <= names:
        return "TuiTune table"
    if {"Name", "State"} <= names and names & {"Runtime", "Created", "Sweep", "Notes", "Tags"}:
        return "W&B table"
    return "table"


def read_table_study(table: Table, options: TableOptions) -> tuple[Study, list[str]]:
    """Return what a table says, and a line for each of its columns.

    Raises `UsageError` where it can't be known what ranks, or what is a parameter.
    """
    kind = kind_of(table)
    match kind:
        case "Optuna table":
            study, columns = _named(table, options, "params_", _optuna_score(table, options))
        case "TuiTune table":
            study, columns = _named(table, options, "param.", options.score or "score")
        case "Ray table":
            study, columns = _named(table, options, "config/", _ray_score(table, options))
        case _:
            columns = read_columns(
                table,
                score=options.score,
                parameters=tuple(options.parameters or ()),
                only_named=kind == "W&B table" and bool(options.parameters),
                decimal=options.decimal,
            )
            study = _study(columns, options)
    study.format = kind
    ranges = {
        column.name: (study.space or {}).get(own, Fixed(""))
        for column, own in zip(
            [c for c in columns if c.role == "parameter"], study.space or {}, strict=False
        )
    }
    return study, preview(columns, ranges)


# -- tables of known programs ----------------------------------------------------------------


def _optuna_score(table: Table, options: TableOptions) -> str:
    if options.score is not None:
        return options.score
    if "value" in table.names:
        return "value"
    objectives = [name for name in table.names if re.fullmatch(r"values_\w+", name)]
    if options.objective is None and len(objectives) > 1:
        raise UsageError(
            f"the table has {len(objectives)} objectives, and a session has one: say which with "
            f"--objective 0 to {len(objectives) - 1}"
        )
    place = options.objective or 0
    if place >= len(objectives):
        raise UsageError(f"the table has objectives 0 to {len(objectives) - 1}, and not {place}")
    return objectives[place]


def _ray_score(table: Table, options: TableOptions) -> str:
    if options.score is not None:
        return options.score
    numeric = [
        name
        for name, cells in zip(table.names, table.columns, strict=True)
        if not _RAY_OWN.fullmatch(name) and isinstance(read_numbers(cells), Numbers)
    ]
    metrics = [name for name in numeric if known.is_metric(name)] or numeric
    held_out = [name for name in metrics if known.is_held_out(name)]
    if len(held_out or metrics) == 1:
        return (held_out or metrics)[0]
    raise UsageError(
        f"a column ranks the runs: say which with --score; there is {', '.join(metrics) or 'none'}"
    )


def _named(
    table: Table, options: TableOptions, prefix: str, score: str
) -> tuple[Study, list[Column]]:
    """Read a table whose parameters begin with `prefix`."""
    if score not in table.names:
        raise UsageError(f"--score names a column, and {quote(score)} is none of them")
    columns = []
    for name, cells in zip(table.names, table.columns, strict=True):
        column = Column(name, "left out", cells, read_numbers(cells, options.decimal))
        numeric = isinstance(column.numbers, Numbers)
        distinct = {cell for cell in cells if cell not in EMPTY}
        if name == score:
            column.role = "score"
        elif name.startswith(prefix) and name not in ("config/seed",):
            column.role = "parameter" if len(distinct) > 1 else "fixed" if distinct else "left out"
            column.why = "empty"
        elif name == "state":
            column.role = "state"
        elif name in ("note", "notes", "tags"):
            column.role = "tags" if name == "tags" else "note"
        elif prefix == "config/" and name in ("training_iteration", "trial_id"):
            column.role = "epoch" if name == "training_iteration" else "group"
        elif numeric and _is_further_metric(name, prefix):
            column.role = "metric"
        else:
            column.why = f"a column of the {'trials' if prefix != 'config/' else 'runs'}"
        columns.append(column)
    return _study(columns, options, prefix), columns


def _is_further_metric(name: str, prefix: str) -> bool:
    if prefix == "params_":
        return name.startswith("user_attrs_")
    if prefix == "config/":
        return not _RAY_OWN.fullmatch(name)
    return name.startswith("metric.") or name == "train_score"


# -- rows to points --------------------------------------------------------------------------


def _study(columns: Sequence[Column], options: TableOptions, prefix: str = "") -> Study:
    taken = [column for column in columns if column.role in ("parameter", "fixed")]
    if not any(column.role == "parameter" for column in taken):
        raise UsageError(
            "no column is taken for a parameter: say which are with --param NAME, again for each"
        )
    own: dict[str, str] = {}
    for column in taken:
        own[column.name] = safe_name(column.name.removeprefix(prefix), own.values())
    values = {column.name: column.values() for column in taken}
    score = next(column for column in columns if column.role == "score")
    study = Study("table", metric=plain(score.name)[:64], settings={})
    study.space = {}
    for column in taken:
        said = (options.parameters or {}).get(column.name)
        found: Range = said if said is not None else range_of(column.name, values[column.name])
        if isinstance(found, Fixed):
            study.settings[own[column.name]] = found.value
            for cells in (values[column.name],):
                cells[:] = [None] * len(cells)
        else:
            study.space[own[column.name]] = found
            if isinstance(found, FloatRange):
                cells = values[column.name]
                cells[:] = [
                    float(v) if isinstance(v, int) and not isinstance(v, bool) else v for v in cells
                ]
    study.points = _points(columns, values, own)
    return study


def _points(
    columns: Sequence[Column],
    values: Mapping[str, Sequence[Value | None]],
    own: Mapping[str, str],
) -> list[Point]:
    by_role: dict[str, list[Column]] = {}
    for column in columns:
        by_role.setdefault(column.role, []).append(column)
    score = by_role["score"][0]
    assert isinstance(score.numbers, Numbers)
    metrics = [
        (plain(c.name.removeprefix("user_attrs_").removeprefix("metric."))[:64], c.numbers.values)
        for c in by_role.get("metric", ())
        if isinstance(c.numbers, Numbers)
    ][:60]
    epochs = _epochs(by_role)
    groups = by_role["group"][0].cells if "group" in by_role else None
    states = by_role["state"][0].cells if "state" in by_role else None
    points: list[Point] = []
    open_points: dict[object, tuple[Point, float]] = {}
    metric = plain(score.name)[:64]
    for row in range(len(score.cells)):
        params = {own[n]: v for n, cells in values.items() if (v := cells[row]) is not None}
        report = _report(metric, score.numbers.values[row], metrics, row)
        if epochs is not None and (epoch := epochs[row]) is not None:
            key = groups[row] if groups is not None else tuple(sorted(map(repr, params.items())))
            before = open_points.get(key)
            if before is not None and epoch > before[1]:
                point = before[0]
                if report is not None:
                    point.reports.append(report)
                open_points[key] = (point, epoch)
                _settle(point, metric, states[row] if states is not None else None)
                continue
            point = Point(len(points) + 1, TrialState.DONE, params)
            open_points[key] = (point, epoch)
        else:
            point = Point(len(points) + 1, TrialState.DONE, params)
        points.append(point)
        point.reports = [] if report is None else [report]
        _settle(point, metric, states[row] if states is not None else None)
        _annotate(point, by_role, row)
    return points


def _epochs(by_role: Mapping[str, Sequence[Column]]) -> list[float | None] | None:
    """Return the column that counts epochs; None where each row is a run of its own."""
    found = by_role.get("epoch")
    if not found or not isinstance(found[0].numbers, Numbers):
        return None
    values = found[0].numbers.values
    return values if len({v for v in values if v is not None}) > 1 else None


def _report(
    metric: str,
    value: float | None,
    metrics: Sequence[tuple[str, Sequence[float | None]]],
    row: int,
) -> dict[str, float] | None:
    if value is None:
        return None
    others = {name: v for name, cells in metrics if (v := cells[row]) is not None}
    return {metric: value, **{n: v for n, v in others.items() if n != metric}}


def _settle(point: Point, metric: str, state: str | None) -> None:
    """Say how a run ended: by its column where there is one, else by its score."""
    point.state = STATES.get((state or "").strip().lower(), TrialState.DONE)
    last = point.reports[-1][metric] if point.reports else None
    point.reason, point.cause = "", None
    if point.state is TrialState.DONE and last is None:
        point.state, point.reason = TrialState.FAILED, "no score in the table"
        point.cause = "no-score"
    elif last is not None and not math.isfinite(last) and point.state is not TrialState.QUEUED:
        point.state, point.reason = TrialState.FAILED, f"diverged: its score is {last}"
        point.cause = "diverged"
    elif point.state is TrialState.FAILED:
        point.reason, point.cause = "failed, by the table", "error"
    elif point.state is TrialState.PRUNED:
        point.reason, point.cause = "given up, by the table", "given-up"
    elif point.state is TrialState.STOPPED:
        point.reason, point.cause = "stopped, by the table", "person"


def _annotate(point: Point, by_role: Mapping[str, Sequence[Column]], row: int) -> None:
    notes = [c.cells[row] for c in by_role.get("note", ()) if c.cells[row] not in EMPTY]
    point.note = plain("; ".join(notes))[:500]
    for column in by_role.get("tags", ()):
        words = re.split(r"[,;|]", column.cells[row].strip("[]"))
        point.tags = tuple(plain(w.strip(" '\""))[:40] for w in words if w.strip(" '\""))[:20]
