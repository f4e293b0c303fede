"""What can be set in the network and its training: names, defaults, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from tuitune.errors import UsageError, quote
from tuitune.trainers.base import Params

ACTIVATIONS: Final = ("relu", "tanh", "sigmoid")
OPTIMIZERS: Final = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam")
INITS: Final = ("he", "xavier")

MLP_DEFAULTS: Final[Mapping[str, bool | int | float | str]] = {
    "lr": 0.01,
    "weight_decay": 0.0,
    "batch_size": 100,
    "optimizer": "sgd",
    "momentum": 0.9,
    "beta1": 0.9,
    "beta2": 0.999,
    "rho": 0.99,
    "dropout": 0.0,
    "batch_norm": False,
    "activation": "relu",
    "init": "he",
    "width": 100,
    "depth": 6,
}
"""The book's network and training (section 6.5). `hidden` has no default: it replaces `width` and
`depth` where it is given."""

MOST: Final[Mapping[str, int]] = {"batch_size": 1_000_000, "width": 100_000, "depth": 1_000}
"""Largest counts that are taken, so that a slip of the finger can't ask for all the memory."""

NAMES: Final = (*MLP_DEFAULTS, "hidden")


@dataclass(frozen=True)
class MlpSettings:
    """Everything that decides a training but the data, the epochs and the seed."""

    lr: float
    """Learning rate, > 0."""
    weight_decay: float
    """L2 factor, >= 0: the loss gains `0.5 * weight_decay * sum(W**2)` of all weights W."""
    batch_size: int
    """Samples per update, >= 1."""
    optimizer: str
    """One of `OPTIMIZERS`."""
    momentum: float
    """Share of the velocity that is kept, in [0, 1): momentum and nesterov."""
    beta1: float
    """Decay of the mean gradient, in [0, 1): adam."""
    beta2: float
    """Decay of the mean squared gradient, in [0, 1): adam."""
    rho: float
    """Decay of the mean squared gradient, in [0, 1): rmsprop."""
    dropout: float
    """Share of hidden units that is switched off in each update, in [0, 1); 0 is no dropout."""
    batch_norm: bool
    """Whether each hidden layer is normalised over the batch before its activation."""
    activation: str
    """One of `ACTIVATIONS`."""
    init: str | float
    """`he`, `xavier`, or the standard deviation (> 0) of the initial weights."""
    hidden: tuple[int, ...]
    """Units of each hidden layer, from the inputs to the outputs; at least one layer."""


def validate_params(params: Params) -> MlpSettings:
    """Return `params`, completed by MLP_DEFAULTS, as a typed record.

    Numbers may come as text ("0.01"), as they do from a choice or a command line. `hidden` is text
    such as "100,50,20" (or "100-50-20", which needs no quotes in a list of options).
    Raises UsageError, one sentence, for an unknown name or a value that can't be used.
    """
    unknown = [name for name in params if name not in NAMES]
    if unknown:
        close = get_close_matches(unknown[0], NAMES, n=1)
        hint = f"did you mean {close[0]}? Known are" if close else "known are"
        raise UsageError(f"the network has no parameter {quote(unknown[0])}: {hint} {_or(NAMES)}")
    if "hidden" in params and ("width" in params or "depth" in params):
        raise UsageError(
            "hidden already says the width and the depth of the network, so give either "
            'hidden="100,50,20" or width=100 depth=3'
        )
    values = {**MLP_DEFAULTS, **params}
    if "hidden" in params:
        hidden = _hidden(params["hidden"])
    else:
        hidden = (_count(values, "width", 100),) * _count(values, "depth", 6)
    return MlpSettings(
        lr=_number(values, "lr", "a number above 0", lambda v: v > 0, 0.01),
        weight_decay=_number(values, "weight_decay", "0 or a number above", lambda v: v >= 0, 1e-6),
        batch_size=_count(values, "batch_size", 100),
        optimizer=_option(values, "optimizer", OPTIMIZERS),
        momentum=_share(values, "momentum", 0.9),
        beta1=_share(values, "beta1", 0.9),
        beta2=_share(values, "beta2", 0.999),
        rho=_share(values, "rho", 0.99),
        dropout=_share(values, "dropout", 0.2),
        batch_norm=_flag(values, "batch_norm"),
        activation=_option(values, "activation", ACTIVATIONS),
        init=_init(values["init"]),
        hidden=hidden,
    )


def _refuse(name: str, rule: str, value: object, example: object) -> UsageError:
    shown = quote(value) if isinstance(value, str) else quote(repr(value))[1:-1]
    return UsageError(f"{name} must be {rule}, and not {shown}: try {name}={example}")


def _or(words: tuple[str, ...]) -> str:
    return ", ".join(words[:-1]) + " and " + words[-1]


def _as_float(value: object) -> float:
    """Return `value` as a float; NaN where it is no number, which every rule below refuses."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan


def _number(
    values: Mapping[str, Any],
    name: str,
    rule: str,
    allowed: Callable[[float], bool],
    example: float,
) -> float:
    number = _as_float(values[name])
    if not (math.isfinite(number) and allowed(number)):
        raise _refuse(name, rule, values[name], example)
    return number


def _share(values: Mapping[str, Any], name: str, example: float) -> float:
    return _number(values, name, "0 or more and below 1", lambda v: 0 <= v < 1, example)


def _count(values: Mapping[str, Any], name: str, example: int) -> int:
    most = MOST[name]
    rule = f"a whole number from 1 to {most}"
    return int(_number(values, name, rule, lambda v: 1 <= v <= most and v.is_integer(), example))


def _option(values: Mapping[str, Any], name: str, options: tuple[str, ...]) -> str:
    value = values[name]
    if value not in options:
        raise _refuse(name, f"one of {_or(options)}", value, options[0])
    return str(value)


def _flag(values: Mapping[str, Any], name: str) -> bool:
    value = values[name]
    flag = {"true": True, "false": False}.get(str(value).lower())
    if flag is None:
        raise _refuse(name, "true or false", value, "true")
    return flag


def _init(value: object) -> str | float:
    if isinstance(value, str) and value in INITS:
        return value
    std = _as_float(value)
    if not (math.isfinite(std) and std > 0):
        raise _refuse("init", "he, xavier or a standard deviation above 0", value, "he")
    return std


def _hidden(value: object) -> tuple[int, ...]:
    sizes = [_as_float(part) for part in str(value).replace("-", ",").split(",")]
    fits = len(sizes) <= MOST["depth"]
    if not (fits and all(1 <= size <= MOST["width"] and size.is_integer() for size in sizes)):
        rule = f"a list of at most {MOST['depth']} layer sizes from 1 to {MOST['width']}"
        raise _refuse("hidden", rule, value, '"100,50,20"')
    return tuple(int(size) for size in sizes)


_OF_OPTIMIZERS: Final[Mapping[str, tuple[str, ...]]] = {
    "momentum": ("momentum", "nesterov"),
    "beta1": ("adam",),
    "beta2": ("adam",),
    "rho": ("rmsprop",),
}
"""Settings that only some optimizers look at."""


def settings_in_use(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return `params` completed by the defaults, without what the training never looks at."""
    values = {**MLP_DEFAULTS, **params}
    optimizer = values["optimizer"]
    unused = {name for name, by in _OF_OPTIMIZERS.items() if optimizer not in by}
    if "hidden" in params:
        unused |= {"width", "depth"}
    return {name: value for name, value in values.items() if name not in unused or name in params}
