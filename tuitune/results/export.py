"""A session in other forms: trials as CSV, curves as JSON lines, one trial as JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tuitune.model.session import Session
from tuitune.model.trial import Trial
from tuitune.space import format_value
from tuitune.words import json_text, plain, safe

CSV_COLUMNS = (
    "trial",
    "round",
    "revision",
    "state",
    "score",
    "train_score",
    "epochs",
    "seconds",
    "seed",
)


CSV_DETAILS = ("draw", "cause", "reason", "started", "note", "tags")
"""Columns behind the params and the metrics."""


def csv_lines(session: Session) -> Iterator[str]:
    """Yield a line of headings and one line a trial, in the order of their numbers.

    A param is under `param.NAME`, a metric's number at the last epoch under `metric.NAME`, so that
    none of their names can be that of another column.
    """
    names = list(session.revisions[0].space.names)
    metrics = list(dict.fromkeys(name for trial in session.trials for name in trial.curve))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")

    def line(row: list[object]) -> str:
        writer.writerow(row)
        text = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return text

    yield line(
        [
            *CSV_COLUMNS,
            *(f"param.{plain(name)}" for name in names),
            *(f"metric.{plain(name)}" for name in metrics),
            *CSV_DETAILS,
        ]
    )
    for trial in session.trials:
        values = (trial.params.get(name) for name in names)
        curve = trial.curve
        started = trial.started_at
        yield line(
            [
                trial.number,
                trial.round,
                trial.revision,
                trial.state.value,
                trial.score,
                trial.train_score,
                trial.epochs_done,
                trial.seconds,
                trial.seed,
                *("" if value is None else safe(format_value(value), "csv") for value in values),
                *(curve[name][-1] if curve.get(name) else None for name in metrics),
                trial.draw,
                trial.cause,
                safe(trial.reason, "csv"),
                None if started is None else _moment(started),
                safe(trial.note, "csv"),
                safe(", ".join(trial.tags), "csv"),
            ]
        )


def jsonl_lines(session: Session) -> Iterator[str]:
    """Yield one JSON object a line for each epoch of each trial; null where a number is missing.

    A metric that is called as one of the session's own keys is under `metric.NAME`.
    """
    for trial in session.trials:
        curve = trial.curve
        for epoch in range(trial.epochs_done):
            own = {"trial": trial.number, "round": trial.round, "epoch": epoch + 1}
            metrics = {
                f"metric.{name}" if name in own else name: values[epoch]
                for name, values in curve.items()
            }
            yield json_text(own | metrics) + "\n"


def _moment(seconds: float) -> str:
    """Return a time in seconds since 1970 as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def trial_json(session: Session, trial: Trial) -> str:
    """Return one trial with its params, fixed settings and curve as readable JSON."""
    record = {
        "session": session.name,
        "trial": trial.number,
        "round": trial.round,
        "revision": trial.revision,
        "state": trial.state.value,
        "score": trial.score,
        "train_score": trial.train_score,
        "epochs": trial.epochs_done,
        "seconds": trial.seconds,
        "seed": trial.seed,
        "params": trial.params,
        "settings": session.problem.settings,
        "curve": trial.curve,
    }
    return json_text(record, indent=2)


def write_exports(session: Session, path: Path) -> list[Path]:
    """Write `NAME.csv` and `NAME.jsonl` beside the session file `path`; return their paths.

    Raises `OSError` where the disk refuses.
    """
    written = []
    for suffix, lines in ((".csv", csv_lines(session)), (".jsonl", jsonl_lines(session))):
        target = path.with_suffix(suffix)
        with target.open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines)
        written.append(target)
    return written
