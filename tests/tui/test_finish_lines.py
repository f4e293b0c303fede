"""The finish in words, from the records of one."""

from __future__ import annotations

from tests.model.sample import CREATED, FIRST, finishes, one_trial
from tests.model.sample import ROUND as FIRST_ROUND
from tuitune.model import Session
from tuitune.model.events import EngineStatus, Event, TestScored
from tuitune.model.trial import TestScore
from tuitune.results.report import report
from tuitune.tui.finish.lines import finish_keys, finish_status


def finished(*correct: int) -> Session:
    """Return a session whose one finish has a network for each number of right answers."""
    events: list[Event] = [CREATED, FIRST, FIRST_ROUND, *one_trial(1), *one_trial(2), *one_trial(3)]
    accuracy = sum(correct) / len(correct) / 1000
    score = TestScore(correct, total=1000, accuracy=accuracy, low=0.7, high=0.9)
    for event in finishes()[:10]:
        events.append(TestScored(finish=1, score=score) if isinstance(event, TestScored) else event)
    return Session.fold(events)


def test_networks_that_differ_too_much_are_said_on_the_screen_and_in_the_report() -> None:
    words = "the 2 networks score .690 to .830: training is unstable at this point"
    unstable, steady = finished(830, 690), finished(830, 820)
    assert words in finish_status(unstable, unstable.finishes[0], EngineStatus.IDLE).plain
    assert words[1:] in report(unstable)
    assert "unstable" not in finish_status(steady, steady.finishes[0], EngineStatus.IDLE).plain
    assert "unstable" not in report(steady)


def test_the_keys_are_those_that_do_something_now() -> None:
    whole = Session.fold(
        [CREATED, FIRST, FIRST_ROUND, *one_trial(1), *one_trial(2), *one_trial(3), *finishes()]
    )
    ended, running = whole.finishes
    assert "enter" not in finish_keys(ended)
    assert "space pause" in finish_keys(running)
    assert finish_keys(None) == finish_keys(ended)
    running.preferred = 3
    assert "enter chooses" in finish_keys(running)
