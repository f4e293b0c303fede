"""The race of `finish`: who is in, who drops out, ties, preference, the final line."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from tuitune.advice.race import (
    STAGES,
    compare,
    contenders,
    final_line,
    instability,
    neighbourhood,
    prefer,
    standard_error,
    standings,
)


def test_contenders_are_the_ten_best_finite_ones() -> None:
    scores = {n: n / 100 for n in range(1, 31)}
    scores[40] = math.nan
    scores[41] = 0.30
    assert contenders(scores) == (30, 41, 29, 28, 27, 26, 25, 24, 23, 22)
    assert contenders({}) == ()
    assert [(stage.repeats, stage.keep) for stage in STAGES] == [(3, 5), (5, 2), (10, 1)]


def test_paired_rule_drops_who_is_worse_than_the_leader() -> None:
    seeds = np.array([0.00, 0.05, -0.04])  # what a seed does to every contender
    repeats = {
        1: (0.80 + seeds).tolist(),
        2: (0.79 + seeds + [0.011, -0.012, 0.002]).tolist(),
        3: (0.70 + seeds + [0.001, -0.002, 0.0]).tolist(),
        4: [0.9, 0.9, math.nan],
    }
    found = standings(repeats, keep=5)
    assert [s.trial for s in found] == [1, 2, 3, 4]
    assert [bool(s.dropped) for s in found] == [False, False, True, True]
    differences = np.array(repeats[1]) - np.array(repeats[2])
    expected = stats.t.ppf(0.95, 2) * differences.std(ddof=1) / math.sqrt(3)
    assert found[1].allowed == pytest.approx(expected)
    assert found[3].mean == -math.inf


def test_rank_rule_and_single_repeats() -> None:
    repeats = {n: [0.8 - 0.001 * n] for n in range(1, 9)}
    found = standings(repeats, keep=5)
    assert [s.dropped for s in found] == [""] * 5 + ["beyond rank 5"] * 3
    assert math.isnan(found[0].error)
    with pytest.raises(ValueError, match="equal numbers"):
        standings({1: [0.1], 2: [0.1, 0.2]}, keep=5)
    with pytest.raises(ValueError, match="equal numbers"):
        standings({}, keep=5)


def test_ties_by_interval_or_delta() -> None:
    rng = np.random.default_rng(0)
    a = 0.8 + rng.normal(0, 0.01, 8)
    far = compare(1, 2, {1: a.tolist(), 2: (a - 0.05).tolist()}, delta=0.005)
    assert not far.tie
    assert far.text == "trial 1 beats trial 2 by .050 [.050, .050] over 8 paired repeats"
    near = compare(1, 2, {1: a.tolist(), 2: (a - 0.004).tolist()}, delta=0.005)
    assert near.tie
    noisy = compare(1, 2, {1: a.tolist(), 2: (0.8 + rng.normal(0, 0.01, 8)).tolist()}, delta=0.0)
    assert noisy.tie == (noisy.low <= 0 <= noisy.high)
    assert "tie" in near.text
    single = compare(1, 2, {1: [0.9], 2: [0.5]}, delta=0.0)
    assert single.tie
    broken = compare(1, 2, {1: [0.9, 0.9], 2: [0.5, math.nan]}, delta=0.0)
    assert not broken.tie
    assert "diverged" in broken.text
    with pytest.raises(ValueError, match="equal numbers"):
        compare(1, 2, {1: [0.9], 2: []}, delta=0.0)


def test_a_tie_goes_to_the_plateau_and_not_to_the_spike() -> None:
    rng = np.random.default_rng(0)
    points = {n: rng.random(2) for n in range(3, 60)}
    scores = {n: 0.8 if p[0] < 0.5 else 0.3 for n, p in points.items()}
    points |= {1: np.array([0.8, 0.5]), 2: np.array([0.2, 0.5])}
    scores |= {1: 0.9, 2: 0.9}
    assert prefer([1, 2], points, scores) == 2
    others = np.array([points[n] for n in range(3, 60)])
    values = np.array([scores[n] for n in range(3, 60)])
    assert neighbourhood(points[2], others, values) == pytest.approx(0.8)
    assert prefer([7], {7: np.zeros(2)}, {7: 0.5}) == 7
    assert prefer([2, 1], {1: np.zeros(2)}, {}) == 2
    assert math.isnan(neighbourhood(np.zeros(2), np.zeros((0, 2)), np.zeros(0)))


def test_final_line() -> None:
    race = [0.861 + d for d in (-0.0134, 0.0134, 0.0, -0.0134, 0.0134)]
    line = final_line(0.895, race, 0.848, 5000)
    assert line == "validation (selected) .895 -> race .861 +- .006 -> test .848 [.838, .858]"
    assert standard_error(race) == pytest.approx(0.006, abs=1e-4)
    assert final_line(2.5, [], None) == "validation (selected) 2.5"
    assert final_line(0.5, [0.4], 0.3) == "validation (selected) .500 -> race .400 -> test .300"


def test_networks_of_two_kinds_are_told_from_those_that_seeds_explain() -> None:
    assert instability(()) == ""
    assert instability((0.83,)) == ""
    assert instability((0.8235, 0.8394, 0.8369)) == ""
    assert instability((0.8327, 0.6898, 0.6715)) == (
        "the 3 networks score .671 to .833: training is unstable at this point, another one may be "
        "safer"
    )
