"""What a finish runs next: the repeats of the race, then the refits, then the test.

Everything that it decides follows from the session's `Finish` record alone, so that it goes on
after a crash as if nothing had been. A repeat, refit or look is recorded when it has ended; what
was under way runs again with the same seed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from tuitune.advice.overall import DELTA_POINTS
from tuitune.advice.progress import outcome, progress
from tuitune.advice.race import Runs, contenders
from tuitune.engine.recorder import Recorder
from tuitune.engine.refit import Refitting, own_score
from tuitune.errors import TrainerError
from tuitune.executors.base import Job, JobEnded, JobReported, TrainFunction
from tuitune.model import Finish, Session
from tuitune.model.events import (
    ContenderChosen,
    ContenderDropped,
    FinishEnd,
    FinishEnded,
    RaceEnded,
    RefitEnded,
    RepeatEnded,
    RepeatProgressed,
    TestOpened,
    TestScored,
)
from tuitune.model.trial import Refit, Repeat, Trial
from tuitune.results.final import final_text, write_results
from tuitune.space import Value
from tuitune.trainers.base import Fault
from tuitune.trainers.final import takes_final
from tuitune.trainers.reports import clean_report
from tuitune.trainers.spec import MlpSpec


def best_points(session: Session, limit: int) -> tuple[int, ...]:
    """Return the trials that a race would have, best first: at most `limit`, each point once.

    Only trials of the session's length are among them, or longer ones with their value there.
    """
    return contenders({t.number: _gain(session, t) for t in session.best_points()}, limit)


def _gain(session: Session, trial: Trial) -> float:
    """Return the score of a trial of full length, higher is better."""
    return session.criterion.sign * (session.criterion.score(trial) or 0.0)


def job_number(finish: int, trial: int, repeat: int) -> int:
    """Return the number, below 0, by which executors know a repeat.

    It is the same whenever that repeat runs, and no other has it: a trainer's checkpoints lie in a
    folder of that name.
    """
    return -((finish * 1000 + repeat) * 1_000_000 + trial)


FINAL = 900
"""Added to the number of a repeat in the number of a job: more than a race has repeats."""


@dataclass(slots=True)
class _Flight:
    """A job of the finish that a worker is occupied with."""

    trial: int
    repeat: int
    seed: int
    epochs: int
    done: int = 0
    metrics: dict[str, float | None] = field(default_factory=dict)
    reason: str = ""
    cause: Fault | None = None
    final: bool = False
    """It is the final test of a person's own trainer."""


class Finisher:
    """Runs one finish; the engine asks it for jobs and brings back what comes of them.

    Its jobs have numbers below 0, so that they are never taken for trials.
    """

    def __init__(self, recorder: Recorder, record: Finish, *, ask: bool) -> None:
        self.record = record
        self.ask = ask
        """Whether a person chooses when the race is over."""
        self.train: TrainFunction | None = None
        """What its next jobs run; None: the problem's trainer."""
        self._recorder = recorder
        self._session = recorder.session
        self._flying: dict[int, _Flight] = {}
        self._refitting: Refitting | None = None
        self._again: set[tuple[int, int]] = set()
        self.retry_failed()

    def retry_failed(self) -> None:
        """Let repeats run again that failed by no fault of their point, for all one knows."""
        finish = self.record
        self._again = {
            (run.trial, run.repeat)
            for run in finish.runs
            if run.score is None and run.trial in finish.remaining
            if run.cause != "diverged"
        }

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to run, for good or until a person chooses."""
        finish = self.record
        return finish.ended is not None or (finish.waits_for_choice and self.ask)

    @property
    def flying(self) -> tuple[int, ...]:
        """Numbers of the jobs that run."""
        return tuple(self._flying)

    # -- jobs --------------------------------------------------------------------------------

    def next_job(self) -> Job | None:
        """Return what to run next, or None where something has to end first or all has.

        Records what follows from what has ended. Raises `TuiTuneError` where the samples can't be
        read or the results not be written; asked again, it tries again.
        """
        finish = self.record
        if finish.ended is None and finish.preferred is None:
            job = self._next_repeat()
            if finish.preferred is None:
                return job
        if self.is_over:
            return None
        if finish.chosen is None:
            assert finish.preferred is not None
            self._recorder.record(
                ContenderChosen(finish.number, finish.preferred, "race", finish.verdict)
            )
            self._recorder.sync()
        return self._next_after_the_race()

    def _next_repeat(self) -> Job | None:
        finish = self.record
        found = progress(finish.contenders, self._runs(), finish.repeats)
        gone = {drop.trial for drop in finish.dropped}
        for drop in found.left:
            if drop.trial not in gone:
                self._recorder.record(ContenderDropped(finish.number, drop))
        if found.missing:
            under_way = {(flight.trial, flight.repeat) for flight in self._flying.values()}
            free = (pair for pair in found.missing if pair not in under_way)
            for trial, repeat in free:
                return self._job(trial, repeat, finish.seeds[repeat - 1])
            return None
        if not found.field:
            self.end("failed", f"no contender trained: {finish.runs[-1].reason}")
            return None
        self._end_race(found.field)
        return None

    def _end_race(self, best: tuple[int, ...]) -> None:
        finish, session = self.record, self._session
        values = [_gain(session, t) for t in filter(session.criterion.ranks, session.trials)]
        point = 0.01 if session.problem.in_points else 0.01 * float(max(values) - np.median(values))
        said = outcome(best, len(finish.contenders), self._runs(), DELTA_POINTS * point)
        self._recorder.record(
            RaceEnded(finish.number, said.preferred, said.tied, said.text, self._now())
        )
        self._recorder.sync()

    def _runs(self) -> Runs:
        """Return the ended repeats, higher better; those that are to run again left out."""
        sign = self._session.problem.sign
        runs: dict[int, dict[int, float]] = {}
        for run in self.record.runs:
            if (run.trial, run.repeat) not in self._again:
                score = math.nan if run.score is None else sign * run.score
                runs.setdefault(run.trial, {})[run.repeat] = score
        return runs

    def _next_after_the_race(self) -> Job | None:
        finish, spec = self.record, self._session.problem.trainer
        names = [*self._session.space.names, *self._session.problem.settings]
        if takes_final(spec, names):
            return self._next_own_test()
        if not isinstance(spec, MlpSpec):
            self._conclude(None)
            return None
        if self._refitting is None:
            trial = self._chosen
            self._refitting = Refitting(
                spec, self._session.seed, self._params, self.record.epochs_of(trial)
            )
        work = self._refitting
        failed = {refit.repeat for refit in finish.refits if refit.reason}
        lacking = [
            (repeat, seed)
            for repeat, seed in enumerate(finish.refit_seeds, 1)
            if repeat not in failed and seed not in work.networks
        ]
        if finish.test is not None:
            lacking = lacking[:1]  # only the network that is kept
        if lacking or (self._flying and not self._is_looking):
            self.train = work.train
            return self._first_free(lacking)
        seeds = tuple(
            seed for repeat, seed in enumerate(finish.refit_seeds, 1) if repeat not in failed
        )
        if not seeds:
            self.end("failed", f"no network could be refitted: {finish.refits[0].reason}")
            return None
        if finish.test is None and work.test_samples:
            return self._next_look(work, seeds)
        self._conclude({**work.networks[seeds[0]].state(), **work.keys})
        return None

    def _next_own_test(self) -> Job | None:
        """Return the next training on all samples by a person's trainer, which tests itself."""
        finish = self.record
        assert finish.chosen is not None
        if finish.opening is None and not self._open_test():
            return None
        ended = {refit.repeat for refit in finish.refits}
        under_way = {flight.repeat for flight in self._flying.values()}
        for repeat, seed in enumerate(finish.refit_seeds, 1):
            if repeat not in ended | under_way:
                return self._job(finish.chosen, repeat, seed, final=True)
        if self._flying:
            return None
        scores = [refit.score for refit in finish.refits if refit.score is not None]
        if not scores:
            self.end("failed", f"no final training was tested: {finish.refits[0].reason}")
            return None
        if finish.test is None:
            self._recorder.record(TestScored(finish.number, own_score(scores)))
            self._recorder.sync()
        self._conclude(None)
        return None

    def _open_test(self) -> bool:
        """Record that the test set is looked at; return whether that is on the disk."""
        finish = self.record
        assert finish.chosen is not None
        self._recorder.record(
            TestOpened(finish.number, finish.chosen, self._session.openings + 1, self._now())
        )
        self._recorder.sync()
        return not self._recorder.troubled

    def _next_look(self, work: Refitting, seeds: tuple[int, ...]) -> Job | None:
        finish = self.record
        if finish.opening is None and not self._open_test():
            return None  # nothing is looked at before it is on record that it was
        lacking = [(n, seed) for n, seed in enumerate(seeds, 1) if not work.has_looked(seed)]
        if lacking or self._flying:
            self.train = work.look
            return self._first_free(lacking)
        self._recorder.record(TestScored(finish.number, work.score(seeds)))
        self._recorder.sync()
        return self._next_after_the_race()

    def _first_free(self, lacking: list[tuple[int, int]]) -> Job | None:
        under_way = {flight.seed for flight in self._flying.values()}
        assert self.record.chosen is not None
        for repeat, seed in lacking:
            if seed not in under_way:
                return self._job(self.record.chosen, repeat, seed)
        return None

    def _job(self, number: int, repeat: int, seed: int, *, final: bool = False) -> Job:
        trial = self._session.trial(number)
        epochs = 1 if self._is_looking else self.record.epochs_of(trial)
        job = job_number(self.record.number, number, FINAL + repeat if final else repeat)
        self._flying[job] = _Flight(number, repeat, seed, epochs, final=final)
        self._say_progress(self._flying[job])
        return Job(job, self._session.full_params(trial), epochs, seed, final=final)

    # -- what comes of them ------------------------------------------------------------------

    def on_report(self, message: JobReported) -> bool:
        """Take a report; return whether the job may go on."""
        flight = self._flying.get(message.trial)
        if flight is None or flight.reason or flight.done >= flight.epochs:
            return False
        metric = self._session.problem.metric if self.train is None else None
        try:
            metrics = clean_report(message.metrics, metric or next(iter(message.metrics)))
        except TrainerError as error:
            flight.reason, flight.cause = str(error), "no-score"
            return False
        flight.done += 1
        before = flight.metrics
        if metric is None or self._session.problem.criterion.improves(
            metrics.get(metric, before.get(metric)), before.get(metric)
        ):
            flight.metrics = {**before, **metrics}
        if metric is not None and (
            metrics.get(metric, 0.0) is None or metrics.get("loss", 0.0) is None
        ):
            flight.reason, flight.cause = f"diverged at epoch {flight.done}", "diverged"
            return False
        self._say_progress(flight)
        return True

    def on_end(self, message: JobEnded) -> str | None:
        """Record the end of a job; return why it failed other than by diverging, or None.

        A look at the test set that failed is not recorded: `next_job` asks for it again.
        """
        flight = self._flying.pop(message.trial, None)
        if flight is None or self.record.ended is not None:
            return None
        reason, cause = flight.reason, flight.cause
        if not reason:
            reason, cause = message.error, message.cause
        if message.score is not None and flight.done:
            flight.metrics[self._session.problem.metric] = message.score
        if not reason and flight.done == 0:
            reason, cause = "the trainer reported no epoch", "no-score"
        seconds = round(message.seconds, 4)
        if flight.final:
            score = None if reason else flight.metrics[self._session.problem.metric]
            said = reason or ("" if score is not None else "it reported no test")
            self._recorder.record(
                RefitEnded(
                    self.record.number,
                    Refit(flight.repeat, flight.seed, 0, 0, seconds, said, score),
                )
            )
        elif self.train is None:
            self._end_repeat(flight, reason, cause, seconds)
        elif not self._is_looking:
            assert self._refitting is not None
            work = self._refitting
            refit = Refit(flight.repeat, flight.seed, work.updates, work.samples, seconds, reason)
            self._recorder.record(RefitEnded(self.record.number, refit))
        self._recorder.sync()
        return None if not reason or cause == "diverged" else reason

    def _end_repeat(
        self, flight: _Flight, reason: str, cause: Fault | None, seconds: float
    ) -> None:
        score = None if reason else flight.metrics.get(self._session.problem.metric)
        if score is None and not reason:
            reason, cause = "the trainer never reported the metric", "no-score"
        run = Repeat(
            flight.trial, flight.repeat, flight.seed, score, flight.done, seconds, flight.metrics,
            reason, cause,
        )  # fmt: skip
        self._again.discard((flight.trial, flight.repeat))
        self._recorder.record(RepeatEnded(self.record.number, run))

    # -- the end -----------------------------------------------------------------------------

    def end(self, how: FinishEnd, text: str, files: tuple[str, ...] = ()) -> None:
        """Record the end of the finish."""
        self._recorder.record(FinishEnded(self.record.number, how, text, self._now(), files))
        self._recorder.sync()

    def _conclude(self, weights: dict[str, np.ndarray] | None) -> None:
        """Write the results, then record the end: after a crash between them it writes again."""
        files = write_results(self._recorder.store.path, self._session, self.record, weights)
        self.end("finished", final_text(self._session, self.record), files)

    # -- small things ------------------------------------------------------------------------

    @property
    def _chosen(self) -> Trial:
        assert self.record.chosen is not None
        return self._session.trial(self.record.chosen)

    @property
    def _params(self) -> dict[str, Value]:
        return self._session.full_params(self._chosen)

    @property
    def _is_looking(self) -> bool:
        return self._refitting is not None and self.train == self._refitting.look

    def _now(self) -> float:
        return round(self._recorder.clock(), 3)

    def _say_progress(self, flight: _Flight) -> None:
        if not self._is_looking:
            self._recorder.say(
                RepeatProgressed(
                    self.record.number, flight.trial, flight.repeat, flight.done, flight.epochs,
                    flight.metrics, refit=flight.final or self.train is not None,
                )
            )  # fmt: skip
