"""The pruner that never stops a trial, and several in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tuitune.model.trial import Problem, Trial
from tuitune.pruners.base import GiveUp, Pruner


@dataclass(frozen=True)
class NoPruner:
    """Lets every trial run to its end, whatever it reports."""

    def judge(self, trial: Trial, peers: Sequence[Trial], problem: Problem) -> GiveUp | None:  # noqa: ARG002
        """Return None."""
        return None


@dataclass(frozen=True)
class Combined:
    """Stops a trial as soon as one of its parts does, with the reason of the first that does."""

    parts: tuple[Pruner, ...]

    def judge(self, trial: Trial, peers: Sequence[Trial], problem: Problem) -> GiveUp | None:
        """Return the first reason of the parts."""
        for part in self.parts:
            reason = part.judge(trial, peers, problem)
            if reason is not None:
                return reason
        return None
