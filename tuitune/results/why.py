"""Why the trials say so: a picture of text, the numbers behind a verdict, what would change it.

Score against value, the best marked:

    .83 |            . oo o
        |      .   .  o  .
        |  .  .
    .10 | x  x               +
        +-[------------------]----
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from tuitune.advice.records import VERDICTS, Statement
from tuitune.model import Session
from tuitune.model.trial import Trial, TrialState
from tuitune.space import Choice, Parameter, Value, format_value
from tuitune.space.checks import same_value
from tuitune.words import format_score, plain, plural

WIDTH, HEIGHT = 56, 6
OTHER, BEYOND, LOST, BEST = _RANKED = ".+xo"
"""Marks in the order of their rank: where two trials share a cell the later one is seen."""


def why_lines(session: Session, statement: Statement) -> list[str]:
    """Return why a verdict is as it is: picture, numbers, what would change it; a line each.

    Empty for a statement about something else.
    """
    if statement.kind not in VERDICTS or statement.parameter is None:
        return []
    lines = scatter_lines(session, statement.parameter, statement.trials, statement.beyond)
    numbers = number_words(statement.numbers)
    if numbers:
        lines.append(f"numbers: {numbers}")
    if statement.would_change:
        lines.append(f"would change it: {plain(statement.would_change)}")
    return lines


def number_words(numbers: Mapping[str, float | None]) -> str:
    """Return the statistics of a verdict in a line: of how many trials, evidence, luck, share."""
    parts = []
    trials, best = numbers.get("trials"), numbers.get("best")
    if trials is not None and best is not None:
        parts.append(f"best {best:.0f} of {plural(round(trials), 'trial')}")
    down, up = numbers.get("evidence_down"), numbers.get("evidence_up")
    if down is not None and up is not None:
        parts.append(f"evidence at the ends {down:.1f} and {up:.1f} (2 widens, 3 is sure)")
    luck = numbers.get("p")
    if luck is not None:
        parts.append(f"luck p {format_value(luck, 2)}")
    share, most = numbers.get("importance"), numbers.get("share_at_most")
    if share is not None:
        # The bound is of ranks, where those given up stand together: it may be the smaller number.
        bound = f", at most {100 * most:.0f} %" if most is not None and most > share else ""
        parts.append(f"explains {100 * share:.0f} % of the differences{bound}")
    return "; ".join(parts)


def scatter_lines(
    session: Session, name: str, best: Sequence[int], beyond: Sequence[int]
) -> list[str]:
    """Return the picture of one parameter of the current revision; empty where there is nothing.

    `best` are the trials behind its verdict, `beyond` those that were tried past an end. Shown are
    these and all trials inside the ranges. Trials given up and diverged stand on the bottom line.
    """
    parameter, by = session.space[name], session.criterion
    inside = (t.number for t in session.trials if _counts(session, t, name))
    marks = dict.fromkeys(inside, OTHER) | dict.fromkeys(beyond, BEYOND)
    full = [n for n in marks if by.ranks(session.trial(n))]
    if not full:
        return []
    marks |= {n: LOST for n in marks if n not in set(full)} | dict.fromkeys(best, BEST)
    values = [session.trial(n).params[name] for n in marks]
    axis = _Axis.of(parameter, values)
    scores = np.array([by.score(session.trial(n)) for n in full], dtype=np.float64)
    low, high = float(scores.min()), float(scores.max())
    grid = [[" "] * axis.width for _ in range(HEIGHT)]
    for number, mark in sorted(marks.items(), key=lambda item: _RANKED.index(item[1])):
        trial = session.trial(number)
        column = axis.column(trial.params[name])
        height = 0.0
        if mark != LOST and high > low:
            height = ((by.score(trial) or low) - low) / (high - low)
            height = height if by.sign > 0 else 1 - height
        grid[HEIGHT - 1 - round(height * (HEIGHT - 1))][column] = mark
    ends = (high, low) if by.sign > 0 else (low, high)
    labels = [format_score(ends[0]), *[""] * (HEIGHT - 2), format_score(ends[1])]
    wide = max(map(len, labels))
    rows = zip(labels, map("".join, grid), strict=True)
    lines = [f"{label:>{wide}} |{row}".rstrip() for label, row in rows]
    margin = " " * (wide + 1)
    legend = f"{BEST} best {len(best)}  {OTHER} others  {LOST} given up or diverged"
    if beyond:
        legend += f"  {BEYOND} tried beyond"
    return [*lines, f"{margin}+{axis.rule()}", f"{margin} {axis.labels()}", f"{margin} {legend}"]


def _counts(session: Session, trial: Trial, name: str) -> bool:
    """Whether a trial says something of the current ranges: it has a score, or was given up."""
    told = (
        session.criterion.ranks(trial)
        or trial.state is TrialState.PRUNED
        or trial.cause == "diverged"
    )
    return told and name in trial.params and session.space.contains(trial.params)


class _Axis:
    """Places of values in columns."""

    def __init__(self, parameter: Parameter, low: float, high: float) -> None:
        self.parameter = parameter
        self.width = WIDTH
        self._low, self._high = low, high

    @classmethod
    def of(cls, parameter: Parameter, values: Sequence[Value]) -> _Axis:
        """Return the axis that spans a parameter and `values`."""
        if isinstance(parameter, Choice):
            return cls(parameter, 0.0, float(len(parameter.options)))
        places = [parameter.to_unit(value, clipped=False) for value in values]
        finite = [place for place in places if math.isfinite(place)]
        return cls(parameter, min([0.0, *finite]), max([1.0, *finite]))

    def _place(self, value: Value) -> float:
        if isinstance(self.parameter, Choice):
            options = enumerate(self.parameter.options)
            return next((i + 0.5 for i, o in options if same_value(value, o)), 0.0)
        place = self.parameter.to_unit(value, clipped=False)
        return place if math.isfinite(place) else self._low

    def _cell(self, place: float) -> int:
        share = (place - self._low) / (self._high - self._low)
        return min(max(round(share * (self.width - 1)), 0), self.width - 1)

    def column(self, value: Value) -> int:
        """Return the column of a value."""
        return self._cell(self._place(value))

    def rule(self) -> str:
        """Return the axis with the ends of the range."""
        line = ["-"] * self.width
        if not isinstance(self.parameter, Choice):
            line[self._cell(0.0)], line[self._cell(1.0)] = "[", "]"
        return "".join(line)

    def labels(self) -> str:
        """Return the values under the axis: the range's ends, or the options."""
        line = [" "] * self.width
        if isinstance(self.parameter, Choice):
            marks = [(self.column(o), format_value(o)) for o in self.parameter.options]
        else:
            low, high = self.parameter.low, self.parameter.high
            marks = [(self._cell(0.0), format_value(low)), (self._cell(1.0), format_value(high))]
        for column, label in marks:
            text = plain(label)[: self.width]
            start = min(max(column - len(text) // 2, 0), self.width - len(text))
            line[start : start + len(text)] = text
        return "".join(line).rstrip()
