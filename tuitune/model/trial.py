"""The records at the heart of a session: the problem, its trials, and what a finish makes of them.

Records only: what they do to a session is `session.py`, what can happen to them is `events.py`.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Literal, NamedTuple, cast

import msgspec

from tuitune.errors import SessionFileError
from tuitune.model.limits import Bytes, Count, Ordinal, Score, Seconds, Seed, Share, Time, TimeLimit
from tuitune.space import Value
from tuitune.trainers.base import Fault
from tuitune.trainers.spec import MlpSpec, TrainerSpec
from tuitune.words import encode

Curve = dict[str, list[Score | None]]
"""Metric name to one number an epoch; None where it was not reported or not finite."""


# The reports of a trial that has none; the type is that of those that are not decoded yet.
_EMPTY = cast("type[msgspec.Raw]", dict)


class TrialState(StrEnum):
    """Where a trial stands. Only `DONE` trials compete for best."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    PRUNED = "pruned"
    FAILED = "failed"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"


Cause = Fault | Literal["given-up", "chance", "person", "outside"]
"""Why a trial ended as it did. Failed: a `Fault`. Pruned: worse than its peers or than a rule
allows, or no better than guessing. Stopped: by a person, or outside of new ranges. Done: `crashed`,
where the trainer died after its last epoch was reported."""

Draw = Literal["uniform", "adaptive", "person"]
"""How a trial's point came about: spread over the ranges whatever the scores were, chosen by the
scores so far, or given by a person."""


class By(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who asked for something."""

    kind: Literal["screen", "command"]
    pid: Count = 0
    """Of the process that asked; 0: not known."""
    user: str = ""
    """Login name; empty: not known."""


class Limits(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a trial of a person's own trainer may use; one that takes more fails."""

    seconds: TimeLimit | None = None
    """Training time, above 0; None: no limit."""
    memory_bytes: Bytes | None = None
    """Private memory of each of its processes (Linux), above 0; None: no limit."""
    log_bytes: Bytes | None = None
    """Size of each log of it, whose middle is left out beyond that; None: 10 MiB."""


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is tuned: the trainer, its fixed settings, the metric, and how long a trial trains."""

    trainer: TrainerSpec = msgspec.field(default_factory=MlpSpec)
    settings: dict[str, Value] = msgspec.field(default_factory=dict)
    """Hyperparameters that are fixed for the whole session (`--set`)."""
    metric: str = "val_acc"
    """Name of the reported number that ranks the trials."""
    train_metric: str | None = "train_acc"
    """Its counterpart on the training samples (dashed in the charts); None where there is none."""
    direction: Literal["maximize", "minimize"] = "maximize"
    epochs: Ordinal = 50
    """Epochs of a full-length trial, at least 1."""
    samples: Ordinal | None = None
    """Validation samples behind the metric where it is an accuracy; None where unknown."""
    classes: Ordinal | None = None
    """Number of classes where the metric is an accuracy (chance level 1/classes); else None."""
    pins: dict[str, str] = msgspec.field(default_factory=dict)
    """What the trainer was made of when the session began: versions and file hashes by name."""
    limits: Limits = msgspec.field(default_factory=Limits)
    """Of each trial; a run may have others of its own."""
    rank: Literal["last", "best"] = "last"
    """Whether a trial counts with the metric of its last epoch or of its best one."""
    fresh: bool = False
    """Whether each trial of a function has a process of its own, so that memory is given back."""
    note: str = ""
    """What the source of an imported session says of it as a whole."""
    source: str = ""
    """JSON text: what that source has no place for here, written back on export; empty: nothing."""

    @property
    def keeps_output(self) -> bool:
        """Whether what a trial prints is kept: of a person's own trainer."""
        return self.trainer.keeps_output

    @property
    def sign(self) -> int:
        """+1 where a higher score is better, -1 where a lower one is."""
        return 1 if self.direction == "maximize" else -1

    @property
    def criterion(self) -> Criterion:
        """What its trials of full length are ranked by."""
        return Criterion(self.metric, self.sign, self.epochs, self.rank == "best")

    @property
    def in_points(self) -> bool:
        """Whether a hundredth of the metric is a point: of an accuracy and of R2."""
        return self.samples is not None or self.classes is not None or is_r2(self.metric)


def is_r2(metric: str) -> bool:
    """Whether a metric is R2, by its name: at most 1, 0 for guessing the mean, and no least one."""
    return metric.lower().removeprefix("val_").removeprefix("train_") == "r2"


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a trial came to before it was run again: lost only to a run that is worth more.

    Its fields are those of `Trial`.
    """

    state: TrialState
    epochs: Ordinal
    epochs_done: Count
    seconds: Seconds
    score: Score | None = None
    train_score: Score | None = None
    started_at: Time | None = None
    reason: str = ""
    control: bool = False
    cause: Cause | None = None
    by: By | None = None
    _curve: msgspec.Raw = msgspec.field(name="curve", default_factory=_EMPTY)

    @property
    def curve(self) -> Curve:
        """Its reports, decoded at each call. Raises `msgspec.ValidationError`."""
        if isinstance(self._curve, msgspec.Raw):
            return _decode_curve(self._curve)
        return cast("Curve", self._curve)

    @property
    def lacks_epochs(self) -> bool:
        """Whether its reports, not decoded yet, are too short for the epochs that they are of."""
        return _lacks_epochs(self._curve, self.epochs_done)


class Trial(msgspec.Struct, omit_defaults=True, gc=False):
    """One point of the space, trained once: in memory and, a line each, in the file.

    Changed by `Session.apply` only.
    """

    number: Ordinal
    """Counts from 1 through the whole session."""
    round: Ordinal
    revision: Ordinal
    """The revision that its params were drawn from."""
    params: dict[str, Value]
    seed: Seed
    epochs: Ordinal
    """How many epochs it is to train."""
    state: TrialState = TrialState.QUEUED
    score: Score | None = None
    """The metric at its last epoch, or what its trainer says besides its curve; None before the
    first report and after a failure."""
    train_score: Score | None = None
    epochs_done: Count = 0
    seconds: Seconds = 0.0
    """Wall time of training, up to the last report."""
    started_at: Time | None = None
    """Seconds since 1970, UTC; None while queued."""
    origin: str = ""
    """Empty where the sampler drew it; else its source (`queued by hand`, `clone of 17`)."""
    reason: str = ""
    """Why it ended other than by finishing: one sentence. Of a control trial `control, ` and why
    the pruner would have given it up."""
    traceback: str = ""
    pinned: bool = False
    note: str = ""
    tags: tuple[str, ...] = ()
    control: bool = False
    """The pruner would have given it up; it runs to the end to audit the pruner."""
    exempt: bool = False
    """The pruner leaves it alone: a person has it run again."""
    kept: Kept | None = None
    """Its earlier result, while it is run again."""
    draw: Draw = "uniform"
    cause: Cause | None = None
    """Why it ended as it did; None: it has not ended, was interrupted, or simply finished."""
    by: By | None = None
    """Who asked for it, had it run again, or stopped it: the last of these; None: nobody did."""
    imported: bool = False
    """It was trained elsewhere with a seed that is not known: `seed` is for a run here."""
    source: str = ""
    """Of an imported trial: JSON text of what has no place here and is written back on export."""
    _curve: msgspec.Raw = msgspec.field(name="curve", default_factory=_EMPTY)
    """Its reports as the file has them, until they are first looked at."""

    @property
    def curve(self) -> Curve:
        """Its reports. Raises `SessionFileError` where the file has something else in their place.

        They are decoded when they are first looked at, and then stand in place of their text: of
        100,000 trials few are ever looked at.
        """
        if isinstance(self._curve, msgspec.Raw):
            try:
                curve = _decode_curve(self._curve)
            except msgspec.ValidationError as error:
                raise SessionFileError(
                    f"The curve of trial {self.number} can't be read: {error}; "
                    "expected numbers or null for each metric."
                ) from None
            self._curve = cast("msgspec.Raw", curve)
        return cast("Curve", self._curve)

    @property
    def lacks_epochs(self) -> bool:
        """Whether its reports, not decoded yet, are too short for the epochs that they are of."""
        return _lacks_epochs(self._curve, self.epochs_done)

    def pack(self) -> None:
        """Keep its reports as the text of the file until they are looked at again.

        As numbers they take three times the memory: of a night's trials few are ever looked at.
        """
        if not isinstance(self._curve, msgspec.Raw) and self._curve:
            self._curve = msgspec.Raw(encode(self._curve))

    def begin_again(self) -> None:
        """Forget what it came to."""
        self._curve = _EMPTY()
        self.score = self.train_score = None
        self.epochs_done = 0
        self.seconds = 0.0
        self.reason = self.traceback = ""
        self.cause = None
        self.control = False

    def result_to_keep(self) -> Kept | None:
        """Return what it came to, where there is something to lose by running it again."""
        if self.state not in FINISHED - {TrialState.FAILED} or not self.epochs_done:
            return None
        return Kept(**{name: getattr(self, name) for name in Kept.__struct_fields__})

    def go_back_to(self, kept: Kept, reason: str) -> None:
        """Take over an earlier result, all but its state."""
        for name in Kept.__struct_fields__:
            if name != "state":
                setattr(self, name, getattr(kept, name))
        self.reason, self.traceback = reason, ""

    @property
    def is_finished(self) -> bool:
        """Whether it ended in a way that it doesn't go on from by itself."""
        return self.state in FINISHED


class Criterion(NamedTuple):
    """By what trials are compared: a metric, its direction, and after how many epochs."""

    metric: str
    sign: int
    """+1 where a higher score is better, -1 where a lower one is."""
    epochs: int
    """The length at which they are compared, at least 1."""
    by_best: bool = False
    """Whether the best epoch counts, and not the last one."""

    def is_full(self, trial: Trial) -> bool:
        """Whether a trial ended and was trained for so long, so that its score compares."""
        if trial.cause == "diverged":
            return False
        if trial.state is TrialState.DONE:
            return trial.epochs >= self.epochs
        ended = trial.state is TrialState.PRUNED or trial.state is TrialState.STOPPED
        return ended and trial.epochs > self.epochs <= trial.epochs_done

    def ranks(self, trial: Trial) -> bool:
        """Whether a trial is of full length and has a score: only such compete."""
        return self.is_full(trial) and self.score(trial) is not None

    def score(self, trial: Trial) -> float | None:
        """Return what a trial counts with: of a longer one the value at this length."""
        if trial.epochs_done <= self.epochs or trial.state is TrialState.FAILED:
            return trial.score
        # The metric may be reported every few epochs only.
        column = trial.curve.get(self.metric, ())
        values = [value for value in column[: self.epochs] if value is not None]
        if not values:
            return None
        return max(values, key=lambda v: self.sign * v) if self.by_best else values[-1]

    def improves(self, value: float | None, before: float | None) -> bool:
        """Whether a trial counts with the value of a new epoch rather than with that before it."""
        if not self.by_best or value is None or before is None:
            return True
        return self.sign * value > self.sign * before

    def shown(self, trial: Trial) -> tuple[float | None, int]:
        """Return the score that a table shows of a trial, and at which epoch it stood.

        That of a longer one is its last, where that is the better one.
        """
        score, last = self.score(trial), trial.score
        if trial.epochs_done <= self.epochs or last is None:
            return score, min(trial.epochs_done, self.epochs)
        if score is None or self.sign * last > self.sign * score:
            return last, trial.epochs_done
        return score, self.epochs

    def key(self, trial: Trial) -> tuple[int, float, int]:
        """Sort key of the ranking, best first.

        Finished and running trials come first by score, then those that are too short to be
        ranked among them, then those that were given up, then failed ones, then the queue; a
        missing score is worse than any, and the older trial wins a tie.
        """
        score = self.score(trial)
        worth = -self.sign * score if score is not None else math.inf
        tier = _TIERS[trial.state]
        if trial.state in FINISHED and tier < _FAILED:
            tier = 0 if self.is_full(trial) else tier
        return tier, worth, trial.number


def _lacks_epochs(curve: msgspec.Raw, epochs: int) -> bool:
    # A number takes two characters at least, and what stands around a column six.
    return epochs > 0 and (len(memoryview(curve)) if curve else 0) < 2 * epochs + 6


class Repeat(msgspec.Struct, frozen=True, omit_defaults=True):
    """One contender of a race trained once more, on a seed that all contenders share."""

    trial: Ordinal
    repeat: Ordinal
    """Counts from 1."""
    seed: Seed
    score: Score | None
    """The metric at its last epoch; None where it diverged or failed."""
    epochs: Count
    """Epochs that it trained."""
    seconds: Seconds
    metrics: dict[str, Score | None] = msgspec.field(default_factory=dict)
    """The last report."""
    reason: str = ""
    """Why it has no score; empty where it has one."""
    cause: Fault | None = None
    """The kind of that; None where it has a score."""


class Drop(msgspec.Struct, frozen=True):
    """A contender that left a race."""

    trial: Ordinal
    after: Count
    """Repeats that it had."""
    reason: str


class Refit(msgspec.Struct, frozen=True, omit_defaults=True):
    """The chosen point trained on training and validation samples together."""

    repeat: Ordinal
    """Counts from 1."""
    seed: Seed
    updates: Count
    """Batches that it learned from: as many as the trial did."""
    samples: Count
    """Training and validation samples together."""
    seconds: Seconds
    reason: str = ""
    """Why there is no network; empty where there is one."""
    score: Score | None = None
    """What a person's own trainer reported of the test; None: of the built-in network."""


class TestScore(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the test said of what was trained on all samples: of classes, of numbers (R2), or in
    the metric of a person's own trainer."""

    __test__ = False

    correct: tuple[Count, ...]
    """Right answers of each refit that has a network, in the order of their repeats; empty where
    numbers are predicted."""
    total: Count
    """Test samples; 0: a person's own trainer didn't say."""
    accuracy: Share | None
    """Mean share of right answers over the networks; None where numbers are predicted."""
    low: Score
    """95 % interval of the mean for `total` samples (Wilson; of R2 by bootstrap): the luck of which
    samples they are, not that of the seeds."""
    high: Score
    r2: tuple[Score, ...] = ()
    """R2 of each refit that has a network, in the same order, where numbers are predicted."""
    scores: tuple[Score, ...] = ()
    """What a person's own trainer reported of its test, with each seed; the interval is then that
    of their mean (Student's t)."""

    @property
    def word(self) -> str:
        """What the score is called."""
        if self.scores:
            return "score"
        return "R2" if self.r2 else "accuracy"

    @property
    def each(self) -> tuple[float, ...]:
        """The score of each network."""
        return self.scores or self.r2 or tuple(count / self.total for count in self.correct)

    @property
    def mean(self) -> float:
        """The mean score over the networks."""
        each = self.each
        return sum(each) / len(each) if self.accuracy is None else self.accuracy


FINISHED = frozenset({TrialState.DONE, TrialState.PRUNED, TrialState.FAILED, TrialState.STOPPED})

_FAILED = 3
_TIERS = {
    TrialState.RUNNING: 0,
    TrialState.DONE: 1,  # 0 where it is of full length
    TrialState.PRUNED: 2,
    TrialState.STOPPED: 2,
    TrialState.INTERRUPTED: 2,
    TrialState.FAILED: _FAILED,
    TrialState.QUEUED: 4,
}

_decode_curve = msgspec.json.Decoder(Curve).decode
