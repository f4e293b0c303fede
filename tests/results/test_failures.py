"""Failed trials by cause, and the lines that say it."""

from __future__ import annotations

from collections.abc import Sequence

from tests.model.sample import CREATED, FIRST, ROUND, queued
from tuitune.model import Session
from tuitune.model.events import TrialEnded, TrialStarted
from tuitune.model.trial import TrialState
from tuitune.results.failures import (
    cause_of,
    failure_lines,
    group_failures,
    round_with_failures,
)

TRACEBACK = """Traceback (most recent call last):
  File "train.py", line {line}, in train
    raise ValueError(f"no {{lr}}")
ValueError: no {lr}
"""


def session_of(ends: Sequence[tuple[str, str]]) -> Session:
    """Return a session whose trials failed with these reasons and tracebacks; "" is one done."""
    session = Session.fold([CREATED, FIRST, ROUND])
    for number, (reason, traceback) in enumerate(ends, 1):
        state = TrialState.FAILED if reason else TrialState.DONE
        session.apply(queued(number))
        session.apply(TrialStarted(number, 1.0))
        session.apply(TrialEnded(number, state, 2.0, 1.0, reason, traceback))
    return session


def error(lr: float, line: int = 7) -> tuple[str, str]:
    return f"ValueError: no {lr}", TRACEBACK.format(lr=lr, line=line)


def test_numbers_in_what_was_said_are_no_other_cause_but_other_lines_are() -> None:
    assert cause_of(*error(0.5)) == cause_of(*error(3e-7))
    assert cause_of(*error(0.5)) != cause_of(*error(0.5, line=8))
    assert cause_of("diverged at epoch 3", "") == cause_of("diverged at epoch 14", "")
    assert cause_of("exit code 1", "") != cause_of("killed by signal 9", "")


def test_the_most_frequent_cause_comes_first() -> None:
    ends = [("diverged at epoch 2", ""), error(0.1), ("", ""), error(0.2), error(0.1, line=9)]
    session = session_of(ends)
    groups = group_failures(session.trials)
    assert [[t.number for t in group.trials] for group in groups] == [[2, 4], [1], [5]]
    assert groups[0].reason == "ValueError: no 0.2"
    assert groups[0].traceback[-1] == "ValueError: no 0.2"
    assert round_with_failures(session) == 1
    assert round_with_failures(session_of([("", "")])) is None
    assert group_failures([]) == []


def test_the_lines_name_each_cause_once() -> None:
    lines = failure_lines(session_of([error(0.1), error(0.2), ("", "")]), 1)
    assert lines == [
        "2 of 3 trials of round 1 failed, of one cause",
        "",
        "2 failed: ValueError: no 0.2",
        "  #1 #2",
        "    Traceback (most recent call last):",
        '      File "train.py", line 7, in train',
        '        raise ValueError(f"no {lr}")',
        "    ValueError: no 0.2",
    ]


def test_many_trials_are_counted_and_their_text_is_data() -> None:
    lines = failure_lines(session_of([("\x1b[31mred\r\n[b]", "\x1b]0;x\x07\n  line")] * 20), 1)
    assert lines[0] == "20 of 20 trials of round 1 failed, of one cause"
    assert lines[3].endswith("#12 and 8 more")
    assert lines[2] == "20 failed: [31mred  [b]"
    assert not any("\x1b" in line or "\x07" in line for line in lines)
