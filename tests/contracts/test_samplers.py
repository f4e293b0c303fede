"""What every sampler promises: points inside the space, and nothing but space and place in them."""

from __future__ import annotations

import math
import random
from typing import cast

import pytest

from tuitune.model.trial import Draw, Trial, TrialState
from tuitune.samplers import SAMPLERS, DrawPoint, History, Sampler, make_sampler
from tuitune.space import (
    Choice,
    FloatRange,
    IntRange,
    Parameter,
    Space,
    Value,
    parse_parameter,
)

KINDS: dict[str, Parameter] = {
    "lr": FloatRange(1e-6, 1e-2, log=True),
    "weight_decay": FloatRange(1e-8, 1e-4, log=True, zero=True),
    "momentum": FloatRange(0.0, 0.99),
    "dropout": FloatRange(0.0, 0.5, step=0.1),
    "shift": FloatRange(-0.3, -0.1),
    "width": IntRange(16, 256, log=True),
    "layers": IntRange(-1, 1),
    "optimizer": Choice(("sgd", "adam", "lion"), off=("lion",)),
    "nesterov": Choice((True, False, 1)),
}
SPACE = Space(KINDS)
CONDITIONAL = Space(
    {
        # A parameter may stand before what its condition is about.
        "momentum": parse_parameter("0..0.99 if optimizer=sgd|nesterov"),
        "optimizer": parse_parameter("sgd|nesterov|adam"),
        "layers": parse_parameter("1..3 int"),
        "act_2": parse_parameter("relu|tanh if layers>=2"),
        "slope": parse_parameter("0.01..0.3 log if act_2=relu"),
        "width_3": parse_parameter("8..64 log int if layers=3"),
        "lr": parse_parameter("1e-5..1 log"),
        "never": parse_parameter("0..1 if held=b"),
        "held": parse_parameter("a|b = a"),
    }
)


@pytest.fixture(params=sorted(SAMPLERS))
def sampler(request: pytest.FixtureRequest) -> Sampler:
    return make_sampler(request.param)


def at(trial: int, *, seed: int = 0, revision: int = 1, round: int = 1) -> DrawPoint:
    return DrawPoint(seed, revision, round, trial, trial - 1)


def study(
    sampler: Sampler, space: Space, count: int, *, seed: int = 0, revision: int = 1, round: int = 1
) -> list[Trial]:
    """Return trials drawn one after the other, each ended before the next is drawn."""
    trials: list[Trial] = []
    for number in range(1, count + 1):
        place = at(number, seed=seed, revision=revision, round=round)
        history = History(tuple(trials))
        params = sampler.sample(space, place, history)
        draw = "uniform" if sampler.draws_evenly(space, place, history) else "adaptive"
        trials.append(
            Trial(
                number=number, round=round, revision=revision, params=params, seed=1, epochs=1,
                state=TrialState.DONE, score=math.sin(number), draw=cast("Draw", draw),
            )
        )  # fmt: skip
    return trials


def first(sampler: Sampler, space: Space, count: int, **place: int) -> list[dict[str, Value]]:
    return [trial.params for trial in study(sampler, space, count, **place)]


def test_every_value_lies_in_its_range(sampler: Sampler) -> None:
    points = first(sampler, SPACE, 100)
    for params in points:
        assert list(params) == list(KINDS)
        for name, value in params.items():
            assert KINDS[name].contains(value), (name, value)
            assert type(value) in (int, float, str, bool)
    widths = [params["width"] for params in points]
    assert all(type(width) is int for width in widths)


def test_every_option_and_step_gets_its_turn(sampler: Sampler) -> None:
    points = first(sampler, SPACE, 100)
    assert {params["optimizer"] for params in points} == {"sgd", "adam"}
    assert {str(params["nesterov"]) for params in points} == {"True", "False", "1"}
    assert {params["layers"] for params in points} == {-1, 0, 1}
    assert any(params["weight_decay"] == 0 for params in points)
    assert not all(params["weight_decay"] == 0 for params in points)


def test_no_order_of_drawing_matters(sampler: Sampler) -> None:
    trials = study(sampler, SPACE, 40)
    history = History(tuple(trials))
    order = list(range(40))
    random.Random(1).shuffle(order)
    again = make_sampler(next(name for name, kind in SAMPLERS.items() if type(sampler) is kind))
    for index in order:
        again.sample(SPACE, at(index + 1, seed=9), history)
        # What came later is in the history, and is not looked at.
        assert again.sample(SPACE, at(index + 1), history) == trials[index].params


@pytest.mark.parametrize("other", [{"seed": 1}, {"revision": 2}, {"round": 2}])
def test_another_session_revision_or_round_gives_other_points(
    sampler: Sampler, other: dict[str, int]
) -> None:
    assert first(sampler, SPACE, 24, **other) != first(sampler, SPACE, 24)


def test_a_frozen_parameter_keeps_its_value(sampler: Sampler) -> None:
    space = Space(
        {**KINDS, "lr": KINDS["lr"].freeze(0.5), "optimizer": Choice(("a", "b")).freeze("b")}
    )
    for params in first(sampler, space, 20):
        assert params["lr"] == 0.5
        assert params["optimizer"] == "b"


def test_all_frozen_is_one_point(sampler: Sampler) -> None:
    space = Space({"lr": KINDS["lr"].freeze(1e-3)})
    assert first(sampler, space, 3) == [{"lr": 1e-3}] * 3


def test_it_goes_on_at_any_index(sampler: Sampler) -> None:
    for index in (1_023, 1_024, 5_000):
        params = sampler.sample(SPACE, DrawPoint(3, 1, 2, index + 1, index))
        assert all(KINDS[name].contains(value) for name, value in params.items())


def test_what_does_not_count_beside_the_others_has_no_value(sampler: Sampler) -> None:
    trials = study(sampler, CONDITIONAL, 80)
    for trial in trials:
        params = trial.params
        CONDITIONAL.validate_params(params)
        assert CONDITIONAL.contains(params)
        assert list(params) == [name for name in CONDITIONAL.names if name in params]
        assert ("momentum" in params) == (params["optimizer"] != "adam")
        assert ("act_2" in params) == (params["layers"] != 1)
        assert ("slope" in params) == (params.get("act_2") == "relu")
        assert ("width_3" in params) == (params["layers"] == 3)
        assert "never" not in params
    for name in CONDITIONAL.names:
        if name not in ("never", "held"):
            assert sum(name in t.params for t in trials) > 0
    history = History(tuple(trials))
    for number in (9, 30, 79):
        assert sampler.sample(CONDITIONAL, at(number), history) == trials[number - 1].params


def test_size_is_the_number_of_different_points(sampler: Sampler) -> None:
    space = Space({"layers": IntRange(1, 3), "act": Choice(("relu", "tanh"))})
    size = sampler.size(space)
    if size is None:
        return
    points = {tuple(sampler.sample(space, at(trial)).values()) for trial in range(1, size + 1)}
    assert len(points) == size


def test_size_of_a_conditional_space_counts_each_point_once(sampler: Sampler) -> None:
    space = CONDITIONAL.replace("lr", parse_parameter("1..2 int"))
    size = sampler.size(space)
    if size is None:
        return
    points = [sampler.sample(space, at(trial)) for trial in range(1, size + 1)]
    assert len({str(point) for point in points}) == size
    # Momentum has 5 values, act_2 2, slope 5, width_3 5.
    assert size == (2 * 5 + 1) * (1 + 6 + 6 * 5) * 2
