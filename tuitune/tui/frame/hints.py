"""Which key is next: one sentence for somebody who has never seen the screen. Pure."""

from __future__ import annotations

from tuitune.advice.race import stages
from tuitune.advice.text import score_text
from tuitune.model import Finish, Session
from tuitune.model.events import EngineStatus
from tuitune.model.trial import TrialState
from tuitune.results.final import raced


def next_key(
    session: Session,
    engine_state: EngineStatus,
    draft_changed: bool,
    nothing_to_narrow: bool = False,
    *,
    broken: bool = False,
) -> str:
    """Return the hint for the log line; empty where the screen speaks for itself.

    `nothing_to_narrow`: the trials say that what is left in the ranges is noise. `broken`: the
    round is paused because of its failures.
    """
    if engine_state == "following":
        return "read-only: another process holds the session; this follows it live"
    if draft_changed and engine_state in ("idle", "running", "finishing", "paused"):
        return "R trains a round in these ranges · u takes the last change back · r all of them"
    if session.open_finish is not None:
        if session.open_finish.waits_for_choice:
            return "the race is over: E shows it, and enter there chooses"
        return "" if engine_state.is_busy else "the finish waits: space goes on, E shows it"
    record = session.open_round
    if engine_state == "idle" and not session.rounds:
        return f"space starts round 1: 100 trials of {session.problem.epochs} epochs · ? help"
    if engine_state == "paused" and broken:
        return "paused, too many failures: ! shows them, space goes on"
    if engine_state == "paused":
        return "paused: space goes on"
    if engine_state == "idle" and record is not None:
        return f"space goes on with round {record.number} ({record.finished}/{record.trials})"
    last = session.finishes[-1] if session.finishes else None
    if engine_state == "idle" and last is not None and _is_newest(last, session):
        return f"{_come_to(session, last)} · E races again"
    if engine_state == "idle" and nothing_to_narrow:
        racing = min(stages()[0].most, session.counts[TrialState.DONE])
        return f"what differs in these ranges is noise: E races the best {racing} · R another round"
    if engine_state == "idle":
        return "1 ranges: narrow or widen them, then R trains the next round in them · ? help"
    return ""


def _is_newest(finish: Finish, session: Session) -> bool:
    """Whether a finish came to its result, and no round has begun since."""
    return finish.ended == "finished" and finish.started_at >= session.rounds[-1].started_at


def _come_to(session: Session, finish: Finish) -> str:
    """Return what a finish came to, short enough to be seen whole: `#160, race .880 ±.013, ...`."""
    if finish.chosen is None:
        return finish.text
    parts = [f"#{finish.chosen}"]
    found = raced(session, finish, finish.chosen)
    if found is not None:
        margin = f" ±{score_text(found.half)}" if found.half else ""
        parts.append(f"race {score_text(found.mean)}{margin}")
    test = finish.test
    if test is not None:
        interval = f"[{score_text(test.low)}, {score_text(test.high)}]"
        parts.append(f"test {score_text(test.mean)} {interval}")
    return ", ".join(parts)
