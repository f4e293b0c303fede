"""The fold of what happens in a finish."""

from __future__ import annotations

from tuitune.model.events import (
    ContenderChosen,
    ContenderDropped,
    FinishEnded,
    FinishEvent,
    FinishStarted,
    RaceEnded,
    RefitEnded,
    RepeatEnded,
    TestOpened,
    TestScored,
)
from tuitune.model.records import Finish


def fold_finish(finish: Finish, event: FinishEvent, openings: int) -> None:
    """Change a finish by one event; `openings` says how often the test set was opened before.

    Raises `ValueError` for one that can't follow.
    """
    if finish.ended is not None:
        raise ValueError(f"finish {finish.number} has ended; nothing can follow in it")
    match event:
        case RepeatEnded(run=run):
            _check_contender(finish, run.trial)
            before = [r for r in finish.runs if (r.trial, r.repeat) == (run.trial, run.repeat)]
            if any(r.score is not None for r in before):
                raise ValueError(f"finish {finish.number}: repeat {run.repeat} ended already")
            finish.runs = [*(r for r in finish.runs if r not in before), run]
        case ContenderDropped(drop=drop):
            _check_contender(finish, drop.trial)
            finish.dropped.append(drop)
        case RaceEnded():
            _check_contender(finish, event.preferred)
            finish.preferred, finish.tied = event.preferred, event.tied
            finish.verdict, finish.raced_at = event.text, event.at
        case ContenderChosen():
            _check_contender(finish, event.trial)
            finish.chosen, finish.chosen_by = event.trial, event.how
            finish.verdict = event.text
        case RefitEnded(refit=refit):
            # A network that a crash took is made again, from the same seed.
            others = [r for r in finish.refits if r.repeat != refit.repeat]
            finish.refits = sorted([*others, refit], key=lambda r: r.repeat)
        case TestOpened():
            if event.opening != openings + 1:
                raise ValueError(f"opening {event.opening} can't follow {openings}")
            finish.opening, finish.opened_at = event.opening, event.at
        case TestScored(score=score):
            if finish.opening is None:
                raise ValueError(f"finish {finish.number}: the test set is sealed")
            finish.test = score
        case FinishEnded():
            finish.ended, finish.ended_at = event.how, event.at
            finish.text, finish.files = event.text, event.files
        case _:
            raise ValueError(f"{type(event).__name__} can't follow in a session")


def begin_finish(event: FinishStarted) -> Finish:
    """Return the finish that an event begins. Raises `ValueError` where its numbers don't fit."""
    if not event.contenders or len(event.scores) != len(event.contenders):
        raise ValueError("a finish has one score for each contender, and at least one contender")
    return Finish(
        number=event.finish,
        revision=event.revision,
        contenders=event.contenders,
        scores=event.scores,
        repeats=event.repeats,
        seeds=event.seeds,
        refit_seeds=event.refit_seeds,
        started_at=event.at,
        by=event.by,
        epochs=event.epochs,
    )


def _check_contender(finish: Finish, trial: int) -> None:
    if trial not in finish.contenders:
        raise ValueError(f"finish {finish.number}: trial {trial} is no contender")
