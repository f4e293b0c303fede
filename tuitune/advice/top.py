"""The best trials, and what their positions say about one range.

Positions u are in the unit interval of the range in question, in the parameter's own scale.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from tuitune.advice.statistics import Floats

Ints = npt.NDArray[np.int64]

MIN_TOP = 5
TOP_SHARE = 0.15
BOOTSTRAPS = 200
PERMUTATIONS = 999
MANY_TRIALS = 48
"""From so many trials in the box the envelope's margin is one mean spacing instead of two."""


def top_size(trials: int) -> int:
    """Return how many of `trials` finished trials are the top: 15 % of them, at least 5."""
    # The epsilon keeps 15 % of 100 at 15: 0.15 * 100 is a hair above it in binary.
    return max(MIN_TOP, math.ceil(TOP_SHARE * trials - 1e-9))


def edge_z(u_top: Floats) -> float:
    """Return the standard score of the mean of `u_top`: (k,) against uniform positions."""
    return float((np.mean(u_top) - 0.5) * math.sqrt(12 * len(u_top)))


def margin_factor(trials: int) -> int:
    """Return lambda, the mean spacings that the envelope reaches beyond the outermost trials."""
    return 1 if trials >= MANY_TRIALS else 2


def envelope(u_top: Floats, factor: int) -> tuple[float, float]:
    """Return the ends of the good region, not clipped, from the best positions `u_top`: (k,).

    The range R of k uniform points misses R / (k - 1) at each end on average, so that much is
    added, `factor` times (NARROWING.md, section 1).
    """
    low, high = float(np.min(u_top)), float(np.max(u_top))
    margin = factor * (high - low) / (len(u_top) - 1)
    return low - margin, high + margin


def bootstrap_tops(trials: int, k: int, rng: np.random.Generator) -> Ints:
    """Return (200, k) indices into the trials, best first: the top of each resampled round.

    Resampling `trials` with replacement and taking the k best ranks needs no score.
    """
    drawn = rng.integers(0, trials, size=(BOOTSTRAPS, trials))
    k = min(k, trials)
    return np.partition(drawn, k - 1, axis=1)[:, :k]


def envelope_bands(
    u_ranked: Floats, tops: Ints, factor: int
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the 10-90 % band of the envelope's low and of its high end, in units of the range.

    `u_ranked`: (n,) positions, best trial first; `tops`: from `bootstrap_tops`.
    """
    picked = u_ranked[tops]
    low, high = picked.min(axis=1), picked.max(axis=1)
    margin = factor * (high - low) / max(1, tops.shape[1] - 1)
    ends = np.percentile(np.stack([low - margin, high + margin]), [10, 90], axis=1)
    return (float(ends[0, 0]), float(ends[1, 0])), (float(ends[0, 1]), float(ends[1, 1]))


def permuted_tops(trials: int, k: int, rng: np.random.Generator) -> Ints:
    """Return (999, k) indices, ascending in each row: what a top without meaning would be."""
    noise = rng.integers(0, 2**16, size=(PERMUTATIONS, trials), dtype=np.uint16)
    cut = np.partition(noise, k - 1, axis=1)[:, k - 1 : k]
    chosen = noise <= cut
    surplus = chosen.sum(axis=1) != k  # sixteen bits can tie at the cut
    for row in np.flatnonzero(surplus):
        chosen[row] = False
        chosen[row, np.argsort(noise[row], kind="stable")[:k]] = True
    # Flat indices are found several times faster than pairs of them.
    flat = np.flatnonzero(chosen).reshape(PERMUTATIONS, k)
    return np.asarray(flat - trials * np.arange(PERMUTATIONS)[:, np.newaxis], dtype=np.int64)


def permutation_p(
    u: Floats, top: npt.NDArray[np.bool_], permuted: Ints
) -> tuple[float, float, float]:
    """Return p of the Kolmogorov-Smirnov distance, and of the mean being as high, as low.

    `u`: (n,) positions of all trials, `top`: (n,) which are the best, `permuted`: from
    `permuted_tops`. The top is compared with all trials, so that draws that are not uniform
    do no harm. Ties are exact: distances are taken at the ends of each group of equal values.
    p = (1 + how many permutations are as extreme) / (1 + 999).
    """
    order = np.argsort(u, kind="stable")
    ordered = u[order]
    n, k = len(u), int(top.sum())
    right = np.searchsorted(ordered, ordered, side="right") / n
    left = np.searchsorted(ordered, ordered, side="left") / n
    steps = np.arange(k + 1) / k

    def distances(rows: Ints) -> Floats:
        above = np.max(steps[1:] - right[rows], axis=1)
        below = np.max(left[rows] - steps[:-1], axis=1)
        return np.asarray(np.maximum(above, below))

    seen = np.flatnonzero(top[order])[np.newaxis, :]
    distance, mean = distances(seen)[0], float(ordered[seen].mean())
    means = ordered[permuted].mean(axis=1)
    slack = 1e-12
    return (
        _share(int(np.sum(distances(permuted) >= distance - slack))),
        _share(int(np.sum(means >= mean - slack))),
        _share(int(np.sum(means <= mean + slack))),
    )


def _share(extreme: int) -> float:
    return (1 + extreme) / (1 + PERMUTATIONS)
