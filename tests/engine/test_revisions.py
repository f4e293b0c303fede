"""Revisions: committed while a round runs, undone, redone, branched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.engine.support import SPACE, MakeEngine, refusals, rising, run
from tuitune.engine import CommitRevision, Reason, Redo, Run, SaveDraft, SelectRevision, Undo
from tuitune.model.trial import TrialState
from tuitune.space import Space, parse_parameter
from tuitune.store import read_session

NARROW = SPACE.replace("lr", parse_parameter("1e-4..1e-2 log"))
NARROWER = SPACE.replace("lr", parse_parameter("1e-3..1e-2 log"))


def test_a_revision_keeps_what_changed_and_why(make_engine: MakeEngine, session_file: Path) -> None:
    reason = Reason("the best 5 lie above 1e-4", {"p": 0.01})
    run(make_engine(), CommitRevision(NARROW, {"lr": reason}, reason="round 1 said so"))
    revision = read_session(session_file).revision(2)
    assert (revision.parent, revision.reason, revision.space) == (1, "round 1 said so", NARROW)
    change = revision.changes[0]
    assert (change.parameter, change.kind) == ("lr", "narrowed")
    assert (change.before, change.after) == ("1e-6..1e-2 log", "1e-4..1e-2 log")
    assert (change.reason, change.numbers) == ("the best 5 lie above 1e-4", {"p": 0.01})
    assert revision.changes[1].kind == "held"


def test_a_revision_that_changes_nothing_is_refused(make_engine: MakeEngine) -> None:
    said = run(make_engine(), CommitRevision(SPACE))
    assert refusals(said)[0].startswith("Nothing differs from revision 1")


def test_a_revision_keeps_the_parameters(make_engine: MakeEngine, session_file: Path) -> None:
    run(make_engine(), CommitRevision(Space({"lr": SPACE["lr"]})))
    assert len(read_session(session_file).revisions) == 1


def test_a_commit_while_a_round_runs_ends_it_and_the_next_begins(
    make_engine: MakeEngine, session_file: Path
) -> None:
    sent: list[bool] = []

    def committing(params: Any, *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
        for epoch, report in enumerate(rising(params, epochs=epochs, seed=seed), start=1):
            if len(engine.session.trials) == 3 and epoch == 2 and not sent:
                sent.append(True)
                engine.send(CommitRevision(NARROW, run=Run(trials=4)))
            yield report

    engine = make_engine(committing)
    run(engine, Run(trials=50))
    session = read_session(session_file)
    first, second = session.rounds
    assert (first.ended, second.ended) == ("superseded", "finished")
    assert (first.drawn, second.drawn, second.revision) == (3, 4, 2)
    assert session.trial(3).state is TrialState.DONE
    assert all(NARROW.contains(t.params) for t in session.trials_of(2))


def test_a_commit_can_stop_what_runs_outside_the_new_ranges(
    make_engine: MakeEngine, session_file: Path
) -> None:
    sent: list[bool] = []
    nowhere = SPACE.replace("lr", parse_parameter("9e-3..1e-2 log"))

    def committing(params: Any, *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
        for report in rising(params, epochs=epochs, seed=seed):
            if not sent:
                sent.append(True)
                engine.send(CommitRevision(nowhere, run=Run(trials=2), outside="stop"))
            yield report

    engine = make_engine(committing)
    run(engine, Run(trials=5))
    session = read_session(session_file)
    assert session.trial(1).reason == "outside the new ranges"
    assert session.trial(1).state is TrialState.STOPPED
    assert [t.state for t in session.trials_of(2)] == [TrialState.DONE] * 2


def test_undo_and_redo_step_between_revisions_across_runs(
    make_engine: MakeEngine, session_file: Path
) -> None:
    run(make_engine(), CommitRevision(NARROW), CommitRevision(NARROWER), Undo())
    assert read_session(session_file).current == 2
    run(make_engine(), Undo())
    assert read_session(session_file).current == 1
    run(make_engine(), Redo(), Redo())
    assert read_session(session_file).current == 3


def test_there_is_nothing_to_undo_or_redo_at_the_ends(make_engine: MakeEngine) -> None:
    said = run(make_engine(), Undo(), Redo(), SelectRevision(9))
    assert refusals(said) == [
        "Revision 1 is the first; there is nothing to undo.",
        "There is nothing to redo: no revision was undone.",
        "There is no revision 9; there are 1 to 1.",
    ]


def test_a_commit_from_an_older_revision_branches_and_keeps_both_lines(
    make_engine: MakeEngine, session_file: Path
) -> None:
    run(make_engine(), CommitRevision(NARROW, run=Run(trials=2)))
    run(make_engine(), SelectRevision(1), CommitRevision(NARROWER, run=Run(trials=2)))
    session = read_session(session_file)
    assert [(r.number, r.parent) for r in session.revisions] == [(1, None), (2, 1), (3, 1)]
    assert [t.revision for t in session.trials] == [2, 2, 3, 3]
    run(make_engine(), Redo())
    assert read_session(session_file).current == 3


def test_a_draft_is_kept_and_a_commit_clears_it(
    make_engine: MakeEngine, session_file: Path
) -> None:
    run(make_engine(), SaveDraft(NARROW))
    assert read_session(session_file).draft == NARROW
    run(make_engine(), CommitRevision(NARROWER))
    assert read_session(session_file).draft is None
