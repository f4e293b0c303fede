"""A session as a study that Optuna opens: the lines of a journal file (since Optuna 3.1).

Optuna isn't needed for it. A trial that came from a study goes back as it was there.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tuitune.exchange.optuna_journal import DIRECTIONS, STATES
from tuitune.exchange.optuna_ranges import read_distribution
from tuitune.exchange.optuna_study import FIXED, METRIC_NAMES, OwnNames, split_attributes
from tuitune.model.session import Session
from tuitune.model.trial import Trial, TrialState
from tuitune.space import Choice, IntRange, Parameter, Value
from tuitune.space.checks import same_value

WORKER = "tuitune"

_STATES = {
    TrialState.DONE: "COMPLETE",
    TrialState.PRUNED: "PRUNED",
    TrialState.STOPPED: "PRUNED",
    TrialState.FAILED: "FAIL",
    TrialState.RUNNING: "RUNNING",
    TrialState.INTERRUPTED: "RUNNING",
    TrialState.QUEUED: "WAITING",
}
_UNENDED = frozenset({"RUNNING", "WAITING"})

Line = dict[str, Any]


def optuna_lines(session: Session) -> Iterator[str]:
    """Yield the lines of a journal that holds one study: its creation, then a line a trial."""
    for line in _operations(session):
        # Numbers that are not finite stand bare, as Optuna writes and reads them.
        yield json.dumps(line, separators=(",", ":")) + "\n"


def _operations(session: Session) -> Iterator[Line]:
    problem = session.problem
    study: Line = json.loads(problem.source) if problem.source else {}
    study = study if "directions" in study else {}
    trials = _Trials(session, study)
    directions = study.get("directions") or []
    if len(directions) != 1 and not trials.all_objectives:
        directions = [problem.direction.upper()]
    yield {
        "op_code": 0,
        "worker_id": WORKER,
        "study_name": study.get("study") or session.name,
        "directions": [DIRECTIONS.index(word) for word in directions],
    }
    attributes = (
        (2, "user_attr", study.get("user", {})),
        (3, "system_attr", study.get("system", {METRIC_NAMES: [problem.metric]})),
    )
    for code, word, values in attributes:
        for name, value in values.items():
            yield {"op_code": code, "worker_id": WORKER, "study_id": 0, word: {name: value}}
    for trial in session.trials:
        yield {"op_code": 4, "worker_id": WORKER, "study_id": 0, **trials.line(trial)}


class _Trials:
    """Turns trials into lines; knows what names and options of an imported study were there."""

    def __init__(self, session: Session, study: Line) -> None:
        self._session = session
        self._sources: dict[int, Line] = {}
        """Of each trial that is still what it was in the study."""
        self._theirs: dict[str, tuple[str, str]] = {}
        """Name and last distribution there, by the name here."""
        names = OwnNames()
        for trial in session.trials:
            source = json.loads(trial.source) if trial.source else {}
            if "system" not in source:
                continue
            for name, (_, text) in source["params"].items():
                self._theirs[names.own(name)] = name, text
            waits = trial.state in (TrialState.QUEUED, TrialState.INTERRUPTED)
            if trial.imported and waits == (source["state"] in _UNENDED):
                self._sources[trial.number] = source
        several = len(study.get("directions", [])) > 1
        self._objective = int(study["objective"]) if several else None
        self.all_objectives = several and len(self._sources) == len(session.trials)
        """Whether there are several, and each trial has the values of all."""

    def line(self, trial: Trial) -> Line:
        """Return what the creation of a trial says of it."""
        source = self._sources.get(trial.number)
        return self._own(trial) if source is None else self._imported(trial, source)

    def _imported(self, trial: Trial, source: Line) -> Line:
        values = [_number(value) for value in source["values"]]
        if self._objective is not None and not self.all_objectives:
            values = values[self._objective :][:1]
        user = json.loads(source["user"])
        _, note = split_attributes(user, self._session.problem.metric, trial.epochs_done > 0)
        return _line(
            trial,
            state=source["state"],
            values=values,
            params={name: _number(stored) for name, (stored, _) in source["params"].items()},
            texts={name: text for name, (_, text) in source["params"].items()},
            steps={str(step): _number(value) for step, value in source["steps"]},
            user=user | _words(trial, note),
            system=json.loads(source["system"]),
        )

    def _own(self, trial: Trial) -> Line:
        state = _STATES[trial.state]
        metric = self._session.problem.metric
        curve = trial.curve
        steps = {
            str(epoch): value
            for epoch, value in enumerate(curve.get(metric, []), 1)
            if value is not None
        }
        if state == "PRUNED" and not steps:
            state = "FAIL"
        last = {name: values[-1] for name, values in curve.items() if name != metric and values}
        params: dict[str, float] = {}
        texts: dict[str, str] = {}
        given: Line = {}
        """What a trial that waits is to have, in the values there."""
        space = self._session.revision(trial.revision).space
        for name, value in trial.params.items():
            if name in space.names:
                theirs, text = self._theirs.get(name, (name, None))
                params[theirs], texts[theirs] = _stored(space[name], value, text)
                is_choice = isinstance(space[name], Choice)
                choices = json.loads(texts[theirs])["attributes"]["choices"] if is_choice else ()
                given[theirs] = choices[int(params[theirs])] if is_choice else value
        return _line(
            trial,
            state=state,
            values=[] if trial.score is None or state in ("FAIL", *_UNENDED) else [trial.score],
            params=params if state != "WAITING" else {},
            texts=texts if state != "WAITING" else {},
            steps=steps,
            user={name: value for name, value in last.items() if value is not None}
            | _words(trial, ""),
            system={FIXED: given} if state == "WAITING" else {},
        )


def _line(
    trial: Trial,
    *,
    state: str,
    values: list[float],
    params: dict[str, float],
    texts: dict[str, str],
    steps: dict[str, float],
    user: Line,
    system: Line,
) -> Line:
    started = trial.started_at
    ended = (
        {} if state in _UNENDED else {"datetime_complete": _time((started or 0) + trial.seconds)}
    )
    return {
        "datetime_start": None if started is None or state == "WAITING" else _time(started),
        "state": STATES.index(state),
        "value": values[0] if len(values) == 1 else None,
        "values": values if len(values) > 1 else None,
        **ended,
        "distributions": texts,
        "params": params,
        "user_attrs": user,
        "system_attrs": system,
        "intermediate_values": steps,
    }


def _words(trial: Trial, known: str) -> Line:
    """Return what a person wrote to a trial; `known` is the note that it came with."""
    note = {"note": trial.note} if trial.note and trial.note != known else {}
    return note | ({"tags": list(trial.tags)} if trial.tags else {})


def _stored(p: Parameter, value: Value, theirs: str | None) -> tuple[float, str]:
    """Return the number that Optuna keeps for a value, and the distribution as its JSON.

    `theirs` is what the parameter was in the study that the session came from. A value outside of
    the range widens it, since Optuna knows no point that is outside.
    """
    if isinstance(p, Choice):
        if theirs is not None:
            options = read_distribution("", theirs).options or ()
            for place, option in enumerate(options):
                if same_value(option, value):
                    return place, theirs
        place = next(i for i, option in enumerate(p.options) if same_value(option, value))
        return place, _distribution("CategoricalDistribution", choices=p.options)
    assert isinstance(value, int | float)
    low, high = min(p.low, value), max(p.high, value)
    on_grid = p.low <= value <= p.high and (p.contains(value) or p.is_frozen)
    log = p.log and low > 0
    if isinstance(p, IntRange):
        step = p.step if p.step is not None and on_grid else 1
        return value, _distribution("IntDistribution", log=log, step=step, low=low, high=high)
    step_or_none = p.step if on_grid else None
    return value, _distribution(
        "FloatDistribution", step=step_or_none, low=float(low), high=float(high), log=log
    )


def _distribution(kind: str, **attributes: Any) -> str:
    return json.dumps({"name": kind, "attributes": attributes})


def _number(value: float | str) -> float:
    return float(value)


def _time(seconds: float) -> str:
    whole = math.floor(seconds)
    micro = round((seconds - whole) * 1e6)
    moment = datetime.fromtimestamp(whole + micro // 1_000_000, UTC)
    return moment.replace(microsecond=micro % 1_000_000).isoformat(timespec="microseconds")
