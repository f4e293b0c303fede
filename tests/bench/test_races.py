"""Races on points whose truth is known: what `tuitune bench race` holds, in short."""

from __future__ import annotations

import numpy as np
import pytest

from tuitune.bench.race import FIELDS, figures_of
from tuitune.bench.races import Field, run_race, run_races


@pytest.mark.parametrize("name", FIELDS)
def test_the_interval_holds_the_truth_as_often_as_it_says(name: str) -> None:
    found = run_races(FIELDS[name], 200)
    figures = {figure.what: figure for figure in figures_of(name, found)}
    coverage = figures[f"{name}: 95 % interval holds the truth"]
    assert 91 <= coverage.value <= 99
    bias = figures[f"{name}: said minus true"].value
    lucky = 100 * float(np.mean([one.naive_bias for one in found]))
    assert abs(bias) < lucky, "the winner's own mean is too high, what is said is nearer"
    assert figures[f"{name}: none better by more than X"].value >= 93
    assert figures[f"{name}: beats one as good or better"].value <= 5


def test_equal_contenders_are_seldom_told_apart() -> None:
    def field(rng: np.random.Generator) -> Field:
        noise = 0.015 * rng.standard_normal((12, 14))
        return Field(np.full(12, 0.85), lambda place, repeat: 0.85 + float(noise[place, repeat]))

    found = run_races(field, 200)
    assert np.mean([one.apart for one in found]) <= 0.12
    assert np.mean([one.holds for one in found]) >= 0.91
    assert np.mean([one.limit_holds for one in found]) == 1.0


def test_runs_without_noise_give_one_value() -> None:
    truth = np.linspace(0.9, 0.8, 12)
    raced = run_race(Field(truth, lambda place, repeat: float(truth[place])))
    assert raced.holds
    assert (raced.half, raced.limit, raced.regret) == (0.0, 0.0, 0.0)
    assert raced.apart
    assert not raced.wrong
