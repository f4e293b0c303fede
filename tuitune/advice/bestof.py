"""Budget talk: the best score that a given number of trials can be expected to find."""

from __future__ import annotations

import numpy as np

from tuitune.advice.statistics import Floats


def best_of(scores: Floats, m: int) -> float:
    """Return the expected best of `m` of the trials whose `scores`: (n,) are given, 1 <= m <= n.

    E_m = sum over i of y_(i) C(i - 1, m - 1) / C(n, m), y ascending and higher better: unbiased,
    the mean of the best over all subsets of m trials.
    """
    n = len(scores)
    if not 1 <= m <= n:
        raise ValueError(f"the best of m needs 1 <= m <= {n} trials, not {m}")
    # C(i-1, m-1) / C(n, m) is m/n at i = n and shrinks by (i - m) / (i - 1) with each step down.
    weights = np.zeros(n)
    weight = m / n
    for i in range(n, m - 1, -1):
        weights[i - 1] = weight
        if i > 1:
            weight *= (i - m) / (i - 1)
    return float(weights @ np.sort(scores))
