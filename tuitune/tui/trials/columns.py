"""The columns of the trial table: what each shows, how wide it is, and which of them fit.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tuitune.model import Session
from tuitune.model.trial import Problem, Trial, TrialState
from tuitune.space import Choice, FloatRange, IntRange, Parameter
from tuitune.tui.formatting import (
    Glyphs,
    fit,
    format_param,
    format_score,
    format_seconds,
    safe_text,
)

WIDEST_OPTION = 10
STATE_WIDTH = 10
REASON_WIDTH = 32
"""Cells of the state column where there is room for why a trial ended."""
_WITH_REASON = frozenset(
    {TrialState.PRUNED, TrialState.FAILED, TrialState.STOPPED, TrialState.INTERRUPTED}
)


@dataclass(frozen=True)
class Column:
    """One column."""

    key: str
    """As in `ranking.sort_key`; `flags` can't be sorted by."""
    title: str
    width: int
    cell: Callable[[Trial], str]
    """Text of a trial's cell, of any width."""
    right: bool = False
    wider: Column | None = None
    """Takes its place where cells are left over."""

    def heading(self, mark: str, ellipsis: str) -> str:
        """Return the title in the column's width, with the mark of the sort order."""
        title = fit(self.title, min(len(self.title), self.width - len(mark)), ellipsis=ellipsis)
        return fit(title + mark, self.width, right=self.right)


@dataclass(frozen=True)
class Columns:
    """All columns of a session: some always stand, some scroll sideways, some close the line."""

    leading: tuple[Column, ...]
    scrolling: tuple[Column, ...]
    closing: tuple[Column, ...]

    def visible(self, width: int, first: int) -> tuple[list[Column], int]:
        """Return the columns that fit in `width` cells from scrolling column `first` on.

        Each takes one more cell, its gap. The second value is how many scrolling ones are shown.
        """
        room = width - sum(c.width + 1 for c in (*self.leading, *self.closing))
        shown: list[Column] = []
        for column in self.scrolling[first:]:
            if room < column.width + 1:
                break
            room -= column.width + 1
            shown.append(column)
        for place, column in enumerate(shown):
            # Cells that are left over show more of the names.
            more = min(max(len(column.title) + 1 - column.width, 0), max(room, 0))
            shown[place] = replace(column, width=column.width + more)
            room -= more
        closing = list(self.closing)
        if len(shown) == len(self.scrolling) - first:
            for place, column in enumerate(closing):
                wider = column.wider
                if wider is not None and room >= wider.width - column.width:
                    room -= wider.width - column.width
                    closing[place] = wider
        return [*self.leading, *shown, *closing], len(shown)

    def last_first(self, width: int) -> int:
        """Return the largest useful `first`: from it on, all the rest is visible."""
        for first in range(len(self.scrolling)):
            if first + self.visible(width, first)[1] >= len(self.scrolling):
                return first
        return max(len(self.scrolling) - 1, 0)


def columns_of(session: Session, glyphs: Glyphs, *, wide_state: bool, mixed: bool) -> Columns:
    """Return the columns of a session's table.

    `wide_state` gives states words, `mixed` says of each score how many epochs it took: where that
    is not the same for all.
    """
    digits = max(len(str(len(session.trials))), 3)
    rounds = max(len(str(len(session.rounds))), 2)
    shown = session.criterion.shown
    score = _short(session.problem.metric, "val")
    leading = (
        Column("number", "#", digits, lambda t: str(t.number), right=True),
        Column("round", "rd", rounds, lambda t: str(t.round), right=True),
        Column("score", score, 6, lambda t: format_score(shown(t)[0])),
        *([Column("epochs", "ep", 4, lambda t: f"{shown(t)[1]}e")] if mixed else []),
        Column("train", "train", 6, lambda t: format_score(t.train_score)),
    )
    if wide_state:
        reasons = Column("state", "state", REASON_WIDTH, lambda t: reason_text(t, glyphs))
        state = Column(
            "state", "state", STATE_WIDTH, lambda t: state_text(t, glyphs), wider=reasons
        )
    else:
        state = Column("state", "", 1, lambda t: glyphs.state(t.state))
    chosen = next((f.chosen for f in reversed(session.finishes) if f.ended == "finished"), None)
    flags = Column("flags", "", 2, lambda t: flags_text(t, glyphs, chosen))
    return Columns(
        leading,
        (
            *_parameters(session),
            Column("seconds", "time", 5, lambda t: format_seconds(t.seconds), right=True),
        ),
        (state, flags),
    )


def state_text(trial: Trial, glyphs: Glyphs) -> str:
    """Return a trial's state in `STATE_WIDTH` cells or less: `▶ 23/50`, `✗ NaN`, `◌ pruned`."""
    glyph = glyphs.state(trial.state)
    if trial.state is TrialState.DONE:
        return f"{glyph} control" if trial.control else glyph
    if trial.state is TrialState.RUNNING:
        return f"{glyph} {trial.epochs_done}/{trial.epochs}"
    if trial.state is TrialState.FAILED:
        return f"{glyph} {'NaN' if trial.cause == 'diverged' else 'failed'}"
    words = {TrialState.INTERRUPTED: "cut off"}
    return f"{glyph} {words.get(trial.state, trial.state.value)}"


def reason_text(trial: Trial, glyphs: Glyphs) -> str:
    """Return a trial's state and why it ended: `◌ below the median at epoch 9 (.31 < .45)`.

    The numbers in parentheses are left out where they would be cut.
    """
    if not trial.reason or trial.state not in _WITH_REASON:
        return state_text(trial, glyphs)
    words = safe_text(trial.reason)
    if len(words) + 2 > REASON_WIDTH:
        words = words.partition(" (")[0]
    return f"{glyphs.state(trial.state)} {words}"


def flags_text(trial: Trial, glyphs: Glyphs, chosen: int | None = None) -> str:
    """Return the marks of a pinned and of a noted or tagged trial in two cells.

    A star in place of the pin marks the one that the newest finish has `chosen`.
    """
    pin = glyphs.star if trial.number == chosen else glyphs.pin if trial.pinned else " "
    if trial.tags:
        return pin + (glyphs.note_and_tag if trial.note else glyphs.tag)
    return pin + (glyphs.note if trial.note else " ")


def metric_word(problem: Problem) -> str:
    """Return what the score's column is called."""
    return _short(problem.metric, "val")


def _short(metric: str, accuracy: str) -> str:
    """Return `val` for `val_acc`, `R2` for `val_r2`, else the metric's name."""
    if metric == "val_r2":
        return "R2"
    return accuracy if metric in ("val_acc", "val_accuracy") else safe_text(metric)


def _parameters(session: Session) -> list[Column]:
    """Return a column for each parameter of any revision, those of the current one first."""
    kinds: dict[str, Parameter] = {}
    for revision in reversed(session.revisions):
        for name, parameter in revision.space.parameters.items():
            kinds.setdefault(name, parameter)
    current = session.space.parameters if session.current else {}
    names = dict.fromkeys([*current, *kinds])
    return [_parameter(name, kinds[name]) for name in names]


def _parameter(name: str, parameter: Parameter) -> Column:
    log = isinstance(parameter, FloatRange) and parameter.log
    match parameter:
        case FloatRange():
            width = 8 if log else 5
        case IntRange():
            width = max(len(str(parameter.low)), len(str(parameter.high)))
        case Choice():
            texts = (format_param(option) for option in parameter.options)
            width = min(max(map(len, texts), default=1), WIDEST_OPTION)
    title = safe_text(name)
    width = max(width, min(len(title), 5))
    return Column(
        f"param:{name}",
        title,
        width,
        lambda trial: format_param(trial.params.get(name), width, log=log),
        right=isinstance(parameter, IntRange),
    )
