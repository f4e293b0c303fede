"""What the engine does about the commands of a finish, and about what its jobs report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuitune.advice.race import REPEATS, stages
from tuitune.engine import commands
from tuitune.engine.changes import check_data, pinned_changes, take_changes
from tuitune.engine.finishing import Finisher, best_points
from tuitune.engine.refit import REFITS
from tuitune.errors import UsageError
from tuitune.executors.base import JobEnded, JobReported
from tuitune.model import Finish, Session
from tuitune.model.events import ContenderChosen, FinishEnd, FinishEnded, FinishStarted
from tuitune.model.trial import By
from tuitune.samplers import refit_seed, repeat_seed

if TYPE_CHECKING:
    from tuitune.engine.loop import Engine

MOST_REPEATS = 100


def on_report(engine: Engine, message: JobReported) -> None:
    """Let a job of the finish go on, or not."""
    finisher = engine.finisher
    if finisher is not None and finisher.on_report(message):
        engine.answer(message.trial)
    else:
        engine.executor.answer(message.trial, go_on=False)


def on_end(engine: Engine, message: JobEnded) -> None:
    """Record the end of a job of the finish; pause where there were too many failures."""
    finisher = engine.finisher
    if finisher is None:
        return
    why = finisher.on_end(message)
    if why is None:
        if not message.error:
            engine.breaker.succeed()
        return
    pause = engine.breaker.fail(why, message.traceback)
    if finisher.train is not None:
        pause = why  # three networks are too few to see whether the next one fails as well
    if pause is not None and not engine.paused:
        engine.pause(pause)


def refuse_while_finishing(engine: Engine) -> None:
    """Raise `UsageError` where a finish runs: a round would take its workers."""
    if engine.finisher is not None:
        raise UsageError(
            f"Finish {engine.finisher.record.number} is not over; let it end or stop it first."
        )


def start(engine: Engine, command: commands.StartFinish) -> None:
    """Go on with the open finish, or start another."""
    session = engine.session
    if engine.drawer is not None:
        raise UsageError(
            f"Round {engine.drawer.number} is not over; end it first, then finish "
            "with what it has found."
        )
    if session.running:
        raise UsageError("Trials are still running; wait for their end, then finish.")
    if command.repeats is not None and not 1 <= command.repeats <= MOST_REPEATS:
        raise UsageError(
            f"A finish repeats its contenders 1 to {MOST_REPEATS} times, not {command.repeats}; "
            f"try {REPEATS}."
        )
    if command.contenders is not None and command.contenders < 1:
        most = stages()[0].most
        raise UsageError(f"At least 1 trial races, not {command.contenders}; try {most}.")
    if engine.finisher is None:
        check_data(engine)
        take_changes(engine, pinned_changes(engine))
    finish = session.open_finish
    if finish is not None and not _goes_on(session, finish, command):
        _end(engine, finish, "superseded", "another finish took over", command.by)
        finish = None
    if finish is None:
        finish = _begin(engine, command)
    go_on(engine, finish, ask=command.choose == "person")


def go_on(engine: Engine, finish: Finish, *, ask: bool) -> None:
    """Run what an open finish still lacks."""
    if engine.finisher is None:
        engine.finisher = Finisher(engine.recorder, finish, ask=ask)
    engine.finisher.ask = ask
    engine.finisher.retry_failed()
    engine.paused = False
    engine.breaker.reset()
    engine.release()


def choose(engine: Engine, command: commands.ChooseContender) -> None:
    """Let the open finish go on with a contender of the person's choice."""
    finish, trial = engine.session.open_finish, command.trial
    if finish is None or finish.preferred is None:
        raise UsageError("There is no race that is over; start a finish, then choose.")
    if finish.chosen is not None:
        raise UsageError(f"Trial {finish.chosen} is chosen already; start another finish.")
    if trial not in finish.contenders:
        known = ", ".join(map(str, finish.contenders))
        raise UsageError(f"Trial {trial} was not in the race; contenders are {known}.")
    text = finish.verdict
    if trial != finish.preferred:
        text += f"; trial {trial} was chosen by hand"
    engine.recorder.record(ContenderChosen(finish.number, trial, "person", text, command.by))
    engine.recorder.sync()
    go_on(engine, finish, ask=True)


def stop(engine: Engine, command: commands.StopFinish) -> None:
    """End the open finish without a result."""
    finish = engine.session.open_finish
    if finish is None:
        raise UsageError("There is no finish that could be stopped.")
    _end(engine, finish, "stopped", "stopped before its end", command.by)
    engine.recorder.fold()


def _end(engine: Engine, finish: Finish, how: FinishEnd, text: str, by: By | None) -> None:
    if engine.finisher is not None:
        for job in engine.finisher.flying:
            engine.held.discard(job)
            engine.executor.stop(job)
        engine.leave_finish()
    engine.recorder.record(FinishEnded(finish.number, how, text, engine.now(), by=by))
    engine.recorder.sync()


def _goes_on(session: Session, finish: Finish, command: commands.StartFinish) -> bool:
    """Whether the open finish is what is asked for: trials that ended since may change the race."""
    if command.repeats not in (None, finish.repeats):
        return False
    if command.trial is not None:
        return finish.contenders == (command.trial,)
    if len(finish.contenders) == 1:
        return True
    return finish.contenders == best_points(session, _most(command, finish.repeats))


def _begin(engine: Engine, command: commands.StartFinish) -> Finish:
    session = engine.session
    repeats = command.repeats or REPEATS
    racing = _contenders(session, command, repeats)
    number = len(session.finishes) + 1
    seeds = range(1, stages(repeats)[-1].repeats + 1)
    # A longer trial that a person names is repeated as it was trained.
    alone = session.trial(racing[0]) if command.trial is not None else None
    epochs = alone.epochs if alone is not None else session.criterion.epochs
    by = session.criterion._replace(epochs=epochs)
    scores = tuple(by.score(session.trial(n)) or 0.0 for n in racing)
    engine.recorder.record(
        FinishStarted(
            finish=number,
            revision=session.current,
            contenders=racing,
            scores=scores,
            repeats=repeats,
            seeds=tuple(repeat_seed(session.seed, number, n) for n in seeds),
            refit_seeds=tuple(refit_seed(session.seed, number, n) for n in range(1, REFITS + 1)),
            at=engine.now(),
            by=command.by,
            epochs=epochs,
        )
    )
    engine.recorder.sync()
    return session.finishes[-1]


def _most(command: commands.StartFinish, repeats: int) -> int:
    return command.contenders or stages(repeats)[0].most


def _contenders(session: Session, command: commands.StartFinish, repeats: int) -> tuple[int, ...]:
    if command.trial is None:
        racing = best_points(session, _most(command, repeats))
        if not racing:
            raise UsageError("No trial is done yet, so that none can race; run a round first.")
        return racing
    if not 1 <= command.trial <= len(session.trials):
        count = len(session.trials)
        known = f"there are 1 to {count}" if count else "there is none yet"
        raise UsageError(f"There is no trial {command.trial}; {known}.")
    trial = session.trial(command.trial)
    if not session.criterion.ranks(trial):
        raise UsageError(
            f"Trial {trial.number} has no score of full length ({trial.state}); "
            "choose one that is done."
        )
    return (trial.number,)
