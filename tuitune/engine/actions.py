"""What a person asks for about one trial: run it again, for longer, or another point beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tuitune.engine import commands, handling
from tuitune.errors import UsageError
from tuitune.model import Round, Session
from tuitune.model.events import RoundExtended, TrialQueued, TrialRequeued
from tuitune.samplers import trial_seed
from tuitune.space import Value
from tuitune.trainers.spec import MlpSpec

if TYPE_CHECKING:
    from tuitune.engine.loop import Engine


def retry(engine: Engine, command: commands.RetryTrial) -> None:
    """Run a trial again from its first epoch."""
    trial = handling.known_trial(engine, command.trial)
    if not trial.is_finished:
        raise UsageError(f"Trial {trial.number} has not ended ({trial.state}).")
    if trial.number in engine.busy:
        raise UsageError(f"Trial {trial.number} is still being stopped; try again in a moment.")
    if command.epochs is not None and command.epochs < 1:
        raise UsageError(f"A trial has at least 1 epoch, not {command.epochs}; ask for 100, say.")
    record = _round_for_extra_trial(engine, command)
    if trial.round != record.number:
        _make_room(engine, record)
    engine.recorder.record(
        TrialRequeued(
            trial.number,
            command.epochs or trial.epochs,
            "run again by hand",
            record.number,
            exempt=True,
            by=command.by,
        )
    )
    engine.recorder.sync()


def enqueue(engine: Engine, command: commands.Enqueue) -> None:
    """Train a point of the person's own."""
    session = engine.session
    check_point(session, command.params)
    record = _round_for_extra_trial(engine, command)
    _make_room(engine, record)
    number = len(session.trials) + 1
    engine.recorder.record(
        TrialQueued(
            number=number,
            round=record.number,
            revision=record.revision,
            params=dict(command.params),
            seed=trial_seed(session.seed, record.number, number),
            epochs=session.epochs_of(record),
            origin=command.origin,
            draw="person",
            by=command.by,
        )
    )
    engine.recorder.sync()


def repeat_best(engine: Engine, command: commands.RepeatBest) -> None:
    """Train the best points once more, each on a new seed."""
    session = engine.session
    best = session.best_points()
    if command.count < 1 or not best:
        raise UsageError("No trial is done yet, so that none can be trained again; run a round.")
    for trial in best[: command.count]:
        enqueue(
            engine,
            commands.Enqueue(
                trial.params, f"repeat of {trial.number}", start=command.start, by=command.by
            ),
        )


def check_point(session: Session, params: Mapping[str, Value]) -> None:
    """Raise `UsageError` in one sentence where no trial can have these params."""
    session.space.validate_params(params)
    if isinstance(session.problem.trainer, MlpSpec):
        from tuitune.trainers.mlp.settings import validate_params

        validate_params({**session.problem.settings, **params})


def _round_for_extra_trial(
    engine: Engine, command: commands.RetryTrial | commands.Enqueue
) -> Round:
    """Return the round that takes one trial more; begin one for it alone where there is none."""
    record = engine.drawer.record if engine.drawer is not None else engine.session.open_round
    alone = commands.Run(trials=None if record is not None else 1, by=command.by)
    if engine.drawer is None and command.start:
        handling.run_round(engine, alone)
    elif record is None:
        return handling.begin_round(engine, alone)
    record = engine.session.round
    assert record is not None
    return record


def _make_room(engine: Engine, record: Round) -> None:
    if record.drawn >= record.trials:
        engine.recorder.record(RoundExtended(record.number, record.drawn + 1))
