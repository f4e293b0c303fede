"""Tail probabilities and intervals, each a few lines and with its source.

Numbers in, numbers out; nothing here knows what a trial is. Probabilities are in [0, 1].
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_NORMAL = NormalDist()
RESAMPLED = 20_000_000
"""Samples that a bootstrap draws at most, so that a large test set takes a second."""
CONFIDENCE_Z = 1.959963984540054
"""Two-sided 95 % point of the normal distribution."""


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


SCORE_FLOOR = 0.5
SCORE_FLOOR_MOST = 0.85


def normal_scores(scores: Floats, full: Bools) -> Floats:
    """Return the normal scores of the ranks of `scores`: (n,), with a floor at the median.

    Trials that are not `full` (given up, diverged) rank last. Everything below the median stands at
    one floor, or below the share of trials that are not of full length where that is larger (at
    most .85). Ties get their mean rank. Source: van der Waerden scores, (rank - .5) / n.
    """
    from scipy.special import ndtri

    n = len(scores)
    if not n:
        return np.zeros(0)
    ranks = (mean_ranks(np.where(full & np.isfinite(scores), scores, -np.inf)) - 0.5) / n
    floor = min(max(SCORE_FLOOR, float(np.mean(~full))), SCORE_FLOOR_MOST)
    return np.asarray(ndtri(np.maximum(ranks, floor)), dtype=np.float64)


def mean_ranks(x: Floats) -> Floats:
    """Return ranks from 1, equal values sharing the mean of theirs."""
    ordered = np.sort(x)
    first = np.searchsorted(ordered, x, side="left")
    last = np.searchsorted(ordered, x, side="right")
    return np.asarray((first + last + 1) / 2, dtype=np.float64)


def mean_z(of_all: Floats, of_top: Floats) -> float:
    """Return the standard score of the mean position of the top among all trials.

    The top is compared with the trials that it was chosen from (a sample without replacement of a
    finite population), so that it holds wherever the trials are: pooled rounds, ties, any sampler.
    """
    n, k = len(of_all), len(of_top)
    if n <= k:
        return 0.0
    error = (float(np.std(of_all)) + 1e-9) * math.sqrt((n - k) / (k * (n - 1.0)))
    return float((np.mean(of_top) - np.mean(of_all)) / error)


def spread_p(of_all: Floats, of_top: Floats) -> float:
    """Return the Kolmogorov-Smirnov p that the top lies as all trials do, in [0, 1].

    The top is part of all, so the effective size is k N / (N - k). Source: M. A. Stephens,
    J. R. Stat. Soc. B 32 (1970).
    """
    n, k = len(of_all), len(of_top)
    if n <= k:
        return 1.0
    everyone, top = np.sort(of_all), np.sort(of_top)
    i = np.arange(k)
    above = (i + 1) / k - np.searchsorted(everyone, top, side="right") / n
    below = np.searchsorted(everyone, top, side="left") / n - i / k
    return ks_tail(float(max(above.max(), below.max())), k * n / (n - k))


def effect_upper(p: float, trials: int, groups: int, sure: float = 0.9) -> float:
    """Return the largest share of the differences that a parameter may explain, `sure` sure.

    From the `p` of the F test over `groups` groups of `trials` trials: L / (L + N) with L the
    noncentrality at which P(F' <= F) = 1 - sure. Source: M. L. Smithson, Educ. Psychol. Meas. 61
    (2001), confidence intervals by the noncentral F distribution.
    """
    from scipy.special import fdtri, ncfdtr

    df1, df2 = groups - 1, trials - groups
    f = float(fdtri(df1, df2, 1.0 - min(max(p, 1e-12), 1 - 1e-9)))
    if float(ncfdtr(df1, df2, 1e-9, f)) < 1 - sure:
        return 0.0
    low, high = 0.0, 4.0 * trials
    for _ in range(30):
        middle = (low + high) / 2
        if float(ncfdtr(df1, df2, middle, f)) > 1 - sure:
            low = middle
        else:
            high = middle
    return low / (low + trials)


def ks_tail(distance: float, n: float) -> float:
    """Return the two-sided p-value of a Kolmogorov-Smirnov distance with `n` points.

    Source: M. A. Stephens, J. R. Stat. Soc. B 32 (1970): the limit distribution at
    (sqrt n + .12 + .11 / sqrt n) D, right to .006 below p = .3 and to .021
    above, from n = 5.
    """
    from scipy.special import kolmogorov

    root = math.sqrt(n)
    return float(kolmogorov((root + 0.12 + 0.11 / root) * distance))


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
    return _wilson(share, n, CONFIDENCE_Z)


def _wilson(share: float, n: int, z: float) -> tuple[float, float]:
    z2 = z * z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def best_interval(share: float, n: int, among: int) -> tuple[float, float]:
    """Return the 95 % interval of the best of `among` shares, each seen in the same `n` samples.

    Luck helped it to be the best, so that its own Wilson interval holds the truth in .08 to .9 of
    rounds. The lower end is that of an interval which holds all of them at once (C. E. Bonferroni,
    1936), the upper end its own: nobody is the best for having been unlucky.
    """
    return _wilson(share, n, normal_quantile(1 - 0.025 / among))[0], wilson(share, n)[1]


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
