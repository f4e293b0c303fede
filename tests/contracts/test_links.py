"""What every link does, whether the engine is in this process, in another one, or a script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests.contracts.link_factories import EPOCHS, LINKS, TRIALS
from tests.engine.support import SPACE
from tuitune.engine import CommitRevision, Run, SetWorkers, Undo
from tuitune.link import Answered, Drained, Link
from tuitune.model.events import EngineStatus, Event, RoundEnded
from tuitune.model.trial import TrialState

PATIENCE = 20.0
NARROW = SPACE.replace("width", SPACE["width"].freeze(16))


@pytest.fixture(params=LINKS)
def link(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Link]:
    make: Any = LINKS[request.param]
    with make(tmp_path / "try.json") as link:
        yield link


def drained_until(link: Link, what: Any) -> Drained:
    """Receive until `what` of all that came holds."""
    drained, until = Drained(), monotonic() + PATIENCE
    while not what(drained):
        assert monotonic() < until, drained
        message = link.receive(0.1)
        if message is not None:
            drained.add(message)
    return drained


def test_every_command_has_one_answer_in_order(link: Link) -> None:
    commands = [Undo(), CommitRevision(NARROW, parent=1), SetWorkers(2)]
    tickets = [link.ask(command) for command in commands]
    drained = drained_until(link, lambda seen: len(seen.answers) >= 3)
    assert [answered.ticket for answered in drained.answers] == tickets
    assert [answered.command for answered in drained.answers] == commands
    refused = [answered.answer.refused for answered in drained.answers]
    assert "is the first" in refused[0]
    assert refused[1:] == ["", ""]
    assert link.receive(0.1) is None or not isinstance(link.receive(), Answered)


def test_who_has_the_answer_sees_the_effect(link: Link) -> None:
    ticket = link.ask(CommitRevision(NARROW, parent=1))
    answer = link.wait(ticket, PATIENCE)
    assert answer is not None
    assert answer.is_done
    assert answer.result.revision == 2
    assert link.session.space == NARROW


def test_a_commit_from_another_revision_is_refused(link: Link) -> None:
    ticket = link.ask(CommitRevision(NARROW, parent=9))
    answer = link.wait(ticket, PATIENCE)
    assert answer is not None
    assert answer.refused
    assert link.session.space == SPACE


def test_a_round_is_seen_to_its_end(link: Link) -> None:
    link.ask(Run(trials=TRIALS))
    drained_until(
        link, lambda _: bool(link.session.rounds) and link.session.rounds[0].ended is not None
    )
    states = [(trial.state, trial.epochs_done) for trial in link.session.trials]
    assert states == [(TrialState.DONE, EPOCHS)] * TRIALS


def test_what_is_drained_is_folded_and_sorted(link: Link) -> None:
    ticket = link.ask(Run(trials=TRIALS))
    drained = drained_until(
        link,
        lambda seen: (
            bool(seen.answers) and any(isinstance(event, RoundEnded) for event in seen.happened)
        ),
    )
    assert drained.answers[0].ticket == ticket
    assert all(isinstance(event, Event) for event in drained.happened)
    assert drained.trials <= {trial.number for trial in link.session.trials}
    assert link.drain().trials == set()


def test_an_answer_wakes_who_waits(link: Link) -> None:
    woken: list[bool] = []
    link.wake = lambda: woken.append(True)
    assert link.wait(link.ask(SetWorkers(2)), PATIENCE) is not None
    assert woken


def test_it_is_writable_and_its_state_is_known(link: Link) -> None:
    assert link.writable
    assert not link.is_gone
    assert link.state is EngineStatus.IDLE
    assert link.output(1) == {}


def test_after_its_end_nothing_is_done_any_more(link: Link) -> None:
    link.close()
    if not link.trains_here and link.state is not EngineStatus.STOPPED:
        return  # the other process goes on
    answer = link.wait(link.ask(Undo()), PATIENCE)
    assert answer is not None
    assert answer.ended
