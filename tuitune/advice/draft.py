"""From advice to a draft of the space, and what committing a draft would do."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tuitune.advice.overall import FIRST_ROUND_TRIALS, suggested_trials
from tuitune.advice.position import column, inside
from tuitune.advice.records import Verdict
from tuitune.advice.view import Session
from tuitune.model.trial import TrialState
from tuitune.space import Space

Reasons = dict[str, tuple[str, dict[str, float | None]]]
"""By parameter the sentence that a person reads, and its numbers."""


def apply_proposals(
    space: Space, verdicts: Mapping[str, Verdict], *, freeze: bool = False
) -> tuple[Space, Reasons]:
    """Return `space` with every proposal taken that has evidence, and why each parameter changes.

    A `freeze` verdict gives the narrowest range that is worth a round; only `freeze` (the bold
    alternative) freezes at the value itself. A parameter that shows no effect is left alone: that
    is for a person to say. Parameters that `space` has frozen or doesn't have stay as they are.
    """
    reasons: Reasons = {}
    for name, verdict in verdicts.items():
        if name not in space.parameters or space[name].is_frozen or not verdict.changes_range:
            continue
        proposal = verdict.proposal
        if freeze and verdict.kind == "freeze" and verdict.freeze_at is not None:
            proposal = space[name].freeze(verdict.freeze_at)
        if proposal == space[name]:
            continue
        space = space.replace(name, proposal)
        reasons[name] = (verdict.reason, verdict.numbers)
    return space, reasons


@dataclass(frozen=True, slots=True)
class Preview:
    """What committing a draft would do; scores are in the metric's own direction."""

    kept: int
    """Finished trials (done, given up, failed, stopped) inside the draft."""
    kept_but_for_frozen: int
    """The same where the ranges alone count: the draft may freeze a parameter at a value that few
    trials have."""
    total: int
    """Finished trials in all."""
    best_inside: float | None
    """Best score of a done trial inside the draft; None where there is none."""
    best_outside: float | None
    running_outside: tuple[int, ...]
    """Numbers of the running trials that fall out."""
    trials_next: int
    epochs_next: int
    """Epochs that the next round is expected to spend: trials are given up as often as so far."""
    seconds_next: float | None
    """Wall time that it is expected to take; None before any epoch was timed."""


def next_trials(
    session: Session, draft: Space, verdicts: Mapping[str, Verdict] | None = None
) -> int:
    """Return how many trials the next round should have: one number wherever it is said.

    The book's number for the first round, then 16 for every free parameter of the draft that still
    matters by `verdicts` (where there are none, for every one). A round that only has single trials
    that somebody asked for doesn't count.
    """
    drawn = {t.round for t in session.trials if t.draw != "person" and not t.exempt}
    if not any(r.number in drawn or not r.drawn for r in session.rounds):
        return FIRST_ROUND_TRIALS
    known = verdicts or {}
    live = [n for n in draft.free_names if n not in known or not known[n].is_settled]
    return suggested_trials(len(live))


def preview(
    session: Session, draft: Space, *, trials: int | None = None, workers: int = 1
) -> Preview:
    """Return what a round of the draft would keep, cut off and cost; the session is only read.

    `trials` of the next round: None for `next_trials`. `workers` share the time, at least 1.
    """
    problem = session.problem
    seen = [t for t in session.trials if t.is_finished or t.state is TrialState.RUNNING]
    columns = {
        name: column(parameter, [t.params.get(name) for t in seen])
        for name, parameter in draft.parameters.items()
    }
    within = inside(draft, columns, len(seen))
    free = Space({n: draft[n] for n in draft.free_names})
    in_ranges = inside(free, columns, len(seen))
    running = np.array([t.state is TrialState.RUNNING for t in seen], dtype=np.bool_)
    ranks, score = session.criterion.ranks, session.criterion.score
    done = np.array([ranks(t) for t in seen], dtype=np.bool_)
    scores = np.array([score(t) if ranks(t) else math.nan for t in seen], dtype=np.float64)
    scores *= problem.sign

    def best(mask: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float | None:
        return float(scores[mask].max()) * problem.sign if mask.any() else None

    if trials is None:
        trials = next_trials(session, draft)
    epochs = np.array([t.epochs_done for t in seen], dtype=np.float64)
    seconds = np.array([t.seconds for t in seen], dtype=np.float64)
    ended = ~running
    spent = float(epochs[ended].mean()) if ended.any() else float(problem.epochs)
    epochs_next = round(trials * min(spent, problem.epochs))
    timed = float(epochs.sum())
    return Preview(
        kept=int(np.sum(within & ended)),
        kept_but_for_frozen=int(np.sum(in_ranges & ended)),
        total=int(np.sum(ended)),
        best_inside=best(within & done),
        best_outside=best(~within & done),
        running_outside=tuple(seen[i].number for i in np.flatnonzero(running & ~within)),
        trials_next=trials,
        epochs_next=epochs_next,
        seconds_next=epochs_next * float(seconds.sum()) / timed / workers if timed else None,
    )
