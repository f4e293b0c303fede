"""Studies in an SQLite file of Optuna 2.10 to 5 (schema 12), opened for reading alone."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote as url_quote

from tuitune.errors import UsageError, quote
from tuitune.exchange.optuna_study import DIRECTIONS, STATES, OptunaStudy, OptunaTrial
from tuitune.store.files import excerpt

HEADER = b"SQLite format 3\0"


def read_sqlite(path: Path) -> list[OptunaStudy]:
    """Return the studies of a file, by their ids. Raises `UsageError` where it holds none.

    The file is never written; a study that another process writes to just now is read as it is.
    """
    # A file in a folder that can't be written, with a log beside it, opens only as unchanging.
    for mode in ("mode=ro", "mode=ro&immutable=1"):
        try:
            url = f"file:{url_quote(str(path.resolve()))}?{mode}"
            with closing(sqlite3.connect(url, uri=True, timeout=5.0)) as connection:
                connection.text_factory = lambda data: data.decode("utf-8", "replace")
                return list(_Reader(connection).studies())
        except sqlite3.OperationalError as error:
            if "unable to open" in str(error) and mode == "mode=ro":
                continue
            raise UsageError(_refusal(path, error)) from None
        except sqlite3.Error as error:
            raise UsageError(_refusal(path, error)) from None
    raise AssertionError("the last way of opening returns or raises")


def _refusal(path: Path, error: Exception) -> str:
    said = excerpt(error)
    if "no such table" in said or "no such column" in said:
        return (
            f"{quote(str(path), 120)} is no study that can be read ({said}): one of before Optuna "
            "2.10 is brought up to date by 'optuna storage upgrade'"
        )
    return f"{quote(str(path), 120)} can't be read as an SQLite file: {said}"


class _Reader:
    """Reads table by table: one pass over each, whatever the number of trials."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._all = connection
        self._columns: dict[str, set[str]] = {}

    def studies(self) -> Iterator[OptunaStudy]:
        studies: dict[int, OptunaStudy] = {}
        for key, name in self._all.execute("SELECT study_id, study_name FROM studies ORDER BY 1"):
            studies[key] = OptunaStudy(str(name), [])
        for key, direction in self._all.execute(
            "SELECT study_id, direction FROM study_directions ORDER BY study_id, objective"
        ):
            if key in studies:
                word = str(direction).upper()
                studies[key].directions.append(word if word in DIRECTIONS else "NOT_SET")
        for kind in ("user", "system"):
            for key, name, text in self._all.execute(
                f"SELECT study_id, key, value_json FROM study_{kind}_attributes"
            ):
                if key in studies:
                    getattr(studies[key], kind)[str(name)] = _json(text)
        trials = self._trials(studies)
        self._values(trials)
        self._params(trials)
        for kind in ("user", "system"):
            for key, name, text in self._all.execute(
                f"SELECT trial_id, key, value_json FROM trial_{kind}_attributes ORDER BY 1, "
                f"trial_{kind}_attribute_id"
            ):
                if key in trials:
                    getattr(trials[key], kind)[str(name)] = _json(text)
        yield from studies.values()

    def _trials(self, studies: dict[int, OptunaStudy]) -> dict[int, OptunaTrial]:
        trials: dict[int, OptunaTrial] = {}
        for key, number, study, state, started, ended in self._all.execute(
            "SELECT trial_id, number, study_id, state, datetime_start, datetime_complete "
            "FROM trials ORDER BY study_id, number"
        ):
            if study not in studies:
                continue
            word = str(state).upper()
            if word not in STATES:
                raise UsageError(f"trial {number} has a state that is not known: {quote(word)}")
            trial = OptunaTrial(int(number), word, started=_time(started), ended=_time(ended))
            studies[study].trials.append(trial)
            trials[key] = trial
        return trials

    def _values(self, trials: dict[int, OptunaTrial]) -> None:
        kind = self._has("trial_values", "value_type")
        for key, value, word in self._all.execute(
            f"SELECT trial_id, value, {kind} FROM trial_values ORDER BY trial_id, objective"
        ):
            if key in trials:
                number = _number(value, word)
                if not (number != number and word is None):
                    trials[key].values.append(number)
        kind = self._has("trial_intermediate_values", "intermediate_value_type")
        for key, step, value, word in self._all.execute(
            f"SELECT trial_id, step, intermediate_value, {kind} FROM trial_intermediate_values"
        ):
            if key in trials:
                trials[key].steps[int(step)] = _number(value, word)

    def _params(self, trials: dict[int, OptunaTrial]) -> None:
        for key, name, value, text in self._all.execute(
            "SELECT trial_id, param_name, param_value, distribution_json FROM trial_params "
            "ORDER BY trial_id, param_id"
        ):
            if key in trials:
                if not isinstance(value, int | float):
                    raise UsageError(
                        f"trial {trials[key].number} has no number for {quote(str(name))}"
                    )
                trials[key].params[str(name)] = (float(value), str(text))

    def _has(self, table: str, column: str) -> str:
        """Return the column, or NULL where the table is of before it."""
        found = {row[1] for row in self._all.execute(f"PRAGMA table_info({table})")}
        return column if column in found else "NULL"


def _number(value: Any, kind: Any) -> float:
    match kind:
        case "INF_POS":
            return math.inf
        case "INF_NEG":
            return -math.inf
        case "NAN":
            return math.nan
    return float(value) if isinstance(value, int | float) else math.nan


def _json(text: Any) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return str(text)


def _time(text: Any) -> float | None:
    """Return seconds since 1970 of a local time without a zone."""
    if not isinstance(text, str):
        return None
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
