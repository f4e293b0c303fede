"""One trial of an objective: its params in, its curve and the value that it returns out."""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tuitune.errors import TrainerError, plain, quote
from tuitune.space import Value
from tuitune.space.checks import same_value
from tuitune.trainers.objective.options import as_options
from tuitune.trainers.objective.trial import Asked, ObjectiveTrial
from tuitune.trainers.reports import MOST_METRICS, UnusableReport

PRUNED = ("TrialPruned", "StudyPruned")
LONGEST_NOTE = 500

Report = Callable[[dict[str, float]], bool]
"""Passes the numbers of one step on; returns whether the trial goes on."""


class TrialStopped(BaseException):
    """The trial was told to end and reports again; no `except Exception` may catch it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a trial of an objective came to."""

    value: float | None = None
    """What it returned; None where it was given up or stopped."""
    pruned: bool = False
    """It gave itself up, without being told to."""
    metrics: dict[str, float] = field(default_factory=dict)
    """User attributes that are numbers."""
    note: str = ""
    """The others, as `host=abc, fold=[1, 2]`."""


class TrainedTrial(ObjectiveTrial):
    """A trial whose values are given."""

    def __init__(
        self,
        number: int,
        direction: str | None,
        values: Mapping[str, Value],
        metric: str,
        epochs: int,
        report: Report,
    ) -> None:
        """Steps beyond `epochs` are not passed on."""
        super().__init__(number, direction)
        self._values = values
        self._metric = metric
        self._left = epochs
        self._report = report
        self.told_to_stop = False

    def answer(self, asked: Asked) -> Any:
        """Return the value that the trial has; of a choice the object that its option stands for.

        Raises `TrainerError` for a parameter that the session doesn't have.
        """
        if asked.name not in self._values:
            raise TrainerError(
                f"the objective asks for {quote(asked.name)}, which this trial has no value of: "
                "the session was made when it did not, or not beside these values"
            )
        value = self._values[asked.name]
        if asked.kind != "categorical":
            if isinstance(value, str):
                raise TrainerError(f"{quote(asked.name)} is a number, and not {quote(value)}")
            return value
        for option, choice in zip(as_options(asked.choices), asked.choices, strict=True):
            if same_value(option, value):
                return choice
        raise TrainerError(f"{quote(asked.name)} has no choice {quote(str(value))} any more")

    def take_report(self, value: float) -> None:
        """Pass a number on, and remember whether the trial goes on."""
        if self.told_to_stop:
            raise TrialStopped
        if self._left > 0:
            self._left -= 1
            numbers, _ = split_attributes(self.user_attrs, self._metric)
            self.told_to_stop = not self._report({self._metric: value, **numbers})

    def should_prune(self) -> bool:
        """Say whether the answer to the last report was to end."""
        return self.told_to_stop


def train_objective(
    function: Callable[..., Any],
    values: Mapping[str, Value],
    *,
    number: int,
    seed: int,
    epochs: int,
    metric: str,
    direction: str | None,
    objective: int | None,
    report: Report,
) -> Outcome:
    """Call an objective once. `number` counts from 0; `objective` is which of several values ranks.

    Raises what the objective raises, and `UnusableReport` where it returns no number.
    """
    seed_everything(seed)
    trial = TrainedTrial(number, direction, values, metric, epochs, report)
    returned: Any = None
    try:
        returned = function(trial)
    except TrialStopped:
        return Outcome()
    except Exception as error:
        if not is_pruned(error):
            raise
        if trial.told_to_stop:
            return Outcome()
        numbers, note = split_attributes(trial.user_attrs, metric)
        return Outcome(pruned=True, metrics=numbers, note=note)
    numbers, note = split_attributes(trial.user_attrs, metric)
    return Outcome(value_of(returned, objective), metrics=numbers, note=note)


def value_of(returned: Any, objective: int | None) -> float:
    """Return what an objective's return value means. Raises `UnusableReport` where it is none."""
    if isinstance(returned, tuple | list):
        if objective is None:
            raise UnusableReport(
                f"the objective returns {len(returned)} values, and a session ranks by one: make "
                "it with --objective 0, or another number"
            )
        if objective >= len(returned):
            raise UnusableReport(
                f"the objective returns {len(returned)} values: there is no {objective}"
            )
        returned = returned[objective]
    if returned is None:
        raise UnusableReport("the objective returned nothing: let it return the value to rank by")
    try:
        return float(returned)
    except (TypeError, ValueError, OverflowError):
        raise UnusableReport(
            f"the objective returned {quote(repr(returned), 80)}, which is no number"
        ) from None


def is_pruned(error: BaseException) -> bool:
    """Whether an exception is Optuna's word for giving up, from whatever module it comes."""
    return any(kind.__name__ in PRUNED for kind in type(error).__mro__)


def split_attributes(user: Mapping[str, Any], metric: str) -> tuple[dict[str, float], str]:
    """Return the user attributes that are finite numbers, and the others as a note."""
    numbers: dict[str, float] = {}
    words = []
    for name, value in user.items():
        key = plain(str(name))[:64]
        number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
        if number is not None and key != metric and len(numbers) < MOST_METRICS - 4:
            try:
                finite = math.isfinite(float(number))
            except OverflowError:
                finite = False
            if finite:
                numbers[key] = float(number)
                continue
        words.append(f"{key}={plain(str(value))[:100]}")
    return numbers, ", ".join(words)[:LONGEST_NOTE]


def seed_everything(seed: int) -> None:
    """Seed the generators that the person's code has loaded, so that a trial can be repeated."""
    random.seed(seed)
    if (numpy := sys.modules.get("numpy")) is not None:
        numpy.random.seed(seed % 2**32)
    if (torch := sys.modules.get("torch")) is not None:
        torch.manual_seed(seed)
