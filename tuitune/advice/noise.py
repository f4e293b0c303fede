"""How much of the spread is luck, and when narrowing further is choosing luck."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tuitune.advice.statistics import Floats, f_tail, normal_quantile

STOP_P = 0.10
MIN_TRIALS = 10
"""Fewer trials in the box can't show that there is nothing left to find."""


@dataclass(frozen=True, slots=True)
class SeedNoise:
    """The spread of one point's score over seeds."""

    sigma: float
    """Standard deviation in units of the metric."""
    df: float
    """Degrees of freedom; infinite for the floor."""
    floor: bool
    """True where it is only what the number of validation samples implies, without repeats."""


def pooled_noise(groups: Sequence[Floats]) -> SeedNoise | None:
    """Return the noise pooled over repeats, one array of scores per repeated point.

    sigma^2 = sum (r - 1) s^2 / sum (r - 1); None where no point was repeated.
    """
    df = sum(len(group) - 1 for group in groups)
    if df < 1:
        return None
    squares = sum(float(((group - group.mean()) ** 2).sum()) for group in groups)
    return SeedNoise(math.sqrt(squares / df), df, floor=False)


def noise_floor(accuracy: float, samples: int) -> SeedNoise:
    """Return the least noise that an accuracy on `samples` samples has: sqrt(p (1 - p) / n)."""
    p = min(1.0, max(0.0, accuracy))
    return SeedNoise(math.sqrt(p * (1 - p) / samples), math.inf, floor=True)


@dataclass(frozen=True, slots=True)
class StopTest:
    """Whether the better trials inside the box differ by more than luck."""

    spread: float
    """Standard deviation of the scores in the box, from its better half; in units of the metric."""
    noise: SeedNoise
    p: float
    """F-test of the spread against the noise, in [0, 1]."""
    gain: float
    """What the best of them can be expected to be above their median, noise taken out."""
    stop: bool


def judge_stopping(scores: Floats, lost: int, noise: SeedNoise, delta: float) -> StopTest | None:
    """Return whether to stop narrowing a box; None where it has too few trials to say.

    `scores`: (n,) of the finished trials, higher is better; `lost` counts those that were given up
    or diverged. Stop where the F-test of the variance against the noise has p > .10, or where
    tau Phi^-1((n - .375) / (n + .25)) < delta with tau^2 = s^2 - sigma^2: the expected best of n
    normal values (G. Blom, Statistical Estimates, 1958) is then not worth another round.

    The variance is that of the better half about the median, E[(y - median)^2 | y > median], which
    equals sigma^2 for any symmetric noise. The worse half would decide alone otherwise: a few
    trials at the edge of divergence spread a box many times as wide as the plateau in its middle,
    and those that were given up have no score to take a variance of.
    """
    n = len(scores) + lost
    half = (n + 1) // 2
    if n < MIN_TRIALS or len(scores) < half:
        return None
    better = np.sort(scores)[-half:]
    df = half - 1  # the median is one of them
    spread = math.sqrt(float(((better - better[0]) ** 2).sum()) / df)
    if noise.sigma > 0:
        p = f_tail((spread / noise.sigma) ** 2, df, noise.df)
    else:
        p = 0.0 if spread > 0 else 1.0
    tau = math.sqrt(max(0.0, spread**2 - noise.sigma**2))
    gain = tau * normal_quantile((n - 0.375) / (n + 0.25))
    return StopTest(spread, noise, p, gain, p > STOP_P or gain < delta)
