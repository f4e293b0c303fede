"""What a round draws next."""

from __future__ import annotations

from collections.abc import Collection

from tuitune.engine.recorder import Recorder
from tuitune.model import Round
from tuitune.model.events import RoundEnd, RoundEnded, TrialEnded, TrialQueued
from tuitune.model.trial import By, Trial, TrialState
from tuitune.pruners import PRUNERS, GiveUp, PausePruner, is_control, is_paused, make_pruner
from tuitune.samplers import SAMPLERS, DrawPoint, History, make_sampler, trial_seed


def check_sampler(text: str) -> str:
    """Return which samplers there are. Raises `UsageError` where `text` is none of them."""
    make_sampler(text)
    return f"known are {', '.join(SAMPLERS)}"


def check_pruner(text: str) -> str:
    """Return which pruners there are. Raises `UsageError` where `text` is none of them."""
    make_pruner(text)
    return f"known are {', '.join(PRUNERS)}; + joins several"


class RoundDrawer:
    """Draws the trials of one round: interrupted ones first, then queued ones, then new points."""

    def __init__(self, recorder: Recorder, record: Round) -> None:
        self._recorder = recorder
        self._session = recorder.session
        self.record = record
        self._pruner = None if record.pruner == "none" else make_pruner(record.pruner)
        self._peers = list(self._session.trials_of(record.number))
        self._sampler = make_sampler(record.sampler)
        self._space = self._session.revision(record.revision).space
        self._size = self._sampler.size(self._space)

    @property
    def number(self) -> int:
        """The round's number."""
        return self.record.number

    @property
    def pauses(self) -> bool:
        """Whether its pruner lets trials wait that may go on later."""
        return isinstance(self._pruner, PausePruner)

    def next_trial(self, busy: Collection[int] = ()) -> Trial | None:
        """Return the trial to run next, or None where the round needs no more.

        One that is pruned is to go on from where it stands. `busy`: trials that have a worker.
        """
        waiting = [t for t in self._session.waiting.values() if t.round == self.number]
        if waiting:
            first = min(waiting, key=lambda t: (t.state is not TrialState.INTERRUPTED, t.number))
            if not any(peer is first for peer in self._peers):
                self._peers.append(first)
            return first
        if isinstance(self._pruner, PausePruner) and self._out_of_budget() is None:
            found = self._pruner.resumable(self._peers, self._session.problem)
            resumed = next((trial for trial in found if trial.number not in busy), None)
            if resumed is not None:
                return resumed
        if self.is_drawn_out or self._out_of_budget() is not None:
            return self._next_control(busy)
        return self._draw()

    def _next_control(self, busy: Collection[int]) -> Trial | None:
        """Return a loser that is to run to its end, when nothing else can let it through."""
        if not self.pauses or any(peer.number in busy for peer in self._peers):
            return None
        waiting = (trial for trial in self._peers if is_paused(trial) and is_control(trial.seed))
        return next(waiting, None)

    def lets_through(self, trial: Trial) -> bool:
        """Return whether its rung lets a paused trial go on."""
        if not isinstance(self._pruner, PausePruner):
            return False
        return trial in self._pruner.resumable(self._peers, self._session.problem)

    def judge(self, trial: Trial) -> GiveUp | None:
        """Return why the pruner gives `trial` up at its last report; None: it goes on."""
        if self._pruner is None:
            return None
        peers = [peer for peer in self._peers if peer is not trial]
        return self._pruner.judge(trial, peers, self._session.problem)

    @property
    def is_drawn_out(self) -> bool:
        """Whether the round has as many trials as it is to have, or its sampler has no more."""
        if self._size is not None and self.record.drawn >= self._size:
            return True
        return self.record.drawn >= self.record.trials

    def end(self, how: RoundEnd | None = None, by: By | None = None) -> None:
        """Record the end of the round; queued trials of it are dropped."""
        ending = how or self._out_of_budget() or "finished"
        end_round(self._recorder, self.record, ending, by)

    def _out_of_budget(self) -> RoundEnd | None:
        record = self.record
        if record.drawn >= record.trials:
            return None
        epochs, seconds = record.epochs_budget, record.seconds_budget
        spent = epochs is not None and record.epochs_spent >= epochs
        if seconds is not None and not spent:
            now = self._recorder.clock()
            spent = self._session.wall_seconds(self.number, now) >= seconds
        return "out of budget" if spent else None

    def _draw(self) -> Trial:
        session = self._session
        number = len(session.trials) + 1
        point = DrawPoint(
            session_seed=session.seed,
            revision=self.record.revision,
            round=self.number,
            trial=number,
            index=self.record.drawn,
        )
        history = History(session.trials, session.criterion)
        evenly = self._sampler.draws_evenly(self._space, point, history)
        self._recorder.record(
            TrialQueued(
                number=number,
                round=self.number,
                revision=self.record.revision,
                params=self._sampler.sample(self._space, point, history),
                seed=trial_seed(session.seed, self.number, number),
                epochs=session.epochs_of(self.record),
                draw="uniform" if evenly else "adaptive",
            )
        )
        trial = session.trial(number)
        self._peers.append(trial)
        return trial


def end_round(recorder: Recorder, record: Round, how: RoundEnd, by: By | None) -> None:
    """Record the end of a round, and that its queued trials will not run."""
    now = round(recorder.clock(), 3)
    for trial in list(recorder.session.waiting.values()):
        if trial.round == record.number and trial.state is TrialState.QUEUED:
            recorder.record(
                TrialEnded(
                    trial.number, TrialState.STOPPED, now, 0.0, "its round ended before it ran"
                )
            )
    recorder.record(RoundEnded(record.number, how, now, by))
    recorder.sync()
