"""The statements about a session as a whole: curves, noise, stopping, resolution, budget."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

import numpy as np

from tuitune.advice.bestof import best_of
from tuitune.advice.curves import judge_curves
from tuitune.advice.evidence import Evidence, worst_for_diverged
from tuitune.advice.noise import SeedNoise, judge_stopping, noise_floor, pooled_noise
from tuitune.advice.records import Statement, Verdict
from tuitune.advice.statistics import separable_difference, wilson
from tuitune.advice.text import amount, p_text, score_text
from tuitune.advice.top import MIN_TOP
from tuitune.advice.view import FULL, AdviceInput
from tuitune.words import plural

TYPICAL_ACCURACY = 0.83
"""Stands in for the best accuracy until there is one."""
DELTA_POINTS = 0.5
"""The smallest gain that is worth another round."""
LEARNING_RATE = re.compile(r"(lr|learning_?rate|eta)", re.IGNORECASE)
FEW_CURVES = 5


FIRST_ROUND_TRIALS = 100
"""Of the book's one round (Saito, *Deep Learning from Scratch*, section 6.5)."""


def suggested_trials(dimensions: int) -> int:
    """Return how many trials a round should have for so many parameters that are not frozen."""
    return 32 if dimensions <= 3 else 64 if dimensions <= 6 else 128


def point_of(evidence: Evidence) -> float:
    """Return what counts as one point of the metric.

    A hundredth of an accuracy; of another metric a hundredth of the way from the median to the
    best trial of the box.
    """
    if evidence.view.accuracy:
        return 0.01
    scores = evidence.view.scores[evidence.pool.ranked]
    return 0.01 * float(scores[0] - np.median(scores)) if len(scores) else 0.0


def size_statements(evidence: Evidence) -> Iterator[Statement]:
    """Yield what the number of trials allows: a warning, and the number for a round."""
    view = evidence.view
    d = len(view.space.free_names)
    have = len(evidence.own.rows)
    suggested = suggested_trials(d)
    numbers: dict[str, float | None] = {
        "trials": float(have),
        "parameters": float(d),
        "least": 10.0 * d,
        "suggested": float(suggested),
    }
    if len(evidence.pool.ranked) < MIN_TOP:
        text = f"no verdict before {MIN_TOP} trials are done in the box; run about {suggested}"
        yield Statement(None, "wait", text, numbers, key="space", weight=75.0)
    elif have < 10 * d:
        text = (
            f"{plural(have, 'trial')} of these ranges for {plural(d, 'parameter')}: verdicts are "
            f"shaky below {10 * d}; a round of {suggested} is good"
        )
        yield Statement(None, "few-trials", text, numbers, key="space", weight=52.0)


def resolution_statements(evidence: Evidence) -> Iterator[Statement]:
    """Yield what the number of validation samples can tell apart, and the best score's interval."""
    view = evidence.view
    if view.samples is None:
        return
    best = evidence.pool.ranked[:1]
    accuracy = float(view.scores[best[0]]) * view.sign if len(best) else TYPICAL_ACCURACY
    accuracy = min(1.0, max(0.0, accuracy))
    least = separable_difference(accuracy, view.samples)
    yield Statement(
        parameter=None,
        kind="resolution",
        text=(
            f"{view.samples} validation samples: two trials can't be told apart below about "
            f"{amount(least, True)}"
        ),
        numbers={"samples": float(view.samples), "difference": least, "accuracy": accuracy},
        weight=25.0 if len(best) else 70.0,
    )
    if len(best):
        low, high = wilson(accuracy, view.samples)
        yield Statement(
            parameter=None,
            kind="interval",
            text=(
                f"best score {score_text(accuracy)} of {view.samples} samples: "
                f"[{score_text(low)}, {score_text(high)}] with 95 %"
            ),
            numbers={"score": accuracy, "low": low, "high": high},
            trials=tuple(view.numbers[best].tolist()),
            weight=18.0,
        )


def curve_statements(evidence: Evidence) -> Iterator[Statement]:
    """Yield whether the best trials still improve, are done early, or overfit; and their noise."""
    view = evidence.view
    point = point_of(evidence)
    facts = judge_curves(view.curves, point)
    if facts is None or len(view.curves) < FEW_CURVES:
        return
    numbers = view.numbers[view.curve_rows]
    improving, overfitting = float(facts.improving.mean()), float(facts.overfitting.mean())
    if improving > 0:
        rates = [name for name in view.space.free_names if LEARNING_RATE.fullmatch(name)]
        way = f"more epochs, or a higher {rates[0]}" if rates else "more epochs"
        text = (
            f"{100 * improving:.0f} % of the best trials are still improving at epoch {view.epochs}"
        )
        yield Statement(
            parameter=None,
            kind="improving",
            text=f"{text}: {way}" if improving >= 0.5 else text,
            numbers={"share": improving, "epochs": float(view.epochs)},
            trials=tuple(numbers[facts.improving].tolist()),
            weight=40.0 + 30.0 * improving,
        )
    saturated = float(np.median(facts.saturated_at))
    if improving < 0.5 and saturated <= 0.7 * view.epochs:
        yield Statement(
            parameter=None,
            kind="saturated",
            text=(
                f"the best trials are within half a point of their end from epoch {saturated:.0f} "
                f"of {view.epochs}: fewer epochs would rank them as well"
            ),
            numbers={"epoch": saturated, "epochs": float(view.epochs)},
            trials=tuple(numbers.tolist()),
            weight=35.0,
        )
    if overfitting >= 0.25:
        drop = float(np.median(facts.drop[facts.overfitting]))
        epoch = float(np.median(facts.best_epoch[facts.overfitting]))
        yield Statement(
            parameter=None,
            kind="overfitting",
            text=(
                f"{100 * overfitting:.0f} % of the best trials were better at "
                f"epoch {epoch:.0f}, by {amount(drop, view.accuracy)}: "
                "fewer epochs or more regularisation"
            ),
            numbers={"share": overfitting, "drop": drop, "epoch": epoch},
            trials=tuple(numbers[facts.overfitting].tolist()),
            weight=30.0 + 30.0 * overfitting,
        )
    if np.isfinite(facts.step_noise).any():
        noise = float(np.nanmedian(facts.step_noise))
        yield Statement(
            parameter=None,
            kind="step-noise",
            text=f"one epoch's score of the best trials varies by {amount(noise, view.accuracy)}",
            numbers={"noise": noise},
            trials=tuple(numbers.tolist()),
            weight=8.0,
        )


def seed_noise(view: AdviceInput, scores_mean: float) -> SeedNoise | None:
    """Return the noise of repeats in the box, or its floor; None where neither is known."""
    rows = np.flatnonzero(view.in_box & (view.kinds == FULL))
    _, index, counts = np.unique(view.points[rows], return_inverse=True, return_counts=True)
    groups = [view.scores[rows[index == i]] for i in np.flatnonzero(counts > 1)]
    pooled = pooled_noise(groups)
    if pooled is not None or view.samples is None:
        return pooled
    return noise_floor(scores_mean, view.samples)


def stopping_statements(evidence: Evidence, verdicts: Mapping[str, Verdict]) -> Iterator[Statement]:
    """Yield whether the better trials in the box differ by more than luck.

    Not said while a range is to expand, nor where less than half of the trials ran to their end.
    """
    view, pool = evidence.view, evidence.pool
    expanding = any(verdict.kind.startswith("expand") for verdict in verdicts.values())
    if expanding or not len(pool.ranked):
        return
    scores = view.scores[pool.ranked]
    better = scores[: (len(pool.rows) + 1) // 2]
    noise = seed_noise(view, float(better.mean()) * view.sign)
    point = point_of(evidence)
    lost = len(pool.rows) - len(scores)
    test = None if noise is None else judge_stopping(scores, lost, noise, DELTA_POINTS * point)
    if test is None:
        return
    tag = " (floor)" if test.noise.floor else ""
    text = (
        f"inside the box: spread {amount(test.spread, view.accuracy)}, seed noise "
        f"{_bare(test.noise.sigma, view.accuracy)}{tag} ({p_text(test.p)})"
    )
    yield Statement(
        parameter=None,
        kind="stop" if test.stop else "noise",
        text=f"{text}: stop narrowing, race the top 10" if test.stop else text,
        numbers={
            "spread": test.spread,
            "noise": test.noise.sigma,
            "noise_df": test.noise.df if math.isfinite(test.noise.df) else None,
            "floor": float(test.noise.floor),
            "p": test.p,
            "gain": test.gain,
            "delta": DELTA_POINTS * point,
        },
        trials=tuple(view.numbers[pool.ranked[:10]].tolist()),
        command="finish NAME" if test.stop else "",
        weight=95.0 if test.stop else 15.0,
    )


def _bare(x: float, accuracy: bool) -> str:
    return amount(x, accuracy).removesuffix(" points")


def budget_statements(evidence: Evidence) -> Iterator[Statement]:
    """Yield what the last doubling of the trials brought, as a bound for the next one."""
    view, own = evidence.view, evidence.own
    n = len(own.rows)
    if len(own.ranked) < 2 * MIN_TOP:
        return
    scores = worst_for_diverged(view, own.rows)
    half, full = best_of(scores, n // 2), best_of(scores, n)
    gain = full - half
    yield Statement(
        parameter=None,
        kind="budget",
        text=(
            f"the last doubling, from {n // 2} to {n} trials, brought "
            f"{amount(gain, view.accuracy)}; doubling again in this box would bring less"
        ),
        numbers={
            "trials": float(n),
            "best_of_half": half * view.sign,
            "best_of_all": full * view.sign,
            "gain": gain,
        },
        trials=tuple(view.numbers[own.ranked[:1]].tolist()),
        weight=22.0,
    )
