"""The JSON shapes of the commands, as the design fixes them."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec

from tuitune.model import Finish, Session
from tuitune.model.events import Change
from tuitune.model.trial import Trial, TrialState
from tuitune.space import Choice, Condition, Parameter


def ranked_trials(session: Session) -> list[tuple[Trial, int | None]]:
    """Return the trials of the ranking, best first, each with its rank from 1.

    Those that never ran are not in it; one that is too short to be ranked has none.
    """
    ran = [trial for trial in session.ranking() if trial.started_at is not None]
    rank = itertools.count(1)
    return [(trial, None if session.is_short(trial) else next(rank)) for trial in ran]


def rank_of(session: Session, trial: Trial) -> int | None:
    """Return the place of a trial among all, from 1; None where it is too short to be ranked."""
    key = session.criterion.key
    if session.is_short(trial):
        return None
    return 1 + sum(key(o) < key(trial) for o in session.trials if not session.is_short(o))


def trial_record(session: Session, trial: Trial, rank: int | None) -> dict[str, Any]:
    """Return one line of `top --json`; `rank` counts from 1, None for a shorter trial.

    The score is the one that the trial is ranked by.
    """
    return {
        "rank": rank,
        "trial": trial.number,
        "round": trial.round,
        "revision": trial.revision,
        "state": trial.state.value,
        "score": session.criterion.score(trial),
        "train_score": trial.train_score,
        "epochs": trial.epochs_done,
        "seconds": trial.seconds,
        "params": trial.params,
    }


def parameter_record(parameter: Parameter) -> dict[str, Any]:
    """Return one parameter of `show --json`: kind, and the range or the options.

    `step` is there where a range has one, `frozen` where one value is in use, `when` where it
    counts only beside some values of another parameter.
    """
    if isinstance(parameter, Choice):
        record: dict[str, Any] = {"kind": "choice", "options": list(parameter.on)}
    else:
        record = {
            "kind": parameter.__struct_config__.tag,
            "low": parameter.low,
            "high": parameter.high,
            "log": parameter.log,
        }
        if parameter.step is not None:
            record["step"] = parameter.step
    if parameter.frozen is not None:
        record["frozen"] = parameter.frozen
    if parameter.when is not None:
        record["when"] = condition_record(parameter.when)
    return record


def condition_record(condition: Condition) -> dict[str, Any]:
    """Return a condition: the parent, and its options, or both ends of a span (null: none)."""
    if condition.options:
        return {"parameter": condition.parameter, "options": list(condition.options)}
    return {"parameter": condition.parameter, "low": condition.low, "high": condition.high}


def change_record(change: Change) -> dict[str, Any]:
    """Return what a revision did to one parameter."""
    return {
        "parameter": change.parameter,
        "kind": change.kind,
        "before": change.before,
        "after": change.after,
        "reason": change.reason,
        "numbers": change.numbers,
    }


def session_record(session: Session) -> dict[str, Any]:
    """Return the document of `show --json`."""
    problem = session.problem
    space = session.space
    best = session.best
    finished = [finish for finish in session.finishes if finish.ended == "finished"]
    return {
        "name": session.name,
        "problem": _complete(problem),
        "metric": problem.metric,
        "direction": problem.direction,
        "space": {name: parameter_record(space[name]) for name in space.names},
        "revision": session.current,
        "revisions": [
            {
                "number": revision.number,
                "parent": revision.parent,
                "changes": [change_record(change) for change in revision.changes],
            }
            for revision in session.revisions
        ],
        "rounds": [
            {
                "number": record.number,
                "revision": record.revision,
                "sampler": record.sampler,
                "pruner": record.pruner,
                "trials": record.trials,
            }
            for record in session.rounds
        ],
        "trials": {state.value: session.counts[state] for state in TrialState},
        "best": trial_record(session, best, 1) if best is not None else None,
        "final": _final(session, finished[-1]) if finished else None,
    }


def _final(session: Session, finish: Finish) -> dict[str, Any]:
    # Imports NumPy, which a session without a finish has no need of.
    from tuitune.results.final import final_record

    return final_record(session, finish)


def _complete(record: msgspec.Struct) -> dict[str, Any]:
    """Return a record with every field, those at their default included."""
    fields = {name: getattr(record, name) for name in record.__struct_fields__}
    tag = record.__struct_config__.tag
    kind = {} if tag is None else {record.__struct_config__.tag_field or "type": tag}
    return kind | {
        name: _complete(value) if isinstance(value, msgspec.Struct) else value
        for name, value in fields.items()
    }
