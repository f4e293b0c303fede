"""The protocol of a pruner, and what the rules share: the last report, divergence, sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeGuard

from tuitune.model.trial import Problem, Trial
from tuitune.words import no_zero


@dataclass(frozen=True, slots=True)
class GiveUp:
    """A trial is to stop."""

    cause: Literal["diverged", "chance", "given-up"]
    """A number is not finite; no better than guessing; worse than its peers or than a rule says."""
    reason: str
    """That with its numbers, in a few words."""


class Pruner(Protocol):
    """When to give up."""

    def judge(self, trial: Trial, peers: Sequence[Trial], problem: Problem) -> GiveUp | None:
        """Return why `trial` is to stop after the epoch that it reported last, else None.

        `peers` are the other trials of its round, in any state. Pure: the same arguments give the
        same verdict, whatever was asked before. Nobody stops a trial that has no epoch left, but
        for a metric that is no number.
        """


def is_number(value: float | None) -> TypeGuard[float]:
    """Return whether an entry of a curve is a finite number."""
    return value is not None and math.isfinite(value)


def last_value(trial: Trial, problem: Problem) -> float | None:
    """Return the metric at the last epoch; None before the first."""
    column = trial.curve.get(problem.metric)
    return column[-1] if column else None


def best_value(trial: Trial, problem: Problem) -> float | None:
    """Return the best metric of all epochs so far; None where there is none."""
    values = [value for value in trial.curve.get(problem.metric, ()) if is_number(value)]
    if not values:
        return None
    return max(values) if problem.sign > 0 else min(values)


def diverged(trial: Trial, peers: Sequence[Trial], problem: Problem) -> GiveUp | None:
    """Return which of metric, training metric and losses stopped being a number, in a sentence.

    A curve holds None for a number that isn't finite and for one that wasn't reported. The metric
    is in every report. Another column counts once it is known to be: None as its first entry, or
    numbers at every earlier epoch, at least three of them or as many in the curve of a peer.
    """
    epoch = trial.epochs_done
    for name, column in trial.curve.items():
        if len(column) != epoch or not column or is_number(column[-1]):
            continue
        if name == problem.metric:
            return GiveUp("diverged", f"{name} is not finite at epoch {epoch}")
        if name != problem.train_metric and "loss" not in name.lower():
            continue
        steady = all(map(is_number, column[:-1]))
        if steady and (epoch == 1 or epoch > 3 or _reported_by_peer(name, epoch, peers)):
            return GiveUp("diverged", f"{name} is not finite at epoch {epoch}")
    return None


def comparison(trial: Trial, problem: Problem, what: str, value: float, bar: float) -> GiveUp:
    """Return the verdict `below the median at epoch 9 (.31 < .45)`, or with `above`."""
    worse, sign = ("below", "<") if problem.sign > 0 else ("above", ">")
    digits = next((n for n in range(2, 8) if short(value, n) != short(bar, n)), 8)
    return GiveUp(
        "given-up",
        f"{worse} {what} at epoch {trial.epochs_done} "
        f"({short(value, digits)} {sign} {short(bar, digits)})",
    )


def short(value: float, digits: int = 3) -> str:
    """Return a number with `digits` significant digits and no zero before the point: `.45`."""
    return no_zero(f"{value:.{digits}g}")


def _reported_by_peer(name: str, epoch: int, peers: Sequence[Trial]) -> bool:
    return any(
        len(column) >= epoch and all(map(is_number, column[:epoch]))
        for column in (peer.curve.get(name, ()) for peer in peers)
    )
