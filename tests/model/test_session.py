"""The fold against a plain recomputation, under random histories that an engine could make."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from tests.model.sample import (
    CREATED,
    FIRST,
    NARROW,
    ROUND,
    SPACE,
    ended,
    everything,
    finish_started,
    full_session,
    one_trial,
    queued,
    repeat_ended,
    reported,
    snapshot_bytes,
    state_of,
)
from tuitune.model import Session
from tuitune.model.events import (
    ContenderChosen,
    ContenderDropped,
    DraftSaved,
    EpochReported,
    Event,
    FinishEnded,
    FinishStarted,
    ProblemChanged,
    RaceEnded,
    RefitEnded,
    RevisionCommitted,
    RevisionSelected,
    RoundEnded,
    RoundExtended,
    RoundStarted,
    SessionCreated,
    TestOpened,
    TestScored,
    TrialAnnotated,
    TrialEnded,
    TrialQueued,
    TrialRequeued,
    TrialSpared,
    TrialStarted,
)
from tuitune.model.trial import FINISHED, Drop, Problem, Refit, TestScore, Trial, TrialState
from tuitune.store.restore import decode_snapshot

SCORES = st.one_of(st.none(), st.sampled_from([0.0, 0.1, 0.5, 0.5, 0.9]), st.floats(-1e3, 1e3))
ENDS = st.sampled_from([s for s in TrialState if s not in (TrialState.QUEUED, TrialState.RUNNING)])


class Fold(RuleBasedStateMachine):
    """Applies valid events and keeps a plain book of its own about every trial."""

    enough = 10

    @initialize(direction=st.sampled_from(["maximize", "minimize"]))
    def create(self, direction: Any) -> None:
        problem = Problem(metric="score", train_metric="train", direction=direction, epochs=3)
        created = SessionCreated(name="s", problem=problem, seed=1, at=1.0, program="0")
        self.history: list[Event] = [created, FIRST]
        self.session = Session.fold(self.history)
        self.problem, self.sign, self.ranked_at = problem, problem.sign, 3
        self.book: list[dict[str, Any]] = []
        self.order: list[int] = []
        self.drawn: list[int] = []
        self.raced: list[dict[str, Any]] = []
        self.do(RoundStarted(number=1, revision=1, sampler="r", pruner="n", trials=5, at=1.0))

    def do(self, event: Event) -> None:
        self.session.apply(event)
        self.history.append(event)

    def some(self, data: st.DataObject, *states: TrialState) -> int:
        numbers = [n for n, t in enumerate(self.book, 1) if not states or t["state"] in states]
        return data.draw(st.sampled_from(numbers))

    def has(self, *states: TrialState) -> bool:
        return any(not states or t["state"] in states for t in self.book)

    @rule(revision=st.booleans())
    def start_round(self, revision: bool) -> None:
        number = len(self.session.rounds) + 1
        if number > 4:
            return
        self.do(
            RoundStarted(
                number=number, revision=self.session.current, sampler="r", pruner="n", trials=1,
                at=1.0,
            )
        )  # fmt: skip

    @rule(data=st.data())
    def end_or_extend_round(self, data: st.DataObject) -> None:
        number = data.draw(st.integers(1, len(self.session.rounds)))
        if data.draw(st.booleans()):
            self.do(RoundEnded(number=number, how="ended", at=2.0))
            assert self.session.rounds[number - 1].ended == "ended"
        else:
            self.do(RoundExtended(number=number, trials=9))
            assert self.session.rounds[number - 1].trials == 9

    @rule(data=st.data())
    def queue(self, data: st.DataObject) -> None:
        number = len(self.book) + 1
        owner = data.draw(st.integers(1, len(self.session.rounds)))
        self.book.append(
            {
                "round": owner,
                "state": TrialState.QUEUED,
                "reports": [],
                "seconds": 0.0,
                "epochs": 3,
            }
        )
        self.order.append(number)
        self.do(
            TrialQueued(number=number, round=owner, revision=1, params={}, seed=number, epochs=3)
        )

    @precondition(lambda self: self.has(TrialState.QUEUED, TrialState.INTERRUPTED))
    @rule(data=st.data())
    def start(self, data: st.DataObject) -> None:
        number = self.some(data, TrialState.QUEUED, TrialState.INTERRUPTED)
        self.book[number - 1] |= {"state": TrialState.RUNNING, "reports": [], "seconds": 0.0}
        self.order.remove(number)
        self.do(TrialStarted(number=number, at=2.0))

    @precondition(lambda self: self.has(TrialState.RUNNING))
    @rule(
        data=st.data(),
        score=SCORES,
        names=st.sets(st.sampled_from(["score", "train", "x"]), min_size=1),
    )
    def report(self, data: st.DataObject, score: float | None, names: set[str]) -> None:
        number = self.some(data, TrialState.RUNNING)
        trial = self.book[number - 1]
        metrics: dict[str, float | None] = dict.fromkeys(sorted(names), score)
        trial["reports"].append(metrics)
        trial["seconds"] = float(len(trial["reports"]))
        self.do(
            EpochReported(
                number=number,
                epoch=len(trial["reports"]),
                metrics=metrics,
                seconds=trial["seconds"],
            )
        )

    @precondition(lambda self: self.has(TrialState.RUNNING))
    @rule(data=st.data(), state=ENDS, extra=st.integers(0, 4))
    def end(self, data: st.DataObject, state: TrialState, extra: int) -> None:
        number = self.some(data, TrialState.RUNNING)
        trial = self.book[number - 1]
        trial["state"] = state
        trial["seconds"] += extra
        seconds = trial["seconds"]
        if state is TrialState.INTERRUPTED:
            self.order.append(number)
        else:
            _settle(trial)
        self.do(TrialEnded(number=number, state=state, at=3.0, seconds=seconds))
        self.settle_length()

    @rule(score=SCORES, state=st.sampled_from([TrialState.DONE, TrialState.PRUNED]))
    def finish_a_whole_trial(self, score: float | None, state: TrialState) -> None:
        number = len(self.book) + 1
        self.book.append(
            {
                "round": 1,
                "state": state,
                "reports": [{"score": score}],
                "seconds": 1.0,
                "epochs": 1,
            }
        )
        self.do(TrialQueued(number=number, round=1, revision=1, params={}, seed=1, epochs=1))
        self.do(TrialStarted(number=number, at=2.0))
        self.do(EpochReported(number=number, epoch=1, metrics={"score": score}, seconds=1.0))
        self.do(TrialEnded(number=number, state=state, at=3.0, seconds=1.0))
        self.settle_length()

    @rule(epochs=st.sampled_from([1, 2, 3, 4]))
    def set_epochs(self, epochs: int) -> None:
        self.problem = replace(self.problem, epochs=epochs)
        self.do(ProblemChanged(problem=self.problem, at=4.0))
        self.settle_length()

    def settle_length(self) -> None:
        wanted = self.problem.epochs
        if sum(_is_full(trial, wanted) for trial in self.book) >= self.enough:
            self.ranked_at = wanted

    @precondition(lambda self: self.session.best is not None)
    @rule()
    def requeue_the_best(self) -> None:
        assert self.session.best is not None
        number = self.session.best.number
        _keep(self.book[number - 1])
        self.book[number - 1] |= {
            "state": TrialState.QUEUED, "reports": [], "seconds": 0.0, "epochs": 4,
        }  # fmt: skip
        self.order.append(number)
        self.do(TrialRequeued(number=number, epochs=4))

    @precondition(lambda self: self.has(TrialState.QUEUED, TrialState.INTERRUPTED))
    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        number = self.some(data, TrialState.QUEUED, TrialState.INTERRUPTED)
        trial = self.book[number - 1]
        trial["state"] = TrialState.STOPPED
        seconds = trial["seconds"]
        _settle(trial)
        self.order.remove(number)
        self.do(TrialEnded(number=number, state=TrialState.STOPPED, at=3.0, seconds=seconds))
        self.settle_length()

    @precondition(lambda self: self.book)
    @rule(data=st.data(), moved=st.booleans())
    def requeue(self, data: st.DataObject, moved: bool) -> None:
        number = self.some(data)
        trial = self.book[number - 1]
        owner = data.draw(st.integers(1, len(self.session.rounds))) if moved else None
        _keep(trial)
        trial |= {"state": TrialState.QUEUED, "reports": [], "seconds": 0.0, "epochs": 4}
        trial["round"] = owner or trial["round"]
        if number in self.order:
            self.order.remove(number)
        self.order.append(number)
        self.do(TrialRequeued(number=number, epochs=4, round=owner))

    @precondition(lambda self: self.book)
    @rule(data=st.data())
    def annotate_or_spare(self, data: st.DataObject) -> None:
        number = self.some(data)
        if data.draw(st.booleans()):
            self.do(TrialAnnotated(number=number, note="n"))
            assert self.session.trials[number - 1].note == "n"
        else:
            self.do(TrialSpared(number=number, epoch=1, reason="r"))
            assert self.session.trials[number - 1].control

    @precondition(lambda self: self.book)
    @rule(data=st.data())
    def start_finish(self, data: st.DataObject) -> None:
        numbers = st.lists(st.integers(1, len(self.book)), min_size=1, max_size=3, unique=True)
        trials = tuple(data.draw(numbers))
        number = len(self.raced) + 1
        self.raced.append({"trials": trials, "runs": {}, "opening": None, "ended": None})
        self.do(
            FinishStarted(
                finish=number, revision=1, contenders=trials, scores=(0.5,) * len(trials),
                repeats=2, seeds=(1, 2, 3, 4), refit_seeds=(5,), at=1.0,
            )
        )  # fmt: skip

    @precondition(lambda self: any(f["ended"] is None for f in self.raced))
    @rule(data=st.data(), score=SCORES)
    def go_on_with_a_finish(self, data: st.DataObject, score: float | None) -> None:
        going = [n for n, f in enumerate(self.raced, 1) if f["ended"] is None]
        number = data.draw(st.sampled_from(going))
        mine = self.raced[number - 1]
        trial = data.draw(st.sampled_from(mine["trials"]))
        match data.draw(st.sampled_from(["run", "drop", "race", "refit", "test", "end"])):
            case "run":
                repeat = len(mine["runs"].setdefault(trial, [])) + 1
                if repeat > 4:
                    return
                mine["runs"][trial].append(score)
                self.do(repeat_ended(number, trial, repeat, score))
            case "drop":
                self.do(ContenderDropped(finish=number, drop=Drop(trial, 1, "r")))
            case "race":
                self.do(RaceEnded(finish=number, preferred=trial, tied=(trial,), text="", at=1.0))
                self.do(ContenderChosen(finish=number, trial=trial, how="person", text="by hand"))
                assert self.session.finishes[number - 1].chosen == trial
            case "refit":
                self.do(RefitEnded(finish=number, refit=Refit(1, 5, 9, 50, 0.1)))
                assert len(self.session.finishes[number - 1].refits) == 1
            case "test" if mine["opening"] is None:
                if any(f["opening"] is None for f in self.raced[: number - 1]):
                    return  # a file lists the openings in their order
                opening = 1 + sum(f["opening"] is not None for f in self.raced)
                mine["opening"] = opening
                self.do(TestOpened(finish=number, trial=trial, opening=opening, at=1.0))
                self.do(TestScored(finish=number, score=TestScore((5,), 10, 0.5, 0.2, 0.8)))
            case "end":
                mine["ended"] = "stopped"
                self.do(FinishEnded(finish=number, how="stopped", text="", at=1.0))

    @invariant()
    def finishes_agree_with_a_plain_recomputation(self) -> None:
        assert len(self.session.finishes) == len(self.raced)
        for finish, mine in zip(self.session.finishes, self.raced, strict=True):
            assert finish.contenders == mine["trials"]
            assert finish.opening == mine["opening"]
            assert finish.ended == mine["ended"]
            for trial in mine["trials"]:
                assert finish.scores_of(trial) == mine["runs"].get(trial, [])

    @invariant()
    def agrees_with_a_plain_recomputation(self) -> None:
        session, book = self.session, self.book
        assert session.events == len(self.history)
        assert session.counts == {s: sum(t["state"] is s for t in book) for s in TrialState}
        assert list(session.waiting) == self.order
        running = [n for n, t in enumerate(book, 1) if t["state"] is TrialState.RUNNING]
        assert sorted(session.running) == running
        for trial, expected in zip(session.trials, book, strict=True):
            assert trial.state is expected["state"]
            assert trial.round == expected["round"]
            assert trial.epochs_done == len(expected["reports"])
            assert trial.seconds == expected["seconds"]
            assert trial.score == _score(expected)
            names = {name for report in expected["reports"] for name in report}
            assert trial.curve == {
                name: [report.get(name) for report in expected["reports"]] for name in names
            }
        for number, found in enumerate(session.rounds, 1):
            mine = [t for t in book if t["round"] == number]
            assert found.drawn == len(mine)
            assert found.finished == sum(t["state"] in FINISHED for t in mine)
            assert found.epochs_spent == sum(len(t["reports"]) for t in mine)
            assert math.isclose(found.seconds_spent, sum(t["seconds"] for t in mine), abs_tol=1e-9)

    @invariant()
    def best_and_ranking_agree_with_a_plain_recomputation(self) -> None:
        def key(pair: tuple[int, dict[str, Any]]) -> tuple[float, bool, float, int]:
            number, trial = pair
            score = _score(trial, self.ranked_at)
            worth = 0.0 if score is None else -self.sign * score
            tier = 0.0 if _is_full(trial, self.ranked_at) else _tier(trial["state"])
            return tier, score is None, worth, number

        expected = [n for n, _ in sorted(enumerate(self.book, 1), key=key)]
        assert [t.number for t in self.session.ranking()] == expected
        done = [
            n
            for n in expected
            if _is_full(self.book[n - 1], self.ranked_at)
            and _score(self.book[n - 1], self.ranked_at) is not None
        ]
        assert self.session.criterion.epochs == self.ranked_at
        best = self.session.best
        assert (best.number if best else None) == (done[0] if done else None)

    @invariant()
    def a_snapshot_gives_the_session_back(self) -> None:
        again = decode_snapshot(snapshot_bytes(self.session), Path("s.json"))
        assert state_of(again) == state_of(self.session)
        assert snapshot_bytes(again) == snapshot_bytes(self.session)

    def teardown(self) -> None:
        if hasattr(self, "history"):
            assert state_of(Session.fold(self.history)) == state_of(self.session)


def _keep(trial: dict[str, Any]) -> None:
    """Note what a trial came to that is run again."""
    worth = (TrialState.DONE, TrialState.PRUNED, TrialState.STOPPED)
    if "kept" not in trial and trial["state"] in worth and trial["reports"]:
        trial["kept"] = {name: trial[name] for name in ("state", "reports", "seconds", "epochs")}


def _settle(trial: dict[str, Any]) -> None:
    """Go back to what was kept where the new run is worth less."""
    kept = trial.pop("kept", None)
    if kept is None or trial["state"] is TrialState.DONE:
        return
    if kept["state"] is TrialState.DONE or len(kept["reports"]) > len(trial["reports"]):
        trial |= kept


def _score(trial: dict[str, Any], length: int | None = None) -> float | None:
    reports = trial["reports"]
    if length is not None and len(reports) > length and trial["state"] is not TrialState.FAILED:
        values = [report.get("score") for report in reports[:length]]
        return next((value for value in reversed(values) if value is not None), None)
    if not reports or trial["state"] is TrialState.FAILED:
        return None
    found: float | None = reports[-1].get("score")
    return found


def _is_full(trial: dict[str, Any], length: int) -> bool:
    if trial["state"] is TrialState.DONE:
        return bool(trial["epochs"] >= length)
    ended = trial["state"] in (TrialState.PRUNED, TrialState.STOPPED)
    return ended and trial["epochs"] > length <= len(trial["reports"])


def _tier(state: TrialState) -> int:
    order = ["running", "done", "pruned stopped interrupted", "failed", "queued"]
    return next(i for i, names in enumerate(order) if state.value in names.split())


TestFold = Fold.TestCase
TestFold.settings = settings(
    max_examples=40, stateful_step_count=40, deadline=None, derandomize=True
)


def test_the_next_best_takes_over_when_the_best_runs_again() -> None:
    session = full_session()
    scores = {6: 0.5, 7: 0.7, 8: 0.7}
    for number, score in scores.items():
        for event in one_trial(number, score):
            session.apply(event)
    for best, following in ((1, 7), (7, 8), (8, 6), (6, None)):
        assert session.best is session.trials[best - 1]
        session.apply(TrialRequeued(number=best, epochs=3))
        assert (session.best.number if session.best else None) == following


def test_the_wall_time_of_a_round_counts_trials_side_by_side_once() -> None:
    session = Session.fold([CREATED, FIRST, ROUND])
    done = TrialState.DONE
    for event in (
        queued(1), queued(2), queued(3),
        TrialStarted(number=1, at=10.0), TrialStarted(number=2, at=12.0),
        TrialEnded(number=1, state=done, at=15.1, seconds=5.0),
        # Found interrupted by another program, an hour later: the time between is not training.
        TrialEnded(number=2, state=TrialState.INTERRUPTED, at=3600.0, seconds=4.0),
        TrialStarted(number=2, at=3601.0),
        TrialEnded(number=2, state=done, at=3603.0, seconds=2.0),
        TrialStarted(number=3, at=3604.0),
    ):  # fmt: skip
        session.apply(event)
    assert session.rounds[0].wall_seconds == 8.0
    assert session.wall_seconds(1, 3607.0) == 11.0
    assert session.wall_seconds(1, 3600.0) == 8.0, "a clock may be set back"


# -- revisions -----------------------------------------------------------------------------


def test_undo_redo_and_going_back() -> None:
    session = full_session()
    session.apply(RevisionSelected(number=2, how="redo", at=1.0))
    assert (session.current, session.redo, session.draft) == (2, [], None)
    session.apply(RevisionCommitted(number=3, parent=2, space=SPACE, at=1.0))
    session.apply(RevisionSelected(number=2, how="undo", at=1.0))
    session.apply(RevisionSelected(number=1, how="undo", at=1.0))
    assert (session.current, session.redo) == (1, [3, 2])
    session.apply(RevisionSelected(number=2, how="redo", at=1.0))
    assert (session.current, session.redo) == (2, [3])
    session.apply(RevisionSelected(number=1, how="back", at=1.0))
    assert (session.current, session.redo) == (1, [])
    session.apply(DraftSaved(space=NARROW))
    assert session.draft is NARROW
    assert session.space is SPACE


def test_a_round_can_go_on_only_where_its_revision_is_the_current_one() -> None:
    session = full_session()
    assert session.open_round is session.rounds[1]
    session.apply(RevisionSelected(number=2, how="redo", at=1.0))
    assert session.open_round is None
    session.apply(RevisionSelected(number=1, how="undo", at=1.0))
    assert session.open_round is session.rounds[1]
    session.apply(RoundEnded(number=2, how="finished", at=1.0))
    assert session.open_round is None


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (RevisionCommitted(number=4, parent=1, space=SPACE, at=1.0), "revision 4 can't follow 2"),
        (RevisionSelected(number=3, how="redo", at=1.0), "no revision 3"),
        (RevisionSelected(number=0, how="undo", at=1.0), "no revision 0"),
        (ROUND, "round 1 can't follow 2"),
        (RoundEnded(number=0, how="ended", at=1.0), "no round 0"),
        (RoundExtended(number=3, trials=1), "no round 3"),
        (queued(5), "trial 5 can't follow 5"),
        (queued(6, 0), "no round 0"),
        (reported(5, 1, 0.1), "trial 5: epoch 1 can't follow 1"),
        (ended(0), "no trial 0"),
        (finish_started(2), "finish 2 can't follow 2"),
        (repeat_ended(3, 1, 1), "no finish 3"),
        (repeat_ended(1, 1, 2), "finish 1 has ended"),
        (repeat_ended(2, 3, 1), "repeat 1 ended already"),
        (repeat_ended(2, 2, 1), "trial 2 is no contender"),
        (TestOpened(finish=2, trial=1, opening=3, at=1.0), "opening 3 can't follow 1"),
        (SessionCreated(name="x", problem=Problem(), seed=1, at=1.0, program=""), "SessionCreated"),
    ],
)
def test_an_event_that_can_not_follow_is_refused(event: Event, message: str) -> None:
    with pytest.raises((ValueError, IndexError), match=message):
        full_session().apply(event)


def test_a_session_begins_with_its_creation() -> None:
    with pytest.raises(ValueError, match="begins with session-created"):
        Session.fold(everything())
    with pytest.raises(ValueError, match="begins with session-created"):
        Session.fold([])


def test_folding_an_event_costs_the_same_however_many_trials_there_are() -> None:
    """Counted in touched trials, not in time: only the trial that an event names is looked at."""
    session = full_session()
    touched: set[int] = set()

    class Watched(list[Trial]):
        def __getitem__(self, index: Any) -> Any:
            touched.add(index)
            return super().__getitem__(index)

        def __iter__(self) -> Any:
            raise AssertionError("an event walked through all trials")

    session.trials = Watched(session.trials)
    session.apply(reported(5, 2, 0.95))
    session.apply(reported(5, 3, 0.95))
    session.apply(ended(5))
    assert session.best is not None
    assert session.best.number == 5
    session.apply(queued(6, 2))
    session.apply(TrialStarted(number=6, at=1.0))
    session.apply(ended(6, TrialState.INTERRUPTED))
    session.apply(TrialRequeued(number=6, epochs=1))
    assert touched <= {4, 5}
