"""The verdict on a numeric range: expand only where the score still rises (NARROWING.md, 1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace

from tuitune.advice.bounds import Side, readable_bounds
from tuitune.advice.density import dense_interval
from tuitune.advice.diverged import Cut
from tuitune.advice.edges import SLOPE_SHIFT, Slopes, slopes_from_both_sides
from tuitune.advice.importance import bin_count, equal_count_bins, omega_squared
from tuitune.advice.population import Population
from tuitune.advice.position import (
    Range,
    cells,
    ends,
    half_cell,
    value_of,
)
from tuitune.advice.records import Proposal, Verdict, VerdictKind
from tuitune.advice.statistics import (
    Floats,
    Ints,
    effect_upper,
    hypergeometric_none,
    mean_z,
    spread_p,
)
from tuitune.advice.steps import (
    COSTLY,
    DOWN,
    LIKELY,
    STEP_LEAST,
    STEP_MOST,
    SURE,
    UP,
    Obstacle,
    Step,
    step_beyond,
)
from tuitune.advice.text import at_text, luck_text, rounds_text, times_text, typical
from tuitune.advice.top import MIN_TOP
from tuitune.advice.view import FULL
from tuitune.space import FloatRange, format_range
from tuitune.words import plural

MANY_TRIALS = 40
"""From so many trials the envelope's margin is one mean spacing instead of two."""
NARROW_BELOW = 0.95
NARROW_P = 0.2
LEAST_DECADES, LEAST_VALUES, LEAST_LINEAR = 0.3, 4, 0.02
NO_EFFECT_SHARE, NO_EFFECT_EVIDENCE, ENOUGH_FULL = 0.10, 1.0, 20
DROP_P = 0.05
DROP_SURE_P = 0.002

SIDES: tuple[Side, Side] = ("down", "up")


@dataclass(frozen=True, slots=True)
class Reading:
    """One range with its trials: what both alternatives of its verdict share."""

    population: Population
    name: str
    parameter: Range
    base: Range
    """The parameter without its extra zero."""
    rows: Ints
    """The population, as far as it has a place in the range."""
    top: Ints
    u: Floats
    """Positions of all trials in the box of this range: 0..1 inside."""
    evidence: tuple[float, float]
    step: Step | None
    obstacle: Obstacle | None
    p: float
    """That the best trials lie as they do by luck (Kolmogorov-Smirnov)."""
    zero_p: float | None
    """The p with which the extra zero goes; None where it stays."""
    numbers: dict[str, float | None]

    @property
    def places(self) -> Floats:
        """Where the top lies on the parameter's own scale."""
        return self.population.places[self.name][self.top]

    @property
    def span(self) -> str:
        """Where the best lie, e.g. `9e-3..0.05`."""
        low, high = (at_text(self.base, value_of(self.base, float(t)))
                     for t in (self.places.min(), self.places.max()))  # fmt: skip
        return low if low == high else f"{low}..{high}"


def judge_range(
    population: Population, name: str, parameter: Range, slopes: Slopes, cut: Cut | None
) -> tuple[Verdict, Verdict] | None:
    """Return the verdict on a range that is not frozen, and its bold alternative.

    The extra zero of a `0|..` range is judged as an option beside it. None where fewer than five
    of the best trials have a place in the range.
    """
    base: Range = parameter
    if isinstance(parameter, FloatRange) and parameter.zero:
        base = replace(parameter, zero=False)
    places = population.places[name]
    top = population.top[np.isfinite(places[population.top])]
    if len(top) < MIN_TOP:
        return None
    reading = _read(population, name, parameter, base, top, slopes, cut)
    careful = _verdict(reading, bold=False)
    bold = _verdict(reading, bold=True) if careful.kind in ("narrow", "freeze") else careful
    return careful, bold


# -- what the trials show --------------------------------------------------------------------


def _read(
    population: Population,
    name: str,
    parameter: Range,
    base: Range,
    top: Ints,
    slopes: Slopes,
    cut: Cut | None,
) -> Reading:
    places = population.places[name]
    low, high = ends(base)
    width = high - low
    rows = population.rows[np.isfinite(places[population.rows])]
    u = (places - low) / width
    z = mean_z(u[rows], u[top])
    zero_p = _zero_goes(population, name, parameter)
    envelope = _envelope(population, u[top])
    if base.log:
        reach = min(STEP_MOST, max(STEP_LEAST, 0.5 * (envelope[1] - envelope[0]) * width))
    else:
        reach = 0.5 * width
    others = population.others_inside(name)
    near = (places >= low - reach) & (places <= high + reach)
    slab = np.flatnonzero(population.judged & others & (near | population.zeros[name]))
    straight = slopes.straight
    if len(slab) > len(population.rows):
        # Trials beyond the edge, in this parameter only: the slope is judged from both sides.
        straight = slopes_from_both_sides(population, name, slab)
    evidence = (min(-z, straight[DOWN] + SLOPE_SHIFT), min(z, straight[UP] + SLOPE_SHIFT))
    numbers: dict[str, float | None] = {
        "trials": float(len(population.rows)),
        "best": float(len(top)),
        "z": z,
        "slope_down": straight[DOWN],
        "slope_up": straight[UP],
        "bend_down": slopes.bent[DOWN],
        "bend_up": slopes.bent[UP],
        "evidence_down": evidence[DOWN],
        "evidence_up": evidence[UP],
    }
    step, obstacle = step_beyond(
        population, name, base, top, u, evidence, slopes.bent, reach, others, cut
    )
    p = spread_p(u[rows], u[top])
    bins = equal_count_bins(u[rows], bin_count(len(rows)))
    place_in_rows = np.isin(population.rows, rows)
    share = omega_squared(bins, population.normal[place_in_rows]) or (0.0, 1.0)
    decides = omega_squared(bins, population.worst[place_in_rows]) or (0.0, 1.0)
    groups = bin_count(len(rows))
    at_most = effect_upper(share[1], len(rows), groups) if len(rows) - groups >= 2 else 1.0
    numbers |= {
        "p": p,
        "share": share[0],
        "share_p": share[1],
        "share_at_most": at_most,
        "importance": decides[0],
    }
    if zero_p is not None:
        numbers["zero_p"] = zero_p
    return Reading(
        population, name, parameter, base, rows, top, u, evidence, step, obstacle, p, zero_p,
        numbers,
    )  # fmt: skip


def _envelope(population: Population, u_top: Floats) -> tuple[float, float]:
    """Return the ends of the good region, clipped to the box.

    The range R of k uniform points misses R / (k - 1) at each end on average, so that much is
    added, twice where there are fewer than 40 trials.
    """
    low, high = float(u_top.min()), float(u_top.max())
    factor = 1.0 if len(population.rows) >= MANY_TRIALS else 2.0
    margin = factor * (high - low) / (len(u_top) - 1)
    return max(0.0, low - margin), min(1.0, high + margin)


def _zero_goes(population: Population, name: str, parameter: Range) -> float | None:
    """Return the p with which the extra zero of a `0|..` range can go; None where it stays."""
    zeros = population.zeros[name]
    if population.weak or not (isinstance(parameter, FloatRange) and parameter.zero):
        return None
    if zeros[population.top].any():
        return None
    at_zero = int(zeros[population.rows].sum())
    p = hypergeometric_none(len(population.rows), at_zero, len(population.top))
    return p if p < DROP_P else None


# -- what is said ----------------------------------------------------------------------------


def _verdict(r: Reading, *, bold: bool) -> Verdict:
    population, low, high = r.population, *ends(r.base)
    width = high - low
    start, end = (low + width * e for e in _envelope(population, r.u[r.top]))
    if r.step is not None:
        return _expanded(r, start, end)
    if bold:
        dense = dense_interval(np.clip(r.u[r.top], 0.0, 1.0))
        if dense[1] - dense[0] < (end - start) / width:
            start, end = low + width * dense[0], low + width * dense[1]
    if _shows_no_effect(r):
        value = _typical(r)
        return _said(
            r,
            "no-effect",
            f"good and bad scores at every value in {plural(len(population.rows), 'trial')}: it "
            f"explains less than a tenth of the differences (9 in 10 sure); leave it, or freeze "
            f"it at {at_text(r.base, value)}",
            f"leave it, or freeze it at {at_text(r.base, value)}",
            freeze_at=value,
        )
    if (end - start) / width >= NARROW_BELOW or r.p >= NARROW_P:
        return _kept(r)
    least = 0.0
    if cells(r.base) is None:
        least = LEAST_DECADES if r.base.log else LEAST_LINEAR * width
    small = end - start < least - 1e-12
    if small:
        middle = (low + high) / 2
        if width > least:
            middle = min(max((start + end) / 2, low + least / 2), high - least / 2)
        start, end = max(low, middle - least / 2), min(high, middle + least / 2)
    elif (count := cells(r.base)) is not None:
        step = 2 * half_cell(r.base)
        first, last = (round(value_of(r.base, t) / step) for t in (start, end))
        small = last - first + 1 < LEAST_VALUES < count
    bounds = readable_bounds(r.base, start, end, None)
    proposal = r.parameter
    if bounds[0] < bounds[1]:
        proposal = r.parameter.with_bounds(*bounds)
    else:
        small = True  # One value is no range.
    if small:
        value = _typical(r)
        return _said(
            r,
            "freeze",
            f"the best {len(r.top)} all lie in {r.span}: freeze it at {at_text(r.base, value)}",
            f"the best all lie in {r.span}: freeze it at {at_text(r.base, value)}",
            sure=_sure_of(r.p),
            proposal=proposal,
            freeze_at=value,
        )
    if (proposal.low, proposal.high) == (r.parameter.low, r.parameter.high):
        return _kept(r)
    t = population.places[r.name][r.rows]
    outside = int(np.sum((t < start) | (t > end)))
    shown = format_range(proposal).removeprefix("0|")
    return _said(
        r,
        "narrow",
        f"the best {len(r.top)} of {len(population.rows)} lie in {r.span} ({luck_text(r.p)}); "
        f"{plural(outside, 'trial')} outside {shown}, none among the best",
        f"the best lie in {r.span}",
        sure=_sure_of(r.p),
        proposal=proposal,
    )


def _expanded(r: Reading, start: float, end: float) -> Verdict:
    step = r.step
    assert step is not None
    up = step.side == UP
    start, end = (start, step.end) if up else (step.end, end)
    bounds = readable_bounds(r.base, start, end, SIDES[step.side])
    proposal = r.parameter.with_bounds(*bounds)
    evidence = r.evidence[step.side]
    edge = at_text(r.base, float(r.base.high if up else r.base.low))
    count = len(r.population.rows)
    text = (
        f"the best {len(r.top)} of {count} lie in {r.span}, and scores get better towards {edge} "
        f"as far as {plural(count, 'trial')} tell; "
    )
    if len(step.beyond):
        text += f"{plural(len(step.beyond), 'trial')} beyond it were as good"
    else:
        text += "nothing beyond it has been tried"
    if step.factor > COSTLY:
        new = at_text(r.base, float(proposal.high if up else proposal.low))
        text += f"; a trial at {new} takes about {times_text(step.factor)} times as long"
    r.numbers["cost"] = step.factor
    return _said(
        r,
        "expand-up" if up else "expand-down",
        text,
        f"the best lie towards the {'upper' if up else 'lower'} end",
        sure=1 + (evidence >= LIKELY) + (evidence >= SURE),
        proposal=proposal,
        beyond=step.beyond,
    )


def _kept(r: Reading) -> Verdict:
    text = f"the best {len(r.top)} are spread over {r.span}"
    if r.zero_p is None:
        return _said(r, "keep", text, "the best are spread over it")
    return _said(r, "drop", text, "none of the best is at 0", sure=2 + (r.zero_p < DROP_SURE_P))


def _said(
    r: Reading,
    kind: VerdictKind,
    text: str,
    short: str,
    *,
    sure: int = 0,
    proposal: Range | None = None,
    freeze_at: float | int | None = None,
    beyond: Ints | None = None,
) -> Verdict:
    """Return the verdict with what holds for every kind: the zero, the obstacle, the draws."""
    population = r.population
    proposal = proposal or r.parameter
    if r.zero_p is not None and isinstance(proposal, FloatRange):
        proposal = replace(proposal, zero=False)
        zeros = int(population.zeros[r.name][population.rows].sum())
        text += (
            f"; none of the best {len(population.top)} is at 0, though {zeros} of "
            f"{len(population.rows)} trials were ({luck_text(r.zero_p)}): 0 can go"
        )
    if kind not in ("expand-up", "expand-down", "no-effect"):
        text += _obstacle_text(r)
    change = None
    if proposal != r.parameter or kind == "freeze":
        change = Proposal(
            low=float(proposal.low),
            high=float(proposal.high),
            value=freeze_at if kind == "freeze" else None,
        )
    tried = beyond if beyond is not None else r.obstacle.rows if r.obstacle else None
    numbers = population.numbers
    return Verdict(
        parameter=r.name,
        kind=kind,
        headline="",
        sure=sure,
        text=text,
        short=short,
        proposal=proposal,
        change=change,
        freeze_at=freeze_at,
        trials=tuple(numbers[r.top].tolist()),
        beyond=tuple(numbers[tried].tolist()) if tried is not None else (),
        numbers=dict(r.numbers),
    )


def _obstacle_text(r: Reading) -> str:
    obstacle = r.obstacle
    if obstacle is None or obstacle.kind == "bend":
        return ""
    up = obstacle.side == UP
    edge = at_text(r.base, float(r.base.high if up else r.base.low))
    where = "above" if up else "below"
    if obstacle.kind == "limit":
        return f"; the best lie near {edge}, which is its limit"
    if obstacle.kind == "diverged":
        return f"; the best lie near {edge}, and trials diverge {where} it"
    if obstacle.kind == "cost":
        return (
            f"; scores may still rise above {edge}, but a trial there takes about "
            f"{times_text(obstacle.factor)} times as long and the sign is weak"
        )
    rounds = rounds_text(r.population.rounds[obstacle.rows])
    found = f"only {obstacle.good} of them would be" if obstacle.good else "none is"
    return (
        f"; {where} {edge}, {plural(len(obstacle.rows), 'trial')} were tried{rounds} and {found} "
        "among the best: not widened again"
    )


def _shows_no_effect(r: Reading) -> bool:
    population, numbers = r.population, r.numbers
    full = int(np.sum(population.kinds[r.rows] == FULL))
    at_most, decides = numbers["share_at_most"], numbers["importance"]
    assert at_most is not None
    assert decides is not None
    return (
        r.zero_p is None
        and not population.weak
        and full >= ENOUGH_FULL
        and at_most < NO_EFFECT_SHARE
        and decides < NO_EFFECT_SHARE
        and r.p > NARROW_P
        and max(r.evidence) < NO_EFFECT_EVIDENCE
    )


def _sure_of(p: float) -> int:
    return 3 if p < 0.01 else 2 if p < 0.05 else 1 if p < 0.2 else 0


def _typical(r: Reading) -> float | int:
    """Return a readable value at the median of the top."""
    value = value_of(r.base, float(np.median(r.places)))
    if cells(r.base) is not None:
        return r.base.from_unit(r.base.to_unit(value))
    return typical(value, r.base.low, r.base.high, log=r.base.log)
