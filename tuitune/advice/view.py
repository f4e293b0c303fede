"""What the advice is given: a frozen copy of a session's trials as arrays.

`AdviceInput.from_session` runs on the thread that owns the session and takes a few milliseconds;
the result shares nothing mutable with it and may go to another thread.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from tuitune.advice.position import Bools, column, inside
from tuitune.advice.pruning import Audit, audit
from tuitune.advice.statistics import Floats, Ints
from tuitune.advice.top import top_size
from tuitune.model.trial import Criterion, Problem, Trial, TrialState
from tuitune.space import Space

LOOKED_AT = 20_000
"""The newest trials of a session that are looked at."""
IN_BOX = 5_000
"""The newest finished trials inside the current box that are judged."""
MAX_CURVES = 200

FULL, GIVEN_UP, DIVERGED = 0, 1, 2
"""What became of a trial: full length with a score, given up by the pruner, diverged."""

UNIFORM, ADAPTIVE, PERSON = 0, 1, 2
"""How its point was drawn: evenly, by a sampler that learns from scores, by a person."""
_DRAWS = {"uniform": UNIFORM, "adaptive": ADAPTIVE, "person": PERSON}

Codes = npt.NDArray[np.int8]


class Revision(Protocol):
    """What the advice reads of a revision."""

    @property
    def number(self) -> int:
        """Its number, from 1."""

    @property
    def space(self) -> Space:
        """Its space."""


class Round(Protocol):
    """What the advice reads of a round."""

    @property
    def number(self) -> int:
        """Its number, from 1."""

    @property
    def drawn(self) -> int:
        """How many trials exist in it."""

    @property
    def sampler(self) -> str:
        """Text form of its sampler."""

    @property
    def trials(self) -> int:
        """How many trials it is to have."""


class Session(Protocol):
    """What the advice reads of a session; that of `tuitune.model` is one."""

    @property
    def problem(self) -> Problem:
        """What is tuned."""

    @property
    def criterion(self) -> Criterion:
        """By what trials are compared."""

    @property
    def lengths(self) -> Sequence[int]:
        """Every length that a full trial had, the newest last."""

    @property
    def space(self) -> Space:
        """The space of the current revision."""

    @property
    def trials(self) -> list[Trial]:
        """All trials by number; only read."""

    @property
    def revisions(self) -> Sequence[Revision]:
        """All revisions."""

    @property
    def rounds(self) -> Sequence[Round]:
        """All rounds by number."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """What trials of several lengths say of these."""

    epochs: int
    """The length at which trials are ranked."""
    other: int
    """The length that was set last, or where that is the one of the ranking, the one before."""
    next: int
    """What the trials of the next round train."""
    reached: int
    """Trials of that length that are done."""
    both: Floats
    """(n, 2): metric times sign at `epochs` and at `other`, of the trials that have both."""

    @classmethod
    def of(cls, session: Session) -> Lengths | None:
        """Return it for a session; None where there was only one length."""
        by, newest = session.criterion, session.lengths[-1]
        others = [length for length in session.lengths if length != by.epochs]
        if not others:
            return None
        at = by._replace(epochs=others[-1])
        longer = by if by.epochs > at.epochs else at
        recent = session.trials[-LOOKED_AT:]
        pairs = ((by.score(t), at.score(t)) for t in recent if longer.is_full(t))
        both = [pair for pair in pairs if None not in pair]
        return cls(
            epochs=by.epochs,
            other=at.epochs,
            next=newest,
            reached=sum(map(by._replace(epochs=newest).is_full, recent)),
            both=np.array(both, dtype=np.float64).reshape(len(both), 2) * by.sign,
        )


@dataclass(frozen=True, slots=True)
class AdviceInput:
    """The finished trials of a session; arrays have one entry a trial, by number."""

    space: Space
    """The current revision's: the box."""
    sign: int
    """+1 where a higher score is better, -1 where a lower one is."""
    epochs: int
    """The length at which trials are judged."""
    lengths: Lengths | None
    """What another length that was set says of this one; None: there is no other."""
    samples: int | None
    accuracy: bool
    """Whether a hundredth of the score is a point: it is an accuracy, or R2."""
    numbers: Ints
    kinds: Codes
    """`FULL`, `GIVEN_UP` or `DIVERGED`."""
    scores: Floats
    """The score times `sign`, so that higher is better; NaN where there is none."""
    columns: dict[str, Floats]
    """By parameter; see `position.column`."""
    in_box: Bools
    draws: Codes
    """`UNIFORM`, `ADAPTIVE` or `PERSON`."""
    rounds: Ints
    """The round that each was drawn in."""
    seconds: Floats
    """How long each trained; NaN where that is not known."""
    points: Ints
    """The same number for trials with the same params."""
    curve_rows: Ints
    """The trials whose curves are here: the best of the box."""
    curves: Floats
    """(len(curve_rows), epochs): the metric times `sign`, NaN where an epoch has none."""
    audit: Audit | None
    """What the pruner of the newest round did; None where it did nothing."""
    left_out: int
    """Finished trials that were not looked at, because there are too many."""

    @classmethod
    def from_session(cls, session: Session) -> AdviceInput:
        """Return the copy. A session without a revision is refused with `IndexError`."""
        problem, space, criterion = session.problem, session.space, session.criterion
        recent = session.trials[-LOOKED_AT:]
        kinds: list[int] = []
        trials: list[Trial] = []
        for trial in recent:
            kind = _kind(trial, criterion)
            if kind is not None:
                kinds.append(kind)
                trials.append(trial)
        left_out = len(session.trials) - len(recent)
        columns = {
            name: column(parameter, [t.params.get(name) for t in trials])
            for name, parameter in space.parameters.items()
        }
        in_box = inside(space, columns, len(trials))
        surplus = np.flatnonzero(in_box)[:-IN_BOX]
        if len(surplus):
            keep = np.ones(len(trials), dtype=np.bool_)
            keep[surplus] = False
            left_out += len(surplus)
            trials = [trials[i] for i in np.flatnonzero(keep)]
            kinds = [kinds[i] for i in np.flatnonzero(keep)]
            columns = {name: values[keep] for name, values in columns.items()}
            in_box = in_box[keep]
        codes = np.array(kinds, dtype=np.int8)
        pairs = zip(trials, kinds, strict=True)
        found = (criterion.score(trial) if kind == FULL else None for trial, kind in pairs)
        scores = np.array([math.nan if s is None else s for s in found], dtype=np.float64)
        scores = scores * problem.sign
        points = _points(trials, space.names)
        curve_rows = _best(np.flatnonzero(in_box & (codes == FULL)), scores)
        curve_rows = curve_rows[: min(MAX_CURVES, top_size(int(in_box.sum())))]
        curves = _curves([trials[i] for i in curve_rows], problem.metric, criterion.epochs)
        return cls(
            space=space,
            sign=problem.sign,
            epochs=criterion.epochs,
            lengths=Lengths.of(session),
            samples=problem.samples,
            accuracy=problem.in_points,
            numbers=np.array([t.number for t in trials], dtype=np.int64),
            kinds=codes,
            scores=scores,
            columns=columns,
            in_box=in_box,
            draws=np.array([_DRAWS[t.draw] for t in trials], dtype=np.int8),
            rounds=np.array([t.round for t in trials], dtype=np.int64),
            seconds=np.array([t.seconds or math.nan for t in trials], dtype=np.float64),
            points=points,
            curve_rows=curve_rows,
            curves=curves * problem.sign,
            audit=audit((t for t in recent if t.round == len(session.rounds)), criterion),
            left_out=left_out,
        )


def _kind(trial: Trial, criterion: Criterion) -> int | None:
    """Return what became of a trial; None where it says nothing about its point.

    One that was to train for less than the session's length says nothing.
    """
    if trial.epochs < criterion.epochs:
        return None
    if trial.cause == "diverged":
        return DIVERGED
    if criterion.is_full(trial):
        return FULL if criterion.ranks(trial) else DIVERGED
    return GIVEN_UP if trial.state is TrialState.PRUNED else None


def _best(rows: Ints, scores: Floats) -> Ints:
    return rows[np.argsort(-scores[rows], kind="stable")]


def _points(trials: Sequence[Trial], names: Sequence[str]) -> Ints:
    seen: dict[tuple[object, ...], int] = {}
    points = (tuple(map(trial.params.get, names)) for trial in trials)
    return np.array([seen.setdefault(point, len(seen)) for point in points], dtype=np.int64)


def _curves(trials: Sequence[Trial], metric: str, epochs: int) -> Floats:
    curves = np.full((len(trials), epochs), math.nan)
    for row, trial in zip(curves, trials, strict=True):
        reported = trial.curve.get(metric, [])[:epochs]
        row[: len(reported)] = np.array(reported, dtype=np.float64)
    return curves
