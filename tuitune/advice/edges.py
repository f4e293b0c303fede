"""Where the best trials lie and whether the score still rises at an edge of a range.

The evidence at an edge is the smaller of two: where the best are among the trials that they were
chosen from, and the outward slope of the score at the edge (NARROWING.md, section 1). The slopes of
all parameters come from one regression.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tuitune.advice.population import Population
from tuitune.advice.position import ends
from tuitune.advice.statistics import Floats, Ints, normal_scores
from tuitune.advice.view import FULL
from tuitune.space import Choice, FloatRange, Parameter

RIDGE = 0.3
REACH = 1.6
"""How far beyond the box a trial counts in the regression, in half-widths from its centre."""
SLOPE_SHIFT = 0.7
"""Evidence is the smaller of z and t + 0.7."""


@dataclass(frozen=True, slots=True)
class Slopes:
    """What the regressions of the population say at both ends of a range: (down, up)."""

    straight: tuple[float, float]
    """t values of the outward slope, without a cubic term."""
    bent: tuple[float, float]
    """The same with a cubic term, which can bend a curve back before the edge."""


def slopes_of(population: Population) -> dict[str, Slopes]:
    """Return the slopes at the ends of every range that is not frozen."""
    names = _ranges(population)
    if not names:
        return {}
    v, dummies = _design(population, names, population.rows)
    straight = outward_slopes(v, population.normal, dummies)
    bent = outward_slopes(v, population.normal, dummies, cubic=True)
    return {name: Slopes(_pair(straight[j]), _pair(bent[j])) for j, name in enumerate(names)}


def slopes_from_both_sides(population: Population, name: str, rows: Ints) -> tuple[float, float]:
    """Return the outward slopes of one range from `rows`, some of which lie beyond its ends."""
    names = _ranges(population)
    v, dummies = _design(population, names, rows)
    scores = normal_scores(population.scores[rows], population.kinds[rows] == FULL)
    return _pair(outward_slopes(v, scores, dummies)[names.index(name)])


def _pair(slopes: Floats) -> tuple[float, float]:
    return float(slopes[0]), float(slopes[1])


def outward_slopes(
    v: Floats, scores: Floats, dummies: Floats | None = None, *, cubic: bool = False
) -> Floats:
    """Return (d, 2) t values of the slope at v = -1, outward down, and at v = 1, outward up.

    `v`: (n, d) positions, -1..1 in the box; `scores`: (n,). One additive ridge regression
    scores ~ 1 + sum_j (a_j v_j + b_j (v_j^2 - 1/3) [+ c_j (v_j^3 - .6 v_j)]) + dummies, ridge 0.3
    on every coefficient but the first; the polynomials are Legendre's up to a factor. The slope up
    is a + 2 b [+ 2.4 c], down -a + 2 b [- 2.4 c], over its standard error with
    C = (B'B + P)^-1 rss / max(n - trace((B'B + P)^-1 B'B), 3). Source of ridge and its degrees of
    freedom: Hastie, Tibshirani & Friedman, The Elements of Statistical Learning (2009), 3.4.1.
    """
    n, d = v.shape
    blocks = [np.ones((n, 1)), v, v * v - 1 / 3]
    if cubic:
        blocks.append(v**3 - 0.6 * v)
    if dummies is not None:
        blocks.append(dummies)
    b = np.concatenate(blocks, axis=1)
    penalty = np.full(b.shape[1], RIDGE)
    penalty[0] = 1e-9
    gram = b.T @ b
    inverse = np.linalg.inv(gram + np.diag(penalty))
    coefficients = inverse @ (b.T @ scores)
    residual = scores - b @ coefficients
    freedom = max(n - float(np.sum(inverse * gram)), 3.0)
    covariance = inverse * (float(residual @ residual) / freedom)
    t = np.empty((d, 2))
    for j in range(d):
        at = [1 + j, 1 + d + j] + ([1 + 2 * d + j] if cubic else [])
        for side, weights in enumerate(((-1.0, 2.0, -2.4), (1.0, 2.0, 2.4))):
            c = np.array(weights[: len(at)])
            error = math.sqrt(max(float(c @ covariance[np.ix_(at, at)] @ c), 1e-12))
            t[j, side] = c @ coefficients[at] / error
    return t


def _ranges(population: Population) -> list[str]:
    parameters = population.space.parameters
    return [name for name in population.places if not parameters[name].is_frozen]


def _design(population: Population, names: list[str], rows: Ints) -> tuple[Floats, Floats | None]:
    """Return positions (n, ranges), 0 at the extra zero, and centred dummies of the choices."""
    columns, dummies = [], []
    for name in names:
        parameter = population.space[name]
        assert not isinstance(parameter, Choice)
        low, high = ends(parameter)
        v = 2 * (population.places[name][rows] - low) / (high - low) - 1
        columns.append(np.clip(np.where(np.isnan(v), 0.0, v), -REACH, REACH))
    for name, parameter in _free(population).items():
        if isinstance(parameter, Choice):
            codes = population.columns[name][rows]
            on = [i for i, o in enumerate(parameter.options) if parameter.contains(o)]
            dummies += [(codes == code).astype(np.float64) for code in on[1:]]
        elif isinstance(parameter, FloatRange) and parameter.zero:
            dummies.append(population.zeros[name][rows].astype(np.float64))
    v = np.stack(columns, axis=1)
    if not dummies:
        return v, None
    x = np.stack(dummies, axis=1)
    return v, x - x.mean(axis=0)


def _free(population: Population) -> dict[str, Parameter]:
    return {n: p for n, p in population.space.parameters.items() if not p.is_frozen}
