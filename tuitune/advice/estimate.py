"""What the repeats of a race tell of the contender that it chose, luck taken off.

The winner's own mean is too high, because luck helped it to win: on tables with known truth its t
interval holds the truth in .92 of races. So its mean is drawn towards those of the others that
raced on, the more the less they differ beyond their noise, and the interval says what that costs.

Pure functions of the runs: a race that was interrupted or cut short, or from which a person chose,
is judged by the same formulas. They hold whatever made it stop, as long as it was the scores seen.
Scores are higher-is-better. Source: empirical Bayes after B. Efron & C. Morris, J. Am. Stat. Assoc.
70 (1975), with the spread integrated over as in D. B. Rubin, J. Educ. Stat. 6 (1981); degrees of
freedom by F. E. Satterthwaite, Biometrics 2 (1946).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tuitune.advice.race import Runs
from tuitune.advice.statistics import Floats, Ints, t_quantile

COLLAPSED = 5.0
"""A repeat this many times the usual deviation below its contender's median has collapsed."""
USUAL = 0.9
"""Share of all repeats that stay within the usual deviation."""
ODD_SHARE = 0.2
"""Where more than one and more than this share collapse, that is how the point is."""
OWN_WEIGHT = 4
"""Repeats that the spread of all contenders counts for beside the spread of its own repeats."""
SPREADS = 24
"""Values of the spread between contenders that are averaged over."""
LEAST_REPEATS = 5
"""With fewer an interval would hold the truth in .74 to .94: none is given."""
LEAST_OTHERS = 3
"""Fewer contenders say nothing of how much contenders differ."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A contender's mean over all seeds, on this validation set."""

    mean: float
    """NaN where no repeat has a score."""
    half: float | None
    """Half of the 95 % interval; None where too little is known, 0 where all runs are equal."""
    own_mean: float
    """Mean of its repeats, collapsed ones left out; what luck did to it is still in it."""
    repeats: int
    """That the mean is of."""
    failed: int
    """Repeats without a score."""
    collapsed: int
    """Repeats that were left out."""

    @property
    def low(self) -> float | None:
        """Lower end of the interval."""
        return None if self.half is None else self.mean - self.half

    @property
    def high(self) -> float | None:
        """Upper end of the interval."""
        return None if self.half is None else self.mean + self.half


def estimate(runs: Runs, trial: int) -> Estimate:
    """Return the mean of `trial` over seeds and its 95 % interval.

    y_ir = theta_i + b_r + e_ir; theta_i ~ N(m0, tau^2), m0 flat, tau uniform. The mean is the
    posterior one of theta_trial, half = t_.975,nu sqrt(A + C) f with A the posterior variance,
    C = s_b^2 / R what the seeds do to all contenders alike, nu = (A + C)^2 / (A^2 / df_e +
    C^2 / (R - 1)), and f > 1 where its own repeats spread more than those of the others.
    """
    kept, collapsed = without_collapsed(runs)
    scores = np.array(list(kept[trial].values()), dtype=np.float64)
    count = len(scores)
    failed = sum(math.isnan(score) for score in runs[trial].values())
    out = collapsed.get(trial, 0)
    if not count:
        return Estimate(math.nan, None, math.nan, 0, failed, out)
    own = float(scores.mean())
    fit = _fit(kept, trial)
    if count < 2 or math.isnan(fit.variance):
        return Estimate(own, None, own, count, failed, out)
    if fit.variance <= 1e-24 * max(1.0, own * own):
        return Estimate(own, 0.0, own, count, failed, out)
    error = max(fit.error, 1e-12 * fit.variance)
    mean, variance = own, error / count
    repeated = fit.counts >= 2
    others = repeated if repeated.sum() >= LEAST_OTHERS else fit.counts >= 1
    if others.sum() >= LEAST_OTHERS and others[fit.place]:
        place = int(others[: fit.place].sum())
        mean, variance = _shrunk(fit.means[others], fit.counts[others], error, place)
    if count < LEAST_REPEATS:
        return Estimate(mean, None, own, count, failed, out)
    common = fit.common / count
    df = (variance + common) ** 2 / (variance**2 / max(1, fit.df) + common**2 / (count - 1))
    spread = OWN_WEIGHT * fit.variance + float(((scores - own) ** 2).sum())
    wider = math.sqrt(max(1.0, spread / ((OWN_WEIGHT + count - 1) * fit.variance)))
    half = t_quantile(0.975, max(1.0, df)) * math.sqrt(variance + common) * wider
    return Estimate(mean, half, own, count, failed, out)


def bound(runs: Runs, trial: int) -> float | None:
    """Return the X >= 0 of `no contender is better than this one by more than X`, 95 % sure.

    The largest one-sided upper limit of theta_i - theta_trial at 1 - .05 / (K - 1), over all K
    contenders with a score. None where they are fewer than 3, or nothing was repeated.
    """
    kept, _ = without_collapsed(runs)
    if not kept.get(trial) or sum(map(bool, kept.values())) < LEAST_OTHERS:
        return None
    fit = _fit(kept, trial)
    if math.isnan(fit.variance):
        return None
    if fit.variance == 0:
        return 0.0
    error = max(fit.error, 1e-12 * fit.variance)
    errors = error / fit.counts
    own = fit.place
    drawn = list(_posterior(fit.means, errors, error / fit.counts[own]))
    gap = sum((d.weight * (d.means - d.means[own]) for d in drawn), np.zeros(len(errors)))
    variance = np.zeros(len(errors))
    for d in drawn:
        inner = d.kept * errors + d.kept[own] * errors[own]
        centre = (d.kept[own] - d.kept) ** 2 * d.centre_variance
        variance += d.weight * (inner + centre + (d.means - d.means[own] - gap) ** 2)
    limits = gap + t_quantile(1 - 0.05 / (len(gap) - 1), max(1, fit.df)) * np.sqrt(variance)
    return max(0.0, float(np.delete(limits, own).max()))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two contenders over the repeats that both have a score for."""

    difference: float
    """Mean of the paired differences, first minus second; NaN without a pair."""
    low: float
    """95 % t interval of it; infinite below two pairs."""
    high: float
    pairs: int
    apart: bool
    """Whether the interval leaves out 0 and the difference matters."""


def compare(runs: Runs, first: int, second: int, delta: float) -> Comparison:
    """Return how two contenders differ; `delta` is the smallest difference that matters."""
    kept, _ = without_collapsed(runs)
    shared = sorted(kept[first].keys() & kept[second].keys())
    differences = np.array([kept[first][r] - kept[second][r] for r in shared], dtype=np.float64)
    count = len(differences)
    mean = float(differences.mean()) if count else math.nan
    if count < 2:
        return Comparison(mean, -math.inf, math.inf, count, apart=False)
    half = t_quantile(0.975, count - 1) * float(differences.std(ddof=1)) / math.sqrt(count)
    apart = abs(mean) > half and abs(mean) >= delta
    return Comparison(mean, mean - half, mean + half, count, apart)


def without_collapsed(runs: Runs) -> tuple[dict[int, dict[int, float]], dict[int, int]]:
    """Return the runs that have a score and did not collapse, and how many did, by trial.

    Collapsed is what lies further below its contender's median than five times the deviation that
    nine in ten repeats stay within, of all contenders with three repeats or more; unless more than
    one and more than a fifth of a contender's repeats would be.
    """
    scored = {
        trial: {repeat: score for repeat, score in scores.items() if not math.isnan(score)}
        for trial, scores in runs.items()
    }
    middle = {t: float(np.median(list(v.values()))) for t, v in scored.items() if len(v) >= 3}
    if not middle:
        return scored, {}
    deviations = [abs(y - mid) for t, mid in middle.items() for y in scored[t].values()]
    usual = float(np.quantile(deviations, USUAL))
    collapsed: dict[int, int] = {}
    for trial, mid in middle.items():
        scores = scored[trial]
        sound = {r: y for r, y in scores.items() if usual == 0 or y >= mid - COLLAPSED * usual}
        lost = len(scores) - len(sound)
        if 0 < lost <= max(1.0, ODD_SHARE * len(scores)):
            collapsed[trial] = lost
            scored[trial] = sound
    return scored, collapsed


@dataclass(frozen=True, slots=True)
class _Fit:
    """Least squares of contenders and seeds, y_ir = theta_i + b_r + e_ir."""

    place: int
    """Of the trial that the means are for, among the contenders with a score."""
    counts: Ints
    """(K,) repeats of each."""
    means: Floats
    """(K,) theta, for the average of that trial's seeds, so that its own is its mean."""
    variance: float
    """s^2: pooled over the repeats of each; NaN where nothing was repeated."""
    common: float
    """s_b^2: of what a seed does to all contenders alike."""
    error: float
    """s_e^2 = s^2 - s_b^2."""
    df: int
    """Degrees of freedom of `error`."""


def _fit(scored: Runs, trial: int) -> _Fit:
    """Fit contenders and seeds; all scores are finite, and `trial` has one at least."""
    names = [t for t in scored if scored[t]]
    seeds = sorted({repeat for t in names for repeat in scored[t]})
    columns = {repeat: len(names) + column for column, repeat in enumerate(seeds)}
    cells = [(i, columns[r], y) for i, t in enumerate(names) for r, y in scored[t].items()]
    y = np.array([score for _, _, score in cells], dtype=np.float64)
    design = np.zeros((len(cells), len(names) + len(seeds)))
    for row, (contender, seed, _) in enumerate(cells):
        design[row, [contender, seed]] = 1.0
    solution, _, rank, _ = np.linalg.lstsq(design, y, rcond=None)
    effect = float(np.mean([solution[columns[repeat]] for repeat in scored[trial]]))
    means = np.asarray(solution[: len(names)] + effect, dtype=np.float64)
    counts = np.array([len(scored[t]) for t in names], dtype=np.int64)
    place = names.index(trial)
    within, left = int((counts - 1).sum()), len(y) - int(rank)
    if within < 1:
        return _Fit(place, counts, means, math.nan, math.nan, math.nan, 0)
    groups = [np.array(list(scored[t].values())) for t in names]
    variance = sum(float(((g - g.mean()) ** 2).sum()) for g in groups) / within
    residual = float(((y - design @ solution) ** 2).sum()) / left if left else variance
    common = max(0.0, variance - residual)
    df = left if common > 0 else within
    return _Fit(place, counts, means, variance, common, variance - common, df)


@dataclass(frozen=True, slots=True)
class _Draw:
    """What the means are if contenders differ by one value of tau."""

    weight: float
    """Posterior probability of that tau."""
    means: Floats
    """(K,) posterior means of theta."""
    kept: Floats
    """(K,) B: the share of a contender's distance to the centre that is kept."""
    centre_variance: float
    """Of m0, where the contenders are centred."""


def _posterior(means: Floats, errors: Floats, own_error: float) -> Iterator[_Draw]:
    """Yield the posterior for values of tau up to 3 max(sd of the means, own standard error).

    `means`, `errors`: (K,) theta and its error variance, K at least 2.
    """
    most = 3 * max(float(means.std(ddof=1)), math.sqrt(own_error))
    taus = most * (np.arange(SPREADS) + 0.5) / SPREADS
    precision = 1 / (taus[:, None] ** 2 + errors)
    total = precision.sum(axis=1)
    centre = precision @ means / total
    kept = taus[:, None] ** 2 * precision
    misfit = (precision * (means - centre[:, None]) ** 2).sum(axis=1)
    evidence = 0.5 * (np.log(precision).sum(axis=1) - np.log(total) - misfit)
    weights = np.exp(evidence - evidence.max())
    weights /= weights.sum()
    for weight, m0, b, h in zip(weights, centre, kept, total, strict=True):
        yield _Draw(float(weight), m0 + b * (means - m0), b, 1 / float(h))


def _shrunk(means: Floats, counts: Ints, error: float, place: int) -> tuple[float, float]:
    """Return posterior mean and variance of the contender at `place`."""
    errors = error / counts
    drawn = list(_posterior(means, errors, float(errors[place])))
    mean = sum(d.weight * float(d.means[place]) for d in drawn)
    variance = 0.0
    for d in drawn:
        b = float(d.kept[place])
        inner = b * float(errors[place]) + (1 - b) ** 2 * d.centre_variance
        variance += d.weight * (inner + (float(d.means[place]) - mean) ** 2)
    return mean, variance
