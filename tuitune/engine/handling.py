"""What the engine does about each report and each command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tuitune.engine import actions, commands, finish_handling
from tuitune.engine.changes import (
    changed_trainer,
    check_data,
    pinned_changes,
    take_changes,
)
from tuitune.engine.revisions import changes_between, is_changed
from tuitune.engine.rounds import RoundDrawer, end_round
from tuitune.errors import TrainerError, UsageError, quote
from tuitune.executors.base import JobEnded, JobReported
from tuitune.model import Round, Session
from tuitune.model.events import (
    BreakerTripped,
    DraftSaved,
    EpochReported,
    ProblemChanged,
    RevisionCommitted,
    RevisionSelected,
    RoundExtended,
    RoundStarted,
    TrialAnnotated,
    TrialSpared,
    WorkersChanged,
)
from tuitune.model.limits import MOST
from tuitune.model.trial import Trial, TrialState
from tuitune.pruners import GiveUp, PausePruner, is_control, make_pruner
from tuitune.samplers import drawing_package, make_sampler
from tuitune.trainers.metrics import find_partner, partner_name
from tuitune.trainers.reports import clean_report
from tuitune.trainers.spec import MlpSpec
from tuitune.words import plural

if TYPE_CHECKING:
    from tuitune.engine.loop import Engine

DEFAULT_TRIALS = 100
"""Trials of a round where nobody says how many: the book's number."""


# -- reports ---------------------------------------------------------------------------------


def on_report(engine: Engine, message: JobReported) -> None:
    """Record an epoch and decide whether its trial goes on."""
    if message.trial < 0:
        finish_handling.on_report(engine, message)
        return
    trial = engine.session.running.get(message.trial)
    if trial is None or trial.epochs_done >= trial.epochs:
        # Ended already, or a trainer that reports more epochs than it was asked for.
        engine.executor.answer(message.trial, go_on=False)
        return
    problem = engine.session.problem
    try:
        metrics = clean_report(message.metrics, problem.metric)
    except TrainerError as error:
        engine.stop_job(trial, TrialState.FAILED, str(error), "no-score")
        note_failure(engine, trial)
        return
    _find_partner(engine, metrics, message.partner)
    epoch = trial.epochs_done + 1
    seconds = engine.trained.get(trial.number, 0.0) + message.seconds
    engine.recorder.record(EpochReported(trial.number, epoch, metrics, round(seconds, 4)))
    if metrics.get(problem.metric, 0.0) is None or metrics.get("loss", 0.0) is None:
        engine.stop_job(trial, TrialState.FAILED, f"diverged at epoch {epoch}", "diverged")
        return
    measured = problem.metric in metrics
    verdict = _give_up(engine, trial) if measured else None
    if verdict is None:
        engine.answer(trial.number)
    else:
        state = TrialState.FAILED if verdict.cause == "diverged" else TrialState.PRUNED
        engine.stop_job(trial, state, verdict.reason, verdict.cause)


def _find_partner(engine: Engine, metrics: Mapping[str, float | None], partner: str | None) -> None:
    """Take the counterpart on the training samples by its own name: that of val_loss may be loss.

    Not where a person has named it.
    """
    problem = engine.session.problem
    if problem.train_metric in metrics:
        return
    if problem.train_metric in (None, partner_name(problem.metric)):
        found = partner if partner in metrics else find_partner(problem.metric, metrics)
        if found is not None and found != problem.train_metric:
            changed = replace(problem, train_metric=found)
            engine.recorder.record(ProblemChanged(changed, engine.now()))


def _give_up(engine: Engine, trial: Trial) -> GiveUp | None:
    drawer = engine.drawer
    if drawer is None or trial.round != drawer.number or trial.control or trial.exempt:
        return None
    if trial.epochs_done >= trial.epochs:
        return None
    verdict = drawer.judge(trial)
    if verdict is None or verdict.cause == "diverged" or not is_control(trial.seed):
        return verdict
    if drawer.pauses:
        return verdict  # whether it is a loser is known at the end of the round
    engine.recorder.record(TrialSpared(trial.number, trial.epochs_done, verdict.reason))
    return None


def on_end(engine: Engine, message: JobEnded) -> None:
    """Free the worker and record how the trial ended, where nobody ended it before."""
    engine.busy.discard(message.trial)
    engine.trained.pop(message.trial, None)
    engine.held.discard(message.trial)
    if message.trial < 0:
        finish_handling.on_end(engine, message)
        return
    trial = engine.session.running.get(message.trial)
    if trial is None:
        return
    # A control trial keeps the reason for which the pruner would have given it up.
    spared = trial.reason if trial.control else ""
    if message.note and message.note not in trial.note:
        note = f"{trial.note}, {message.note}" if trial.note else message.note
        engine.recorder.record(TrialAnnotated(trial.number, note=note))
    if message.error and trial.epochs_done >= trial.epochs and trial.score is not None:
        # Its score stands: whatever it did after its last report was not training.
        reason = f"{message.error}, after its last epoch"
        engine.end_trial(
            trial, TrialState.DONE, spared or reason, message.traceback, cause="crashed"
        )
        engine.breaker.succeed()
    elif message.error:
        engine.end_trial(
            trial, TrialState.FAILED, message.error, message.traceback, cause=message.cause
        )
        note_failure(engine, trial)
    elif message.given_up:
        reason = "the objective gave it up"
        engine.end_trial(trial, TrialState.PRUNED, reason, cause="given-up")
        engine.breaker.succeed()
    elif trial.score is None and message.score is None:
        metric = engine.session.problem.metric
        nothing = f"the trainer never reported a number for {quote(metric)}"
        reason = nothing if trial.epochs_done else "the trainer reported no epoch"
        engine.end_trial(trial, TrialState.FAILED, reason, message.traceback, cause="no-score")
        note_failure(engine, trial)
    else:
        score = None if message.score == trial.score else message.score
        engine.end_trial(trial, TrialState.DONE, spared, score=score)
        engine.breaker.succeed()


def note_failure(engine: Engine, trial: Trial) -> None:
    """Count a failure; pause the round where there were too many of one kind."""
    if trial.cause == "diverged":
        return
    why = engine.breaker.fail(trial.reason, trial.traceback)
    if why is not None and engine.drawer is not None and not engine.paused:
        engine.recorder.say(BreakerTripped(trial.round, why))
        engine.pause(why)


# -- commands --------------------------------------------------------------------------------


def on_command(engine: Engine, command: commands.Command) -> None:
    """Do one command. Raises `TuiTuneError` where it can't be done."""
    match command:
        case commands.Run():
            run_round(engine, command)
        case commands.Pause():
            if (engine.drawer or engine.finisher) and not engine.paused:
                engine.pause()
        case commands.EndRound():
            _end_round(engine, command)
        case commands.Quit():
            engine.request_quit()
        case commands.CommitRevision():
            _commit(engine, command)
        case commands.Undo():
            _undo(engine, command)
        case commands.Redo():
            _redo(engine, command)
        case commands.SelectRevision():
            _select(engine, command)
        case commands.SaveDraft():
            if command.space != engine.session.draft:
                engine.recorder.record(DraftSaved(command.space))
        case commands.Annotate():
            known_trial(engine, command.trial)
            engine.recorder.record(
                TrialAnnotated(command.trial, command.pinned, command.note, command.tags)
            )
        case commands.StopTrial():
            _stop_trial(engine, command)
        case commands.KillTrial():
            _stop_trial(engine, command)
        case commands.RetryTrial():
            actions.retry(engine, command)
        case commands.Enqueue():
            actions.enqueue(engine, command)
        case commands.RepeatBest():
            actions.repeat_best(engine, command)
        case commands.StartFinish():
            finish_handling.start(engine, command)
        case commands.ChooseContender():
            finish_handling.choose(engine, command)
        case commands.StopFinish():
            finish_handling.stop(engine, command)
        case commands.SetProblem():
            _set_problem(engine, command)
        case commands.SetWorkers():
            _set_workers(engine, command.workers)


def run_round(engine: Engine, command: commands.Run) -> None:
    """Go on with the open round, or start one."""
    session = engine.session
    finish_handling.refuse_while_finishing(engine)
    if command.trials is not None and command.trials < 1:
        raise UsageError(f"A round has at least 1 trial, not {command.trials}; ask for 32, say.")
    record = engine.drawer.record if engine.drawer is not None else session.open_round
    if record is None or command.new_round:
        start_round(engine, command)
        return
    if engine.drawer is None:
        check_data(engine)
    if command.trials is not None:
        engine.recorder.record(RoundExtended(record.number, record.drawn + command.trials))
    if engine.drawer is None:
        take_changes(engine, pinned_changes(engine))
        engine.drawer = RoundDrawer(engine.recorder, record)
    _go_on(engine)


def _go_on(engine: Engine) -> None:
    engine.paused = False
    engine.breaker.reset()
    engine.release()


def start_round(engine: Engine, command: commands.Run) -> None:
    """Begin a new round of the current revision and run it; the one before ends here."""
    finish_handling.refuse_while_finishing(engine)
    check_data(engine)
    record = begin_round(engine, command)
    take_changes(engine, record.changed)
    engine.drawer = RoundDrawer(engine.recorder, record)
    _go_on(engine)


def begin_round(engine: Engine, command: commands.Run) -> Round:
    """Record that a new round begins, and return it; it does not run yet."""
    session, recorder = engine.session, engine.recorder
    last = session.round
    sampler = command.sampler or (last.sampler if last else "random")
    pruner = command.pruner or (last.pruner if last else "none")
    make_sampler(sampler)
    if isinstance(make_pruner(pruner), PausePruner) and not isinstance(
        session.problem.trainer, MlpSpec
    ):
        raise UsageError(
            "The pruner 'pause' needs a trainer that goes on from a checkpoint, as the built-in "
            "network does: take 'median' for your own."
        )
    if last is not None and last.ended is None:
        end_round(recorder, last, "superseded", command.by)
    recorder.record(
        RoundStarted(
            number=len(session.rounds) + 1,
            revision=session.current,
            sampler=sampler,
            pruner=pruner,
            trials=command.trials or DEFAULT_TRIALS,
            at=engine.now(),
            epochs_budget=command.epochs_budget,
            seconds_budget=command.seconds_budget,
            changed=pinned_changes(engine),
            package=drawing_package(sampler),
            by=command.by,
        )
    )
    recorder.sync()
    return session.rounds[-1]


def _end_round(engine: Engine, command: commands.EndRound) -> None:
    if engine.drawer is None:
        return
    engine.drawer.end("ended", command.by)
    _go_on(engine)
    engine.leave_round()


def _commit(engine: Engine, command: commands.CommitRevision) -> None:
    session = engine.session
    if command.run is not None:
        finish_handling.refuse_while_finishing(engine)
    if command.parent is not None and command.parent != session.current:
        raise UsageError(
            f"Revision {session.current} is current by now{_what_changed(session)}, and this was "
            f"made from {command.parent}: look at it and narrow again."
        )
    before = session.space
    if command.space.names != before.names:
        raise UsageError(
            f"A revision keeps the parameters {', '.join(before.names)}; "
            "a session with others is a new one: tuitune new NAME."
        )
    changes = changes_between(before, command.space, command.reasons)
    if is_changed(changes):
        engine.recorder.record(
            RevisionCommitted(
                number=len(session.revisions) + 1,
                parent=session.current,
                space=command.space,
                at=engine.now(),
                changes=changes,
                reason=command.reason,
                numbers=dict(command.numbers),
                by=command.by,
            )
        )
        engine.recorder.sync()
    elif command.run is None:
        raise UsageError(
            f"Nothing differs from revision {session.current}; change a range first, "
            "for example lr=1e-3..1e-1."
        )
    if command.outside == "stop":
        for trial in list(session.running.values()):
            if not command.space.contains(trial.params):
                engine.stop_job(
                    trial, TrialState.STOPPED, "outside the new ranges", "outside", command.by
                )
    if command.run is not None:
        start_round(engine, replace(command.run, by=command.by))
    else:
        engine.recorder.fold()


def _what_changed(session: Session) -> str:
    """Return what the current revision changed, in brackets; nothing where it changed nothing."""
    changes = [c for c in session.revision(session.current).changes if c.kind != "held"]
    words = ", ".join(f"{c.parameter} {c.before} to {c.after}" for c in changes)
    return f" ({words})" if words else ""


def _undo(engine: Engine, command: commands.Undo) -> None:
    session = engine.session
    parent = session.revision(session.current).parent
    if parent is None:
        raise UsageError("Revision 1 is the first; there is nothing to undo.")
    engine.recorder.record(RevisionSelected(parent, "undo", engine.now(), command.by))
    engine.recorder.sync()


def _redo(engine: Engine, command: commands.Redo) -> None:
    session = engine.session
    if not session.redo:
        raise UsageError("There is nothing to redo: no revision was undone.")
    engine.recorder.record(RevisionSelected(session.redo[-1], "redo", engine.now(), command.by))
    engine.recorder.sync()


def _select(engine: Engine, command: commands.SelectRevision) -> None:
    session, number = engine.session, command.number
    if not 1 <= number <= len(session.revisions):
        raise UsageError(f"There is no revision {number}; there are 1 to {len(session.revisions)}.")
    if number != session.current:
        engine.recorder.record(RevisionSelected(number, "back", engine.now(), command.by))
        engine.recorder.sync()


def known_trial(engine: Engine, number: int) -> Trial:
    """Return a trial. Raises `UsageError` where there is none of that number."""
    count = len(engine.session.trials)
    if not 1 <= number <= count:
        known = f"there are 1 to {count}" if count else "there is none yet"
        raise UsageError(f"There is no trial {number}; {known}.")
    return engine.session.trial(number)


def _stop_trial(engine: Engine, command: commands.StopTrial | commands.KillTrial) -> None:
    number, kill = command.trial, isinstance(command, commands.KillTrial)
    trial = known_trial(engine, number)
    if trial.is_finished:
        raise UsageError(f"Trial {number} has ended already ({trial.state}).")
    if kill and number in engine.busy:
        engine.executor.kill(number)
    reason = "killed by hand" if kill else "stopped by hand"
    engine.stop_job(trial, TrialState.STOPPED, reason, "person", command.by)


def _set_problem(engine: Engine, command: commands.SetProblem) -> None:
    problem = engine.session.problem
    if command.epochs is not None:
        if not 1 <= command.epochs <= MOST:
            raise UsageError(f"A trial has at least 1 epoch, not {command.epochs}; try 100.")
        problem = replace(problem, epochs=command.epochs)
    if command.trainer is not None or command.metric is not None:
        if engine.drawer is not None or engine.finisher is not None:
            raise UsageError(
                "A round or a finish trains with what there is: let it end, or end it, then change "
                "what trains."
            )
        problem = changed_trainer(problem, command)
    if problem == engine.session.problem:
        raise UsageError(
            f"Nothing is changed: a trial trains {plural(problem.epochs, 'epoch')}, "
            f"{problem.trainer.describe()}, {problem.metric}."
        )
    engine.recorder.record(ProblemChanged(problem, engine.now(), command.by))
    engine.recorder.sync()
    engine.reload()


def _set_workers(engine: Engine, workers: int) -> None:
    if not 1 <= workers <= 256:
        raise UsageError(f"The number of workers is from 1 to 256, not {workers}; try 4.")
    engine.workers = workers
    remember_workers(engine)


def remember_workers(engine: Engine) -> None:
    """Let the session know how many trials run at once: who goes on with it begins with as many."""
    if engine.workers != (engine.session.workers or 1):
        engine.recorder.record(WorkersChanged(engine.workers))
