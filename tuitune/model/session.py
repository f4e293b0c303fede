"""The session: the fold of its events, and what can be asked of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tuitune.model.events import (
    DraftSaved,
    EpochReported,
    Event,
    FinishEvent,
    FinishStarted,
    ProblemChanged,
    RevisionCommitted,
    RevisionSelected,
    RoundEnded,
    RoundExtended,
    RoundStarted,
    SessionCreated,
    TrialAnnotated,
    TrialEnded,
    TrialQueued,
    TrialRequeued,
    TrialResumed,
    TrialSpared,
    TrialStarted,
    WorkersChanged,
)
from tuitune.model.finishes import begin_finish, fold_finish
from tuitune.model.records import Finish, Revision, Round
from tuitune.model.trial import FINISHED, Criterion, Problem, Trial, TrialState
from tuitune.space import Space, Value

ENOUGH_OF_A_LENGTH = 10
"""Trials of a new length that must be done before the session ranks by it."""


class Session:
    """One tuning effort. `apply` is the only way in which it changes, in constant time an event.

    A session has one owner thread. Two threads that need it each fold the same events into one of
    their own.
    """

    def __init__(self, created: SessionCreated) -> None:
        self.name = created.name
        self.problem: Problem = created.problem
        """What the next round tunes."""
        self.criterion = created.problem.criterion
        """What trials are ranked by. Its epochs are the problem's, or, after these were changed,
        the ones before until enough trials of the new length are done."""
        self.lengths: tuple[int, ...] = (created.problem.epochs,)
        """Every length that a full trial of the session had, in the order in which they were
        set."""
        self.seed = created.seed
        self.created_at = created.at
        self.program = created.program
        self.revisions: list[Revision] = []
        self.current: int = 0
        """Number of the revision that the next round starts from; 0 before the first."""
        self.redo: list[int] = []
        """Revisions that `redo` steps to, the next one last."""
        self.draft: Space | None = None
        self.workers: int | None = None
        """How many trials ran at once the last time; None: nobody said, which is 1."""
        self.rounds: list[Round] = []
        self.finishes: list[Finish] = []
        """Finish n stands at index n - 1."""
        self.trials: list[Trial] = []
        """Trial n stands at index n - 1."""
        self.counts: dict[TrialState, int] = dict.fromkeys(TrialState, 0)
        self.best: Trial | None = None
        """The best finished trial; None before the first."""
        self.running: dict[int, Trial] = {}
        self.waiting: dict[int, Trial] = {}
        """Queued and interrupted trials, in the order in which they run."""
        self.events = 0
        """How many events were folded into it."""

    # -- questions -------------------------------------------------------------------------

    @property
    def space(self) -> Space:
        """The space of the current revision."""
        return self.revision(self.current).space

    @property
    def best_score(self) -> float | None:
        """What the best trial counts with; None before the first."""
        return None if self.best is None else self.criterion.score(self.best)

    @property
    def round(self) -> Round | None:
        """The newest round; None before the first."""
        return self.rounds[-1] if self.rounds else None

    @property
    def open_round(self) -> Round | None:
        """The round that can go on: not ended, and of the current revision; else None."""
        last = self.round
        if last is None or last.ended is not None or last.revision != self.current:
            return None
        return last

    @property
    def open_finish(self) -> Finish | None:
        """The newest finish where it can go on; else None."""
        last = self.finishes[-1] if self.finishes else None
        return last if last is not None and last.ended is None else None

    @property
    def openings(self) -> int:
        """How often the sealed test set was opened."""
        return sum(finish.opening is not None for finish in self.finishes)

    def revision(self, number: int) -> Revision:
        """Return revision `number`. Raises `IndexError` where there is none."""
        if not 1 <= number <= len(self.revisions):
            raise IndexError(f"no revision {number}")
        return self.revisions[number - 1]

    def trial(self, number: int) -> Trial:
        """Return trial `number`. Raises `IndexError` where there is none."""
        if not 1 <= number <= len(self.trials):
            raise IndexError(f"no trial {number}")
        return self.trials[number - 1]

    def _round(self, number: int) -> Round:
        if not 1 <= number <= len(self.rounds):
            raise IndexError(f"no round {number}")
        return self.rounds[number - 1]

    def trials_of(self, round_number: int) -> Iterator[Trial]:
        """Yield the trials of one round in the order of their numbers."""
        return (trial for trial in self.trials if trial.round == round_number)

    def epochs_of(self, record: Round) -> int:
        """Return how many epochs the trials train that a round draws."""
        return record.epochs or self.lengths[0]

    def ranking(self) -> list[Trial]:
        """Return all trials, best first (see `Criterion.key`)."""
        return sorted(self.trials, key=self.criterion.key)

    def is_short(self, trial: Trial) -> bool:
        """Whether a trial is done and too short to be ranked among the others."""
        return trial.state is TrialState.DONE and trial.epochs < self.criterion.epochs

    def best_points(self) -> list[Trial]:
        """Return the trials of full length, best first, of each point the best one only."""
        best: dict[object, Trial] = {}
        for trial in filter(self.criterion.ranks, self.ranking()):
            best.setdefault(tuple(sorted(trial.params.items())), trial)
        return list(best.values())

    def wall_seconds(self, round_number: int, now: float) -> float:
        """Return the seconds up to `now` in which a trial was under way in the round's time."""
        record = self._round(round_number)
        going_on = now - record.wall_until if self.running and record.wall_until else 0.0
        return record.wall_seconds + max(going_on, 0.0)

    def full_params(self, trial: Trial) -> dict[str, Value]:
        """Return a trial's params with the problem's fixed settings, as its trainer gets them."""
        return {**self.problem.settings, **trial.params}

    # -- the fold --------------------------------------------------------------------------

    @classmethod
    def fold(cls, events: Iterable[Event]) -> Session:
        """Return the session that `events` make; the first must be a `SessionCreated`."""
        iterator = iter(events)
        created = next(iterator, None)
        if not isinstance(created, SessionCreated):
            raise ValueError(f"a session begins with session-created, not with {created!r}")
        session = cls(created)
        session.events = 1
        for event in iterator:
            session.apply(event)
        return session

    def apply(self, event: Event) -> None:
        """Change the session by one event.

        Raises `ValueError` for one that can't follow, `IndexError` for a number of nothing.
        """
        self.events += 1
        match event:
            case EpochReported():
                self._report(event)
            case TrialQueued():
                self._queue(event)
            case TrialStarted():
                self._start(event)
            case TrialEnded():
                self._end(event)
            case TrialRequeued():
                self._requeue(event)
            case TrialResumed():
                self._resume(event)
            case TrialSpared():
                self._spare(event)
            case TrialAnnotated():
                self._annotate(event)
            case RevisionCommitted():
                self._commit(event)
            case RevisionSelected():
                self._select(event)
            case DraftSaved():
                self.draft = event.space
            case WorkersChanged():
                self.workers = event.workers
            case ProblemChanged():
                self._change_problem(event.problem)
            case RoundStarted():
                self._start_round(event)
            case RoundExtended():
                self._round(event.number).trials = event.trials
            case RoundEnded():
                ended = self._round(event.number)
                ended.ended, ended.ended_at = event.how, event.at
            case FinishEvent():
                self._finish(event)
            case _:
                raise ValueError(f"{type(event).__name__} can't follow in a session")

    def _finish(self, event: FinishEvent) -> None:
        if not isinstance(event, FinishStarted):
            if not 1 <= event.finish <= len(self.finishes):
                raise IndexError(f"no finish {event.finish}")
            fold_finish(self.finishes[event.finish - 1], event, self.openings)
            return
        if event.finish != len(self.finishes) + 1:
            raise ValueError(f"finish {event.finish} can't follow {len(self.finishes)}")
        self.revision(event.revision)
        for number in event.contenders:
            self.trial(number)
        self.finishes.append(begin_finish(event))

    def _commit(self, event: RevisionCommitted) -> None:
        if event.number != len(self.revisions) + 1:
            raise ValueError(f"revision {event.number} can't follow {len(self.revisions)}")
        self.revisions.append(
            Revision(
                event.number,
                event.parent,
                event.space,
                event.at,
                event.changes,
                event.reason,
                event.numbers,
                event.by,
            )
        )
        self.current = event.number
        self.redo.clear()
        self.draft = None

    def _select(self, event: RevisionSelected) -> None:
        self.revision(event.number)
        if event.how == "undo":
            self.redo.append(self.current)
        elif event.how == "redo" and self.redo:
            self.redo.pop()
        else:
            self.redo.clear()
        self.current = event.number
        self.draft = None

    def _start_round(self, event: RoundStarted) -> None:
        if event.number != len(self.rounds) + 1:
            raise ValueError(f"round {event.number} can't follow {len(self.rounds)}")
        self.revision(event.revision)
        self.rounds.append(
            Round(
                number=event.number,
                revision=event.revision,
                sampler=event.sampler,
                pruner=event.pruner,
                trials=event.trials,
                started_at=event.at,
                epochs_budget=event.epochs_budget,
                seconds_budget=event.seconds_budget,
                changed=event.changed,
                package=event.package,
                by=event.by,
                epochs=self.problem.epochs,
            )
        )

    def _change_problem(self, problem: Problem) -> None:
        if problem.epochs != self.lengths[-1]:
            self.lengths = (*self.lengths, problem.epochs)
        self.problem = problem
        self._rank_by(problem.criterion._replace(epochs=self.criterion.epochs))
        self._take_length()

    def _rank_by(self, criterion: Criterion) -> None:
        if criterion != self.criterion:
            self.criterion = criterion
            self._find_best()

    def _take_length(self) -> None:
        """Rank by the problem's length once enough trials of it are done.

        The trials are counted only while that is open, and of a new round only some end by then.
        """
        wanted = self.problem.criterion
        if self.criterion.epochs == wanted.epochs:
            return
        if sum(map(wanted.is_full, self.trials)) >= ENOUGH_OF_A_LENGTH:
            self._rank_by(wanted)

    def _queue(self, event: TrialQueued) -> None:
        if event.number != len(self.trials) + 1:
            raise ValueError(f"trial {event.number} can't follow {len(self.trials)}")
        owner = self._round(event.round)
        self.revision(event.revision)
        trial = Trial(
            number=event.number,
            round=event.round,
            revision=event.revision,
            params=event.params,
            seed=event.seed,
            epochs=event.epochs,
            origin=event.origin,
            draw=event.draw,
            by=event.by,
            imported=event.imported,
            source=event.source,
        )
        self.trials.append(trial)
        owner.drawn += 1
        self.counts[TrialState.QUEUED] += 1
        self.waiting[trial.number] = trial

    def _requeue(self, event: TrialRequeued) -> None:
        trial = self.trial(event.number)
        kept = trial.kept or trial.result_to_keep()
        self._forget(trial)
        trial.kept, trial.exempt = kept, event.exempt
        if event.round is not None and event.round != trial.round:
            owner = self._round(event.round)
            self.rounds[trial.round - 1].drawn -= 1
            owner.drawn += 1
            trial.round = event.round
        trial.epochs = event.epochs
        trial.reason, trial.by = event.reason, event.by
        trial.imported = False
        self._move(trial, TrialState.QUEUED)

    def _start(self, event: TrialStarted) -> None:
        trial = self.trial(event.number)
        self._count_time(trial, event.at)
        self._forget(trial)
        trial.started_at = event.at
        self._move(trial, TrialState.RUNNING)

    def _resume(self, event: TrialResumed) -> None:
        trial = self.trial(event.number)
        if trial.state is not TrialState.PRUNED:
            raise ValueError(f"trial {trial.number} is {trial.state}; only a pruned one goes on")
        self.rounds[trial.round - 1].finished -= 1
        self._count_time(trial, event.at)
        # As if it had run through: what it trains from now on is added to what it has trained.
        trial.started_at = event.at - trial.seconds
        trial.control = event.control
        trial.reason = f"control, {trial.reason}" if event.control else ""
        trial.cause = None
        self._move(trial, TrialState.RUNNING)

    def _forget(self, trial: Trial) -> None:
        """Empty a trial's results: it begins again."""
        owner = self.rounds[trial.round - 1]
        owner.epochs_spent -= trial.epochs_done
        _spend(owner, -trial.seconds)
        if trial.state in FINISHED:
            owner.finished -= 1
        was_best = trial is self.best
        trial.begin_again()
        if was_best:
            self._move(trial, TrialState.QUEUED)
            self._find_best()

    def _report(self, event: EpochReported) -> None:
        trial = self.trial(event.number)
        if event.epoch != trial.epochs_done + 1:
            raise ValueError(
                f"trial {trial.number}: epoch {event.epoch} can't follow {trial.epochs_done}"
            )
        curve = trial.curve
        for name, value in event.metrics.items():
            column = curve.get(name)
            if column is None:
                column = curve[name] = [None] * trial.epochs_done
            column.append(value)
        trial.epochs_done += 1
        if len(event.metrics) < len(curve):
            for column in curve.values():
                if len(column) < trial.epochs_done:
                    column.append(None)
        problem = self.problem
        # What was not measured in this epoch stays what it was in the last one that had it.
        value = event.metrics.get(problem.metric, trial.score)
        if problem.criterion.improves(value, trial.score):
            trial.score = value
            if problem.train_metric is not None:
                trial.train_score = event.metrics.get(problem.train_metric, trial.train_score)
        owner = self.rounds[trial.round - 1]
        owner.epochs_spent += 1
        _spend(owner, event.seconds - trial.seconds)
        trial.seconds = event.seconds

    def _spare(self, event: TrialSpared) -> None:
        trial = self.trial(event.number)
        trial.control = True
        trial.reason = f"control, {event.reason}"

    def _end(self, event: TrialEnded) -> None:
        trial = self.trial(event.number)
        owner = self.rounds[trial.round - 1]
        if trial.state is TrialState.RUNNING and trial.started_at is not None:
            # Not the event's time: that of a trial found interrupted is the next program's start.
            self._count_time(trial, trial.started_at + event.seconds)
        _spend(owner, event.seconds - trial.seconds)
        trial.seconds = event.seconds
        trial.reason = event.reason
        trial.traceback = event.traceback
        trial.cause = event.cause
        if event.by is not None:
            trial.by = event.by
        if event.score is not None:
            trial.score = event.score
        if event.state is TrialState.FAILED:
            trial.score = None
        if event.state in FINISHED and trial.state not in FINISHED:
            owner.finished += 1
        self._move(trial, event.state)
        if event.state is not TrialState.INTERRUPTED:
            self._settle(trial)
        rank = self.criterion.key
        if self.criterion.ranks(trial) and (self.best is None or rank(trial) < rank(self.best)):
            self.best = trial
        self._take_length()
        if trial.state in FINISHED:
            trial.pack()

    def _settle(self, trial: Trial) -> None:
        """Let a trial that ran again go back to its earlier result where that is worth more."""
        kept, trial.kept = trial.kept, None
        if kept is None or trial.state is TrialState.DONE:
            return
        if kept.state is not TrialState.DONE and kept.epochs_done <= trial.epochs_done:
            return
        owner = self.rounds[trial.round - 1]
        owner.epochs_spent += kept.epochs_done - trial.epochs_done
        _spend(owner, kept.seconds - trial.seconds)
        because = f": {trial.reason}" if trial.reason else ""
        before = f"{kept.reason}; " if kept.reason else ""
        words = f"{before}{trial.state} when run again for {trial.epochs} epochs{because}"
        trial.go_back_to(kept, words)
        self._move(trial, kept.state)

    def _count_time(self, trial: Trial, now: float) -> None:
        owner = self.rounds[trial.round - 1]
        if self.running and owner.wall_until is not None:
            owner.wall_seconds += max(now - owner.wall_until, 0.0)
            now = max(now, owner.wall_until)
        owner.wall_until = now

    def _annotate(self, event: TrialAnnotated) -> None:
        trial = self.trial(event.number)
        if event.pinned is not None:
            trial.pinned = event.pinned
        if event.note is not None:
            trial.note = event.note
        if event.tags is not None:
            trial.tags = event.tags

    def _move(self, trial: Trial, state: TrialState) -> None:
        self.counts[trial.state] -= 1
        self.counts[state] += 1
        trial.state = state
        self.running.pop(trial.number, None)
        self.waiting.pop(trial.number, None)
        if state is TrialState.RUNNING:
            self.running[trial.number] = trial
        elif state in (TrialState.QUEUED, TrialState.INTERRUPTED):
            self.waiting[trial.number] = trial

    def _find_best(self) -> None:
        done = filter(self.criterion.ranks, self.trials)
        self.best = min(done, key=self.criterion.key, default=None)


def _spend(owner: Round, seconds: float) -> None:
    """Add to the time that a round has taken; what rounding takes away from nothing is nothing."""
    owner.seconds_spent = max(owner.seconds_spent + seconds, 0.0)
