"""What the network's parameters may be, and how wrong ones are refused."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitune.errors import UsageError
from tuitune.trainers.base import Params
from tuitune.trainers.mlp.settings import MLP_DEFAULTS, validate_params


def test_defaults_are_the_books() -> None:
    settings = validate_params({})
    assert settings == validate_params(MLP_DEFAULTS)
    assert settings.hidden == (100,) * 6
    assert (settings.activation, settings.init, settings.optimizer) == ("relu", "he", "sgd")
    assert (settings.batch_size, settings.dropout, settings.batch_norm) == (100, 0.0, False)


@pytest.mark.parametrize(
    ("params", "hidden"),
    [
        ({"hidden": "50,20"}, (50, 20)),
        ({"hidden": "50-20-10"}, (50, 20, 10)),
        ({"hidden": " 50, 20 "}, (50, 20)),
        ({"hidden": 30}, (30,)),
        ({"width": 7, "depth": 2}, (7, 7)),
        ({"width": 7}, (7,) * 6),
        ({"depth": 1}, (100,)),
    ],
)
def test_shape_of_the_network(params: Params, hidden: tuple[int, ...]) -> None:
    assert validate_params(params).hidden == hidden


def test_numbers_may_come_as_text() -> None:
    settings = validate_params(
        {"lr": "1e-3", "batch_size": "50", "init": "0.01", "batch_norm": "true", "depth": 2.0}
    )
    assert (settings.lr, settings.batch_size, settings.init) == (1e-3, 50, 0.01)
    assert settings.batch_norm is True
    assert len(settings.hidden) == 2


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"learning_rate": 1}, "no parameter 'learning_rate': known are lr, weight_decay"),
        ({"weight_decai": 1}, "did you mean weight_decay\\? Known are lr, "),
        ({"lr": 0}, "lr must be a number above 0, and not 0: try lr=0.01"),
        ({"lr": float("nan")}, "and not nan: try lr=0.01"),
        ({"lr": float("inf")}, "and not inf: try lr=0.01"),
        ({"lr": "fast"}, "and not 'fast': try lr=0.01"),
        ({"lr": True}, "and not True: try lr=0.01"),
        ({"weight_decay": -1}, "weight_decay must be 0 or a number above, and not -1"),
        ({"batch_size": 0}, "whole number from 1 to 1000000, and not 0: try batch_size=100"),
        ({"batch_size": 1.5}, "and not 1.5: try batch_size=100"),
        ({"dropout": 1}, "dropout must be 0 or more and below 1, and not 1: try dropout=0.2"),
        ({"momentum": -0.1}, "try momentum=0.9"),
        ({"rho": 1.0}, "try rho=0.99"),
        ({"beta1": 2}, "try beta1=0.9"),
        ({"beta2": "x"}, "try beta2=0.999"),
        ({"optimizer": "lbfgs"}, "one of sgd, momentum, nesterov, adagrad, rmsprop and adam"),
        ({"activation": 3}, "activation must be one of relu, tanh and sigmoid, and not 3"),
        ({"batch_norm": "maybe"}, "batch_norm must be true or false, and not 'maybe'"),
        ({"init": "hee"}, "he, xavier or a standard deviation above 0, and not 'hee'"),
        ({"init": 0}, "and not 0: try init=he"),
        ({"hidden": "100,,20"}, "and not '100,,20': try hidden=\"100,50,20\""),
        ({"hidden": ""}, "hidden must be a list of at most 1000 layer sizes"),
        ({"hidden": "50,1000000"}, "layer sizes from 1 to 100000"),
        ({"width": 0}, "try width=100"),
        ({"depth": 10**18}, "depth must be a whole number from 1 to 1000"),
        ({"depth": 0}, "try depth=6"),
        ({"hidden": "50", "width": 9}, "give either hidden="),
    ],
)
def test_wrong_params_are_refused_in_one_sentence(params: Params, said: str) -> None:
    with pytest.raises(UsageError, match=said) as error:
        validate_params(params)
    assert "\n" not in str(error.value)


values = st.one_of(st.booleans(), st.integers(), st.floats(), st.text(max_size=20))


@given(st.dictionaries(st.sampled_from([*MLP_DEFAULTS, "hidden"]) | st.text(max_size=9), values))
def test_any_params_are_taken_or_refused_and_never_crash(params: Params) -> None:
    try:
        settings = validate_params(params)
    except UsageError as error:
        refusal = str(error)
    else:
        refusal = ""
        assert settings.lr > 0
        assert min(settings.hidden) >= 1
    assert "\n" not in refusal


@pytest.mark.parametrize("module", ["tuitune.trainers.base", "tuitune.trainers.mlp.settings"])
def test_protocol_and_settings_cost_no_numpy(module: str) -> None:
    code = f"import sys, {module}; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
