"""Revisions and their rounds in words: pure, from records to `Text`."""

from __future__ import annotations

from statistics import median

from rich.text import Text

from tuitune.model import Revision, Round, Session
from tuitune.model.trial import Trial
from tuitune.space import format_range
from tuitune.tui.formatting import Glyphs, safe_text, short_score


def describe_revision(session: Session, revision: Revision, glyphs: Glyphs) -> list[Text]:
    """Return the line of a revision, then one for each reason that it keeps."""
    mark = glyphs.selected if revision.number == session.current else " "
    arrow = "->" if glyphs.bars.isascii() else "→"
    line = Text(f"{mark}r{revision.number}", no_wrap=True, overflow="ellipsis")
    if revision.parent is not None and revision.parent != revision.number - 1:
        line.append(f" branch of r{revision.parent}", "italic")
    for record in session.rounds:
        if record.revision == revision.number:
            line.append_text(_round(session, record))
    changed = [change for change in revision.changes if change.kind != "held"]
    if revision.parent is None:
        for name in revision.space.names:
            line.append(f"  {safe_text(name)} ", "bold")
            line.append(format_range(revision.space[name]))
    for change in changed:
        line.append(f"  {safe_text(change.parameter)} {change.kind} ", "bold")
        line.append(f"{safe_text(change.before)} {arrow} {safe_text(change.after)}")
    reasons = []
    if revision.reason:
        reasons.append(Text(f"     {safe_text(revision.reason)}", "dim"))
    for change in revision.changes:
        if change.reason:
            reasons.append(
                Text(f"     {safe_text(change.parameter)}: {safe_text(change.reason)}", "dim")
            )
    return [line, *reasons]


def _round(session: Session, record: Round) -> Text:
    text = Text(f"  round {record.number}: {record.finished} trials")
    scores = round_scores(session, record.number)
    best = best_of_round(session, record.number)
    if best is not None:
        score = short_score(session.criterion.score(best))
        text.append(f", best {score} #{best.number}", "bold")
        text.append(f", median {short_score(median(scores))}")
    return text


def round_scores(session: Session, number: int) -> list[float]:
    """Return the scores of the trials of a round that trained to the end."""
    by = session.criterion
    scores = (by.score(t) for t in session.trials_of(number) if by.is_full(t))
    return [score for score in scores if score is not None]


def best_of_round(session: Session, number: int) -> Trial | None:
    """Return the best finished trial of a round; None where there is none."""
    by = session.criterion
    return min(filter(by.ranks, session.trials_of(number)), key=by.key, default=None)


def compare_revisions(session: Session, one: Revision, other: Revision) -> Text:
    """Return what differs between two revisions: ranges, and what was found inside each."""
    text = Text()
    text.append(f"revision {one.number} against revision {other.number}\n\n", "bold")
    for name in one.space.names:
        first, second = format_range(one.space[name]), format_range(other.space[name])
        text.append(f"  {safe_text(name)}\n", "bold")
        if one.space[name] == other.space[name]:
            text.append(f"    the same: {first}\n", "dim")
        else:
            text.append(f"    r{one.number:<4} {first}\n    r{other.number:<4} {second}\n")
    for revision in (one, other):
        text.append_text(_found(session, revision))
    return text


def _found(session: Session, revision: Revision) -> Text:
    by = session.criterion
    inside = [t for t in session.trials if by.ranks(t) and revision.space.contains(t.params)]
    text = Text(f"\n  inside the ranges of revision {revision.number}: ")
    if not inside:
        return text.append("no finished trial\n")
    best = min(inside, key=by.key)
    middle = median(by.score(trial) or 0.0 for trial in inside)
    text.append(
        f"{len(inside)} finished trials of any round, best {short_score(by.score(best))} "
        f"#{best.number}, median {short_score(middle)}\n"
    )
    return text
