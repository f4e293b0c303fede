"""The header's line and the hint, from sessions made of events."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tuitune.model import Session
from tuitune.model.events import (
    EngineStatus,
    EpochReported,
    RevisionCommitted,
    RoundEnded,
    RoundStarted,
    SessionCreated,
    TrialEnded,
    TrialQueued,
    TrialStarted,
)
from tuitune.model.remaining import epochs_left, seconds_per_epoch
from tuitune.model.trial import Problem, TrialState
from tuitune.space import Space, parse_parameter
from tuitune.tui.formatting import ASCII, UNICODE
from tuitune.tui.frame.headline import Facts, headline
from tuitune.tui.frame.hints import next_key
from tuitune.tui.frame.pace import Pace

SPACE = Space({"lr": parse_parameter("1e-6..1e-2 log")})
RUNNING = Facts(EngineStatus.RUNNING, 41.2, 190.0, "")


def session_of(trials: int) -> Session:
    session = Session.fold(
        [
            SessionCreated("lr-hunt", Problem(epochs=2), 0, 0.0, "test"),
            RevisionCommitted(1, None, SPACE, 0.0),
            RoundStarted(1, 1, "random", "none", 60, 0.0),
        ]
    )
    for number in range(1, trials + 1):
        session.apply(TrialQueued(number, 1, 1, {"lr": 1e-3}, 5, 2))
        session.apply(TrialStarted(number, 0.0))
        for epoch in (1, 2):
            session.apply(
                EpochReported(number, epoch, {"val_acc": 0.5571, "train_acc": 0.6}, 1.0 * epoch)
            )
        session.apply(TrialEnded(number, TrialState.DONE, 0.0, 2.0))
    return session


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 200])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_the_line_fits_and_keeps_what_matters_most(width: int, glyphs: object) -> None:
    line = headline(session_of(4), RUNNING, width, glyphs).plain  # type: ignore[arg-type]
    assert cell_len(line) == width
    if width >= 40:
        assert "lr-hunt" in line
        assert "RUN 4/60" in line
    if glyphs is ASCII:
        assert line.isascii() or "·" in line


def test_a_wide_line_says_everything() -> None:
    line = headline(session_of(4), RUNNING, 150, UNICODE).plain
    for part in (
        "ranges 1 · round 1", "RUN 4/60", "best .5571", "#1", "41 ep/s",
        "1 worker · random · no pruner", "3 min left", "saved", "█░",
    ):  # fmt: skip
        assert part in line


def test_trouble_with_the_disk_is_never_left_out() -> None:
    facts = Facts(EngineStatus.RUNNING, 41.2, 190.0, "The disk is full.")
    assert "NOT SAVED" in headline(session_of(4), facts, 60, UNICODE).plain


def test_there_is_always_a_next_key() -> None:
    fresh = session_of(0)
    fresh.rounds.clear()
    assert next_key(fresh, EngineStatus.IDLE, False).startswith(
        "space starts round 1: 100 trials of 2 epochs"
    )
    assert next_key(session_of(3), EngineStatus.IDLE, False) == "space goes on with round 1 (3/60)"
    assert next_key(session_of(3), EngineStatus.PAUSED, False) == "paused: space goes on"
    assert next_key(session_of(3), EngineStatus.RUNNING, True).startswith(
        "R trains a round in these ranges"
    )
    ended = session_of(60)
    ended.apply(RoundEnded(1, "finished", 0.0))
    assert next_key(ended, EngineStatus.IDLE, False).startswith("1 ranges: narrow or widen them")
    assert "E races the best 12" in next_key(ended, EngineStatus.IDLE, False, True)
    assert "read-only" in next_key(session_of(3), EngineStatus.FOLLOWING, False)


def test_the_time_left_is_what_the_round_still_needs() -> None:
    session = session_of(4)
    assert epochs_left(session) == 56 * 2
    session.apply(TrialQueued(5, 1, 1, {"lr": 1e-3}, 5, 2))
    assert epochs_left(session) == 56 * 2
    session.apply(TrialStarted(5, 0.0))
    session.apply(EpochReported(5, 1, {"val_acc": 0.1}, 1.0))
    assert epochs_left(session) == 55 * 2 + 1
    session.apply(RevisionCommitted(2, 1, Space({"lr": parse_parameter("1e-5..1 log")}), 0.0))
    assert epochs_left(session) == 55 * 2 + 1
    session.apply(RoundEnded(1, "ended", 0.0))
    assert epochs_left(session) == 0


def test_the_pace_is_that_of_the_last_seconds() -> None:
    pace = Pace()
    assert pace.epochs_per_second is None
    for second in range(100):
        pace.note(float(second), 2 if second < 50 else 10)
    assert pace.epochs_per_second == pytest.approx(10.0)
    pace.clear()
    assert pace.epochs_per_second is None


def test_the_cost_of_an_epoch_is_the_mean() -> None:
    assert seconds_per_epoch([]) is None
    assert seconds_per_epoch([(1.0, 10), (3.0, 10)]) == pytest.approx(0.2)


def test_a_sampler_that_learns_is_named_with_what_it_draws_evenly() -> None:
    session = session_of(3)
    assert " 1 in 4" not in headline(session, RUNNING, 120, UNICODE).plain
    session.apply(RoundEnded(1, "ended", 0.0))
    session.apply(RoundStarted(2, 1, "tpe", "none", 60, 0.0))
    assert "tpe, 1 in 4 even" in headline(session, RUNNING, 150, UNICODE).plain
    narrow = headline(session, RUNNING, 44, UNICODE).plain
    assert cell_len(narrow) == 44
    assert "RUN" in narrow
