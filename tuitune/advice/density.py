"""Where the best trials are dense: the bold interval, and whether they form two groups."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tuitune.advice.statistics import Floats, largest_gap_tail

GRID = 256
BOLD_MASS = 0.9
GAP_P = 0.01


def dense_interval(u_top: Floats, mass: float = BOLD_MASS) -> tuple[float, float]:
    """Return the shortest interval of [0, 1] that holds `mass` of the density of `u_top`: (k,).

    The density is a Gaussian kernel estimate with Silverman's bandwidth (Density Estimation,
    1986, eq. 3.31), reflected at 0 and 1 so that an edge isn't thinned out.
    """
    spread = float(np.std(u_top, ddof=1)) if len(u_top) > 1 else 0.0
    quartiles = np.percentile(u_top, [25, 75])
    iqr = float(quartiles[1] - quartiles[0]) / 1.349
    width = max(1.0 / GRID, 0.9 * (min(spread, iqr) or spread) * len(u_top) ** -0.2)
    grid = (np.arange(GRID) + 0.5) / GRID
    sources = np.concatenate([u_top, -u_top, 2.0 - u_top])
    density = np.exp(-0.5 * ((grid[:, np.newaxis] - sources) / width) ** 2).sum(axis=1)
    edges = np.concatenate([[0.0], np.cumsum(density)])
    edges /= edges[-1]
    last = np.searchsorted(edges, edges + mass - 1e-12)
    starts = np.flatnonzero(last <= GRID)
    lengths = last[starts] - starts
    shortest = starts[lengths == lengths.min()]
    # Several intervals are often as short; the middle one favours no side.
    start = int(shortest[len(shortest) // 2])
    return start / GRID, float(last[start]) / GRID


@dataclass(frozen=True, slots=True)
class Split:
    """Two groups of the best trials with an empty stretch between them, in units of the range."""

    left_end: float
    right_start: float
    left_count: int
    right_count: int
    p: float
    """Probability of a gap so wide between uniform points, in [0, 1]."""


def find_split(u_top: Floats, u_others: Floats) -> Split | None:
    """Return the two groups that `u_top`: (k,) falls into; None where it is one.

    The widest gap between neighbours is tested against the widest of as many uniform spacings
    between the same ends (`largest_gap_tail`, p < .01). Each group needs a fifth of the top and
    two trials, and three of `u_others` must lie in the gap: an unvisited stretch says nothing.
    """
    k = len(u_top)
    if k < 8:
        return None
    ordered = np.sort(u_top)
    reach = float(ordered[-1] - ordered[0])
    if reach <= 0:
        return None
    gaps = np.diff(ordered)
    at = int(np.argmax(gaps))
    least = max(2, math.ceil(k / 5))
    if min(at + 1, k - at - 1) < least:
        return None
    p = largest_gap_tail(float(gaps[at]) / reach, k)
    left, right = float(ordered[at]), float(ordered[at + 1])
    between = int(np.sum((u_others > left) & (u_others < right)))
    if p >= GAP_P or between < 3:
        return None
    return Split(left, right, at + 1, k - at - 1, p)
