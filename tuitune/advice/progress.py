"""How far a race is: what still has to run, who has left it and why, and what its end says.

Pure functions of the repeats that have ended, so that a race that goes on after a crash, on any
number of workers, comes to the same as one that was never disturbed. Scores are higher-is-better.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tuitune.advice.estimate import Comparison, bound, compare
from tuitune.advice.race import Runs, in_order, stages, standing
from tuitune.advice.text import score_text
from tuitune.model.trial import Drop
from tuitune.words import plural


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a race stands."""

    missing: tuple[tuple[int, int], ...]
    """Trial and repeat that its stage still needs, in the order in which to run them; empty: over.
    """
    left: tuple[Drop, ...]
    """Contenders that are out, in the order in which they left, of one stage the better first."""
    field: tuple[int, ...]
    """Contenders that are in; the best first where the race is over. Empty where none is a choice.
    """


def progress(contenders: Sequence[int], runs: Runs, repeats: int) -> Progress:
    """Return how far a race of `contenders` is whose last stage ends with `repeats`.

    At the end of a stage those with the better mean of all their repeats go on; no test drops
    anybody, and in a tie the one that stands first in `contenders` goes on. One contender alone
    races with nobody: it stays in with any repeat that has a score.
    """
    field = tuple(contenders)
    left: list[Drop] = []
    before = 0
    for stage in stages(repeats):
        if before:
            # Judged by what was known then: who goes on must not depend on what ran afterwards.
            known = {t: {r: y for r, y in runs[t].items() if r <= before} for t in field}
            field, out = _parted(field, known, stage.most, before)
            left += out
        missing = tuple(
            (trial, repeat)
            for repeat in range(1, stage.repeats + 1)
            for trial in field
            if repeat not in runs.get(trial, {})
        )
        if missing:
            return Progress(missing, tuple(left), field)
        before = stage.repeats
    field = in_order(field, runs)
    alone = len(contenders) == 1 and any(map(math.isfinite, runs[field[0]].values()))
    if standing(runs[field[0]]) == -math.inf and not alone:
        field = ()
    return Progress((), tuple(left), field)


def _parted(
    field: tuple[int, ...], runs: Runs, most: int, repeats: int
) -> tuple[tuple[int, ...], list[Drop]]:
    """Return who goes on after a stage, in the order of `field`, and who doesn't."""
    order = in_order(field, runs)
    drops = []
    for rank, trial in enumerate(order[most:], most + 1):
        behind = standing(runs[order[0]]) - standing(runs[trial])
        reason = f"rank {rank} of {len(order)}, {score_text(behind)} behind trial {order[0]}"
        if not math.isfinite(behind):
            reason = _without_scores(runs, trial)
        drops.append(Drop(trial, repeats, reason))
    return tuple(trial for trial in field if trial in order[:most]), drops


def _without_scores(runs: Runs, trial: int) -> str:
    none = sum(map(math.isnan, runs[trial].values()))
    return f"no score for {none} of {plural(len(runs[trial]), 'seed')}"


def runs_ahead(counts: Sequence[int], repeats: int) -> int:
    """Return how many runs a race still needs.

    `counts`: the runs that each of those has who are still in it.
    """
    ahead = 0
    for place, stage in enumerate(stages(repeats)):
        if place:
            counts = sorted(counts, reverse=True)[: stage.most]
        ahead += sum(max(0, stage.repeats - count) for count in counts)
        counts = [max(stage.repeats, count) for count in counts]
    return ahead


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the end of a race says."""

    preferred: int
    tied: tuple[int, ...]
    """The two best where they can't be told apart, the preferred one first; else empty."""
    text: str


def outcome(field: Sequence[int], contenders: int, runs: Runs, delta: float) -> Outcome:
    """Return what the last of a race (`Progress.field`, one or two of them) came to.

    The better mean wins, in a tie too. `contenders`: how many began; `delta`: the smallest
    difference that matters, in units of the metric.
    """
    first = field[0]
    if contenders == 1:
        count = sum(map(math.isfinite, runs[first].values()))
        return Outcome(first, (), f"trial {first} alone, {plural(count, 'run')} on new seeds")
    second = field[1]
    if standing(runs[second]) == -math.inf:
        why = _without_scores(runs, second)
        return Outcome(first, (), f"trial {first} won: trial {second} has {why}")
    found = compare(runs, first, second, delta)
    text = _compared(first, second, found)
    most = bound(runs, first)
    if most is not None:
        text += f"; no contender is better than {first} by more than {score_text(most)} (95 % sure)"
    return Outcome(first, () if found.apart else (first, second), text)


def _compared(first: int, second: int, found: Comparison) -> str:
    if not found.apart:
        runs = f"these {found.pairs} pairs of runs" if found.pairs > 1 else "so few runs"
        return f"{runs} can't tell trials {first} and {second} apart: {first} has the better mean"
    low, high = sorted((abs(found.low), abs(found.high)))
    by = f"by {score_text(abs(found.difference))} [{score_text(low)}, {score_text(high)}] over "
    by += f"{found.pairs} pairs of runs"
    if found.difference > 0:
        return f"trial {first} beats trial {second} {by}"
    return (
        f"trial {first} has the better mean of all its runs, though trial {second} beats it {by} "
        "without those that collapsed"
    )
