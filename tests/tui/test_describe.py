"""Records in words."""

from __future__ import annotations

import re
import shlex

from tests.advice.sessions import Study, real, space_of
from tuitune.advice import AdviceInput, advise
from tuitune.space import split_assignment
from tuitune.tui.describe import describe_advice


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
