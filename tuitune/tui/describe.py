"""Trials and events in words: pure, from records to `Text`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from rich.text import Text

from tuitune.advice.records import BADGES, Advice
from tuitune.model import Session
from tuitune.model.events import (
    Event,
    ProblemChanged,
    RevisionCommitted,
    RevisionSelected,
    RoundEnded,
    RoundStarted,
    TrialEnded,
    TrialQueued,
    TrialRequeued,
    TrialResumed,
    TrialSpared,
    WorkersChanged,
)
from tuitune.model.trial import Trial, TrialState
from tuitune.results.why import why_lines
from tuitune.space import format_value
from tuitune.tui.formatting import (
    MISSING,
    Glyphs,
    format_duration,
    format_score,
    safe_text,
    short_score,
)
from tuitune.tui.rounds.history import best_of_round
from tuitune.words import plural


def clock_time(at: float) -> str:
    """Return a moment as the local time of day, `14:02:11`."""
    return datetime.fromtimestamp(at).strftime("%H:%M:%S")


def describe_trial(
    session: Session, trial: Trial, glyphs: Glyphs, output: Mapping[str, Sequence[str]]
) -> Text:
    """Return all that is known of a trial, a line a thing; `output` is what it printed, by file."""
    text = Text()
    glyph = glyphs.state(trial.state.value)
    text.append(f"trial {trial.number}", "bold")
    text.append(f"  {glyph} {trial.state.value}")
    if trial.reason:
        text.append(f": {safe_text(trial.reason)}")
    text.append(
        f"\n{safe_text(session.problem.metric)} {format_score(trial.score)}"
        f"   train {format_score(trial.train_score)}"
    )
    if trial.score is not None and trial.train_score is not None:
        text.append(f"   gap {short_score(trial.train_score - trial.score)}")
    text.append(
        f"\nepoch {trial.epochs_done} of {trial.epochs}   {format_duration(trial.seconds)}"
        f"   round {trial.round}, revision {trial.revision}   seed {trial.seed}"
    )
    if trial.origin:
        text.append(f"\n{safe_text(trial.origin)}")
    if trial.control:
        text.append("\nthe pruner would have given it up; as a control it runs on to the end")
    for name, value in trial.params.items():
        text.append(f"\n  {safe_text(name)}", "bold")
        text.append(f" {safe_text(format_value(value))}")
    for name, value in session.problem.settings.items():
        text.append(f"\n  {safe_text(name)} {safe_text(format_value(value))} (fixed)", "dim")
    for name, column in trial.curve.items():
        finite = [value for value in column if value is not None]
        last = format_score(column[-1]) if column else MISSING
        if finite:
            text.append(
                f"\n  {safe_text(name)} last {last}, lowest {format_score(min(finite))}, "
                f"highest {format_score(max(finite))}",
                "dim",
            )
    if trial.note:
        text.append(f"\nnote: {safe_text(trial.note)}")
    if trial.tags:
        text.append(f"\ntags: {safe_text(' '.join(trial.tags))}")
    if trial.traceback:
        text.append("\n")
        for line in trial.traceback.splitlines():
            text.append(f"\n{safe_text(line)}", "dim")
    for name, lines in output.items():
        text.append(f"\n\n{safe_text(name)}, its end\n", "bold")
        text.append("\n".join(safe_text(line) for line in lines))
    return text


def describe_failures(lines: Sequence[str], why: str) -> Text:
    """Return failures by cause; `why` the round pauses because of them, empty where it doesn't."""
    text = Text()
    if why:
        text.append(f"The round is paused: {safe_text(why)}\n", "bold")
        text.append("esc and then space goes on with it; ! shows this again\n\n", "dim")
    for index, line in enumerate(lines):
        # Causes stand at the left, what belongs to them is indented.
        style = "bold" if index == 0 or not line.startswith(" ") else ""
        text.append(f"{safe_text(line)}\n", "dim" if line.startswith("    ") else style)
    return text


def describe_advice(advice: Advice | None, session: Session, name: str) -> Text:
    """Return every statement with its badge, and the key and command that act on it.

    A verdict stands with its trials as a picture, its numbers and what would change it. `name` is
    that of the session's file, for the commands.
    """
    text = Text()
    text.append("What the trials say\n\n", "bold")
    if advice is None or not advice.statements:
        return text.append("Nothing yet: the first trials have to end.\n")
    for statement in advice.statements:
        if statement.sure:
            text.append(f"{BADGES[statement.sure]} ")
        text.append(f"{safe_text(statement.text)}\n", "bold" if statement.weight >= 50 else "")
        acts = []
        if statement.key:
            acts.append(f"key {statement.key}")
        if statement.command:
            command = statement.command.replace("NAME", shlex.quote(name), 1)
            acts.append(f"tuitune {safe_text(command)}")
        if acts:
            text.append(f"    {' · '.join(acts)}\n", "dim")
        for line in why_lines(session, statement):
            text.append(f"    {line}\n", "dim")
    return text


def describe_events(session: Session, told: Sequence[tuple[float, str]]) -> Text:
    """Return all that happened in a session, the newest first, with date and time.

    What its records tell, from the first round on, and what a screen was `told` besides.
    """
    events = list(_recorded(session))
    known = {line for _, line in events}
    events += [(at, line) for at, line in told if line not in known]
    text = Text("What happened\n\n", "bold")
    if not events:
        return text.append("Nothing yet.\n")
    for at, line in sorted(events, key=lambda event: event[0], reverse=True):
        text.append(f"{datetime.fromtimestamp(at):%m-%d %H:%M:%S}  ", "dim")
        text.append(f"{safe_text(line)}\n")
    return text


def _recorded(session: Session) -> Iterator[tuple[float, str]]:
    """Yield what the records of a session say happened, and when (seconds since 1970)."""
    for revision in session.revisions[1:]:
        changed = [c for c in revision.changes if c.kind != "held"]
        shown = ", ".join(f"{c.parameter} {c.kind} {c.before} → {c.after}" for c in changed)
        yield revision.at, f"revision {revision.number}: {shown}"
    for record in session.rounds:
        trials = plural(record.trials, "trial")
        where = f"in the ranges of revision {record.revision}"
        yield record.started_at, f"round {record.number} started: {trials} {where}"
        if record.ended is not None and record.ended_at is not None:
            yield record.ended_at, f"round {record.number} {record.ended}"
    for finish in session.finishes:
        yield finish.started_at, f"finish {finish.number} began: {len(finish.contenders)} race"
        if finish.ended is not None and finish.ended_at is not None:
            yield finish.ended_at, f"finish {finish.number} {finish.ended}: {finish.text}"
    by = session.criterion
    best: Trial | None = None
    ended = (t for t in session.trials if t.started_at is not None and t.is_finished)
    for trial in sorted(ended, key=_ended_at):
        if trial.state is TrialState.FAILED:
            yield _ended_at(trial), f"#{trial.number} failed: {trial.reason}"
        elif by.ranks(trial) and (best is None or by.key(trial) < by.key(best)):
            best = trial
            score = short_score(by.score(trial))
            yield _ended_at(trial), f"#{trial.number} {score} is the new best"


def _ended_at(trial: Trial) -> float:
    return (trial.started_at or 0.0) + trial.seconds


def describe_event(session: Session, event: Event) -> str | None:
    """Return the log's line for an event; None where it isn't worth one."""
    match event:
        case TrialQueued(number=number, origin=origin) if origin:
            params = " ".join(
                f"{safe_text(name)}={safe_text(format_value(value, 4))}"
                for name, value in event.params.items()
            )
            return f"#{number} is queued in round {event.round}, {safe_text(origin)}: {params}"
        case TrialRequeued(number=number, epochs=epochs):
            return f"#{number} is queued again, for {plural(epochs, 'epoch')}"
        case ProblemChanged(problem=problem):
            return f"from the next round on a trial trains {plural(problem.epochs, 'epoch')}"
        case WorkersChanged(workers=workers):
            return f"{plural(workers, 'trial')} at once"
        case TrialEnded(state=TrialState.FAILED):
            return f"#{event.number} failed: {safe_text(event.reason)}"
        case TrialEnded(state=TrialState.STOPPED):
            return f"#{event.number} {safe_text(event.reason)}"
        case TrialEnded(state=TrialState.DONE):
            best = session.best
            if best is not None and best.number == event.number:
                return f"#{event.number} {short_score(session.best_score)} is the new best"
            return None
        case TrialSpared():
            return f"#{event.number} runs on as a control: {safe_text(event.reason)}"
        case TrialResumed(control=True):
            reason = session.trial(event.number).reason
            return f"#{event.number} goes on to its end: {safe_text(reason)}"
        case RoundStarted():
            return (
                f"round {event.number} started: {plural(event.trials, 'trial')} "
                f"in the ranges of revision {event.revision}"
            )
        case RoundEnded():
            best = best_of_round(session, event.number)
            tail = (
                f"; best {short_score(session.criterion.score(best))} #{best.number}"
                if best
                else ""
            )
            return f"round {event.number} {event.how}{tail}"
        case RevisionCommitted() if event.parent is not None:
            changed = [c for c in event.changes if c.kind != "held"]
            shown = ", ".join(
                f"{safe_text(c.parameter)} {c.kind} {safe_text(c.before)} → {safe_text(c.after)}"
                for c in changed
            )
            return f"revision {event.number}: {shown}"
        case RevisionSelected():
            word = {"undo": "undone", "redo": "redone", "back": "back"}[event.how]
            return f"{word}: revision {event.number} is current"
    return None
