"""The formulas against SciPy, published values and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from tuitune.advice import statistics as st
from tuitune.advice.bestof import best_of
from tuitune.advice.density import dense_interval, find_split


def test_normal_t_and_f_tails_are_those_of_scipy() -> None:
    assert st.normal_quantile(0.975) == pytest.approx(st.CONFIDENCE_Z)
    assert st.f_tail(2.5, 4, 95) == pytest.approx(stats.f.sf(2.5, 4, 95))
    assert st.f_tail(1.3, 19, math.inf) == pytest.approx(stats.chi2.sf(1.3 * 19, 19))
    assert st.t_quantile(0.95, 2) == pytest.approx(stats.t.ppf(0.95, 2))


@pytest.mark.parametrize("n", [5, 15, 150])
@pytest.mark.parametrize("scale", [0.6, 0.9, 1.2, 1.6, 2.2])
def test_kolmogorov_smirnov_tail_is_near_the_exact_one(n: int, scale: float) -> None:
    distance = scale / math.sqrt(n)
    exact = stats.kstwo.sf(distance, n)
    assert st.ks_tail(distance, n) == pytest.approx(exact, abs=0.021 if exact > 0.3 else 0.006)


def test_the_mean_and_the_spread_of_a_top_that_means_nothing_have_their_level() -> None:
    rng = np.random.default_rng(0)
    zs, ps = [], []
    for _ in range(4000):
        skewed = rng.beta(3, 1, 64)
        zs.append(st.mean_z(skewed, skewed[:10]))
        even = rng.random(64)
        ps.append(st.spread_p(even, even[:10]))
    assert np.mean(np.array(zs) > 1.645) == pytest.approx(0.05, abs=0.015)
    assert np.mean(np.array(ps) < 0.05) == pytest.approx(0.05, abs=0.02)
    assert np.mean(np.array(ps) < 0.2) == pytest.approx(0.2, abs=0.04)


def test_normal_scores_stand_at_a_floor_below_the_median() -> None:
    scores = np.array([5.0, 4.0, 3.0, 2.0, 1.0, 9.0])
    full = np.array([True, True, True, True, True, False])
    found = st.normal_scores(scores, full)
    assert np.all(np.diff(found[:3]) < 0)
    assert found[3] == found[4] == found[5] == pytest.approx(stats.norm.ppf(0.5))
    most = st.normal_scores(scores, np.array([True] + [False] * 5))
    assert most[1] == pytest.approx(stats.norm.ppf(5 / 6))


def test_the_upper_bound_of_a_share_is_held_nine_times_in_ten() -> None:
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(300):
        x = rng.integers(0, 4, 64)
        y = 0.4 * (x - 1.5) / np.sqrt(1.25) + np.sqrt(1 - 0.16) * rng.normal(size=64)
        p = stats.f_oneway(*(y[x == level] for level in range(4))).pvalue
        held += st.effect_upper(float(p), 64, 4) >= 0.16
    assert held / 300 >= 0.86


def test_hypergeometric_and_fisher_are_those_of_scipy() -> None:
    assert st.hypergeometric_none(100, 30, 15) == pytest.approx(stats.hypergeom.pmf(0, 100, 30, 15))
    assert st.hypergeometric_none(20, 18, 5) == 0.0
    for table in ([[9, 2], [0, 40]], [[3, 5], [4, 30]], [[1, 0], [8, 1]]):
        expected = stats.fisher_exact(table, alternative="greater").pvalue
        assert st.fisher_tail(*table[0], *table[1]) == pytest.approx(expected)


def test_wilson_interval_of_83_of_100() -> None:
    assert st.wilson(0.83, 100) == pytest.approx((0.745, 0.891), abs=5e-4)
    assert st.wilson(1.0, 10)[1] == pytest.approx(1.0)
    assert st.wilson(0.0, 10)[0] == 0.0


def test_a_hundred_samples_tell_eight_points_apart() -> None:
    assert st.separable_difference(0.83, 100) == pytest.approx(0.08, abs=0.003)
    assert st.separable_difference(0.83, 400) == pytest.approx(
        st.separable_difference(0.83, 100) / 2
    )


@pytest.mark.parametrize(("m", "expected"), [(1, 2.5), (2, 10 / 3), (4, 4.0)])
def test_best_of_m_of_four(m: int, expected: float) -> None:
    assert best_of(np.array([3.0, 1.0, 4.0, 2.0]), m) == pytest.approx(expected)


def test_best_of_m_is_the_mean_over_all_subsets_and_refuses_the_rest() -> None:
    y = np.random.default_rng(3).normal(size=60)
    picks = np.random.default_rng(4).permuted(np.tile(np.arange(60), (20_000, 1)), axis=1)[:, :7]
    assert best_of(y, 7) == pytest.approx(y[picks].max(axis=1).mean(), abs=0.02)
    assert best_of(y, 60) == y.max()
    for m in (0, 61):
        with pytest.raises(ValueError, match="best of m"):
            best_of(y, m)


@pytest.mark.parametrize("points", [8, 15])
def test_largest_gap_tail_is_what_simulation_gives(points: int) -> None:
    u = np.sort(np.random.default_rng(points).random((20_000, points)), axis=1)
    gaps = np.diff(u, axis=1).max(axis=1) / (u[:, -1] - u[:, 0])
    for gap in np.quantile(gaps, [0.05, 0.5, 0.95, 0.99]):
        seen = float(np.mean(gaps > gap))
        assert st.largest_gap_tail(float(gap), points) == pytest.approx(seen, abs=0.012)


def test_a_gap_in_the_top_is_a_split_only_where_other_trials_lie_in_it() -> None:
    top = np.concatenate([np.linspace(0.05, 0.15, 7), np.linspace(0.85, 0.95, 8)])
    others = np.linspace(0, 1, 85)
    split = find_split(top, others)
    assert split is not None
    assert (split.left_count, split.right_count) == (7, 8)
    assert split.left_end == pytest.approx(0.15)
    assert split.right_start == pytest.approx(0.85)
    assert find_split(top, np.array([0.1, 0.9])) is None
    assert find_split(np.linspace(0.2, 0.8, 15), others) is None


def test_split_test_keeps_its_level() -> None:
    rng = np.random.default_rng(1)
    found = sum(find_split(rng.random(15), rng.random(85)) is not None for _ in range(2000))
    assert found / 2000 <= 0.013


def test_dense_interval_holds_ninety_percent_and_reflects_at_the_edge() -> None:
    rng = np.random.default_rng(0)
    low, high = dense_interval(rng.normal(0.5, 0.05, size=2000).clip(0, 1))
    assert (low, high) == pytest.approx((0.5 - 0.082, 0.5 + 0.082), abs=0.025)
    edge_low, edge_high = dense_interval(rng.random(4000) * 0.2)
    assert edge_low <= 0.03
    assert edge_high == pytest.approx(0.19, abs=0.03)
    assert dense_interval(np.full(5, 0.3)) == pytest.approx((0.3, 0.3), abs=0.02)
