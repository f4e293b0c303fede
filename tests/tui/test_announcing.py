"""Whom the app tells: the bell, notifications, the hook; and how often."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.tui.trials import end, new_session, queue, report, start
from tuitune.engine.announcing import AnnounceOptions
from tuitune.model import Session
from tuitune.model.events import BreakerTripped, Event, Notice, RoundEnded, TrialEnded
from tuitune.model.trial import TrialState
from tuitune.tui.frame.announcing import BEST_SECONDS, Announcer

PATH = Path("hunt.json")


class Terminal:
    def __init__(self, options: AnnounceOptions) -> None:
        self.said: list[str] = []
        self.announcer = Announcer(options, lambda: self.said.append("bell"), self.said.append)

    def see(self, session: Session, *happened: Event | Notice, now: float = 0.0) -> list[str]:
        """Return what the terminal gets for what happened."""
        self.said.clear()
        self.announcer.see(session, PATH, happened, now)
        return list(self.said)


def done(session: Session, score: float) -> TrialEnded:
    """Train one trial to `score`; return its last event, folded already."""
    number = queue(session)
    start(session, number)
    report(session, number, 1)
    session.trial(number).score = score
    end(session, number)
    return TrialEnded(number, TrialState.DONE, 0.0, 1.0)


def test_only_the_bell_rings_by_default() -> None:
    terminal, session = Terminal(AnnounceOptions()), new_session()
    for score in range(20):
        assert terminal.see(session, done(session, score / 100), now=100.0 * score) == []
    assert terminal.see(session, BreakerTripped(1, "too many")) == ["bell"]
    assert terminal.see(session, RoundEnded(1, "finished", 0.0)) == ["bell"]
    assert terminal.see(session, RoundEnded(1, "out of budget", 0.0)) == ["bell"]
    assert Terminal(AnnounceOptions(bell=False)).see(session, RoundEnded(1, "finished", 0.0)) == []


@pytest.mark.parametrize("how", ["superseded", "ended"])
def test_what_a_person_ended_is_no_news(how: str) -> None:
    ended = RoundEnded(1, how, 0.0)  # type: ignore[arg-type]
    assert Terminal(AnnounceOptions(notify=True)).see(new_session(), ended) == []


def test_a_new_best_is_told_after_the_first_trials_and_not_often() -> None:
    terminal, session = Terminal(AnnounceOptions(notify=True)), new_session()
    told: list[tuple[float, Sequence[str]]] = []
    for index in range(30):
        now = 5.0 * index
        if said := terminal.see(session, done(session, index / 100), now=now):
            told.append((now, said))
    assert [now for now, _ in told] == [50.0, 80.0, 110.0, 140.0]
    assert told[0][1] == ["\x1b]9;TuiTune hunt: new best val_acc .100 #11\x07"]


def test_a_best_that_came_too_soon_is_told_later_unless_the_round_is_over() -> None:
    terminal, session = Terminal(AnnounceOptions(notify=True)), new_session()
    for index in range(11):
        terminal.see(session, done(session, index / 100))
    assert terminal.see(session, done(session, 0.5), now=1.0) == []
    assert terminal.see(session, now=BEST_SECONDS) != []
    assert terminal.see(session, done(session, 0.6), now=BEST_SECONDS + 1) == []
    said = terminal.see(session, RoundEnded(1, "finished", 0.0), now=BEST_SECONDS + 2)
    assert said == ["bell", "\x1b]9;TuiTune hunt: round 1 finished, best val_acc .600 #13\x07"]
    assert terminal.see(session, now=3 * BEST_SECONDS) == []


def test_a_hook_runs_beside_the_screen_and_its_failure_is_one_sentence() -> None:
    hook = (sys.executable, "-c", "import os; os._exit(len(os.environ['TUITUNE_HOW']))")
    terminal = Terminal(AnnounceOptions(bell=False, hook=hook))
    terminal.see(new_session(), RoundEnded(1, "finished", 0.0))
    ends = time.monotonic() + 30
    problems: list[str] = []
    while not problems and time.monotonic() < ends:
        problems += terminal.announcer.problems()
    assert problems == ["the program of --on-end ended with exit code 8"]
