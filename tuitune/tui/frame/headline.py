"""The header's line: what is always said, in the order in which a narrow screen gives it up."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from tuitune.model import Session
from tuitune.model.events import EngineStatus
from tuitune.tui.formatting import Glyphs, format_duration, format_rate, safe_text, short_score
from tuitune.words import plural

STATES = {
    EngineStatus.IDLE: ("○", "READY"),
    EngineStatus.RUNNING: ("●", "RUN"),
    EngineStatus.FINISHING: ("●", "FINISH"),
    EngineStatus.PAUSING: ("◐", "PAUSING"),
    EngineStatus.PAUSED: ("‖", "PAUSED"),
    EngineStatus.WAITING: ("!", "WAITS"),
    EngineStatus.STOPPED: ("■", "STOPPED"),
    EngineStatus.SILENT: ("?", "NO ANSWER"),
    EngineStatus.FOLLOWING: ("◇", "FOLLOWING"),
}


@dataclass(frozen=True)
class Facts:
    """What the header needs besides the session."""

    state: EngineStatus
    epochs_per_second: float | None
    seconds_left: float | None
    trouble: str
    """Why nothing is saved at the moment; empty where all is well."""


def headline(session: Session, facts: Facts, width: int, glyphs: Glyphs) -> Text:
    """Return the header's line in exactly `width` cells."""
    parts = _parts(session, facts, glyphs, width)
    while len(parts) > 1 and _width(parts) > width:
        # The highest rank goes first; of equals the later one.
        parts.remove(max(reversed(parts), key=lambda part: part[0]))
    left = [(text, style) for _, side, text, style in parts if side == "left"]
    right = [(text, style) for _, side, text, style in parts if side == "right"]
    line = Text(" ", no_wrap=True, overflow="ellipsis", end="")
    _join(line, left)
    tail = Text(end="")
    _join(tail, right)
    gap = width - cell_len(line.plain) - cell_len(tail.plain) - 1
    line.append(" " * max(gap, 1))
    line.append_text(tail)
    line.truncate(width, overflow="ellipsis", pad=True)
    return line


Part = tuple[int, str, str, str]
"""(rank, side, text, style): rank 0 is never given up."""


def _parts(session: Session, facts: Facts, glyphs: Glyphs, width: int) -> list[Part]:
    long = width >= 100
    record = session.open_round or session.round
    where = f"ranges {session.current}"
    if record is not None:
        where += f" · round {record.number}" if long else ""
        where = where if long else f"round {record.number}"
    parts: list[Part] = [
        (9, "left", "tuitune", "dim"),
        (0, "left", safe_text(session.name)[:40], "bold"),
        (2, "left", where, ""),
    ]
    glyph, word = STATES[facts.state]
    counts = f" {record.finished}/{record.trials}" if record is not None else ""
    if facts.state == "finishing":
        counts = ""
    mark = "" if glyphs.bars.isascii() else f"{glyph} "
    parts.append((0, "right", f"{mark}{word}{counts}", "bold"))
    if record is not None and record.ended is None and facts.state != "finishing":
        cells = 20 if width >= 150 else 10
        parts.append((8, "right", _bar(record.finished, record.trials, cells, glyphs), ""))
    final = final_score(session)
    if final is not None:
        parts.append((1, "right", final, "bold"))
    elif session.best is not None:
        parts.append((1, "right", f"best {short_score(session.best_score)}", "bold"))
        parts.append((3, "right", f"#{session.best.number}", ""))
    if facts.state == "running":
        parts.append((4, "right", format_rate(facts.epochs_per_second), ""))
        if long and record is not None:
            pruner = "no pruner" if record.pruner == "none" else record.pruner
            how = f"{plural(session.workers or 1, 'worker')} · {record.sampler_text} · {pruner}"
            parts.append((7, "right", how, ""))
        else:
            parts.append((7, "right", plural(session.workers or 1, "worker"), ""))
        if facts.seconds_left is not None:
            parts.append((3, "right", f"{format_duration(facts.seconds_left)} left", ""))
    if facts.trouble:
        parts.append((0, "right", "NOT SAVED", "reverse bold"))
    else:
        parts.append((5, "right", "saved", "dim"))
    return parts


def final_score(session: Session) -> str | None:
    """Return what the newest finish came to where no round has begun since: `final .832 #138`."""
    last = session.finishes[-1] if session.finishes else None
    if last is None or last.ended != "finished" or last.chosen is None:
        return None
    if session.rounds and session.rounds[-1].started_at > last.started_at:
        return None
    score = last.test.mean if last.test is not None else last.selected_score(last.chosen)
    return f"final {short_score(score)}  #{last.chosen}"


def _bar(done: int, total: int, cells: int, glyphs: Glyphs) -> str:
    """Return how much of a round is done in so many cells."""
    full = min(cells, cells * done // max(total, 1))
    block, empty = ("#", "-") if glyphs.bars.isascii() else ("█", "░")
    return block * full + empty * (cells - full)


def _width(parts: list[Part]) -> int:
    return sum(cell_len(text) + 2 for _, _, text, _ in parts) + 2


def _join(line: Text, parts: list[tuple[str, str]]) -> None:
    for index, (text, style) in enumerate(parts):
        if index:
            line.append("  ")
        line.append(text, style)
