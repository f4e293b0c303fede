"""The trial that an objective is handed: Optuna's words, without Optuna."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Kind = Literal["float", "int", "categorical"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What an objective asked for: one parameter and what it may be."""

    name: str
    kind: Kind
    low: float = 0
    high: float = 0
    log: bool = False
    step: float | None = None
    choices: tuple[Any, ...] = ()


class StudyOfTrial:
    """What an objective may ask the study of its trial; there are no other trials here."""

    def __init__(self, direction: str | None) -> None:
        self._direction = direction
        self.study_name = "tuitune"
        self.user_attrs: dict[str, Any] = {}
        self.system_attrs: dict[str, Any] = {}
        self.trials: list[Any] = []
        self.best_trials: list[Any] = []

    @property
    def direction(self) -> Any:
        """Optuna's own value where the person's file has imported Optuna, else the word."""
        optuna = sys.modules.get("optuna")
        if optuna is None or self._direction is None:
            return self._direction
        return optuna.study.StudyDirection[self._direction.upper()]

    @property
    def directions(self) -> list[Any]:
        """The direction as the only one."""
        return [self.direction]

    @property
    def best_value(self) -> float:
        """Raise `ValueError`, as a study without a finished trial does."""
        raise ValueError("No trials are completed yet.")

    @property
    def best_params(self) -> dict[str, Any]:
        """Raise `ValueError`, as a study without a finished trial does."""
        raise ValueError("No trials are completed yet.")

    @property
    def best_trial(self) -> Any:
        """Raise `ValueError`, as a study without a finished trial does."""
        raise ValueError("No trials are completed yet.")

    def get_trials(self, *arguments: Any, **options: Any) -> list[Any]:  # noqa: ARG002
        """Return no trial."""
        return []

    def set_user_attr(self, key: str, value: Any) -> None:
        """Keep a value for the time of this trial."""
        self.user_attrs[key] = value

    def stop(self) -> None:
        """Do nothing: how many trials there are is the session's."""


class ObjectiveTrial(ABC):
    """What Optuna's `Trial` is to an objective; a name asked for twice has its first value."""

    def __init__(self, number: int, direction: str | None = None) -> None:
        """`number` counts from 0, as Optuna's does."""
        self.number = number
        self._trial_id = number
        self.params: dict[str, Any] = {}
        self.distributions: dict[str, Asked] = {}
        self.user_attrs: dict[str, Any] = {}
        self.system_attrs: dict[str, Any] = {}
        self.relative_params: dict[str, Any] = {}
        self.datetime_start = datetime.now()
        self.study = StudyOfTrial(direction)
        self._steps: set[int] = set()

    @abstractmethod
    def answer(self, asked: Asked) -> Any:
        """Return the value of a parameter that is asked for the first time."""

    @abstractmethod
    def take_report(self, value: float) -> None:
        """Take the next number of the curve."""

    @abstractmethod
    def should_prune(self) -> bool:
        """Say whether the trial is to end."""

    def suggest_float(
        self, name: str, low: float, high: float, step: float | None = None, log: bool = False
    ) -> float:
        """Return a real number."""
        asked = Asked(name, "float", float(low), float(high), log, step)
        return float(self._suggest(asked))

    def suggest_int(self, name: str, low: int, high: int, step: int = 1, log: bool = False) -> int:
        """Return a whole number."""
        return int(self._suggest(Asked(name, "int", int(low), int(high), log, int(step))))

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any:
        """Return one of `choices`, the object itself."""
        return self._suggest(Asked(name, "categorical", choices=tuple(choices)))

    def suggest_uniform(self, name: str, low: float, high: float) -> float:
        """Return a real number, by the name of before Optuna 3."""
        return self.suggest_float(name, low, high)

    def suggest_loguniform(self, name: str, low: float, high: float) -> float:
        """Return a real number of a log range, by the name of before Optuna 3."""
        return self.suggest_float(name, low, high, log=True)

    def suggest_discrete_uniform(self, name: str, low: float, high: float, q: float) -> float:
        """Return a real number on a grid, by the name of before Optuna 3."""
        return self.suggest_float(name, low, high, step=q)

    def report(self, value: float, step: int) -> None:
        """Take a number of the curve; a step that was reported before is left as it was."""
        number, place = float(value), int(step)
        if place not in self._steps:
            self._steps.add(place)
            self.take_report(number)

    def set_user_attr(self, key: str, value: Any) -> None:
        """Keep what the person wants to know of the trial."""
        self.user_attrs[key] = value

    def set_system_attr(self, key: str, value: Any) -> None:
        """Keep it for the time of this trial."""
        self.system_attrs[key] = value

    def set_constraint(self, *arguments: Any, **options: Any) -> None:
        """Leave it: a session has no constraints."""
        self.system_attrs["constraints"] = (arguments, options)

    def _suggest(self, asked: Asked) -> Any:
        if asked.name not in self.params:
            self.distributions[asked.name] = asked
            self.params[asked.name] = self.answer(asked)
        return self.params[asked.name]
