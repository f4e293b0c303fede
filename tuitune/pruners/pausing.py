"""Pause instead of give up: the losers of a rung wait, and go on where the rung lets them through.

Rungs stand at a fifth, two and three fifths of the epochs. Of the trials of the round that have
come to the first, the best half, third, fifth by the metric at the rung may go beyond it; the
others are stopped with a checkpoint. A trial that was unlucky in its company is resumed as soon as
more have come, so that at the end of the round those went on that would have with all of them
known: promotion as in asynchronous successive halving (Li et al., arXiv 1810.05934), with gentle
shares.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tuitune.model.trial import Problem, Trial, TrialState
from tuitune.pruners.base import GiveUp, comparison, diverged, is_number, last_value

RUNGS = ((0.2, 2), (0.4, 3), (0.6, 5))
"""Share of the epochs at which trials are compared, and the part of them that goes on: 1 in 2."""


@dataclass(frozen=True)
class PausePruner:
    """Lets the best half, third and fifth of a round go beyond three rungs; the others wait."""

    def judge(self, trial: Trial, peers: Sequence[Trial], problem: Problem) -> GiveUp | None:
        """Return why the trial is to wait, or is to stop where its numbers are none."""
        reason = diverged(trial, peers, problem)
        value = last_value(trial, problem)
        if reason is not None or not is_number(value):
            return reason
        if trial.epochs_done >= trial.epochs:
            return None
        found = _rung(trial)
        if found is None:
            return None
        better, places, bar, arrived = _rank(trial, [*peers, trial], problem, found)
        if better < places:
            return None
        what = f"the best 1/{RUNGS[found][1]} of {arrived}"
        verdict = comparison(trial, problem, what, value, bar)
        return GiveUp(verdict.cause, f"paused {verdict.reason}")

    def resumable(self, trials: Sequence[Trial], problem: Problem) -> list[Trial]:
        """Return the paused trials of a round that their rung lets through now.

        Those that came furthest first, of these the best first.
        """
        found = []
        for trial in trials:
            rung = _rung(trial) if is_paused(trial) else None
            if rung is None or not is_number(last_value(trial, problem)):
                continue
            better, places, *_ = _rank(trial, trials, problem, rung)
            if better < places:
                found.append((-rung, better, trial.number, trial))
        return [trial for *_, trial in sorted(found, key=lambda entry: entry[:3])]


def is_paused(trial: Trial) -> bool:
    """Return whether a trial of a round with this pruner waits at a rung."""
    return trial.state is TrialState.PRUNED and trial.cause == "given-up"


def rungs(epochs: int) -> list[int]:
    """Return the epochs at which trials of so many are compared; never the last one."""
    return [max(1, round(share * epochs)) for share, _ in RUNGS]


def _rung(trial: Trial) -> int | None:
    """Return which rung a trial stands at, from 0; the last of those at the same epoch."""
    at = [i for i, epoch in enumerate(rungs(trial.epochs)) if epoch == trial.epochs_done]
    return at[-1] if at and trial.epochs_done < trial.epochs else None


def _rank(
    trial: Trial, trials: Sequence[Trial], problem: Problem, rung: int
) -> tuple[int, int, float, int]:
    """Return how many are better at a rung, how many may pass, the last place's value, and of whom.

    `trials` holds `trial`. Equal values rank by number. Whoever diverged has come to the first rung
    like the others, and lost.
    """
    epochs = rungs(trial.epochs)
    at, first, sign = epochs[rung], epochs[0], problem.sign
    arrived = 0
    values: list[tuple[float, int]] = []
    for peer in trials:
        if peer.epochs_done < first:
            continue
        arrived += 1
        column = peer.curve.get(problem.metric, ())
        if len(column) >= at and is_number(value := column[at - 1]):
            values.append((-sign * value, peer.number))
    values.sort()
    places = math.ceil(arrived / RUNGS[rung][1])
    own = [number for _, number in values].index(trial.number)
    bar = -sign * values[min(places, len(values)) - 1][0]
    return own, places, bar, arrived
