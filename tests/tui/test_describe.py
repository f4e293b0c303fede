"""Records in words."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from tests.advice.sessions import Study, real, space_of
from tuitune.advice import AdviceInput, advise
from tuitune.space import split_assignment
from tuitune.store import read_session
from tuitune.tui.describe import describe_advice, describe_events


def test_advice_names_the_session_in_its_commands_and_keys_that_do_what_is_said() -> None:
    study = Study(space_of(lr="1e-6..1e-2 log", wd="1e-8..1e-4 log"), seed=3)
    session = study.run(100, lambda p: real(p, "lr")).session
    advice = advise(AdviceInput.from_session(session))
    text = describe_advice(advice, session, "my runs").plain
    assert "NAME" not in text
    commands = re.findall(r"tuitune (narrow .+)", text)
    assert commands
    for command in commands:
        verb, name, entry = shlex.split(command)
        assert (verb, name) == ("narrow", "my runs")
        assert split_assignment(entry)[0] in study.space.names
    for statement in advice.statements:
        if statement.kind in ("no-effect", "freeze"):
            assert statement.key in ("=", "n")


def test_all_that_happened_is_told_from_the_records_the_newest_first() -> None:
    session = read_session(Path(__file__).parents[2] / "sessions/book.json")
    lines = describe_events(session, [(2e9, "seen by this screen alone")]).plain.splitlines()[2:]
    assert "seen by this screen alone" in lines[0]
    words = "\n".join(lines)
    for number in range(1, len(session.rounds) + 1):
        assert f"round {number} started: " in words
        assert f"round {number} finished" in words
    assert "revision 2: lr " in words
    assert f"#{max(session.trials, key=lambda t: t.score or 0).number} " in words
    assert "finish 1 finished: validation (selected) " in words
    assert lines[-1].endswith("in the ranges of revision 1")
