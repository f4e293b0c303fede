"""How far an edge with evidence is moved out, or why it is not (NARROWING.md, section 1)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from tuitune.advice.bounds import cap_value
from tuitune.advice.diverged import Cut
from tuitune.advice.population import Population
from tuitune.advice.position import Bools, Range, ends, limits, place_of
from tuitune.advice.statistics import Floats, Ints
from tuitune.advice.view import FULL

NEED = 2.0
"""Evidence from which an edge is expanded: a hint."""
LIKELY, SURE = 2.4, 3.0
STEP_LEAST, STEP_MOST, STEP_WORTH = 0.5, 1.0, 0.25
"""Decades that a step has at least, at most, and after its caps before it is worth taking."""
TRIED = 4
"""Trials beyond an edge from which its ground counts as tried."""
COSTLY = 1.5
"""Times as long from which a step must be surely worth it."""
DOWN, UP = 0, 1


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why an edge with evidence is not expanded."""

    kind: Literal["bend", "limit", "diverged", "tried", "cost"]
    side: int
    rows: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """The trials beyond the edge, where it was tried."""
    good: int = 0
    """How many of those would be among the best."""
    factor: float = 1.0
    """How many times as long a trial at the new end takes."""


@dataclass(frozen=True, slots=True)
class Step:
    """Where an edge is expanded to."""

    side: int
    end: float
    """On the parameter's own scale."""
    beyond: Ints
    """Trials beyond the edge that were as good; empty where nothing was tried."""
    factor: float


def step_beyond(
    population: Population,
    name: str,
    base: Range,
    top: Ints,
    u: Floats,
    evidence: tuple[float, float],
    bent: tuple[float, float],
    reach: float,
    others: Bools,
    cut: Cut | None,
) -> tuple[Step | None, Obstacle | None]:
    """Return where the range is expanded to, or why an edge with evidence is not."""
    places = population.places[name]
    low, high = ends(base)
    width = high - low
    floor, ceiling = limits(base)
    rows = population.rows[np.isfinite(places[population.rows])]
    good = population.good[np.isfinite(places[population.good])]
    if not len(good):
        good = top  # The very best are all at the extra zero.
    obstacle: Obstacle | None = None
    for side, edge, sign in ((UP, high, 1.0), (DOWN, low, -1.0)):
        if evidence[side] < NEED:
            continue
        if bent[side] < 0:
            obstacle = obstacle or Obstacle("bend", side)
            continue
        limit = ceiling if side == UP else floor
        capped: Literal["limit", "diverged"] = "limit"
        if cut is not None and (cut.side == "above") == (side == UP):
            cap = place_of(base, cap_value(base, cut))
            if sign * cap < sign * limit:
                limit, capped = cap, "diverged"
        end = edge + sign * reach
        if base.log:
            outermost = float(places[good].max() if side == UP else places[good].min())
            end = sign * min(sign * end, sign * outermost + STEP_MOST)
        end = sign * min(sign * end, sign * limit)
        worth = STEP_WORTH if base.log and end != limit else 1e-6 * width
        if sign * (end - edge) < worth:
            at_limit = sign * (limit - edge) < 1e-6 * width
            obstacle = Obstacle(capped, side) if at_limit else None
            continue
        out = sign * (places - edge)
        beyond = (out > 1e-9 * width) & (out <= reach + 1e-9 * width)
        tried = np.flatnonzero(beyond & others)
        if len(tried) < TRIED:
            tried = np.flatnonzero(beyond)
        is_good = (population.kinds[tried] == FULL) & (population.scores[tried] >= population.cut)
        strip = rows[u[rows] >= 2 / 3] if side == UP else rows[u[rows] <= 1 / 3]
        if len(tried) >= TRIED and np.mean(is_good) < np.mean(np.isin(strip, top)):
            obstacle = Obstacle("tried", side, tried, int(is_good.sum()))
            continue
        factor = 1.0
        if side == UP:
            factor = cost_of(population, name, base, float(np.median(places[top])), end)
        if factor > COSTLY and evidence[side] < SURE:
            obstacle = Obstacle("cost", side, factor=factor)
            continue
        return Step(side, end, tried if len(tried) >= TRIED else tried[:0], factor), None
    return None, obstacle


def cost_of(population: Population, name: str, base: Range, at: float, new: float) -> float:
    """Return how many times as long a trial takes at the place `new` as at `at`.

    From the line through log seconds against the log of the value; 1 where its slope is not above
    three standard errors.
    """
    places, seconds = population.places[name], population.seconds
    usable = np.isfinite(places) & np.isfinite(seconds) & (seconds > 0)
    if usable.sum() < 8:
        return 1.0

    def decade(t: float | Floats) -> Floats:
        return np.asarray(t if base.log else np.log10(np.maximum(t, 1e-12)), dtype=np.float64)

    x, y = decade(places[usable]), np.log10(seconds[usable])
    if float(np.std(x)) < 1e-9:
        return 1.0
    centred = x - x.mean()
    slope = float(centred @ (y - y.mean()) / (centred @ centred))
    residual = y - y.mean() - slope * centred
    error = math.sqrt(float(residual @ residual) / (len(x) - 2) / float(centred @ centred))
    if not (slope > 0 and slope > 3 * error):
        return 1.0
    return float(10 ** min(300.0, slope * float(decade(new) - decade(at))))
