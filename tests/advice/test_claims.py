"""Numbers that a person could quote from the screen, each against a simulation of what it claims.

That of the race is in `tests/bench/test_races.py`; levels and powers of verdicts are in
`test_properties.py` and `test_statistics.py`.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtri

from tuitune.advice.bestof import best_of
from tuitune.advice.noise import pooled_noise
from tuitune.advice.statistics import best_interval, separable_difference, wilson
from tuitune.bench.replay import load_curves, replay_rounds

SAMPLES = 100
ROUNDS = 400


def scores_on_shared_samples(
    accuracies: np.ndarray, correlation: float, rng: np.random.Generator, samples: int = SAMPLES
) -> np.ndarray:
    """Return which samples each model gets right: (models, samples) bool.

    Some samples are hard for all: what decides about a sample correlates by `correlation`.
    """
    shared = rng.standard_normal(samples)
    own = rng.standard_normal((len(accuracies), samples))
    hard = math.sqrt(correlation) * shared + math.sqrt(1 - correlation) * own
    return np.asarray(hard < ndtri(accuracies)[:, None])


@pytest.mark.parametrize("spread", [0.0, 0.02, 0.05])
@pytest.mark.parametrize("correlation", [0.0, 0.7])
@pytest.mark.parametrize("trials", [12, 100])
def test_the_best_score_lies_where_it_is_said_to(
    spread: float, correlation: float, trials: int
) -> None:
    """`best score .90 of 100 samples: [.74, .94] with 95 %`."""
    rng = np.random.default_rng([trials, int(100 * spread), int(10 * correlation)])
    held = own = 0
    for _ in range(ROUNDS):
        truth = np.clip(0.8 + spread * rng.standard_normal(trials), 0.01, 0.99)
        seen = scores_on_shared_samples(truth, correlation, rng).mean(axis=1)
        best = int(seen.argmax())
        low, high = best_interval(float(seen[best]), SAMPLES, trials)
        held += low <= truth[best] <= high
        low, high = wilson(float(seen[best]), SAMPLES)
        own += low <= truth[best] <= high
    assert held >= 0.95 * ROUNDS
    assert own < held, "that of a single score would hold it less often"


def test_one_score_lies_in_its_interval() -> None:
    """Wilson's interval of a single score, of the test set for example."""
    rng = np.random.default_rng(1)
    truth = rng.uniform(0.05, 0.98, 5_000)
    seen = rng.binomial(SAMPLES, truth) / SAMPLES
    ends = np.array([wilson(float(share), SAMPLES) for share in seen])
    held = float(np.mean((ends[:, 0] <= truth) & (truth <= ends[:, 1])))
    assert 0.94 <= held <= 0.97


@pytest.mark.parametrize("accuracy", [0.7, 0.83, 0.9])
def test_two_trials_can_not_be_told_apart_below(accuracy: float) -> None:
    """At the difference that is said, a paired test finds it in four of five; at half in one of
    three, and without one in one of twenty."""
    rng = np.random.default_rng(int(100 * accuracy))
    samples = 400  # so that the higher of the two stays below 1
    least = separable_difference(accuracy, samples)
    # Right and wrong correlate by .7 where what decides about it correlates by about .9.
    power = {share: _told_apart(accuracy, share * least, samples, rng) for share in (0.0, 0.5, 1.0)}
    assert power[0.0] <= 0.08
    assert 0.2 <= power[0.5] <= 0.5
    assert 0.7 <= power[1.0] <= 0.9


def _told_apart(
    accuracy: float, difference: float, samples: int, rng: np.random.Generator
) -> float:
    """Return how often two models on the same samples are told apart by McNemar's test at 5 %."""
    pair = np.array([accuracy - difference / 2, accuracy + difference / 2])
    found = 0
    for _ in range(ROUNDS):
        right = scores_on_shared_samples(pair, 0.9, rng, samples)
        one, other = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
        found += one + other > 0 and abs(one - other) / math.sqrt(max(one + other, 1)) > 1.96
    return found / ROUNDS


@pytest.mark.parametrize("kind", ["normal", "uniform", "rounded"])
def test_the_next_doubling_brings_less_on_average(kind: str) -> None:
    """`the last doubling, from 32 to 64 trials, brought 1.2 points ...`."""
    rng = np.random.default_rng(5)

    def draw(count: int) -> np.ndarray:
        if kind == "normal":
            return rng.normal(0.8, 0.03, count)
        return rng.random(count) if kind == "uniform" else np.round(rng.beta(5, 2, count), 2)

    said, last, following = [], [], []
    for _ in range(1_500):
        first, second, more = draw(32), draw(32), draw(64)
        scores = np.concatenate([first, second])
        said.append(best_of(scores, 64) - best_of(scores, 32))
        last.append(max(second.max() - first.max(), 0.0))
        following.append(max(more.max() - scores.max(), 0.0))
    assert np.mean(said) == pytest.approx(np.mean(last), rel=0.1), "unbiased"
    assert np.mean(following) < np.mean(said)


@pytest.mark.parametrize("pruner", ["median", "pause", "asha eta=2 grace=3"])
def test_the_epochs_that_are_said_to_be_saved_were_saved(pruner: str) -> None:
    """`saved 49 % of epochs`, against the same trials without a pruner."""
    for found in replay_rounds(load_curves(), pruner, rounds=4):
        assert found.said_saved == pytest.approx(1 - found.epochs / found.all_epochs, abs=0.02)


def test_the_luck_with_the_seed_is_what_repeats_say() -> None:
    """`luck with the seed (3.3 points)`: pooled over points that were trained again."""
    rng = np.random.default_rng(8)
    found = []
    for _ in range(ROUNDS):
        groups = [rng.normal(rng.random(), 0.03, int(rng.integers(2, 6))) for _ in range(5)]
        noise = pooled_noise(groups)
        assert noise is not None
        found.append(noise.sigma**2)
    assert math.sqrt(np.mean(found)) == pytest.approx(0.03, rel=0.03)
