"""The Gaussian process against scikit-learn's, its gradient, and what a study by it draws."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from numpy.typing import NDArray

from tuitune.model.trial import Criterion, Draw, Trial, TrialState
from tuitune.samplers import DrawPoint, History, make_sampler
from tuitune.samplers.gp import Kernel, Points, Posterior, negative_log_posterior
from tuitune.space import Choice, FloatRange, IntRange, Parameter, Space, Value

CUBE = Space({name: FloatRange(0, 1) for name in "abc"})
MIXED = Space(
    {
        "lr": FloatRange(1e-5, 1, log=True),
        "layers": IntRange(1, 3),
        "optimizer": Choice(("sgd", "adam", "lion")),
        "held": FloatRange(0, 1).freeze(0.25),
    }
)


def points(units: NDArray[np.float64]) -> Points:
    parameters: list[Parameter] = [FloatRange(0, 1)] * units.shape[1]
    return Points(parameters, units)


def trial(
    number: int,
    params: dict[str, Value],
    score: float | None,
    state: TrialState = TrialState.DONE,
    draw: Draw = "uniform",
    revision: int = 1,
) -> Trial:
    return Trial(
        number=number, round=1, revision=revision, params=params, seed=1, epochs=1,
        state=state, score=score, draw=draw,
    )  # fmt: skip


def study(space: Space, count: int, seed: int = 0, minimize: bool = False) -> list[Trial]:
    """Return `count` trials drawn by the process, each scored before the next."""
    sampler = make_sampler("gp")
    trials: list[Trial] = []
    for number in range(1, count + 1):
        history = History(tuple(trials), Criterion("val", -1 if minimize else 1, 1))
        at = DrawPoint(seed, 1, 1, number, number - 1)
        params = sampler.sample(space, at, history)
        evenly = sampler.draws_evenly(space, at, history)
        units = [p.to_unit(params[name]) for name, p in space.parameters.items()]
        score = sum((unit - 0.7) ** 2 for unit in units)
        trials.append(
            trial(
                number,
                params,
                score if minimize else -score,
                draw="uniform" if evenly else "adaptive",
            )
        )
    return trials


def test_prediction_is_that_of_scikit_learn() -> None:
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern

    rng = np.random.default_rng(3)
    known, asked = rng.random((60, 4)), rng.random((40, 4))
    y = rng.standard_normal(60)
    kernel = Kernel(np.array([0.2, 0.7, 1.5, 4.0]), 1.7, 0.05)
    other = GaussianProcessRegressor(
        ConstantKernel(kernel.scale) * Matern(kernel.lengths, nu=2.5),
        alpha=kernel.noise + 1e-6,
        optimizer=None,
    ).fit(known, y)
    expected = other.predict(asked, return_std=True)
    found = Posterior(kernel, points(known), y).at(points(asked))
    np.testing.assert_allclose(found[0], expected[0], atol=1e-10)
    np.testing.assert_allclose(found[1], expected[1], atol=1e-10)


def test_gradient_is_that_of_differences() -> None:
    rng = np.random.default_rng(4)
    known = points(rng.random((30, 3)))
    gaps, y = known.gaps(known), rng.standard_normal(30)
    theta = np.array([-1.0, 0.2, 0.5, 0.3, -1.5])
    _, gradient = negative_log_posterior(theta, gaps, y)
    for place, slope in enumerate(gradient):
        step = np.zeros(5)
        step[place] = 1e-5
        above, below = (negative_log_posterior(theta + s, gaps, y)[0] for s in (step, -step))
        assert (above - below) / 2e-5 == pytest.approx(slope, abs=1e-6, rel=1e-6)


def test_two_options_are_one_apart() -> None:
    choice = Choice(("a", "b", "c"))
    gaps = Points([choice], np.array([[1 / 6], [0.5], [5 / 6]]))
    np.testing.assert_allclose(gaps.gaps(gaps)[0], 1 - np.eye(3))


def test_the_first_eight_and_one_in_four_are_even_and_spread_in_every_parameter() -> None:
    trials = study(CUBE, 40)
    even = [t.number for t in trials if t.draw == "uniform"]
    assert even == [*range(1, 9), *range(12, 41, 4)]
    halton = [t.params for t in trials if t.draw == "uniform"]
    for name in CUBE.names:
        assert {int(4 * float(p[name])) for p in halton} == {0, 1, 2, 3}


@pytest.mark.parametrize("minimize", [False, True])
def test_it_learns_where_the_scores_are_good(minimize: bool) -> None:
    trials = study(CUBE, 32, minimize=minimize)
    chosen = [t for t in trials if t.draw == "adaptive"][-8:]
    distances = [math.dist([float(v) for v in t.params.values()], [0.7] * 3) for t in chosen]
    # The mean distance of an even point is 0.53.
    assert float(np.median(distances)) < 0.2


def test_the_same_history_gives_the_same_point() -> None:
    trials = study(MIXED, 21)
    for number in (10, 14, 20):
        history = History(tuple(trials), Criterion("val", 1, 1))  # later trials don't count
        at = DrawPoint(0, 1, 1, number, number - 1)
        assert make_sampler("gp").sample(MIXED, at, history) == trials[number - 1].params


def test_every_value_lies_in_its_range_and_no_point_is_drawn_more_than_thrice() -> None:
    space = Space({"layers": IntRange(1, 3), "optimizer": Choice(("sgd", "adam"))})
    trials = study(space, 18)
    assert all(p.contains(t.params[n]) for t in trials for n, p in space.parameters.items())
    chosen = [tuple(t.params.values()) for t in trials if t.draw == "adaptive"]
    assert max(chosen.count(point) for point in chosen) <= 3


def test_only_trials_inside_the_ranges_of_today_are_read() -> None:
    trials = study(CUBE, 12)
    narrow = Space({**CUBE.parameters, "a": FloatRange(0.5, 0.9)})
    at = DrawPoint(0, 1, 1, 13, 12)
    outside = [
        trial(t.number, t.params, -99.0, draw=t.draw)
        if not narrow.parameters["a"].contains(t.params["a"])
        else t
        for t in trials
    ]
    one, other = (
        make_sampler("gp").sample(narrow, at, History(tuple(some), Criterion("val", 1, 1)))
        for some in (trials, outside)
    )
    assert one == other


def test_given_up_diverged_huge_and_equal_scores_are_no_trouble() -> None:
    trials = study(CUBE, 20)
    odd = [
        trial(t.number, t.params, 1e150 if t.number % 5 == 0 else t.score, draw=t.draw)
        if t.number % 3
        else trial(t.number, t.params, None, TrialState.PRUNED, draw=t.draw)
        for t in trials
    ]
    odd += [trial(21, CUBE.from_unit([0.1, 0.2, 0.3]), None, TrialState.RUNNING)]
    same = [trial(t.number, t.params, 0.5, draw=t.draw) for t in trials]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sampler = make_sampler("gp")
        at = DrawPoint(0, 1, 1, 22, 21)
        params = sampler.sample(CUBE, at, History(tuple(odd), Criterion("val", 1, 1)))
        assert all(p.contains(params[name]) for name, p in CUBE.parameters.items())
        assert sampler.draws_evenly(
            CUBE, DrawPoint(0, 1, 1, 21, 20), History(tuple(same), Criterion("val", 1, 1))
        )
