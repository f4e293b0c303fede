"""The engine's loop and its state."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from queue import Empty
from shutil import rmtree
from threading import Thread
from typing import Any

from tuitune.engine import commands, handling
from tuitune.engine.breaker import MAX_FAILURES, Breaker
from tuitune.engine.finishing import Finisher
from tuitune.engine.recorder import Hear, Listener, Recorder
from tuitune.engine.rounds import RoundDrawer
from tuitune.engine.training import (
    check_surroundings,
    in_process,
    make_executor,
    surroundings_of,
)
from tuitune.errors import TuiTuneError, plain
from tuitune.executors.base import (
    Executor,
    Inbox,
    Job,
    JobEnded,
    JobReported,
    TrainFunction,
)
from tuitune.model import Session
from tuitune.model.events import (
    EngineFailed,
    EngineState,
    EngineStatus,
    TrialEnded,
    TrialResumed,
    TrialStarted,
)
from tuitune.model.trial import By, Cause, Limits, Trial, TrialState
from tuitune.pruners import is_control
from tuitune.store import SessionStore
from tuitune.store.files import files_of, make_files_folder

RETRY_SECONDS = 1.0
"""How often a disk that refused a write is tried again."""

ExecutorFactory = Callable[[Inbox, int], Executor]


def _to_nobody(_answer: commands.Answer) -> None:
    """Take an answer that nobody waits for."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A command in the inbox, and who gets the answer."""

    command: commands.Command
    reply: commands.Reply


class Engine:
    """The only writer of a session.

    It runs in one thread, `run` in the caller's or `start` in its own. Everyone talks to it by
    `send` and learns from it by `subscribe`; both may be called from any thread.
    """

    def __init__(
        self,
        store: SessionStore,
        *,
        workers: int | None = None,
        max_failures: int = MAX_FAILURES,
        limits: Limits | None = None,
        gpus: tuple[str, ...] = (),
        executor_factory: ExecutorFactory | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Serve the session of `store`.

        `workers` None is the number that the session had last, `limits` None are those of the
        problem. `gpus` are devices for the workers of a person's
        own trainer. Raises `UsageError` where the trainer can't have them.
        """
        problem = store.session.problem
        self._paused = files_of(store.path) / "paused"
        """Checkpoints of the trials of the round that wait."""
        self._surroundings = surroundings_of(store.path, limits or problem.limits, gpus)
        check_surroundings(problem.trainer, self._surroundings)
        self.session: Session = store.session
        self.recorder = Recorder(store, clock)
        self.breaker = Breaker(max_failures)
        self.inbox: Inbox = Inbox()
        self.drawer: RoundDrawer | None = None
        """The round that runs or is paused; None while idle."""
        self.finisher: Finisher | None = None
        """The finish that runs or is paused; None while idle or a person is to choose."""
        self.paused = False
        self.busy: set[int] = set()
        """Jobs that a worker is still occupied with, ended trials included."""
        self.trained: dict[int, float] = {}
        """Seconds that each trial had trained when its job began."""
        self.held: set[int] = set()
        """Trials whose last report waits for an answer."""
        self.workers = workers or self.session.workers or 1
        self._factory = executor_factory or self._executor_for_problem
        self._executor: Executor | None = None
        self._train: TrainFunction | None = None
        """What the executor runs; None: the problem's trainer."""
        self._quit = False
        self._thread: Thread | None = None
        self._said: tuple[EngineStatus | None, str] = (None, "")
        self._has_ended = False

    # -- for everyone ----------------------------------------------------------------------

    def send(self, command: commands.Command, reply: commands.Reply = _to_nobody) -> None:
        """Put a command in the inbox; safe in any thread and in a signal handler.

        `reply` gets the answer, in the engine's thread, when what was done is in the journal.
        """
        self.inbox.put(_Asked(command, reply))
        if self._has_ended:
            self._answer_rest()

    def subscribe(self) -> Listener:
        """Return a queue of everything that happens from now on."""
        return self.recorder.subscribe()

    def listen(self, hear: Hear) -> None:
        """Call `hear` with everything that happens from now on, in the engine's thread."""
        self.recorder.listen(hear)

    def start(self) -> None:
        """Run the loop in a thread of its own."""
        self._thread = Thread(target=self.run, name="engine", daemon=True)
        self._thread.start()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the thread; return whether it has ended."""
        if self._thread is None:
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def run(self, *, until_idle: bool = False) -> None:
        """Serve until `Quit`, or until there is nothing to do; everything is saved at the end."""
        try:
            self._interrupt_running("the program ended while it ran")
            handling.remember_workers(self)
            self._say_state()
            while not self._quit:
                self._step(until_idle)
        except Exception as error:
            self.recorder.say(
                EngineFailed(plain(f"{type(error).__name__}: {error}"), traceback.format_exc())
            )
            if until_idle:
                raise
        finally:
            self._shut_down()

    # -- what handlers of commands and reports use -----------------------------------------

    @property
    def executor(self) -> Executor:
        """Where trials run; made when the first round starts."""
        if self._executor is None:
            if self._train is not None:
                self._executor = in_process(self._train, self.inbox, self.workers)
            else:
                self._executor = self._factory(self.inbox, self.workers)
        return self._executor

    def now(self) -> float:
        """Seconds since 1970, UTC, to the millisecond."""
        return round(self.recorder.clock(), 3)

    def end_trial(
        self,
        trial: Trial,
        state: TrialState,
        reason: str = "",
        traceback: str = "",
        *,
        cause: Cause | None = None,
        by: By | None = None,
        score: float | None = None,
    ) -> None:
        """Record the end of a trial, durably; `score` where it is not its last report."""
        seconds = round(trial.seconds, 4)
        self.recorder.record(
            TrialEnded(
                trial.number, state, self.now(), seconds, reason, traceback, cause, by, score
            )
        )
        self.recorder.sync()
        if self.recorder.store.should_fold():
            self.recorder.fold()

    def stop_job(
        self, trial: Trial, state: TrialState, reason: str, cause: Cause, by: By | None = None
    ) -> None:
        """End a trial before its time, and its worker's job with it."""
        if trial.number in self.busy:
            self.held.discard(trial.number)
            self.executor.stop(trial.number)
        self.end_trial(trial, state, reason, cause=cause, by=by)

    def answer(self, trial: int) -> None:
        """Let a trial go on, or hold it while the round is paused or the disk refuses writes."""
        if self.paused or self.recorder.troubled:
            self.held.add(trial)
        else:
            self.executor.answer(trial, go_on=True)

    def release(self) -> None:
        """Let the held trials go on."""
        for trial in sorted(self.held):
            self.executor.answer(trial, go_on=True)
        self.held.clear()

    def pause(self, detail: str = "") -> None:
        """Hold everything; `detail` says why where no person asked for it."""
        self.paused = True
        self.recorder.fold()
        self._say_state(detail)

    def leave_round(self) -> None:
        """Be idle: the round has ended."""
        self.drawer = None
        self.paused = False
        self.recorder.fold()
        rmtree(self._paused, ignore_errors=True)
        with suppress(OSError):
            self._paused.parent.rmdir()  # which holds something where trials have output

    def leave_finish(self) -> None:
        """Be idle: the finish has ended, or a person is to choose."""
        self.finisher = None
        self.paused = False
        self.recorder.fold()

    def reload(self) -> None:
        """Let the next trial have its trainer and data anew, unless one still runs."""
        if self._executor is not None and not self.busy:
            self._executor.close()
            self._executor = None

    def request_quit(self) -> None:
        """End the loop after this step."""
        self._quit = True

    # -- the loop --------------------------------------------------------------------------

    def _step(self, until_idle: bool) -> None:
        self._fill()
        self._say_state()
        if until_idle and self._is_idle and self.inbox.empty():
            self._quit = True
            return
        message = self._receive(RETRY_SECONDS if self.recorder.troubled else None)
        if self.recorder.troubled and self.recorder.retry() and not self.paused:
            self.release()
        match message:
            case None:
                pass
            case JobReported():
                handling.on_report(self, message)
            case JobEnded():
                handling.on_end(self, message)
            case _Asked():
                message.reply(self._do(message.command))

    def _do(self, command: commands.Command) -> commands.Answer:
        """Do a command and return what became of it."""
        try:
            handling.on_command(self, command)
        except TuiTuneError as error:
            return commands.Answer(refused=str(error))
        session = self.session
        trial = getattr(command, "trial", None)
        result = commands.Result(
            session.current,
            len(session.rounds) or None,
            len(session.trials) if isinstance(command, commands.Enqueue) else trial,
        )
        trouble = "It is done, and is saved as soon as the disk takes writes again."
        return commands.Answer(unsaved=trouble if self.recorder.troubled else "", result=result)

    def _answer_rest(self) -> None:
        """Answer who came too late."""
        while True:
            try:
                message = self.inbox.get_nowait()
            except Empty:
                return
            if isinstance(message, _Asked):
                message.reply(commands.Answer(refused="The engine has ended.", ended=True))

    @property
    def _is_idle(self) -> bool:
        """Whether nothing will happen until somebody asks for something."""
        if self.paused:
            return self.held >= self.busy
        return self.drawer is None and self.finisher is None and not self.busy

    def _receive(self, timeout: float | None) -> Any:
        if self._executor is not None:
            return self._executor.receive(timeout)
        try:
            return self.inbox.get(timeout=timeout)
        except Empty:
            return None

    def _fill(self) -> None:
        """Start trials while there are free workers and the round wants them."""
        while not self.paused and not self.recorder.troubled:
            if self.finisher is None and self.drawer is None:
                return
            if self.busy and (len(self.busy) >= self.workers or not self._resize()):
                return
            if self.finisher is not None:
                if not self._fill_finish(self.finisher):
                    return
                continue
            if self.busy and self._train is not None:
                return  # what is left of a finish runs on an executor of its own
            assert self.drawer is not None
            trial = self.drawer.next_trial(self.busy)
            if trial is None:
                if not any(self.session.trial(n).round == self.drawer.number for n in self.busy):
                    self.drawer.end()
                    self.leave_round()
                return
            self._start_trial(trial)

    def _fill_finish(self, finisher: Finisher) -> bool:
        """Start the next job of a finish; return whether there may be another."""
        if not self.busy <= set(finisher.flying):
            return False  # what was stopped has to end first
        try:
            job = finisher.next_job()
            if job is not None:
                self._use(finisher.train)
                executor = self.executor
        except TuiTuneError as error:
            self.pause(str(error))
            return False
        if job is None:
            if finisher.is_over:
                self.leave_finish()
            return False
        self.busy.add(job.trial)
        executor.submit(job)
        return True

    def _use(self, train: TrainFunction | None) -> None:
        """Run `train` from now on (None: the problem's trainer); nothing else runs any more."""
        if train == self._train:
            self._resize()
            return
        if self._executor is not None:
            self._executor.close()
            self._executor = None
        self._train = train

    def _resize(self) -> bool:
        """Bring the executor to the number of workers asked for; return whether it has them.

        One that can't change while it works is replaced when its last job has ended.
        """
        executor = self._executor
        if executor is None or executor.workers == self.workers:
            return True
        if executor.resize(self.workers):
            return True
        if self.busy:
            return False
        executor.close()
        self._executor = None
        return True

    def _start_trial(self, trial: Trial) -> None:
        try:
            self._use(None)
            executor = self.executor
        except TuiTuneError as error:
            self.pause(str(error))
            return
        params = self.session.full_params(trial)
        assert self.drawer is not None
        checkpoint = ""
        if self.drawer.pauses:
            make_files_folder(self.recorder.store.path)
            checkpoint = str(self._paused / f"{trial.number}.npz")
        job = Job(trial.number, params, trial.epochs, trial.seed, checkpoint)
        if trial.state is TrialState.PRUNED:
            job = replace(job, done=trial.epochs_done)
            self.trained[trial.number] = trial.seconds
            control = is_control(trial.seed) and not self.drawer.lets_through(trial)
            self.recorder.record(TrialResumed(trial.number, self.now(), control))
        else:
            self.trained[trial.number] = 0.0
            self.recorder.record(TrialStarted(trial.number, self.now()))
        self.busy.add(trial.number)
        executor.submit(job)

    def _say_state(self, detail: str = "") -> None:
        if self.drawer is None and self.finisher is None:
            state = EngineStatus.IDLE
        elif self.paused:
            state = EngineStatus.PAUSED if self.held >= self.busy else EngineStatus.PAUSING
        else:
            state = EngineStatus.RUNNING if self.finisher is None else EngineStatus.FINISHING
        if (state, detail) != self._said and not (state == self._said[0] and not detail):
            self._said = (state, detail)
            self.recorder.say(EngineState(state, detail))

    def _interrupt_running(self, reason: str) -> None:
        for trial in list(self.session.running.values()):
            self.end_trial(trial, TrialState.INTERRUPTED, reason)

    def _shut_down(self) -> None:
        if self._executor is not None:
            self._executor.close()
        self._interrupt_running("")
        self.recorder.fold()
        self.recorder.close()
        self._has_ended = True
        self._answer_rest()
        self.recorder.say(EngineState(EngineStatus.STOPPED))

    def _executor_for_problem(self, inbox: Inbox, workers: int) -> Executor:
        session = self.session
        if session.problem.trainer.keeps_output:
            make_files_folder(self.recorder.store.path)
        return make_executor(session, inbox, workers, self._surroundings)
