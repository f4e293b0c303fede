"""The statements about a session as a whole: curves, noise, stopping, resolution, budget."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from tuitune.advice.bestof import best_of
from tuitune.advice.curves import judge_curves
from tuitune.advice.evidence import Evidence, worst_for_diverged
from tuitune.advice.noise import SeedNoise, judge_stopping, noise_floor, pooled_noise
from tuitune.advice.records import ACT, REPEATED, Statement
from tuitune.advice.statistics import best_interval, mean_ranks, separable_difference
from tuitune.advice.text import amount, score_text
from tuitune.advice.top import MIN_TOP
from tuitune.advice.view import FULL, AdviceInput
from tuitune.model.session import ENOUGH_OF_A_LENGTH
from tuitune.words import plural

TYPICAL_ACCURACY = 0.83
"""Stands in for the best accuracy until there is one."""
DELTA_POINTS = 0.5
"""The smallest gain that is worth another round."""
FEW_CURVES = 5
IMPROVING = 0.5
"""The share of the best trials that improve still, from which more epochs are proposed."""


FIRST_ROUND_TRIALS = 100
"""Of the book's one round (Saito, *Deep Learning from Scratch*, section 6.5)."""


TRIALS_A_PARAMETER = 16
LEAST_TRIALS, MOST_TRIALS = 32, 128


def suggested_trials(parameters: int) -> int:
    """Return how many trials the next round should have for so many parameters that matter.

    16 for every free one that has another verdict than no effect or freeze, at least 32, at most
    128 (NARROWING.md, section 1).
    """
    return min(MOST_TRIALS, max(LEAST_TRIALS, TRIALS_A_PARAMETER * parameters))


def point_of(evidence: Evidence) -> float:
    """Return what counts as one point of the metric.

    A hundredth of an accuracy; of another metric a hundredth of the way from the median to the
    best trial of the box.
    """
    if evidence.view.accuracy:
        return 0.01
    scores = evidence.population.scores[evidence.population.ranked] / 100
    return float(scores[0] - np.median(scores)) if len(scores) else 0.0


def size_statements(evidence: Evidence) -> Iterator[Statement]:
    """Yield that there are too few trials to say anything, where that is so."""
    population = evidence.population
    if not population.too_early:
        return
    have, full, missing = len(population.rows), len(population.full), population.missing
    more = f"{plural(missing, 'more trial')} before anything can be said"
    text = f"no advice yet: {more}"
    if have:
        text = f"too early: {plural(have, 'trial')} in the ranges, {full} of full length: {more}"
    yield Statement(
        None,
        "wait",
        text,
        {"trials": float(have), "full": float(full), "missing": float(missing)},
        key="space",
        weight=94.0,
    )


def resolution_statements(evidence: Evidence) -> Iterator[Statement]:
    """Yield what the number of validation samples can tell apart, and the best score's interval."""
    view = evidence.view
    if view.samples is None:
        return
    population = evidence.population
    best = population.ranked[:1]
    accuracy = float(population.scores[best[0]]) * view.sign if len(best) else TYPICAL_ACCURACY
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
        among = len(population.ranked)
        low, high = best_interval(accuracy, view.samples, among)
        yield Statement(
            parameter=None,
            kind="interval",
            text=(
                f"best score {score_text(accuracy)} of {view.samples} samples: "
                f"[{score_text(low)}, {score_text(high)}] with 95 %, the luck of being the best of "
                f"{among} included"
            ),
            numbers={"score": accuracy, "low": low, "high": high, "among": float(among)},
            trials=tuple(population.numbers[best].tolist()),
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
    # What was set already need not be said again.
    settled = view.lengths is not None and view.lengths.next != view.epochs
    improving, overfitting = float(facts.improving.mean()), float(facts.overfitting.mean())
    if improving >= IMPROVING and not settled:
        more = 2 * view.epochs
        text = (
            f"{100 * improving:.0f} % of the best trials are still improving at epoch {view.epochs}"
        )
        yield Statement(
            parameter=None,
            kind="improving",
            text=f"{text}: more epochs",
            numbers={"share": improving, "epochs": float(view.epochs), "next": float(more)},
            trials=tuple(numbers[facts.improving].tolist()),
            key=ACT,
            command=f"set NAME --epochs {more}",
            weight=40.0 + 30.0 * improving,
        )
    saturated = float(np.median(facts.saturated_at))
    if improving < IMPROVING and saturated <= 0.7 * view.epochs and not settled:
        fewer = _rounded_up(saturated)
        yield Statement(
            parameter=None,
            kind="saturated",
            text=(
                f"the best trials are within half a point of their end from epoch {saturated:.0f} "
                f"of {view.epochs}: fewer epochs would rank them as well"
            ),
            numbers={"epoch": saturated, "epochs": float(view.epochs), "next": float(fewer)},
            trials=tuple(numbers.tolist()),
            key=ACT,
            command=f"set NAME --epochs {fewer}",
            weight=35.0,
        )
    if improving < IMPROVING and overfitting >= 0.25 and not settled:
        drop = float(np.median(facts.drop[facts.overfitting]))
        epoch = float(np.median(facts.best_epoch[facts.overfitting]))
        fewer = _rounded_up(epoch)
        yield Statement(
            parameter=None,
            kind="overfitting",
            text=(
                f"{100 * overfitting:.0f} % of the best trials were better at "
                f"epoch {epoch:.0f}, by {amount(drop, view.accuracy)}: "
                "fewer epochs or more regularisation"
            ),
            numbers={
                "share": overfitting,
                "drop": drop,
                "epoch": epoch,
                "next": float(fewer),
            },
            trials=tuple(numbers[facts.overfitting].tolist()),
            key=ACT,
            command=f"set NAME --epochs {fewer}",
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


def _rounded_up(epoch: float) -> int:
    """Return a number of epochs that a person would type: the next multiple of 5 from 10 on."""
    return math.ceil(epoch) if epoch <= 10 else 5 * math.ceil(epoch / 5)


def length_statements(view: AdviceInput) -> Iterator[Statement]:
    """Yield at which length trials are ranked, and whether another one ranks them alike.

    Agreement is Spearman's rank correlation over the trials that have a value at both.
    """
    lengths = view.lengths
    if lengths is None:
        return
    numbers: dict[str, float | None] = {
        "epochs": float(lengths.epochs),
        "other": float(lengths.other),
        "trials": float(len(lengths.both)),
    }
    parts = []
    if lengths.next != lengths.epochs:
        missing = max(ENOUGH_OF_A_LENGTH - lengths.reached, 0)
        more = f"{plural(missing, 'more trial')} of {plural(lengths.next, 'epoch')}"
        parts.append(
            f"ranked at epoch {lengths.epochs} until {more} {'is' if missing == 1 else 'are'} done"
        )
    else:
        parts.append(f"ranked at epoch {lengths.epochs}: shorter trials stand below, unranked")
    if len(lengths.both) >= FEW_CURVES:
        here, there = mean_ranks(lengths.both[:, 0]), mean_ranks(lengths.both[:, 1])
        if np.ptp(here) and np.ptp(there):
            agreement = float(np.corrcoef(here, there)[0, 1])
            numbers["agreement"] = agreement
            parts.append(
                f"the ranks at epochs {lengths.epochs} and {lengths.other} agree by "
                f"{score_text(agreement)} (1: alike) in {plural(len(lengths.both), 'trial')}"
            )
    yield Statement(None, "lengths", "; ".join(parts), numbers, weight=38.0)


def seed_noise(view: AdviceInput, scores_mean: float) -> SeedNoise | None:
    """Return the noise of repeats in the box, or its floor; None where neither is known."""
    rows = np.flatnonzero(view.in_box & (view.kinds == FULL))
    _, index, counts = np.unique(view.points[rows], return_inverse=True, return_counts=True)
    groups = [view.scores[rows[index == i]] for i in np.flatnonzero(counts > 1)]
    pooled = pooled_noise(groups)
    if pooled is not None or view.samples is None:
        return pooled
    return noise_floor(scores_mean, view.samples)


def repeat_statements(evidence: Evidence) -> Iterator[Statement]:
    """Yield that the best points trained again would measure the luck with the seed.

    Once a study: not where any point was trained again.
    """
    view, population = evidence.view, evidence.population
    full = view.kinds == FULL
    _, counts = np.unique(view.points[full], return_counts=True)
    if population.too_early or len(population.ranked) < REPEATED or np.any(counts > 1):
        return
    known = "only a lower bound, by the number of validation samples"
    if view.samples is None:
        known = "not known"
    yield Statement(
        parameter=None,
        kind="repeat",
        text=(
            f"what luck with the seed does is {known}: the best {REPEATED} trained once more, on "
            "new seeds, would measure it"
        ),
        numbers={"repeats": float(REPEATED)},
        trials=tuple(population.numbers[population.ranked[:REPEATED]].tolist()),
        key=ACT,
        command=f"enqueue NAME --best {REPEATED}",
        weight=21.0,
    )


def stopping_statements(evidence: Evidence) -> Iterator[Statement]:
    """Yield whether the better trials in the box differ by more than luck.

    Not said where less than half of the trials ran to their end.
    """
    view, population = evidence.view, evidence.population
    if population.too_early or not len(population.ranked):
        return
    scores = population.scores[population.ranked]
    better = scores[: (len(population.box) + 1) // 2]
    noise = seed_noise(view, float(better.mean()) * view.sign)
    point = point_of(evidence)
    lost = len(population.box) - len(scores)
    test = None if noise is None else judge_stopping(scores, lost, noise, DELTA_POINTS * point)
    if test is None:
        return
    spread, sigma = amount(test.spread, view.accuracy), amount(test.noise.sigma, view.accuracy)
    if test.stop:
        text = (
            f"the better trials inside differ by {spread}, no more than luck with the seed "
            f"({sigma}): stop narrowing, race the best"
        )
    else:
        text = f"the better trials inside differ by {spread}; luck with the seed alone by {sigma}"
    if test.noise.floor:
        text += " (at least: no point was trained twice)"
    yield Statement(
        parameter=None,
        kind="stop" if test.stop else "noise",
        text=text,
        numbers={
            "spread": test.spread,
            "noise": test.noise.sigma,
            "noise_df": test.noise.df if math.isfinite(test.noise.df) else None,
            "floor": float(test.noise.floor),
            "p": test.p,
            "gain": test.gain,
            "delta": DELTA_POINTS * point,
        },
        trials=tuple(population.numbers[population.ranked[:12]].tolist()),
        key="E" if test.stop else "",
        command="finish NAME" if test.stop else "",
        weight=95.0 if test.stop else 15.0,
    )


def budget_statements(evidence: Evidence) -> Iterator[Statement]:
    """Yield what the last doubling of the trials brought, as a bound for the next one.

    Only of trials that were drawn evenly: others were chosen to be better.
    """
    view, population = evidence.view, evidence.population
    n = len(population.rows)
    if population.weak or len(population.full) < 2 * MIN_TOP:
        return
    scores = worst_for_diverged(population, population.rows)
    half, full = best_of(scores, n // 2), best_of(scores, n)
    gain = max(full - half, 0.0)
    if gain < 1e-9 * max(abs(full), 1.0):
        gain = 0.0  # of equal scores nothing but rounding is left
    yield Statement(
        parameter=None,
        kind="budget",
        text=(
            f"the last doubling, from {n // 2} to {n} trials, brought "
            f"{amount(gain, view.accuracy)}, luck with the seed included; doubling again in these "
            "ranges would on average bring less"
        ),
        numbers={
            "trials": float(n),
            "best_of_half": half * view.sign,
            "best_of_all": full * view.sign,
            "gain": gain,
        },
        trials=tuple(population.numbers[population.top[:1]].tolist()),
        weight=22.0,
    )
