"""Studies in a journal file of Optuna (since 3.1): a JSON object a line, each an operation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from tuitune.errors import UsageError, quote
from tuitune.exchange.optuna_study import OptunaStudy, OptunaTrial

STATES = ("RUNNING", "COMPLETE", "PRUNED", "FAIL", "WAITING")
DIRECTIONS = ("NOT_SET", "MINIMIZE", "MAXIMIZE")
ENDED = frozenset({"COMPLETE", "PRUNED", "FAIL"})

Operation = Mapping[str, Any]


def is_journal(head: bytes) -> bool:
    """Whether a file that begins so is a journal: its first line is JSON with `op_code`."""
    line = head.lstrip().partition(b"\n")[0]
    return line.startswith(b"{") and b'"op_code"' in line


def read_journal(path: Path, content: bytes) -> list[OptunaStudy]:
    """Return the studies of a journal that are not deleted, in the order of their creation.

    A torn last line is left out. Raises `UsageError` for any other line that can't be read.
    """
    journal = _Journal()
    lines = content.split(b"\n")
    while lines and not lines[-1].strip():
        lines.pop()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            operation = json.loads(line)
            if not isinstance(operation, dict):
                raise ValueError("no object")
            journal.apply(operation)
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
            if number == len(lines):
                break
            raise UsageError(
                f"line {number} of the journal {quote(str(path), 120)} can't be read: "
                f"{quote(line[:200].decode('utf-8', 'replace'), 60)}"
            ) from None
    return [study for study in journal.studies if study is not None]


class _Journal:
    """The studies that operations make; trials count through all of them."""

    def __init__(self) -> None:
        self.studies: list[OptunaStudy | None] = []
        self._trials: list[OptunaTrial] = []

    def apply(self, given: Operation) -> None:
        match given["op_code"]:
            case 0:
                directions = given.get("directions") or [0]
                words = [DIRECTIONS[int(d)] for d in directions]
                self.studies.append(OptunaStudy(str(given["study_name"]), words))
            case 1:
                if given["study_id"] < len(self.studies):
                    self.studies[given["study_id"]] = None
            case 2 | 3:
                study = self._study(given)
                if study is not None:
                    study.user.update(given.get("user_attr") or {})
                    study.system.update(given.get("system_attr") or {})
            case 4:
                self._create(given)
            case 5:
                trial = self._trial(given)
                if trial is not None:
                    trial.params[str(given["param_name"])] = (
                        float(given["param_value_internal"]),
                        str(given["distribution"]),
                    )
            case 6:
                self._set_state(given)
            case 7:
                trial = self._trial(given)
                if trial is not None:
                    trial.steps[int(given["step"])] = _number(given["intermediate_value"])
            case 8 | 9:
                trial = self._trial(given)
                if trial is not None:
                    trial.user.update(given.get("user_attr") or {})
                    trial.system.update(given.get("system_attr") or {})

    def _create(self, given: Operation) -> None:
        study = self._study(given)
        if study is None:
            return  # deleted before, and nothing counts such a trial
        number = len(study.trials)
        trial = OptunaTrial(number, STATES[int(given.get("state", 0))])
        texts = given.get("distributions") or {}
        trial.params = {
            str(name): (float(stored), str(texts[name]))
            for name, stored in (given.get("params") or {}).items()
        }
        values = given.get("values")
        if values is None and given.get("value") is not None:
            values = [given["value"]]
        trial.values = [_number(value) for value in values or ()]
        steps = (given.get("intermediate_values") or {}).items()
        trial.steps = {int(step): _number(value) for step, value in steps}
        trial.user = dict(given.get("user_attrs") or {})
        trial.system = dict(given.get("system_attrs") or {})
        trial.started = _time(given.get("datetime_start"))
        trial.ended = _time(given.get("datetime_complete"))
        self._trials.append(trial)
        study.trials.append(trial)

    def _set_state(self, given: Operation) -> None:
        trial = self._trial(given)
        if trial is None:
            return
        state = STATES[int(given["state"])]
        if state == "RUNNING" and trial.state == "RUNNING":
            return  # another worker took it before
        trial.state = state
        trial.started = _time(given.get("datetime_start")) or trial.started
        trial.ended = _time(given.get("datetime_complete")) or trial.ended
        if given.get("values") is not None:
            trial.values = [_number(value) for value in given["values"]]

    def _study(self, given: Operation) -> OptunaStudy | None:
        place = int(given["study_id"])
        return self.studies[place] if place < len(self.studies) else None

    def _trial(self, given: Operation) -> OptunaTrial | None:
        """Return the trial that is meant; None where it has ended: nothing changes it then."""
        place = int(given["trial_id"])
        if place >= len(self._trials) or self._trials[place].state in ENDED:
            return None
        return self._trials[place]


def _number(value: Any) -> float:
    """Return a value; null is what is not a number."""
    return float("nan") if value is None else float(value)


def _time(text: Any) -> float | None:
    if not isinstance(text, str):
        return None
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
