"""How much of the score one parameter explains within the current ranges."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tuitune.advice.statistics import Floats, f_tail


def bin_count(trials: int) -> int:
    """Return b = floor(trials / 10), at least 3 and at most 5."""
    return min(5, max(3, trials // 10))


def equal_count_bins(u: Floats, bins: int) -> npt.NDArray[np.int64]:
    """Return the bin, 0..bins-1, of each position of `u`: (n,) by rank; equal ones share a bin."""
    ordered = np.sort(u)
    first = np.searchsorted(ordered, u, side="left")
    last = np.searchsorted(ordered, u, side="right") - 1
    middle = (first + last + 1) * bins // (2 * len(u))
    return np.asarray(np.minimum(middle, bins - 1), dtype=np.int64)


def omega_squared(groups: npt.NDArray[np.int64], score: Floats) -> tuple[float, float] | None:
    """Return omega squared in [0, 1] and its F-test p for `score`: (n,) by `groups`: (n,).

    Source: W. L. Hays, Statistics for Psychologists (1963): the share of variance between the
    groups less what chance puts there. None where nothing can be compared: one group, no
    spread, or fewer than two trials more than groups.
    """
    _, index = np.unique(groups, return_inverse=True)
    n, b = len(score), int(index.max(initial=-1)) + 1
    if b < 2 or n < b + 2:
        return None
    centred = score - score.mean()
    total = float(centred @ centred)
    if total <= 1e-18 * n * max(1.0, float(np.max(np.abs(score)))) ** 2:
        return None
    counts = np.bincount(index, minlength=b)
    sums = np.bincount(index, weights=centred, minlength=b)
    between = float(np.sum(sums**2 / counts))
    error = max(0.0, total - between) / (n - b)
    share = max(0.0, (between - (b - 1) * error) / (total + error))
    if error <= 1e-12 * total:
        return 1.0, 0.0
    return share, f_tail(between / (b - 1) / error, b - 1, n - b)
