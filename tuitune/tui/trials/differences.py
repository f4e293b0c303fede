"""What differs between trials, side by side. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from tuitune.model import Session
from tuitune.model.trial import Trial
from tuitune.space import FloatRange
from tuitune.tui.formatting import MISSING, Glyphs, fit, format_param, format_score, safe_text
from tuitune.tui.trials.columns import metric_word, state_text

BEST = "*"
"""Stands behind what is best in its row."""

WIDEST_NAME, WIDEST_VALUE = 16, 14


@dataclass(frozen=True)
class Row:
    """One thing in which trials differ."""

    name: str
    values: tuple[str, ...]
    """One a trial."""
    best: frozenset[int]
    """Places of the best score; elsewhere of the values that the best trial has."""


def differences(session: Session, trials: Sequence[Trial], glyphs: Glyphs) -> list[Row]:
    """Return a row for each number, setting and circumstance that is not the same in all."""
    sign = session.problem.sign
    by = session.criterion
    ranked = sorted(range(len(trials)), key=lambda place: by.key(trials[place]))
    scores = [by.score(trial) for trial in trials]
    trains = [trial.train_score for trial in trials]
    rows = [
        _scores(metric_word(session.problem), scores, sign),
        _scores("train", trains, sign),
        _row("state", trials, [state_text(t, glyphs) for t in trials], ranked),
    ]
    for name in dict.fromkeys(name for trial in trials for name in trial.params):
        parameter = session.space.parameters.get(name)
        log = isinstance(parameter, FloatRange) and parameter.log
        values = [trial.params.get(name) for trial in trials]
        shown = [format_param(value, log=log) for value in values]
        if len(set(shown)) < len(shown):
            # Rounded to the same text they would not look different.
            shown = [MISSING if v is None else safe_text(v) for v in values]
        rows.append(_row(safe_text(name), values, shown, ranked))
    for title, circumstances in (
        ("epochs", [trial.epochs for trial in trials]),
        ("trained", [trial.epochs_done for trial in trials]),
        ("round", [trial.round for trial in trials]),
        ("revision", [trial.revision for trial in trials]),
        ("seed", [trial.seed for trial in trials]),
    ):
        rows.append(_row(title, circumstances, [str(value) for value in circumstances], ranked))
    return [row for row in rows if row is not None]


def _scores(name: str, values: Sequence[float | None], sign: int) -> Row | None:
    if all(value == values[0] for value in values):
        return None
    best = max((sign * value for value in values if value is not None), default=0.0)
    places = (p for p, value in enumerate(values) if value is not None and sign * value == best)
    return Row(name, tuple(format_score(value) for value in values), frozenset(places))


def _row(
    name: str, values: Sequence[object], shown: Sequence[str], ranked: Sequence[int]
) -> Row | None:
    """Return the row of something that has no better and worse of its own."""
    same = [_same(value, values[ranked[0]]) for value in values]
    if all(same):
        return None
    return Row(name, tuple(shown), frozenset(p for p, is_it in enumerate(same) if is_it))


def _same(value: object, other: object) -> bool:
    """True and 1 are two values."""
    return isinstance(value, bool) == isinstance(other, bool) and value == other


def comparison(
    session: Session, trials: Sequence[Trial], slots: dict[int, int], glyphs: Glyphs
) -> Text:
    """Return the differences as a table: a column for each trial under its marker and number."""
    rows = differences(session, trials, glyphs)
    heads = [
        f"{glyphs.markers[slots[t.number]]} #{t.number}" if t.number in slots else f"#{t.number}"
        for t in trials
    ]
    name_width = max((min(cell_len(row.name), WIDEST_NAME) for row in rows), default=5)
    widths = [
        min(max(cell_len(head), *(cell_len(row.values[i]) for row in rows)), WIDEST_VALUE)
        if rows
        else cell_len(head)
        for i, head in enumerate(heads)
    ]
    text = Text(no_wrap=True)
    text.append(" " * (name_width + 2))
    for head, width in zip(heads, widths, strict=True):
        text.append(fit(head, width, ellipsis=glyphs.ellipsis) + "   ", "bold")
    for row in rows:
        text.append("\n" + fit(row.name, name_width, ellipsis=glyphs.ellipsis) + "  ")
        for place, (value, width) in enumerate(zip(row.values, widths, strict=True)):
            shown = fit(value, width, ellipsis=glyphs.ellipsis).rstrip()
            best = place in row.best
            text.append(fit(shown + (BEST if best else ""), width + 3), "bold" if best else "")
    if not rows:
        text.append("\nnothing differs")
    text.append(f"\n{BEST} the best score, and what the best trial has", "dim")
    return text
