"""Simulated problems with a known optimum, and studies of some rounds that follow the advice.

Nothing is trained: a bed is a formula of the score, so that it is known which proposal was wrong.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from tuitune.advice import AdviceInput, Verdict, advise
from tuitune.bench.replay import (
    DIVERGED,
    RECORDED_SPACE,
    SAMPLES,
    load_curves,
    recorded_points,
)
from tuitune.model import Session
from tuitune.model.events import (
    EpochReported,
    RevisionCommitted,
    RoundStarted,
    SessionCreated,
    TrialEnded,
    TrialQueued,
    TrialStarted,
)
from tuitune.model.trial import Problem, TrialState
from tuitune.space import Choice, Parameter, Space, Value, parse_parameter

Places = Mapping[str, float]
"""By range, where a trial lies: log10 of the value for a log range, else the value."""

INSIDE = 0.1
"""An optimum this share of the box or more inside of an edge makes widening there wrong."""
FAR = 2.0
"""Decades, or widths of a linear range, beyond both the first range and the optimum: absurd."""
METRIC = "score"

RANGES = {
    "lr": "1e-5..1 log",
    "width": "8..512 log int",
    "dropout": "0..0.8 in 0..0.95",
    "opt": "sgd|adam",
}


@dataclass(frozen=True)
class Bed:
    """A problem whose optimum is known."""

    name: str
    score: Callable[[Places, str], float]
    """Of the places and the option, without noise; higher is better, NaN where it diverges."""
    optimum: Mapping[str, float]
    """The place of the optimum of each range that matters; the other ranges have no effect."""
    noise: Callable[[np.random.Generator], float] = lambda rng: 0.1 * rng.standard_normal()
    """What luck with the seed adds to a score."""
    digits: int | None = None
    """Decimals that a score is rounded to."""
    ranges: Mapping[str, str] = field(default_factory=lambda: dict(RANGES))

    @property
    def space(self) -> Space:
        """The ranges that a study starts in."""
        parameters: dict[str, Parameter] = {n: parse_parameter(t) for n, t in self.ranges.items()}
        return Space(parameters)

    def true_score(self, params: Mapping[str, Value]) -> float:
        """Return the score of a point without noise; NaN where it diverges."""
        return self.score(_places(self.space, params), str(params.get("opt", "")))


@dataclass(frozen=True)
class Step:
    """What was proposed after one round."""

    false: frozenset[str]
    """Parameters that were widened where the optimum is well inside, or none is."""
    found: bool
    """Whether every range that cuts the optimum off was widened towards it; True if none does."""
    absurd: bool


@dataclass(frozen=True)
class Study:
    """What some rounds came to."""

    steps: tuple[Step, ...]
    lost: bool
    """Whether the last proposal leaves out an optimum that some ranges before held."""
    oscillating: bool
    """Whether an end was moved out, back in and out again, or in, out and in again."""
    regret: float
    """What the point with the best score is below the optimum, both without noise."""
    random_regret: float
    """The same of as many trials drawn in the first ranges."""


def run_study(bed: Bed, *, trials: int, rounds: int, seed: int) -> Study:
    """Run `rounds` rounds of `trials`, each in the ranges that the advice proposed before.

    Every proposal of the careful verdicts is taken, as `narrow --auto` does.
    """
    rng = np.random.default_rng([seed, trials])
    first = space = bed.space
    session = _session(space, seed)
    steps: list[Step] = []
    spaces = [first]
    for number in range(1, rounds + 1):
        session.apply(RoundStarted(number, session.current, "halton", "none", trials, 0.0))
        for params in draw_points(space, trials, rng):
            _record(session, params, _noisy(bed, params, rng))
        verdicts = advise(AdviceInput.from_session(session)).verdicts
        proposed = Space({name: verdict.proposal for name, verdict in verdicts.items()})
        steps.append(_judge(bed, first, space, proposed))
        if proposed != space:
            revision = len(session.revisions) + 1
            session.apply(RevisionCommitted(revision, revision - 1, proposed, 0.0))
            space = proposed
        spaces.append(space)
    anew = draw_points(first, trials * rounds, rng)
    return Study(
        tuple(steps),
        _lost(bed, spaces),
        any(_oscillates(spaces, name) for name in bed.optimum),
        _regret(bed, [(t.params, t.score) for t in session.trials]),
        _regret(bed, [(params, _noisy(bed, params, rng)) for params in anew]),
    )


def recorded_round(lr: str, *, trials: int, seed: int) -> Verdict:
    """Return the verdict on `lr` after a round of the recorded trials that lie in its range.

    `lr` is the range's text; `trials` of the 200 are chosen at random, all where there are fewer.
    """
    recorded = load_curves()
    drawn = recorded_points()
    space = RECORDED_SPACE.replace("lr", parse_parameter(lr))
    inside = [row for row, params in enumerate(drawn) if space["lr"].contains(params["lr"])]
    session = _session(space, seed)
    session.apply(RoundStarted(1, 1, "random", "none", trials, 0.0))
    for at in np.random.default_rng([seed, trials]).permutation(len(inside))[:trials].tolist():
        row = inside[at]
        count = int(recorded[row, -1])
        _record(session, drawn[row], math.nan if count == DIVERGED else count / SAMPLES)
    return advise(AdviceInput.from_session(session)).verdicts["lr"]


def draw_points(space: Space, count: int, rng: np.random.Generator) -> list[dict[str, Value]]:
    """Return `count` points of a scrambled Halton sequence of their own."""
    from scipy.stats import qmc

    units = qmc.Halton(len(space.parameters), rng=rng).random(count)
    return [space.from_unit(unit) for unit in units.tolist()]


def _session(space: Space, seed: int) -> Session:
    # Without samples, so that the score is no accuracy and has no resolution.
    problem = Problem(epochs=1, metric=METRIC, direction="maximize", samples=None, classes=None)
    session = Session(SessionCreated("bed", problem, seed, 0.0, "bench"))
    session.apply(RevisionCommitted(1, None, space, 0.0))
    return session


def _record(session: Session, params: dict[str, Value], score: float) -> None:
    number, round_number = len(session.trials) + 1, len(session.rounds)
    diverged = not math.isfinite(score)
    session.apply(
        TrialQueued(
            number=number,
            round=round_number,
            revision=session.current,
            params=params,
            seed=number,
            epochs=1,
        )
    )
    session.apply(TrialStarted(number, 0.0))
    session.apply(EpochReported(number, 1, {METRIC: None if diverged else score}, 1.0))
    if diverged:
        session.apply(TrialEnded(number, TrialState.FAILED, 1.0, 1.0, cause="diverged"))
    else:
        session.apply(TrialEnded(number, TrialState.DONE, 1.0, 1.0))


def _noisy(bed: Bed, params: Mapping[str, Value], rng: np.random.Generator) -> float:
    score = bed.true_score(params) + bed.noise(rng)
    return score if bed.digits is None else round(score, bed.digits)


def _places(space: Space, params: Mapping[str, Value]) -> dict[str, float]:
    return {
        name: _place(parameter, params[name])
        for name, parameter in space.parameters.items()
        if not isinstance(parameter, Choice)
    }


def _place(parameter: Parameter, value: Value) -> float:
    assert not isinstance(parameter, Choice)
    assert isinstance(value, int | float)
    return math.log10(value) if parameter.log else float(value)


def _ends(parameter: Parameter) -> tuple[float, float]:
    assert not isinstance(parameter, Choice)
    return _place(parameter, parameter.low), _place(parameter, parameter.high)


def _judge(bed: Bed, first: Space, space: Space, proposed: Space) -> Step:
    false: set[str] = set()
    found, absurd = True, False
    for name, parameter in space.parameters.items():
        if isinstance(parameter, Choice):
            continue
        low, high = _ends(parameter)
        new_low, new_high = _ends(proposed[name])
        optimum, margin = bed.optimum.get(name), INSIDE * (high - low)
        down, up = new_low < low - 1e-9, new_high > high + 1e-9
        if optimum is None:
            wrong = down or up
        else:
            wrong = (down and optimum >= low + margin) or (up and optimum <= high - margin)
            found &= (down or optimum >= low) and (up or optimum <= high)
        if wrong:
            false.add(name)
        start = _ends(first[name])
        known = [*start, *([] if optimum is None else [optimum])]
        far = FAR if parameter.log else FAR * (start[1] - start[0])
        absurd |= new_low < min(known) - far or new_high > max(known) + far
    return Step(frozenset(false), found, absurd)


def _lost(bed: Bed, spaces: list[Space]) -> bool:
    def holds(space: Space, name: str, optimum: float) -> bool:
        low, high = _ends(space[name])
        return low - 1e-9 <= optimum <= high + 1e-9

    return any(
        any(holds(space, name, optimum) for space in spaces)
        and not holds(spaces[-1], name, optimum)
        for name, optimum in bed.optimum.items()
    )


def _oscillates(spaces: list[Space], name: str) -> bool:
    for end in (0, 1):
        at = np.array([_ends(space[name])[end] for space in spaces])
        moves = np.sign(np.where(np.abs(np.diff(at)) > 1e-9, np.diff(at), 0.0))
        moves = moves[moves != 0]
        if np.sum(moves[1:] != moves[:-1]) >= 2:
            return True
    return False


def _regret(bed: Bed, trials: list[tuple[dict[str, Value], float | None]]) -> float:
    scored = [(s, params) for params, s in trials if s is not None and math.isfinite(s)]
    if not scored:
        return math.nan
    best = max(scored, key=lambda pair: pair[0])[1]
    return -bed.true_score(best)
