"""What the runs of an Optuna objective mean: its space with conditions, and how long a trial is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from tuitune.errors import SpaceError, UsageError, quote
from tuitune.exchange.history import find_presence
from tuitune.exchange.names import safe_name
from tuitune.exchange.optuna_ranges import choice_of, real_range, whole_range
from tuitune.exchange.study import Fixed, Point, Range
from tuitune.model.trial import TrialState
from tuitune.space import Condition, Parameter, Space, Value, format_condition
from tuitune.trainers.objective.recording import MOST_RUNS, Run, Wanted


@dataclass(frozen=True)
class ObjectiveSpace:
    """What an objective tunes."""

    parameters: dict[str, Parameter]
    settings: dict[str, Value]
    """What may have one value only."""
    epochs: int | None
    """How many times a trial reports, at least 1; None: not known."""
    values: int
    """How many values it returns; 0: not known."""
    remarks: tuple[str, ...]


def read_runs(
    runs: Sequence[Run], given: Mapping[str, Parameter], fixed: Mapping[str, Value]
) -> ObjectiveSpace:
    """Return what the runs tell; ranges that are `given` and values that are `fixed` go before.

    Raises `UsageError` where a range depends on other values, or a given name is none.
    """
    asked = list(dict.fromkeys(wanted.name for run in runs for wanted in run.wanted))
    for name in (*given, *fixed):
        if name not in asked:
            raise UsageError(
                f"the objective asks for {', '.join(asked[:8])}, and not for {quote(name)}: "
                "leave it out"
            )
    ranges: dict[str, Range] = {}
    for run in runs:
        for wanted in run.wanted:
            _check_name(wanted.name)
            if wanted.name in given or wanted.name in fixed:
                ranges.setdefault(wanted.name, Fixed(0))
                continue
            one = _range(wanted)
            known = ranges.setdefault(wanted.name, one)
            if known != one:
                raise UsageError(_varies(wanted, runs))
    settings = {n: r.value for n, r in ranges.items() if isinstance(r, Fixed)} | dict(fixed)
    parameters: dict[str, Parameter] = {}
    for name, one in ranges.items():
        if name in given:
            parameters[name] = given[name]
            del settings[name]
        elif not isinstance(one, Fixed):
            parameters[name] = one
    parameters, remarks = _with_conditions(parameters, runs)
    first = runs[0]
    errors = [run.error for run in runs if run.ended == "raised"]
    if errors:
        remarks.append(f"{len(errors)} of {len(runs)} runs raised, the first one {errors[0]}")
    if len(runs) >= MOST_RUNS:
        remarks.append(f"it was run {MOST_RUNS} times; what only other values ask for is not known")
    return ObjectiveSpace(
        parameters,
        settings,
        max(1, first.reports) if first.ended == "returned" else None,
        max(run.returned for run in runs),
        tuple(remarks),
    )


def _check_name(name: str) -> None:
    if safe_name(name) != name:
        raise UsageError(
            f"a parameter's name is 1 to 64 printable characters without spaces, =, comma and "
            f"braces, unlike {quote(name)}: give it another name in the objective"
        )


def _range(wanted: Wanted) -> Range:
    try:
        match wanted.kind:
            case "categorical":
                if not wanted.options:
                    raise UsageError(f"{quote(wanted.name)} has no choices")
                return choice_of(wanted.options)
            case "int":
                step = None if wanted.step is None else int(wanted.step)
                return whole_range(int(wanted.low), int(wanted.high), wanted.log, step)
            case "float":
                return real_range(wanted.low, wanted.high, wanted.log, wanted.step)
    except SpaceError as error:
        raise UsageError(
            f"the range of {quote(wanted.name)} can't be taken over: {error}"
        ) from None


def _varies(wanted: Wanted, runs: Sequence[Run]) -> str:
    seen = dict.fromkeys(
        "|".join(map(str, one.options)) if one.options else f"{one.low:g}..{one.high:g}"
        for run in runs
        for one in run.wanted
        if one.name == wanted.name
    )
    shown = ", ".join(list(seen)[:3])
    kind = {"int": " int", "float": " log" if wanted.log else ""}.get(wanted.kind, "")
    example = f"--param '{wanted.name}={wanted.low:g}..{wanted.high:g}{kind}'"
    if wanted.options:
        example = f"--param '{wanted.name}={'|'.join(map(str, wanted.options[:4]))}'"
    return (
        f"the range of {quote(wanted.name)} depends on other values ({shown}), and a session has "
        f"one: say it with {example}"
    )


def _with_conditions(
    parameters: dict[str, Parameter], runs: Sequence[Run]
) -> tuple[dict[str, Parameter], list[str]]:
    whole = [run for run in runs if run.ended != "raised"] or list(runs)
    points = [
        Point(number, TrialState.DONE, _values(run, parameters))
        for number, run in enumerate(whole, 1)
    ]
    remarks = []
    names = list(parameters)
    for name in names:
        if all(name in point.params for point in points) or parameters[name].when is not None:
            continue
        found = find_presence(points, name, names, least=1)
        if found is None:
            remarks.append(
                f"{name} is not always asked for, and nothing tells when: it is always drawn"
            )
            continue
        condition = Condition(found.parent, found.options, found.low)
        conditioned = {**parameters, name: replace(parameters[name], when=condition)}
        try:
            parameters = Space(conditioned).parameters
        except SpaceError:
            remarks.append(f"{name} is not always asked for; it is drawn always")
        else:
            said = parameters[name].when
            assert said is not None
            remarks.append(f"{name} counts if {format_condition(said)}")
    return parameters, remarks


def _values(run: Run, parameters: Mapping[str, Parameter]) -> dict[str, Value]:
    """Return the values of a run; a real one, which no condition can be about, as 0.5."""
    values: dict[str, Value] = {}
    for wanted in run.wanted:
        if wanted.name in parameters:
            place = run.places.get(wanted.name)
            if place is None:
                values[wanted.name] = 0.5
            else:
                values[wanted.name] = wanted.options[place] if wanted.options else place
    return values
