"""Seed noise and the test that says stop."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.advice.sessions import Study, accuracy_problem, real, space_of
from tuitune.advice import AdviceInput, Statement, advise
from tuitune.advice.noise import SeedNoise, judge_stopping, noise_floor, pooled_noise
from tuitune.trial import TrialState


def test_noise_is_pooled_over_repeats_and_has_a_floor() -> None:
    groups = [np.array([1.0, 3.0]), np.array([5.0, 5.0, 8.0])]
    pooled = pooled_noise(groups)
    assert pooled is not None
    assert pooled.df == 3
    assert pooled.sigma == pytest.approx(math.sqrt((2.0 + 6.0) / 3))
    assert pooled_noise([np.array([1.0])]) is None
    floor = noise_floor(0.83, 100)
    assert floor.sigma == pytest.approx(math.sqrt(0.83 * 0.17 / 100))
    assert floor.floor


def test_stopping_rule_stops_on_noise_and_goes_on_with_signal() -> None:
    rng = np.random.default_rng(0)
    noise = SeedNoise(0.03, math.inf, floor=True)
    luck = [judge_stopping(rng.normal(0, 0.03, 40), noise, 0.005) for _ in range(300)]
    # The F-test alone stops 90 % of boxes without signal.
    assert np.mean([test is not None and test.stop for test in luck]) > 0.87
    signal = judge_stopping(rng.normal(0, 0.08, 40), noise, 0.005)
    assert signal is not None
    assert not signal.stop
    assert signal.gain > 0.1
    small = judge_stopping(rng.normal(0, 0.03, 40), SeedNoise(0.0, 3, floor=False), 0.5)
    assert small is not None
    assert small.stop
    assert judge_stopping(rng.normal(size=9), noise, 0.005) is None


def stop_statement(study: Study) -> Statement | None:
    found = advise(AdviceInput.from_session(study.session)).statements
    return next((s for s in found if s.kind in ("stop", "noise")), None)


def test_statement_says_stop_with_the_floor_then_with_repeats() -> None:
    rng = np.random.default_rng(1)
    study = Study(space_of(lr="1e-3..1e-2 log"), accuracy_problem(samples=100))
    study.run(40, lambda p: 0.8 + rng.normal(0, 0.038))
    found = stop_statement(study)
    assert found is not None
    assert found.kind == "stop"
    assert found.text.startswith("inside the box: spread ")
    assert "(floor)" in found.text
    assert found.text.endswith("stop narrowing, race the top 10")
    assert len(found.trials) == 10
    point = dict(study.session.trial(1).params)
    for _ in range(5):
        study.add(point, [0.8 + rng.normal(0, 0.001)], origin="clone of 1")
    repeated = stop_statement(study)
    assert repeated is not None
    assert "(floor)" not in repeated.text
    assert repeated.numbers["noise_df"] == 5


def test_no_stop_while_a_range_expands_or_many_were_given_up() -> None:
    study = Study(space_of(lr="1e-3..1e-2 log"), accuracy_problem(samples=100))
    study.run(40, lambda p: 0.8 + 0.001 * math.log10(real(p, "lr")))
    assert stop_statement(study) is None
    given_up = Study(space_of(lr="1e-3..1e-2 log"), accuracy_problem(samples=100))
    given_up.run(40, lambda p: 0.8 + 0.01 * math.sin(1e4 * real(p, "lr")))
    assert stop_statement(given_up) is not None
    for _ in range(8):
        given_up.add({"lr": 2e-3}, [0.1], TrialState.PRUNED, "below the median")
    assert stop_statement(given_up) is None


def test_without_samples_or_repeats_nothing_is_known_of_noise() -> None:
    study = Study(space_of(lr="1e-3..1e-2 log"), accuracy_problem(samples=None))
    study.run(40, lambda p: 5.0 + math.sin(1e4 * real(p, "lr")))
    assert stop_statement(study) is None
