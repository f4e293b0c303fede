"""Importance against functions whose shares are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tuitune.advice.importance import bin_count, equal_count_bins, omega_squared


def share(u: np.ndarray[tuple[int], np.dtype[np.float64]], y: np.ndarray, bins: int) -> float:
    result = omega_squared(equal_count_bins(u, bins), y)
    assert result is not None
    return result[0]


def test_ishigami_shares() -> None:
    u = np.random.default_rng(0).random((40_000, 3))
    x = (2 * u - 1) * math.pi
    y = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    for j, expected in enumerate([0.314, 0.442, 0.0]):
        assert share(u[:, j], y, 50) == pytest.approx(expected, abs=0.012)


def test_additive_shares_less_what_five_bins_hide() -> None:
    u = np.random.default_rng(1).random((40_000, 3))
    y = u @ np.array([3.0, 2.0, 1.0])
    for j, expected in enumerate([9 / 14, 4 / 14, 1 / 14]):
        assert share(u[:, j], y, 50) == pytest.approx(expected, abs=0.01)
        # Within equal bins of a uniform position a share of 1/b^2 of its variance remains.
        assert share(u[:, j], y, 5) == pytest.approx(expected * (1 - 1 / 25), abs=0.01)


@pytest.mark.parametrize("n", [30, 100])
def test_an_irrelevant_parameter_is_found_one_time_in_twenty(n: int) -> None:
    rng = np.random.default_rng(n)
    ps = []
    for _ in range(3000):
        result = omega_squared(equal_count_bins(rng.random(n), bin_count(n)), rng.normal(size=n))
        assert result is not None
        ps.append(result[1])
    assert np.mean(np.array(ps) < 0.05) == pytest.approx(0.05, abs=0.012)


def test_most_important_of_five_is_found_with_fifty_trials() -> None:
    rng = np.random.default_rng(7)
    hits = 0
    for _ in range(200):
        u = rng.random((50, 5))
        y = 1 / (1 + np.exp(-8 * (u[:, 2] - 0.5))) + 0.5 * u[:, 0] + rng.normal(0, 0.1, 50)
        shares = [share(u[:, j], y, bin_count(50)) for j in range(5)]
        hits += int(np.argmax(shares)) == 2
    assert hits >= 190


@pytest.mark.parametrize(("n", "bins"), [(5, 3), (39, 3), (40, 4), (50, 5), (1000, 5)])
def test_number_of_bins(n: int, bins: int) -> None:
    assert bin_count(n) == bins
    counts = np.bincount(equal_count_bins(np.random.default_rng(0).random(n), bins))
    assert len(counts) == bins
    assert counts.max() - counts.min() <= 1


def test_equal_values_share_a_bin_and_nothing_to_compare_is_none() -> None:
    bins = equal_count_bins(np.array([1.0, 1.0, 1.0, 2.0, 2.0, 3.0]), 3)
    assert bins.tolist() == [0, 0, 0, 2, 2, 2]
    flat = np.full(20, 0.1)
    assert omega_squared(equal_count_bins(np.arange(20.0), 3), flat) is None
    assert omega_squared(np.zeros(20, dtype=np.int64), np.arange(20.0)) is None
    assert omega_squared(np.arange(3), np.arange(3.0)) is None


def test_groups_that_explain_everything_have_share_one() -> None:
    groups = np.arange(12) % 3
    assert omega_squared(groups, groups.astype(float)) == (1.0, 0.0)
