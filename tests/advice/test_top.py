"""The envelope and the edge test against what uniform draws give."""

from __future__ import annotations

import numpy as np
import pytest

from tuitune.advice.statistics import ks_tail, ks_uniform, normal_tail
from tuitune.advice.top import (
    bootstrap_tops,
    edge_z,
    envelope,
    envelope_bands,
    margin_factor,
    permutation_p,
    permuted_tops,
    top_size,
)


@pytest.mark.parametrize(
    ("trials", "k"), [(0, 5), (5, 5), (32, 5), (33, 5), (34, 6), (40, 6), (100, 15), (1000, 150)]
)
def test_top_is_fifteen_percent_and_at_least_five(trials: int, k: int) -> None:
    assert top_size(trials) == k


@pytest.mark.parametrize("k", [5, 10, 15])
def test_edge_test_keeps_its_level(k: int) -> None:
    u = np.random.default_rng(k).random((20_000, k))
    rejected = np.mean([normal_tail(edge_z(row)) < 0.05 for row in u])
    assert rejected == pytest.approx(0.05, abs=0.006)


@pytest.mark.parametrize("k", [5, 10])
def test_range_of_uniform_points_is_distributed_as_published(k: int) -> None:
    u = np.random.default_rng(k).random((20_000, k))
    ends = np.array([envelope(row, 0) for row in u])
    width = ends[:, 1] - ends[:, 0]
    for r in (0.5, 0.7, 0.9):
        published = k * r ** (k - 1) - (k - 1) * r**k
        assert np.mean(width <= r) == pytest.approx(published, abs=0.012)


@pytest.mark.parametrize(("factor", "coverage"), [(1, 0.39), (2, 0.71)])
def test_envelope_covers_both_true_ends(factor: int, coverage: float) -> None:
    u = np.random.default_rng(factor).random((20_000, 10))
    ends = np.array([envelope(row, factor) for row in u])
    covered = np.mean((ends[:, 0] <= 0) & (ends[:, 1] >= 1))
    assert covered == pytest.approx(coverage, abs=0.015)


def test_envelope_of_one_mean_spacing_is_unbiased() -> None:
    u = 0.2 + 0.6 * np.random.default_rng(0).random((20_000, 10))
    ends = np.array([envelope(row, 1) for row in u])
    assert ends.mean(axis=0) == pytest.approx([0.2, 0.8], abs=0.003)
    assert (margin_factor(47), margin_factor(48)) == (2, 1)


def test_permutations_are_sets_of_the_right_size() -> None:
    rows = permuted_tops(40, 6, np.random.default_rng(0))
    assert rows.shape == (999, 6)
    assert np.all(np.diff(rows, axis=1) > 0)
    assert rows.min() == 0
    assert rows.max() == 39
    assert np.bincount(rows.ravel(), minlength=40).std() < 20


@pytest.mark.parametrize("values", [0, 4])
def test_permutation_test_keeps_its_level_with_and_without_ties(values: int) -> None:
    rng = np.random.default_rng(values)
    permuted = permuted_tops(40, 6, rng)
    ps = []
    for _ in range(2000):
        u = rng.random(40)
        if values:
            u = (np.floor(u * values) + 0.5) / values
        top = np.zeros(40, dtype=np.bool_)
        top[rng.choice(40, 6, replace=False)] = True
        ps.append(permutation_p(u, top, permuted))
    rejected = np.mean(np.array(ps) < 0.05, axis=0)
    assert np.all(rejected < 0.07)
    if not values:
        assert np.all(rejected > 0.03)


def test_permutation_test_agrees_with_the_uniform_one_and_sees_an_edge() -> None:
    u = (np.arange(100) + 0.5) / 100
    top = u > 0.85
    p, p_up, p_down = permutation_p(u, top, permuted_tops(100, 15, np.random.default_rng(0)))
    assert p == p_up == pytest.approx(0.001)
    assert p_down == 1.0
    assert ks_tail(ks_uniform(u[top]), 15) < 1e-6


def test_bootstrap_bands_hold_the_ends_and_widen_with_fewer_trials() -> None:
    rng = np.random.default_rng(0)
    widths = []
    for n in (40, 400):
        k = top_size(n)
        u = 0.3 + 0.3 * rng.random(n)
        low, high = envelope_bands(u, bootstrap_tops(n, k, np.random.default_rng(1)), 1)
        assert low[0] <= 0.3 + 0.05
        assert low[0] < low[1] < high[0] < high[1]
        widths.append(low[1] - low[0])
    assert widths[0] > widths[1]
