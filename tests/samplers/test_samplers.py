"""What is particular to each sampler, and the text form."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from tuitune.errors import UsageError
from tuitune.model.records import LEARNING
from tuitune.model.trial import Trial, TrialState
from tuitune.samplers import SAMPLERS, DrawPoint, History, make_sampler, trial_seed
from tuitune.samplers.grid import shuffled
from tuitune.space import Choice, FloatRange, IntRange, Space

PLANE = Space({"x": FloatRange(0, 1), "y": FloatRange(0, 1)})


def at(index: int, *, seed: int = 0, round: int = 1) -> DrawPoint:
    return DrawPoint(seed, 1, round, index + 1, index)


def hit_rate(text: str, repeats: int = 400) -> float:
    """Return how often 32 points reach a good cell of 20 % x 20 % at a random place."""
    sampler = make_sampler(text)
    corners = np.random.default_rng(5).uniform(0, 0.8, (repeats, 2))
    hits = 0
    for seed, (left, low) in enumerate(corners.tolist()):
        points = [sampler.sample(PLANE, at(index, seed=seed)) for index in range(32)]
        hits += any(
            left <= float(p["x"]) <= left + 0.2 and low <= float(p["y"]) <= low + 0.2
            for p in points
        )
    return hits / repeats


def test_sobol_finds_a_good_cell_more_often_than_random() -> None:
    sobol, halton, plain = hit_rate("sobol"), hit_rate("halton"), hit_rate("random")
    # 1 - (1 - 0.04)**32 = 0.729; binomial standard error of 400 repeats at most 0.023.
    assert plain == pytest.approx(0.73, abs=0.06)
    assert sobol == pytest.approx(0.89, abs=0.05)
    assert halton > plain + 0.05


@pytest.mark.parametrize("text", ["random", "halton", "sobol"])
def test_freezing_moves_no_other_parameter(text: str) -> None:
    sampler = make_sampler(text)
    wide = Space({"a": FloatRange(0, 1), "b": FloatRange(0, 1), "c": IntRange(1, 9)})
    frozen = Space({**wide.parameters, "a": FloatRange(0, 1).freeze(0.5)})
    for index in range(20):
        before, after = sampler.sample(wide, at(index)), sampler.sample(frozen, at(index))
        assert after == {**before, "a": 0.5}


@pytest.mark.parametrize("text", ["halton", "sobol"])
def test_a_sequence_is_the_same_in_one_go_and_in_blocks(text: str) -> None:
    from scipy.stats import qmc

    engine = (qmc.Sobol if text == "sobol" else qmc.Halton)(
        2, rng=np.random.default_rng(np.random.SeedSequence([4, 1, 1]))
    )
    whole = engine.random(4096)
    sampler = make_sampler(text)
    for index in (0, 1, 1023, 1024, 3000, 4095):
        assert list(sampler.sample(PLANE, at(index, seed=4)).values()) == whole[index].tolist()


def test_random_draws_are_log_uniform() -> None:
    space = Space({"lr": FloatRange(1e-6, 1e-2, log=True)})
    sampler = make_sampler("random")
    decades = Counter(
        int(np.floor(np.log10(float(sampler.sample(space, at(i))["lr"])))) for i in range(2000)
    )
    assert sorted(decades) == [-6, -5, -4, -3]
    # Four cells of 500 +- 19.
    assert all(abs(count - 500) < 80 for count in decades.values())


def test_grid_is_every_combination_once_with_typed_values() -> None:
    space = Space(
        {
            "lr": FloatRange(1e-6, 1e-2, log=True),
            "decay": FloatRange(1e-3, 1e-1, log=True, zero=True),
            "layers": IntRange(1, 3),
            "act": Choice(("relu", "tanh", "gelu"), off=("gelu",)),
            "momentum": FloatRange(0, 0.99).freeze(0.9),
        }
    )
    grid = make_sampler("grid points=5")
    assert grid.size(space) == 5 * 6 * 3 * 2
    points = [grid.sample(space, at(i)) for i in range(180)]
    assert len({tuple(p.values()) for p in points}) == 180
    assert {p["lr"] for p in points} == {1e-6, 1e-5, 1e-4, 1e-3, 1e-2}
    assert 0.0 in {p["decay"] for p in points}
    assert grid.sample(space, at(180)) == points[0]
    assert len({p["lr"] for p in points[:12]}) > 2, "the order is shuffled"


def test_grid_of_many_parameters_is_drawn_without_being_made() -> None:
    space = Space({f"p{i}": FloatRange(0, 1) for i in range(12)})
    grid = make_sampler("grid points=9")
    assert grid.size(space) == 9**12
    assert grid.sample(space, at(10**9)) != grid.sample(space, at(10**9 + 1))


@pytest.mark.parametrize("size", [1, 2, 3, 10, 64, 65, 1000])
def test_shuffled_is_a_permutation(size: int) -> None:
    assert sorted(shuffled(i, size, "seed") for i in range(size)) == list(range(size))


def test_trial_seed_is_that_of_the_design_and_fits_every_library() -> None:
    expected = int(np.random.SeedSequence([7, 2, 31]).generate_state(1)[0])
    assert trial_seed(7, 2, 31) == expected
    seeds = {trial_seed(0, 1, n) for n in range(1, 500)}
    assert len(seeds) == 499
    assert all(0 <= seed < 2**32 for seed in seeds)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("randm", "random, halton, sobol, grid, gp"),
        ("", "random, halton, sobol, grid, gp"),
        ("grid points=x", "whole number"),
        ("grid points=1", "2..1000"),
        ("grid points=2 points=3", "twice"),
        ("sobol points=3", "no options"),
        ("grid 5", "points"),
    ],
)
def test_a_wrong_text_is_refused_with_an_example(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        make_sampler(text)
    assert "Write for example" in str(caught.value)


def test_the_samplers_that_learn_are_those_that_draw_not_only_evenly() -> None:
    space = Space({"lr": FloatRange(0.0, 1.0)})
    trials = [
        Trial(
            number=n, round=1, revision=1, params={"lr": n / 30}, seed=1, epochs=1,
            state=TrialState.DONE, score=float(n),
        )
        for n in range(1, 30)
    ]  # fmt: skip
    history = History(tuple(trials))
    at = [DrawPoint(0, 1, 1, number, number - 1) for number in range(20, 28)]
    learning = {
        name
        for name in SAMPLERS
        if not all(make_sampler(name).draws_evenly(space, one, history) for one in at)
    }
    assert learning == LEARNING
