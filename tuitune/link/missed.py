"""What happened between two states of a session whose events have gone into the snapshot."""

from __future__ import annotations

from tuitune.model import Session
from tuitune.model.events import (
    Event,
    FinishEnded,
    RevisionCommitted,
    RoundEnded,
    RoundStarted,
    TrialEnded,
)


def missed(before: Session, after: Session) -> list[Event]:
    """Return the main events that lead from one state of a session to a later one.

    Revisions, rounds, ends of trials and of finishes: what is told to a person. Both sessions are
    left as they are.
    """
    events: list[Event] = []
    for revision in after.revisions[len(before.revisions) :]:
        events.append(
            RevisionCommitted(
                revision.number,
                revision.parent,
                revision.space,
                revision.at,
                tuple(revision.changes),
                revision.reason,
                dict(revision.numbers),
                revision.by,
            )
        )
    for record in after.rounds[len(before.rounds) :]:
        events.append(
            RoundStarted(
                record.number,
                record.revision,
                record.sampler,
                record.pruner,
                record.trials,
                record.started_at,
            )
        )
    for trial in after.trials:
        known = trial.number <= len(before.trials)
        if trial.is_finished and not (known and before.trial(trial.number).is_finished):
            events.append(
                TrialEnded(
                    trial.number,
                    trial.state,
                    (trial.started_at or 0.0) + trial.seconds,
                    trial.seconds,
                    trial.reason,
                    trial.traceback,
                    trial.cause,
                )
            )
    for record in after.rounds:
        known = record.number <= len(before.rounds)
        if record.ended and not (known and before.rounds[record.number - 1].ended):
            at = record.ended_at or record.started_at
            events.append(RoundEnded(record.number, record.ended, at))
    for finish in after.finishes:
        known = finish.number <= len(before.finishes)
        if finish.ended and not (known and before.finishes[finish.number - 1].ended):
            events.append(
                FinishEnded(
                    finish.number,
                    finish.ended,
                    finish.text,
                    finish.ended_at or finish.started_at,
                    finish.files,
                )
            )
    return events
