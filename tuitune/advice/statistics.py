"""Tail probabilities and intervals, each a few lines and with its source.

Numbers in, numbers out; nothing here knows what a trial is. Probabilities are in [0, 1].
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_NORMAL = NormalDist()
RESAMPLED = 20_000_000
"""Samples that a bootstrap draws at most, so that a large test set takes a second."""
CONFIDENCE_Z = 1.959963984540054
"""Two-sided 95 % point of the normal distribution."""


def normal_tail(z: float) -> float:
    """Return P(Z > z) of the standard normal distribution."""
    return 0.5 * math.erfc(z / math.sqrt(2.0))


def normal_quantile(p: float) -> float:
    """Return the z with P(Z < z) = p, for p in (0, 1)."""
    return _NORMAL.inv_cdf(p)


def f_tail(f: float, df1: float, df2: float) -> float:
    """Return P(F > f) of the F distribution; `df2` may be infinite (then it is chi squared)."""
    from scipy.special import chdtrc, fdtrc

    if math.isinf(df2):
        return float(chdtrc(df1, max(f, 0.0) * df1))
    return float(fdtrc(df1, df2, max(f, 0.0)))


def t_quantile(p: float, df: float) -> float:
    """Return the t with P(T < t) = p of Student's distribution with `df` degrees of freedom."""
    from scipy.special import stdtrit

    return float(stdtrit(df, p))


def ks_uniform(u: Floats) -> float:
    """Return the Kolmogorov-Smirnov distance of `u`: (n,) in [0, 1] from the uniform distribution.

    Source: Kolmogorov (1933); the largest gap between the steps and the diagonal.
    """
    ordered = np.sort(u)
    n = len(ordered)
    steps = np.arange(n + 1) / n
    return float(max(np.max(steps[1:] - ordered), np.max(ordered - steps[:-1])))


def ks_tail(distance: float, n: int) -> float:
    """Return the two-sided p-value of a Kolmogorov-Smirnov distance with `n` points.

    Source: M. A. Stephens, J. R. Stat. Soc. B 32 (1970): the limit distribution at
    (sqrt n + .12 + .11 / sqrt n) D, right to .006 below p = .3 and to .021
    above, from n = 5.
    """
    root = math.sqrt(n)
    x = (root + 0.12 + 0.11 / root) * distance
    if x < 0.2:
        return 1.0
    total = sum((1.0 if i % 2 else -1.0) * math.exp(-2.0 * (i * x) ** 2) for i in range(1, 101))
    return min(1.0, max(0.0, 2.0 * total))


def hypergeometric_none(total: int, marked: int, drawn: int) -> float:
    """Return the probability that none of `marked` is among `drawn` of `total` (no replacement)."""
    if drawn > total - marked:
        return 0.0
    return math.exp(_log_choose(total - marked, drawn) - _log_choose(total, drawn))


def fisher_tail(a: int, b: int, c: int, d: int) -> float:
    """Return the one-sided p of the table [[a, b], [c, d]]: P(first cell >= a, margins fixed).

    Source: R. A. Fisher, Statistical Methods for Research Workers (1934), section 21.02.
    """
    row, column, total = a + b, a + c, a + b + c + d
    scale = _log_choose(total, column)
    terms = (
        math.exp(_log_choose(row, x) + _log_choose(total - row, column - x) - scale)
        for x in range(a, min(row, column) + 1)
        if column - x <= total - row
    )
    return min(1.0, sum(terms))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def wilson(share: float, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share seen in `n` independent samples.

    Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927): 83 of 100 -> .745 to .891.
    """
    z2 = CONFIDENCE_Z**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = CONFIDENCE_Z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def r2_interval(errors: Floats, t: Floats, seed: int) -> tuple[float, float]:
    """Return the 95 % interval of R2 over other draws of the samples.

    `errors`: (networks, n), how far each is off; `t`: (n,), the numbers themselves. R2 is the mean
    over the networks. The interval holds the middle of what `seed`'s resamples of the n samples
    give (percentile bootstrap): Efron & Tibshirani, An Introduction to the Bootstrap (1993), 13.3.
    """
    n = len(t)
    squares = np.square(errors).mean(axis=0)
    random = np.random.default_rng(seed)
    found = []
    for _ in range(max(200, min(2000, RESAMPLED // n))):
        drawn = random.integers(n, size=n)
        goal = t[drawn]
        spread = float(np.square(goal - goal.mean()).sum())
        if spread > 0:
            found.append(1.0 - float(squares[drawn].sum()) / spread)
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def separable_difference(accuracy: float, n: int, correlation: float = 0.7) -> float:
    """Return the smallest difference of two accuracies that `n` shared samples can tell apart.

    Both models see the same samples, so that their errors correlate (.7 was measured); 2.8 is the
    sum of the normal points of a two-sided 5 % test with 80 % power.
    """
    return 2.8 * math.sqrt(2 * accuracy * (1 - accuracy) * (1 - correlation) / n)


def largest_gap_tail(gap: float, points: int) -> float:
    """Return P(largest spacing > gap) for `points` uniform points, first and last at the ends.

    `gap` is in units of the distance from first to last; there are m = points - 1 spacings and
    P = sum over i >= 1 of (-1)^(i+1) C(m, i) (1 - i gap)^(m-1), as far as 1 - i gap > 0.
    Source: R. A. Fisher, Ann. Eugenics 5 (1929) (the test of the largest harmonic).
    """
    m = points - 1
    total = 0.0
    for i in range(1, m + 1):
        rest = 1.0 - i * gap
        if rest <= 0:
            break
        term = math.exp(_log_choose(m, i) + (m - 1) * math.log(rest))
        if term > 1e6:
            return 1.0  # alternating terms this large mean a gap far below the expected one
        total += term if i % 2 else -term
    return min(1.0, max(0.0, total))
