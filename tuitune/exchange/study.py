"""What was read of another tool's file, before it becomes a session: plain records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tuitune.model.trial import Cause, TrialState
from tuitune.space import Parameter, Value

Direction = Literal["maximize", "minimize"]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A range that holds one value: nothing to tune."""

    value: Value


Range = Parameter | Fixed
"""What a parameter could be when a trial was drawn."""


@dataclass(slots=True)
class Point:
    """One trial of a study."""

    number: int
    """As the source counts it."""
    state: TrialState
    params: dict[str, Value]
    ranges: Mapping[str, Range] = field(default_factory=dict)
    """The ranges that it was drawn from, for the names of `params`; empty where unknown."""
    reports: list[dict[str, float]] = field(default_factory=list)
    """Numbers by name, one mapping an epoch; not finite where the source says so."""
    score: float | None = None
    """What the source ranks it by; None where that is its last report, or nothing."""
    started: float | None = None
    """Seconds since 1970; None where unknown."""
    ended: float | None = None
    reason: str = ""
    cause: Cause | None = None
    note: str = ""
    tags: tuple[str, ...] = ()
    seed: int | None = None
    random: bool = False
    """The source says that it was drawn at random or from a grid."""
    source: dict[str, Any] = field(default_factory=dict)
    """What has no place in a session and is written back on export: JSON."""


@dataclass(slots=True)
class Study:
    """Everything that one source says."""

    format: str
    """A few words for the person: `Optuna study`, `table`, `W&B sweep`."""
    name: str = ""
    metric: str | None = None
    """None: the source doesn't say."""
    direction: Direction | None = None
    points: list[Point] = field(default_factory=list)
    space: dict[str, Range] | None = None
    """The ranges where the source states them itself; None: they are those of its points."""
    settings: dict[str, Value] = field(default_factory=dict)
    argv: tuple[str, ...] = ()
    """The command that trains; empty where there is none."""
    sampler: str | None = None
    """For the next round."""
    pruner: str | None = None
    trials: int | None = None
    """Of the next round."""
    note: str = ""
    remarks: list[str] = field(default_factory=list)
    """What the person should know: one sentence each."""
    source: dict[str, Any] = field(default_factory=dict)
    """What is written back on export."""
