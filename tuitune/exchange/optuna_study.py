"""A study of Optuna, whichever file it was read from: what its trials mean here."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tuitune.errors import UsageError, plain, quote
from tuitune.exchange.names import safe_name
from tuitune.exchange.optuna_ranges import Distribution, read_distribution
from tuitune.exchange.study import Direction, Point, Study
from tuitune.model.trial import TrialState
from tuitune.trainers.objective import as_value

DIRECTIONS: Mapping[str, Direction | None] = {
    "MINIMIZE": "minimize",
    "MAXIMIZE": "maximize",
    "NOT_SET": None,
}
METRIC = "value"
"""What a value is called where the study gives it no name."""
METRIC_NAMES = "study:metric_names"
FIXED = "fixed_params"
MOST_NUMBERS = 60
"""User attributes that become further metrics."""
RANDOM = ("random", "RandomSampler", "GridSampler", "BruteForceSampler", "QMCSampler")
"""Samplers that don't look at other trials, as system attributes name them."""

STATES = {
    "COMPLETE": TrialState.DONE,
    "PRUNED": TrialState.PRUNED,
    "FAIL": TrialState.FAILED,
    "RUNNING": TrialState.INTERRUPTED,
    "WAITING": TrialState.QUEUED,
}


@dataclass(slots=True)
class OptunaTrial:
    """One trial as Optuna keeps it; numbers may be nan or infinite."""

    number: int
    state: str
    """A name of `STATES`."""
    params: dict[str, tuple[float, str]] = field(default_factory=dict)
    """Stored number and distribution as JSON, by name."""
    values: list[float] = field(default_factory=list)
    """One for each objective; empty where there is none."""
    steps: dict[int, float] = field(default_factory=dict)
    user: dict[str, Any] = field(default_factory=dict)
    system: dict[str, Any] = field(default_factory=dict)
    started: float | None = None
    ended: float | None = None


@dataclass(slots=True)
class OptunaStudy:
    """One study as Optuna keeps it."""

    name: str
    directions: list[str]
    """Names of `DIRECTIONS`."""
    trials: list[OptunaTrial] = field(default_factory=list)
    user: dict[str, Any] = field(default_factory=dict)
    system: dict[str, Any] = field(default_factory=dict)


def choose_study(studies: Sequence[OptunaStudy], asked: str | None) -> OptunaStudy:
    """Return the study named `asked`, or the only one. Raises `UsageError` with their names."""
    if not studies:
        raise UsageError("the file holds no study: run one with Optuna first")
    known = ", ".join(f"{quote(s.name)} ({len(s.trials)} trials)" for s in studies[:20])
    if asked is None:
        if len(studies) == 1:
            return studies[0]
        raise UsageError(f"the file holds several studies: say one with --study; there is {known}")
    for study in studies:
        if asked == study.name:
            return study
    raise UsageError(f"there is no study {quote(asked)}: give --study one of {known}")


def read_study(study: OptunaStudy, objective: int | None = None) -> Study:
    """Return what a study means here; `objective`, from 0, is the one that is taken.

    Raises `UsageError` where it has several objectives and none is chosen, or ranges that can't be
    taken over.
    """
    count = len(study.directions)
    if count > 1 and objective is None:
        raise UsageError(
            f"study {quote(study.name)} has {count} objectives, and a session has one: say which "
            f"with --objective 0 to {count - 1}"
        )
    place = objective or 0
    if place >= max(count, 1):
        raise UsageError(
            f"study {quote(study.name)} has objectives 0 to {count - 1}, and not {place}: "
            "try --objective 0"
        )
    names = study.system.get(METRIC_NAMES)
    named = isinstance(names, list) and len(names) > place and bool(str(names[place]).strip())
    metric = plain(str(names[place]))[:64] if named and names else METRIC
    reader = _Trials(metric, place)
    points = [reader.point(trial) for trial in study.trials]
    found = Study(
        format="Optuna study",
        name=plain(study.name)[:200],
        metric=metric,
        direction=DIRECTIONS.get(study.directions[place]) if study.directions else None,
        points=points,
        source={
            "study": study.name,
            "directions": study.directions,
            "objective": place,
            "user": study.user,
            "system": study.system,
        },
    )
    found.remarks += reader.remarks()
    if count > 1:
        found.remarks.append(f"of {count} objectives number {place} is taken; the others stay out")
    return found


class _Trials:
    """Turns trials into points; remembers distributions, which are the same again and again."""

    def __init__(self, metric: str, objective: int) -> None:
        self._metric = metric
        self._objective = objective
        self._names = OwnNames()
        self._distribution: Callable[[str, str], Distribution] = cache(read_distribution)
        self._long: set[str] = set()

    def remarks(self) -> list[str]:
        renamed = [f"{quote(old)} is {new}" for old, new in self._names.changed()]
        found = []
        if renamed:
            found.append(f"names that no parameter can have are changed: {', '.join(renamed[:5])}")
        if self._long:
            names = ", ".join(sorted(self._long))
            found.append(f"of {names} only the first 64 options are taken")
        return found

    def point(self, trial: OptunaTrial) -> Point:
        point = Point(trial.number, STATES[trial.state], {}, {})
        ranges = {}
        for name, (stored, text) in trial.params.items():
            own = self._names.own(name)
            distribution = self._distribution(name, text)
            try:
                point.params[own] = distribution.value(stored)
            except (IndexError, ValueError, OverflowError):
                raise UsageError(
                    f"trial {trial.number} has no value of {quote(name)} that its distribution "
                    f"knows: {stored}"
                ) from None
            ranges[own] = distribution.range
            if distribution.options is not None and len(distribution.options) > 64:
                self._long.add(own)
        point.ranges = ranges
        steps = sorted(trial.steps.items())
        point.reports = [{self._metric: value} for _, value in steps]
        value = trial.values[self._objective] if self._objective < len(trial.values) else None
        self._take_score(point, value)
        if trial.state == "WAITING":
            given = trial.system.get(FIXED)
            if isinstance(given, dict):
                point.params |= {self._names.own(n): as_value(v) for n, v in given.items()}
        point.started, point.ended = trial.started, trial.ended
        self._take_attributes(point, trial)
        point.random = any(
            str(v) in RANDOM for k, v in trial.system.items() if k.endswith("sampler")
        ) or any(key.startswith("grid_id") for key in trial.system)
        point.source = _source(trial, [step for step, _ in steps])
        return point

    def _take_score(self, point: Point, value: float | None) -> None:
        last = point.reports[-1][self._metric] if point.reports else None
        if point.state is TrialState.DONE:
            if value is None:
                point.state, point.reason = TrialState.FAILED, "no value is recorded"
                point.cause = "no-score"
            elif not math.isfinite(value):
                point.state, point.reason = TrialState.FAILED, f"diverged: its value is {value}"
                point.cause = "diverged"
        elif point.state is TrialState.FAILED:
            diverged = last is not None and not math.isfinite(last)
            point.reason = f"diverged: it reported {last}" if diverged else "failed in Optuna"
            point.cause = "diverged" if diverged else "error"
        elif point.state is TrialState.PRUNED:
            point.reason, point.cause = "given up by Optuna's pruner", "given-up"
        if value is None or point.state not in (TrialState.DONE, TrialState.PRUNED):
            return
        if not point.reports:
            if math.isfinite(value):
                point.reports = [{self._metric: value}]
        elif value != last and math.isfinite(value):
            point.score = value

    def _take_attributes(self, point: Point, trial: OptunaTrial) -> None:
        numbers, point.note = split_attributes(trial.user, self._metric, bool(point.reports))
        if point.reports:
            point.reports[-1] |= numbers


class OwnNames:
    """What the names of a study are here, in the order in which they come up."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def own(self, name: str) -> str:
        """Return the name here of the parameter `name` there."""
        if name not in self._names:
            self._names[name] = safe_name(name, self._names.values())
        return self._names[name]

    def changed(self) -> list[tuple[str, str]]:
        """Return those that differ, there and here."""
        return [(theirs, own) for theirs, own in self._names.items() if theirs != own]


def split_attributes(
    user: Mapping[str, Any], metric: str, has_reports: bool
) -> tuple[dict[str, float], str]:
    """Return what a trial's user attributes are here: further numbers of its last report, a note.

    Without a report all of it is the note.
    """
    numbers: dict[str, float] = {}
    words = []
    for name, value in user.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        key = plain(str(name))[:64]
        if is_number and has_reports and key != metric and len(numbers) < MOST_NUMBERS:
            numbers[key] = _finite_float(value)
        else:
            text = value if isinstance(value, str) else json.dumps(value)
            words.append(f"{plain(str(name))}={plain(text)}")
    return numbers, ", ".join(words)[:500]


def _finite_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _source(trial: OptunaTrial, steps: list[int]) -> dict[str, Any]:
    """Return what is written back as it was; numbers that JSON can't hold are words."""
    return {
        "state": trial.state,
        "params": {name: [_kept(stored), text] for name, (stored, text) in trial.params.items()},
        "values": [_kept(value) for value in trial.values],
        "steps": [[step, _kept(trial.steps[step])] for step in steps],
        "user": json.dumps(trial.user),
        "system": json.dumps(trial.system),
    }


def _kept(number: float) -> float | str:
    return number if math.isfinite(number) else str(float(number))
