"""`tuitune enqueue` and `retry`, and the run that trains what they queued."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.support import Command
from tuitune.engine import Engine, Quit, Run
from tuitune.link.server import serve
from tuitune.model.events import EpochReported
from tuitune.model.trial import TrialState
from tuitune.store import SessionStore, read_session

SESSION = Path("sessions/tiny.json")


def test_a_point_is_queued_and_trained_by_the_next_run(tiny: Command) -> None:
    said = tiny("enqueue", "tiny", "lr=0.5", "weight_decay=0")
    assert said.code == 0, said.err
    assert said.out.splitlines() == [
        "trial 5 is queued in round 2 for 2 epochs: lr=0.5 weight_decay=0",
        "next: tuitune run tiny",
    ]
    assert read_session(SESSION).trial(5).state is TrialState.QUEUED
    assert tiny("run", "tiny").code == 0
    trial = read_session(SESSION).trial(5)
    assert (trial.state, trial.params) == (TrialState.DONE, {"lr": 0.5, "weight_decay": 0})


def test_a_clone_differs_in_what_is_given(tiny: Command) -> None:
    record = tiny("enqueue", "tiny", "lr=1e-3", "--like", "2", "--json").json
    session = read_session(SESSION)
    assert record["params"] == {**session.trial(2).params, "lr": 1e-3}
    assert session.trial(5).origin == "clone of 2"


def test_a_trial_is_extended(tiny: Command) -> None:
    before = read_session(SESSION).trial(3)
    assert tiny("retry", "tiny", "3", "--epochs", "4").out.startswith(
        "trial 3 is queued in round 2 for 4 epochs"
    )
    assert read_session(SESSION).trial(3).kept is not None
    assert tiny("run", "tiny").code == 0
    after = read_session(SESSION).trial(3)
    assert after.epochs_done == 4
    assert after.curve["val_acc"][:2] == before.curve["val_acc"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("enqueue tiny", "lr has no value; write lr="),
        ("enqueue tiny lr=1e-3", "weight_decay has no value; write weight_decay="),
        ("enqueue tiny lr=1e-3 lr=1e-4", "lr is given twice"),
        ("enqueue tiny momentum=1", "'momentum' is none of them: try lr="),
        ("enqueue tiny lr=fast weight_decay=0", "lr takes a finite number, not 'fast'"),
        ("enqueue tiny lr=-1 weight_decay=0", "lr must be a number above 0"),
        ("enqueue tiny --like 9 lr=1", "there is no trial 9 to be like"),
        ("enqueue tiny --like 2", "tuitune retry tiny 2"),
        ("retry tiny", "retry needs TRIAL"),
        ("retry tiny 9", "There is no trial 9; there are 1 to 4"),
        ("retry tiny two", "TRIAL takes a whole number"),
        ("retry tiny 1 --epochs 0", "--epochs takes a whole number of at least 1"),
    ],
)
def test_a_wrong_request_is_one_line(tiny: Command, words: str, complaint: str) -> None:
    outcome = tiny(*words.split())
    assert outcome.code == 2
    assert outcome.out == ""
    assert complaint in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_queued_trial_is_dropped_and_the_next_run_goes_on_without_it(tiny: Command) -> None:
    assert tiny("enqueue", "tiny", "lr=0.5", "weight_decay=0").code == 0
    assert tiny("enqueue", "tiny", "lr=0.4", "weight_decay=0").code == 0
    said = tiny("stop", "tiny", "5")
    assert (said.code, said.out) == (0, "trial 5 is stopped; its round goes on without it\n")
    assert tiny("stop", "tiny", "6", "--json").json["state"] == "stopped"
    assert tiny("stop", "tiny", "5").err == "tuitune: Trial 5 has ended already (stopped).\n"
    assert tiny("retry", "tiny", "1").code == 0
    assert (
        tiny("stop", "tiny", "1").out == "trial 1 is done again, as it was before it was queued\n"
    )
    assert tiny("retry", "tiny", "5").code == 0
    assert tiny("run", "tiny").code == 0
    states = [trial.state for trial in read_session(SESSION).trials[4:]]
    assert states == [TrialState.DONE, TrialState.STOPPED]


@pytest.mark.parametrize("option", [[], ["--kill"]])
def test_a_trial_of_a_session_in_use_is_stopped_where_it_trains(
    tuitune: Command, option: list[str]
) -> None:
    assert tuitune("new", "long", "--epochs", "1000000", "--train-size", "50").code == 0
    path = Path("sessions/long.json")
    engine = Engine(SessionStore.open(path))
    server = serve(engine)
    events = engine.subscribe()
    engine.send(Run(trials=1))
    engine.start()
    while not isinstance(events.get(timeout=30), EpochReported):
        pass
    said = tuitune("stop", "long", "1", *option)
    assert said.out == "trial 1 is stopped; its round goes on without it\n"
    assert tuitune("stop", "long", "1").err == "tuitune: Trial 1 has ended already (stopped).\n"
    engine.send(Quit())
    assert engine.join(30)
    assert server is not None
    server.close()
    how = "killed" if option else "stopped"
    assert read_session(path).trial(1).reason == f"{how} by hand"


def test_a_holder_that_takes_no_commands_is_named(tiny: Command) -> None:
    store = SessionStore.open(SESSION)
    refused = tiny("stop", "tiny", "1")
    store.close()
    assert refused.code == 2
    assert f"'tiny' is in use by process {os.getpid()} on " in refused.err
    assert refused.err.count("\n") == 1
