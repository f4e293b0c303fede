"""What the learning curves of the best trials say: more epochs, fewer, or too many already.

Curves are (trials, epochs) float64 with higher better (flip the sign of a metric that is minimised)
and NaN where an epoch has no number; `point` is what counts as one point of the metric.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tuitune.advice.statistics import Floats

Bools = npt.NDArray[np.bool_]

TAIL = 0.3
SMOOTH_EPOCHS = 5
MIN_EPOCHS = 10
"""Shorter curves are not judged: 30 % of them is no trend."""


@dataclass(frozen=True, slots=True)
class CurveFacts:
    """One entry a curve, in the order of the curves that were given."""

    improving: Bools
    saturated_at: npt.NDArray[np.int64]
    """First epoch (from 1) within half a point of the end; the last epoch where there is none."""
    overfitting: Bools
    best_epoch: npt.NDArray[np.int64]
    """Epoch (from 1) at the end of the best five in a row."""
    drop: Floats
    """How far the end is below the best five epochs, in units of the metric."""
    step_noise: Floats
    """Standard deviation of one epoch's score around its trend, in units of the metric."""


def judge_curves(curves: Floats, point: float) -> CurveFacts | None:
    """Return what `curves`: (k, epochs) say; None where they are shorter than ten epochs.

    A curve with a gap counts for nothing: not improving, not overfitting, no noise.
    """
    k, epochs = curves.shape
    if k == 0 or epochs < MIN_EPOCHS:
        return None
    whole = np.asarray(np.isfinite(curves).all(axis=1))
    safe = np.where(whole[:, np.newaxis], curves, 0.0)
    tail = safe[:, -max(3, math.ceil(TAIL * epochs)) :]
    noise = step_noise(tail)
    smooth = _trailing_mean(safe)
    end = smooth[:, -1]
    offset = SMOOTH_EPOCHS - 1
    near = smooth >= end[:, np.newaxis] - 0.5 * point
    best = np.argmax(smooth, axis=1)
    drop = smooth[np.arange(k), best] - end
    # The difference of two means of five epochs each.
    error = noise * math.sqrt(2 / SMOOTH_EPOCHS)
    overfitting = (best + offset + 1 < 0.75 * epochs) & (drop > np.maximum(point, 2 * error))
    return CurveFacts(
        improving=whole & _improving(tail, epochs, point),
        saturated_at=np.where(whole, np.argmax(near, axis=1) + offset + 1, epochs),
        overfitting=whole & overfitting,
        best_epoch=best + offset + 1,
        drop=np.where(whole, drop, 0.0),
        step_noise=np.where(whole, noise, np.nan),
    )


def step_noise(tail: Floats) -> Floats:
    """Return (k,) the noise of single epochs of `tail`: (k, m), m >= 3.

    First differences remove the trend and double the variance, hence the square root of two.
    """
    return np.asarray(np.std(np.diff(tail, axis=1), axis=1, ddof=1) / math.sqrt(2))


def _improving(tail: Floats, epochs: int, point: float) -> Bools:
    """Least-squares slope: t > 2, and worth more than a point in a quarter of the epochs."""
    m = tail.shape[1]
    x = np.arange(m) - (m - 1) / 2
    sxx = float(x @ x)
    centred = tail - tail.mean(axis=1, keepdims=True)
    slope = centred @ x / sxx
    residual = ((centred - slope[:, np.newaxis] * x) ** 2).sum(axis=1)
    error = np.sqrt(np.maximum(residual, 0.0) / (m - 2) / sxx)
    return np.asarray((slope > 2 * error) & (slope * 0.25 * epochs > point))


def _trailing_mean(curves: Floats) -> Floats:
    """Return (k, epochs - 4): the mean of each five epochs in a row."""
    windows = np.lib.stride_tricks.sliding_window_view(curves, SMOOTH_EPOCHS, axis=1)
    return np.asarray(windows.mean(axis=2))
