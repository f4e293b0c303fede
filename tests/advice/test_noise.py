"""Seed noise and the test that says stop."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.advice.sessions import Study, accuracy_problem, real, space_of
from tuitune.advice import AdviceInput, Statement, advise
from tuitune.advice.noise import SeedNoise, StopTest, judge_stopping, noise_floor, pooled_noise
from tuitune.model.trial import TrialState


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


def judge(scores: npt.NDArray[np.float64], sigma: float = 0.03, lost: int = 0) -> StopTest:
    test = judge_stopping(scores, lost, SeedNoise(sigma, math.inf, floor=True), 0.005)
    assert test is not None
    return test


@pytest.mark.parametrize("n", [10, 11, 40, 101])
def test_boxes_without_signal_stop_nine_times_in_ten(n: int) -> None:
    rng = np.random.default_rng(n)
    tests = [judge(rng.normal(0.8, 0.03, n)) for _ in range(1000)]
    assert np.mean([test.p <= 0.10 for test in tests]) == pytest.approx(0.10, abs=0.04)
    assert np.mean([test.spread**2 for test in tests]) == pytest.approx(0.03**2, rel=0.1)
    assert np.mean([test.stop for test in tests]) > 0.85


def test_a_box_with_signal_goes_on() -> None:
    rng = np.random.default_rng(0)
    signal = judge(rng.normal(0, 0.08, 40))
    assert not signal.stop
    assert signal.gain > 0.1
    slope = judge(np.linspace(0.1, 0.8, 40))
    assert not slope.stop


def test_a_gain_below_delta_stops_whatever_the_noise() -> None:
    rng = np.random.default_rng(0)
    noise = SeedNoise(0.0, 3, floor=False)
    found = judge_stopping(rng.normal(0, 0.03, 40), 0, noise, 0.5)
    assert found is not None
    assert found.stop


def test_a_plateau_with_a_cliff_stops_and_a_cliff_alone_does_not() -> None:
    rng = np.random.default_rng(0)
    plateau, cliff = rng.normal(0.85, 0.02, 30), rng.uniform(0.1, 0.6, 12)
    alone = judge(plateau)
    both = judge(np.concatenate([plateau, cliff]))
    assert alone.stop
    assert both.stop
    assert judge(plateau, lost=12).spread == pytest.approx(both.spread)
    assert not judge(cliff).stop


@given(
    st.lists(st.floats(0.5, 1.0), min_size=10, max_size=60),
    st.lists(st.floats(0.0, 0.4), max_size=9),
)
def test_how_bad_the_worse_half_is_changes_nothing(good: list[float], bad: list[float]) -> None:
    assert judge(np.array(good + bad)) == judge(np.array(good), lost=len(bad))


def test_few_trials_or_few_that_ended_say_nothing() -> None:
    noise = SeedNoise(0.03, math.inf, floor=True)
    assert judge_stopping(np.linspace(0, 1, 9), 0, noise, 0.005) is None
    assert judge_stopping(np.linspace(0, 1, 9), 10, noise, 0.005) is None
    assert judge_stopping(np.linspace(0, 1, 9), 9, noise, 0.005) is not None


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
    assert found.text.startswith("the better trials inside differ by ")
    assert "stop narrowing, race the best" in found.text
    assert found.text.endswith("(at least: no point was trained twice)")
    assert len(found.trials) == 12
    point = dict(study.session.trial(1).params)
    for _ in range(5):
        study.add(point, [0.8 + rng.normal(0, 0.001)], origin="clone of 1")
    repeated = stop_statement(study)
    assert repeated is not None
    assert "at least" not in repeated.text
    assert repeated.numbers["noise_df"] == 5


def test_where_it_says_stop_nothing_is_proposed() -> None:
    study = Study(space_of(lr="1e-3..1e-2 log"), accuracy_problem(samples=100))
    study.run(40, lambda p: 0.8 + 0.001 * math.log10(real(p, "lr")))
    found = stop_statement(study)
    assert found is not None
    assert found.kind == "stop"
    advice = advise(AdviceInput.from_session(study.session))
    assert [v.change for v in [*advice.verdicts.values(), *advice.bold.values()]] == [None, None]
    assert advice.statements[0].kind == "stop"


def test_no_stop_where_most_were_given_up() -> None:
    given_up = Study(space_of(lr="1e-3..1e-2 log"), accuracy_problem(samples=100))
    given_up.run(40, lambda p: 0.8 + 0.01 * math.sin(1e4 * real(p, "lr")))
    assert stop_statement(given_up) is not None
    for _ in range(40):
        given_up.add({"lr": 2e-3}, [0.1], TrialState.PRUNED, "below the median")
    assert stop_statement(given_up) is not None
    given_up.add({"lr": 2e-3}, [0.1], TrialState.PRUNED, "below the median")
    assert stop_statement(given_up) is None


def test_without_samples_or_repeats_nothing_is_known_of_noise() -> None:
    study = Study(space_of(lr="1e-3..1e-2 log"), accuracy_problem(samples=None))
    study.run(40, lambda p: 5.0 + math.sin(1e4 * real(p, "lr")))
    assert stop_statement(study) is None
