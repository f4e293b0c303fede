# mypy: ignore-errors
"""Objectives as people write them, in a file that runs its study when it is loaded."""

import argparse
import functools
import math
import random
import sys

import numpy as np
import optuna


def layers(trial):
    """Names made in a loop, in a helper; a condition under a condition; odd choices."""

    def width(number):
        return trial.suggest_int(f"n_units_l{number}", 4, 128, log=True)

    count = trial.suggest_int("n_layers", 1, 3)
    widths = [width(i) for i in range(count)]
    norm = trial.suggest_categorical("norm", [None, "batch", ("group", 4)])
    momentum = trial.suggest_float("momentum", 0.0, 1.0) if norm == "batch" else 0
    eps = trial.suggest_float("eps", 1e-8, 1e-3, log=True) if norm is not None else 1
    only = trial.suggest_categorical("only", ["one"])
    assert only == "one"
    assert trial.params["n_layers"] == count
    trial.suggest_int("n_layers", 1, 3)
    groups = norm[1] if isinstance(norm, tuple) else 0
    return sum(widths) + momentum - math.log(eps) + groups


def noted(trial):
    """User attributes, numbers of the trial, the direction of the study."""
    x = trial.suggest_float("x", -10, 10, step=0.5)
    trial.set_user_attr("squared", x * x)
    trial.set_user_attr("host", "abc")
    for step in (0, 5, 5, 10):
        trial.report(x + step, step)
    trial.set_user_attr("late", "yes")
    if trial.study.direction == optuna.study.StudyDirection.MAXIMIZE:
        return -abs(x)
    return abs(x) + 0 * len(trial.study.user_attrs)


class Callable:
    def __init__(self, depth=2):
        self.depth = depth

    def __call__(self, trial):
        return sum(trial.suggest_float(f"x{i}", 0, 1) for i in range(self.depth))


class Needs:
    def __init__(self, depth):
        self.depth = depth


def make():
    return Callable(3)


part = functools.partial(lambda depth, trial: Callable(depth)(trial), 1)
instance = Callable(4)


def shifting(trial):
    low = trial.suggest_int("low", 1, 5)
    return trial.suggest_int("high", low, 10)


def two(trial):
    return trial.suggest_float("x", 0, 1), 2.0


def gives_up(trial):
    if trial.suggest_float("x", 0, 1) > 0.5:
        trial.report(0.25, 0)
        raise optuna.exceptions.TrialPruned
    return 1.0


def bad(trial):
    kind = trial.suggest_categorical("kind", ["nan", "none", "word", "raises", "inf"])
    trial.suggest_float("x", 0, 1)
    if kind == "raises":
        raise ValueError("no luck")
    return {"nan": float("nan"), "none": None, "word": "high", "inf": float("inf")}[kind]


def drawn(trial):
    trial.suggest_float("x", 0, 1)
    return random.random() + np.random.rand()  # noqa: NPY002


def nothing(trial):
    return 1.0


def later(trial):
    if trial.suggest_float("x", 0, 1) > 0.9:
        trial.suggest_float("y", 0, 1)
    return 1.0


if len(sys.argv) > 1:
    raise SystemExit("no arguments here")
parser = argparse.ArgumentParser()
parser.add_argument("--trials", type=int, default=3)
args = parser.parse_args()
study = optuna.create_study(direction="minimize")
study.optimize(noted, n_trials=args.trials)
print(study.best_trial.params["x"])  # noqa: T201
