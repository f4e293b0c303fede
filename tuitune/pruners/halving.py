"""Successive halving: at a few rungs, only the best 1/eta of the trials that got there go on.

Cheap and rough, for screening many trials. On recorded curves of the book's experiment it spends a
sixth of the epochs and loses the best trial in four of five rounds with eta 3 and grace 1; 29 % and
three of ten with eta 2 and grace 3 (`tuitune bench pruners`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tuitune.model.trial import Problem, Trial
from tuitune.parts import require
from tuitune.pruners.base import GiveUp, comparison, diverged, is_number, last_value
from tuitune.pruners.control import unit_hash


@dataclass(frozen=True)
class AshaPruner:
    """Asynchronous successive halving, the stopping form (Li et al., arXiv 1810.05934; Syne Tune).

    Rungs stand at epoch grace, grace * eta, grace * eta**2 and so on; the first eta - 1 trials at a
    rung pass it.
    """

    eta: int = 3
    grace: int = 1

    def __post_init__(self) -> None:
        require(self.eta >= 2, "eta is at least 2", self.eta)
        require(self.grace >= 1, "grace is at least 1 epoch", self.grace)

    def judge(self, trial: Trial, peers: Sequence[Trial], problem: Problem) -> GiveUp | None:
        """Return why the trial is to stop."""
        return judge_at_rung(self.eta, self.grace, trial, peers, problem)


@dataclass(frozen=True)
class HyperbandPruner:
    """Several successive halvings side by side, each with another grace (Li et al., JMLR 18).

    A trial belongs to one bracket by its seed; brackets get trials in proportion to what they
    would get of a budget, as in Optuna.
    """

    eta: int = 3

    def __post_init__(self) -> None:
        require(self.eta >= 2, "eta is at least 2", self.eta)

    def judge(self, trial: Trial, peers: Sequence[Trial], problem: Problem) -> GiveUp | None:
        """Return why the trial is to stop."""
        mine = self.bracket(trial.seed, problem.epochs)
        grace = self.eta**mine
        if not is_rung(trial.epochs_done, self.eta, grace):
            return diverged(trial, peers, problem)
        same = [peer for peer in peers if self.bracket(peer.seed, problem.epochs) == mine]
        return judge_at_rung(self.eta, grace, trial, same, problem)

    def bracket(self, seed: int, epochs: int) -> int:
        """Return the bracket of a trial, from 0 (first rung after one epoch)."""
        last = 0
        while self.eta ** (last + 1) <= epochs:
            last += 1
        weights = [
            math.ceil((last + 1) * self.eta ** (last - i) / (last - i + 1)) for i in range(last + 1)
        ]
        left = unit_hash("bracket", seed) * sum(weights)
        for number, weight in enumerate(weights):
            left -= weight
            if left < 0:
                return number
        return last


def judge_at_rung(
    eta: int, grace: int, trial: Trial, peers: Sequence[Trial], problem: Problem
) -> GiveUp | None:
    """Return why `trial` is to stop if it stands at a rung and is not in the best 1/eta there."""
    reason = diverged(trial, peers, problem)
    epoch = trial.epochs_done
    value = last_value(trial, problem)
    if reason is not None or not is_number(value):
        return reason
    if epoch >= trial.epochs or not is_rung(epoch, eta, grace):
        return None
    sign = problem.sign
    there = [
        column[epoch - 1]
        for column in (peer.curve.get(problem.metric, ()) for peer in peers)
        if len(column) >= epoch
    ]
    ordered = sorted((sign * other for other in there if is_number(other)), reverse=True)
    # Those whose metric was no number at the rung count as having lost there.
    arrived = len(there) + 1
    if arrived < eta:
        return None
    places = arrived // eta
    if len(ordered) < places or sign * value >= ordered[places - 1]:
        return None
    bar = sign * ordered[places - 1]
    return comparison(trial, problem, f"the best 1/{eta} of {arrived}", value, bar)


def is_rung(epoch: int, eta: int, grace: int) -> bool:
    """Return whether trials are compared at `epoch`."""
    rung = grace
    while rung < epoch:
        rung *= eta
    return rung == epoch
