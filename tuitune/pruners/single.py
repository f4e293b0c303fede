"""Rules that look at one trial alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tuitune.model.trial import Problem, Trial
from tuitune.parts import require
from tuitune.pruners.base import GiveUp, best_value, comparison, diverged, is_number, short


@dataclass(frozen=True)
class PatiencePruner:
    """Stops a trial that got no better by more than `delta` for `epochs` epochs."""

    epochs: int = 10
    delta: float = 0.0

    def __post_init__(self) -> None:
        require(self.epochs >= 1, "epochs is at least 1", self.epochs)
        require(self.delta >= 0, "delta is at least 0", self.delta)

    def judge(self, trial: Trial, peers: Sequence[Trial], problem: Problem) -> GiveUp | None:
        """Return why the trial is to stop."""
        reason = diverged(trial, peers, problem)
        if reason is not None or trial.epochs_done >= trial.epochs:
            return reason
        sign = problem.sign
        best: float | None = None
        at = 0
        for epoch, value in enumerate(trial.curve.get(problem.metric, ()), start=1):
            if is_number(value) and (best is None or sign * (value - best) > self.delta):
                best, at = value, epoch
        if best is None or trial.epochs_done - at < self.epochs:
            return None
        return GiveUp(
            "given-up", f"no better than {short(best)} for {trial.epochs_done - at} epochs"
        )


@dataclass(frozen=True)
class ThresholdPruner:
    """Stops a trial whose best value is worse than `value` at `epoch` or later."""

    value: float = field(metadata={"example": 0.2})
    epoch: int = 1

    def __post_init__(self) -> None:
        require(self.epoch >= 1, "epoch counts from 1", self.epoch)

    def judge(self, trial: Trial, peers: Sequence[Trial], problem: Problem) -> GiveUp | None:
        """Return why the trial is to stop."""
        reason = diverged(trial, peers, problem)
        if reason is not None or trial.epochs_done >= trial.epochs:
            return reason
        best = best_value(trial, problem)
        if best is None or trial.epochs_done < self.epoch:
            return None
        if problem.sign * best >= problem.sign * self.value:
            return None
        return comparison(trial, problem, "the threshold", best, self.value)
