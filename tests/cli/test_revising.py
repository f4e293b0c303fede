"""`narrow`, `undo` and `redo`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.support import Command, start_program
from tuitune.model.events import (
    EpochReported,
    Event,
    RoundEnded,
    RoundStarted,
    TrialEnded,
    TrialQueued,
    TrialStarted,
)
from tuitune.model.trial import TrialState
from tuitune.space import FloatRange, format_parameter
from tuitune.store import SessionStore, read_session


def ranges() -> dict[str, str]:
    space = read_session(Path("sessions/tiny.json")).space
    return {name: format_parameter(space[name]) for name in space.names}


@pytest.fixture
def tiny(tuitune: Command) -> Command:
    assert tuitune("new", "tiny", "--epochs", "2", "--train-size", "50").code == 0
    return tuitune


@pytest.mark.parametrize(
    ("entry", "after", "kind"),
    [
        ("lr=1e-4..1e-3", "1e-4..1e-3 log", "narrowed"),
        ("lr=1e-4..", "1e-4..1e-2 log", "narrowed"),
        ("lr=..1e-1", "1e-6..0.1 log", "widened"),
        ("lr=x2", "1e-8..1 log", "widened"),
        ("lr=/2", "1e-5..1e-3 log", "narrowed"),
        ("lr=3e-3", "1e-6..1e-2 log = 3e-3", "frozen"),
    ],
)
def test_narrow_commits_a_revision(tiny: Command, entry: str, after: str, kind: str) -> None:
    outcome = tiny("narrow", "tiny", entry)
    assert outcome.code == 0, outcome.err
    lines = outcome.out.splitlines()
    assert lines[0] == "revision 2 from 1"
    assert lines[1].split() == ["parameter", "before", "after", "change"]
    for word in ("lr", "1e-6..1e-2 log", after, kind):
        assert word in lines[2]
    assert lines[3].strip() == "why: entered by hand"
    assert "held" in lines[4]
    assert ranges() == {"lr": after, "weight_decay": "1e-8..1e-4 log"}


def test_narrow_json(tiny: Command) -> None:
    document = tiny("narrow", "tiny", "lr=1e-4..", "weight_decay=x2", "--json").json
    assert (document["revision"], document["parent"], document["committed"]) == (2, 1, True)
    assert [(c["parameter"], c["kind"]) for c in document["changes"]] == [
        ("lr", "narrowed"),
        ("weight_decay", "widened"),
    ]


def test_dry_run_changes_nothing(tiny: Command) -> None:
    before = Path("sessions/tiny.json").read_bytes()
    outcome = tiny("narrow", "tiny", "lr=1e-4..", "--dry-run")
    assert outcome.out.startswith("revision 2 would be from 1\n")
    assert Path("sessions/tiny.json").read_bytes() == before
    assert tiny("narrow", "tiny", "lr=1e-4..", "--dry-run", "--json").json["committed"] is False


def test_tilde_is_the_first_revision(tiny: Command) -> None:
    tiny("narrow", "tiny", "lr=1e-4..")
    assert tiny("narrow", "tiny", "lr=~").code == 0
    assert ranges()["lr"] == "1e-6..1e-2 log"


def test_a_range_that_the_network_cannot_train_is_refused(tuitune: Command) -> None:
    tuitune("new", "tiny", "--param", "dropout=0..0.5")
    outcome = tuitune("narrow", "tiny", "dropout=0..1.5")
    assert outcome.code == 2
    assert "dropout must be 0 or more and below 1" in outcome.err


def test_undo_and_redo_step_between_revisions(tiny: Command) -> None:
    tiny("narrow", "tiny", "lr=1e-4..")
    undone = tiny("undo", "tiny")
    assert undone.out.splitlines()[0] == "revision 1, was 2"
    assert ranges()["lr"] == "1e-6..1e-2 log"
    assert tiny("undo", "tiny").code == 2
    redone = tiny("redo", "tiny", "--json").json
    assert (redone["revision"], redone["parent"]) == (2, 1)
    assert redone["changes"][0]["kind"] == "narrowed"
    assert ranges()["lr"] == "1e-4..1e-2 log"
    assert tiny("redo", "tiny").code == 2


def test_narrowing_an_older_revision_branches(tiny: Command) -> None:
    tiny("narrow", "tiny", "lr=1e-4..")
    tiny("undo", "tiny")
    tiny("narrow", "tiny", "lr=1e-5..")
    session = read_session(Path("sessions/tiny.json"))
    assert [revision.parent for revision in session.revisions] == [None, 1, 1]
    assert session.current == 3


def record_rising_scores(path: Path, trials: int) -> None:
    """Write a round whose score grows with lr: the best trials lie at the upper edge."""
    with SessionStore.open(path) as store:
        session = store.session
        events: list[Event] = [RoundStarted(1, 1, "random", "none", trials, 0.0)]
        for number in range(1, trials + 1):
            unit = (number - 0.5) / trials
            params = session.space.from_unit([unit, number * 0.618 % 1])
            score: dict[str, float | None] = {"val_acc": 0.1 + 0.7 * unit}
            events += [
                TrialQueued(number, 1, 1, params, seed=number, epochs=1),
                TrialStarted(number, 0.0),
                EpochReported(number, 1, score, 0.1),
                TrialEnded(number, TrialState.DONE, 0.1, 0.1),
            ]
        events.append(RoundEnded(1, "finished", 1.0))
        for event in events:
            session.apply(event)
            store.append(event)
        store.fold(session)


def test_auto_takes_what_the_trials_propose(tiny: Command) -> None:
    assert tiny("new", "edge", "--epochs", "1").code == 0
    record_rising_scores(Path("sessions/edge.json"), 40)
    statements = tiny("advise", "edge", "--json").json
    assert list(statements[0]) == [
        "kind", "parameter", "headline", "text", "sure", "proposal", "numbers", "trials",
        "beyond", "would_change",
    ]  # fmt: skip
    proposed = next(s for s in statements if s["parameter"] == "lr" and s["proposal"])
    assert proposed["kind"] == "expand-up"
    said = tiny("advise", "edge").out
    assert proposed["text"] in said
    assert "    tuitune narrow edge " in said
    outcome = tiny("narrow", "edge", "--auto", "weight_decay=1e-6", "--json")
    lr, weight_decay = outcome.json["changes"]
    assert lr["kind"] in ("shifted", "widened")
    assert lr["reason"].startswith("widen up, ")
    assert lr["numbers"]["evidence_up"] >= 2
    assert (weight_decay["kind"], weight_decay["reason"]) == ("frozen", "entered by hand")
    after = read_session(Path("sessions/edge.json")).space["lr"]
    assert isinstance(after, FloatRange)
    assert after.high == proposed["proposal"]["high"] > 1e-2


def test_auto_without_trials_changes_nothing(tiny: Command) -> None:
    outcome = tiny("narrow", "tiny", "--auto")
    assert outcome.code == 0
    assert outcome.out.startswith(
        "nothing to take: no advice yet: 10 more trials before anything can be said"
    )
    assert len(read_session(Path("sessions/tiny.json")).revisions) == 1


@pytest.mark.parametrize("words", [("narrow", "tiny", "lr=x2"), ("undo", "tiny"), ("run", "tiny")])
def test_a_session_in_use_says_by_which_process(tiny: Command, words: tuple[str, ...]) -> None:
    import os

    tiny("narrow", "tiny", "lr=1e-4..")
    with SessionStore.open(Path("sessions/tiny.json")):
        outcome = tiny(*words)
        assert outcome.code == 2
        assert f"is in use by process {os.getpid()} on " in outcome.err
        assert tiny("show", "tiny").code == 0


def test_a_run_is_narrowed_from_another_terminal(tiny: Command, tmp_path: Path) -> None:
    program = start_program(tmp_path, "run", "tiny", "--trials", "100000")
    assert program.stdout is not None
    for _ in range(3):
        program.stdout.readline()
    narrowed = tiny("narrow", "tiny", "lr=1e-4..1e-3", "--run", "--trials", "4", "--json")
    assert narrowed.code == 0, narrowed.err
    assert narrowed.json["revision"] == 2
    rest, errors = program.communicate(timeout=30)
    assert (program.returncode, errors) == (0, "")
    assert "round 2 finished" in rest
    session = read_session(Path("sessions/tiny.json"))
    assert [(r.revision, r.ended) for r in session.rounds] == [(1, "superseded"), (2, "finished")]
    assert len(list(session.trials_of(2))) == 4
    assert session.current == 2


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("lr=1e-4.. --run", "--run is for a session that a program has open"),
        ("lr=1e-4.. --trials 3", "--trials and --stop-outside go with --run"),
        ("lr=1e-4.. --stop-outside", "--trials and --stop-outside go with --run"),
    ],
)
def test_only_a_session_that_is_open_can_run_at_once(
    tiny: Command, words: str, complaint: str
) -> None:
    outcome = tiny("narrow", "tiny", *words.split())
    assert outcome.code == 2
    assert complaint in outcome.err
    assert len(read_session(Path("sessions/tiny.json")).revisions) == 1
