"""What a study means as a session: its problem, revisions, rounds and trials, as events."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from tuitune import __version__
from tuitune.errors import SpaceError, UsageError, plain, quote
from tuitune.exchange.history import envelope, find_presence, is_optional, read_history
from tuitune.exchange.study import Direction, Fixed, Point, Range, Study
from tuitune.model.events import (
    Change,
    EpochReported,
    Event,
    RevisionCommitted,
    RoundEnded,
    RoundStarted,
    SessionCreated,
    TrialAnnotated,
    TrialEnded,
    TrialQueued,
    TrialStarted,
)
from tuitune.model.trial import Draw, Problem, TrialState
from tuitune.samplers import trial_seed
from tuitune.space import (
    Choice,
    Condition,
    FloatRange,
    Parameter,
    Space,
    Value,
    classify_change,
    format_condition,
)
from tuitune.space import format_parameter as text_of
from tuitune.trainers.pins import trainer_pins
from tuitune.trainers.spec import AbsentSpec, CommandSpec, TrainerSpec

ORIGIN = "imported"
REASON = "imported"
WAITING = frozenset({TrialState.QUEUED, TrialState.INTERRUPTED})
DEFAULT_EPOCHS = 50
"""Of a session that has no trial that could tell."""
DEFAULT_TRIALS = 100


@dataclass(frozen=True, slots=True)
class Answers:
    """What the source doesn't say and the person does."""

    metric: str
    direction: Direction
    draw: Draw = "adaptive"
    epochs: int | None = None
    """None: the most steps of a done trial."""
    seed: int = 0


@dataclass(slots=True)
class Plan:
    """A study on its way to a session: what is shown before anything is written."""

    study: Study
    spaces: list[Space]
    """One for each revision."""
    settings: dict[str, Value]
    of: list[int]
    """For each point the index of its revision."""
    epochs: int
    remarks: list[str]


def make_plan(study: Study) -> Plan:
    """Return what a study comes to. Raises `UsageError` where its ranges can't be taken over."""
    remarks = list(study.remarks)
    if study.space is not None:
        revisions: list[dict[str, Range]] = [dict(study.space)]
        of = [0] * len(study.points)
    else:
        history = read_history(study.points)
        revisions, of = history.revisions, history.of
        remarks += history.remarks
    settings = dict(study.settings)
    names = list(revisions[0]) if revisions else []
    for name in names:
        ranges = [revision[name] for revision in revisions]
        single = envelope(ranges) if all(isinstance(r, Fixed) for r in ranges) else None
        if isinstance(single, Fixed):
            settings[name] = single.value
            for revision in revisions:
                del revision[name]
        elif isinstance(single, Choice):
            for revision, one in zip(revisions, ranges, strict=True):
                assert isinstance(one, Fixed)
                revision[name] = single.freeze(one.value)
    if not revisions or not revisions[0]:
        raise UsageError(
            f"the {study.format} has no parameter with more than one value: there is nothing that "
            "could be tuned"
        )
    try:
        spaces = [Space(_parameters(revision)) for revision in revisions]
    except SpaceError as error:
        raise UsageError(f"the ranges can't be taken over: {error}") from None
    spaces, said = _with_conditions(spaces, study.points)
    remarks += said
    return Plan(study, spaces, settings, of, _epochs(study.points), remarks)


def _parameters(revision: dict[str, Range]) -> dict[str, Parameter]:
    return {name: one for name, one in revision.items() if not isinstance(one, Fixed)}


def _with_conditions(spaces: list[Space], points: Sequence[Point]) -> tuple[list[Space], list[str]]:
    """Return the spaces with a condition for each parameter that some trials lack, and what to say.

    One whose presence nothing tells stays without.
    """
    said = []
    names = spaces[-1].names
    for name in names:
        if not is_optional(points, name):
            continue
        found = find_presence(points, name, names)
        if found is None:
            said.append(f"{name} is optional: some trials lack it, and nothing tells which")
            continue
        condition = Condition(found.parent, found.options, found.low)
        try:
            spaces = [space.replace(name, replace(space[name], when=condition)) for space in spaces]
        except SpaceError:
            said.append(f"{name} is optional: it follows {found.parent}, which can't say so here")
        else:
            said.append(f"{name} is there if {format_condition(condition)}")
    return spaces, said


def _epochs(points: Sequence[Point]) -> int:
    done = [len(p.reports) for p in points if p.state is TrialState.DONE]
    others = [len(p.reports) for p in points]
    return max(done, default=max(others, default=0)) or (1 if points else DEFAULT_EPOCHS)


# -- events ----------------------------------------------------------------------------------


def session_events(name: str, plan: Plan, answers: Answers, now: float) -> Iterator[Event]:
    """Yield the events of the session `name`; the first is its creation, then a revision.

    `now` is the time of the import, seconds since 1970.
    """
    study = plan.study
    trainer: TrainerSpec = CommandSpec(study.argv) if study.argv else AbsentSpec(_called(study))
    epochs = answers.epochs or plan.epochs
    problem = Problem(
        trainer=trainer,
        settings=plan.settings,
        metric=answers.metric,
        train_metric=None,
        direction=answers.direction,
        epochs=epochs,
        pins=trainer_pins(trainer),
        note=study.note,
        source=json.dumps(study.source) if study.source else "",
    )
    yield SessionCreated(name, problem, answers.seed, now, __version__)
    for i, space in enumerate(plan.spaces):
        before = plan.spaces[i - 1] if i else None
        yield RevisionCommitted(
            i + 1, i or None, space, now, _changes(before, space), REASON if study.points else ""
        )
    yield from _rounds(plan, now)
    yield from _trials(plan, answers, epochs, now)
    yield from _round_ends(plan, now)


def _called(study: Study) -> str:
    return f"{study.format} {quote(study.name)}" if study.name else study.format


def _changes(before: Space | None, after: Space) -> tuple[Change, ...]:
    if before is None:
        return ()
    return tuple(
        Change(name, classify_change(before[name], after[name]), text_of(before[name]),
               text_of(after[name]), REASON)
        for name in after.names
    )  # fmt: skip


def _rounds(plan: Plan, now: float) -> Iterator[Event]:
    study = plan.study
    sampler, pruner = study.sampler or "random", study.pruner or "none"
    if not study.points:
        if study.sampler or study.trials:
            yield RoundStarted(1, 1, sampler, pruner, study.trials or DEFAULT_TRIALS, now)
        return
    for i in range(len(plan.spaces)):
        number = sum(place == i for place in plan.of)
        yield RoundStarted(i + 1, i + 1, sampler, pruner, max(1, number), now)


def _round_ends(plan: Plan, now: float) -> Iterator[Event]:
    """Yield the ends of the rounds in which nothing waits."""
    if not plan.study.points:
        return
    waiting = {plan.of[i] for i, p in enumerate(plan.study.points) if p.state in WAITING}
    for i in range(len(plan.spaces)):
        if i not in waiting:
            yield RoundEnded(i + 1, "finished", now)


def _trials(plan: Plan, answers: Answers, epochs: int, now: float) -> Iterator[Event]:
    for place, point in enumerate(plan.study.points):
        number, which = place + 1, plan.of[place] + 1
        space = plan.spaces[which - 1]
        params = _params(plan, point, space, answers.seed, number)
        seed = trial_seed(answers.seed, which, number) if point.seed is None else point.seed
        yield TrialQueued(
            number, which, which, params, seed, epochs,
            origin=ORIGIN,
            draw="uniform" if point.random else answers.draw,
            imported=point.seed is None,
            source=json.dumps(point.source) if point.source else "",
        )  # fmt: skip
        if point.note or point.tags:
            yield TrialAnnotated(number, note=point.note or None, tags=point.tags or None)
        if point.state is TrialState.QUEUED:
            continue
        started = now if point.started is None else point.started
        seconds = max(0.0, (point.ended or started) - started)
        yield TrialStarted(number, started)
        for epoch, report in enumerate(point.reports, 1):
            metrics = {
                metric if metric != plan.study.metric else answers.metric: value
                if math.isfinite(value)
                else None
                for metric, value in report.items()
            }
            yield EpochReported(number, epoch, metrics, seconds * epoch / len(point.reports))
        yield TrialEnded(
            number, point.state, started + seconds, seconds, plain(point.reason), cause=point.cause,
            score=point.score,
        )  # fmt: skip


def _params(plan: Plan, point: Point, space: Space, seed: int, number: int) -> dict[str, Value]:
    """Return the params of a point, whole where it is yet to run: what it lacks is drawn."""
    params: dict[str, Value] = {}
    for name in space.names:
        if name in point.params:
            value, parameter = point.params[name], space[name]
            whole = type(value) is int and isinstance(parameter, FloatRange)
            params[name] = float(value) if whole else value
    if point.state in WAITING:
        draw = random.Random(f"{seed} {number}")
        lacking = [name for name in space.names if name not in params]
        params |= {name: space[name].from_unit(draw.random()) for name in lacking}
        params = space.active({name: params[name] for name in space.names})
        for name, value in point.params.items():
            if name in plan.settings and plan.settings[name] != value:
                params[name] = value
    return params
