"""A small session with every kind of event, and ways to write and damage it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec.structs import replace

from tuitune.model import Round, Session
from tuitune.model.events import (
    Change,
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
    RepeatEnded,
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
    WorkersChanged,
)
from tuitune.model.trial import By, Drop, Problem, Refit, Repeat, TestScore, TrialState
from tuitune.space import Choice, FloatRange, IntRange, Space
from tuitune.store import SessionStore
from tuitune.store.snapshot import encode_snapshot
from tuitune.words import encode

SPACE = Space({"lr": FloatRange(1e-6, 1e-2, log=True), "batch": IntRange(16, 256, log=True)})
NARROW = Space(
    {
        "lr": FloatRange(1e-4, 1e-2, log=True),
        "act": Choice(("relu", "tanh")),
        "batch": SPACE["batch"],
    }
)
CREATED = SessionCreated(
    name="book",
    problem=Problem(samples=100, classes=10, epochs=3),
    seed=7,
    at=1000.0,
    program="0.1.0",
)
FIRST = RevisionCommitted(number=1, parent=None, space=SPACE, at=1000.0)
ROUND = RoundStarted(number=1, revision=1, sampler="random", pruner="none", trials=100, at=1001.0)


def queued(number: int, round_number: int = 1) -> TrialQueued:
    return TrialQueued(
        number=number, round=round_number, revision=1, seed=number, epochs=3,
        params={"lr": 1e-3 / number, "batch": 16},
    )  # fmt: skip


def reported(number: int, epoch: int, score: float | None) -> EpochReported:
    return EpochReported(
        number=number,
        epoch=epoch,
        metrics={"val_acc": score, "train_acc": 0.9},
        seconds=0.1 * epoch,
    )


def ended(number: int, state: TrialState = TrialState.DONE) -> TrialEnded:
    return TrialEnded(number=number, state=state, at=1100.0, seconds=0.5)


def one_trial(number: int, score: float = 0.5) -> Iterator[Event]:
    yield queued(number)
    yield TrialStarted(number=number, at=1002.0)
    for epoch in (1, 2, 3):
        yield reported(number, epoch, score * epoch / 3)
    yield ended(number)


def finish_started(number: int) -> FinishStarted:
    return FinishStarted(
        finish=number, revision=1, contenders=(1, 3), scores=(0.9, 0.4), repeats=1,
        seeds=(11, 12), refit_seeds=(21,), at=1020.0,
    )  # fmt: skip


def repeat_ended(finish: int, trial: int, repeat: int, score: float | None = 0.8) -> RepeatEnded:
    run = Repeat(
        trial=trial, repeat=repeat, seed=10 + repeat, score=score, epochs=3, seconds=0.5,
        metrics={"val_acc": score}, reason="" if score is not None else "diverged at epoch 3",
        cause=None if score is not None else "diverged",
    )  # fmt: skip
    return RepeatEnded(finish=finish, run=run)


def finishes() -> list[Event]:
    """A whole finish, and one that goes on."""
    score = TestScore(correct=(840,), total=1000, accuracy=0.84, low=0.816, high=0.861)
    return [
        finish_started(1),
        repeat_ended(1, 1, 1),
        repeat_ended(1, 3, 1, None),
        ContenderDropped(finish=1, drop=Drop(3, 1, "worse than the leader")),
        RaceEnded(finish=1, preferred=1, tied=(), text="trial 1 won", at=1021.0),
        ContenderChosen(finish=1, trial=1, how="race", text="trial 1 won"),
        RefitEnded(finish=1, refit=Refit(1, 21, 12, 500, 0.7)),
        TestOpened(finish=1, trial=1, opening=1, at=1022.0),
        TestScored(finish=1, score=score),
        FinishEnded(finish=1, how="finished", text="test .840", at=1023.0, files=("b.final.json",)),
        finish_started(2),
        repeat_ended(2, 3, 1),
    ]


def everything() -> list[Event]:
    """Events after CREATED and FIRST in which each kind occurs and a trial still runs."""
    reasons = (
        Change("lr", "narrowed", "1e-6..1e-2 log", "1e-4..1e-2 log", "best ten", {"p": 0.01}),
    )
    return [
        ROUND,
        *one_trial(1, 0.9),
        queued(2),
        TrialStarted(number=2, at=1003.0),
        reported(2, 1, None),
        TrialSpared(number=2, epoch=1, reason="below the median"),
        TrialEnded(
            number=2, state=TrialState.FAILED, at=1004.0, seconds=0.2, reason="nan", traceback="T",
            cause="diverged",
        ),
        queued(3),
        queued(4),
        replace(queued(5), draw="person", by=By("screen", 7, "ann")),
        TrialStarted(number=3, at=1005.0),
        reported(3, 1, 0.4),
        replace(ended(3, TrialState.PRUNED), cause="chance"),
        TrialAnnotated(number=1, pinned=True, note="good \x1b[31m<b>", tags=("a", "é")),
        RoundExtended(number=1, trials=120),
        RoundEnded(number=1, how="superseded", at=1006.0),
        RevisionCommitted(number=2, parent=1, space=NARROW, at=1007.0, changes=reasons, reason="w",
            numbers={"share": 0.5, "p": None}, by=By("command"),
        ),
        RevisionSelected(number=1, how="undo", at=1008.0),
        DraftSaved(space=NARROW),
        WorkersChanged(workers=4),
        ProblemChanged(
            problem=replace(CREATED.problem, note="other"), at=1016.5, by=By("command")
        ),
        RoundStarted(
            number=2, revision=1, sampler="random", pruner="median", trials=9, at=1009.0,
            epochs_budget=500, seconds_budget=60.0, package="optuna 5.0.0",
        ),
        TrialRequeued(number=3, epochs=6, reason="longer", round=2),
        TrialRequeued(number=4, epochs=3, round=2),
        TrialStarted(number=5, at=1010.0),
        reported(5, 1, 0.3),
        *finishes(),
    ]  # fmt: skip


def full_session() -> Session:
    return Session.fold([CREATED, FIRST, *everything()])


def create(path: Path, events: list[Event] | None = None, *, fold: bool = False) -> SessionStore:
    """Return the open store of a new session that holds `events`; its session has them applied."""
    store = SessionStore.create(path, CREATED, FIRST)
    for event in everything() if events is None else events:
        store.session.apply(event)
        store.append(event)
    if fold:
        store.fold(store.session)
    return store


def snapshot_bytes(session: Session) -> bytes:
    return b"".join(encode_snapshot(session))


def state_of(session: Session) -> dict[str, object]:
    """Everything that a session holds, as plain data that compares."""
    return {
        "name": session.name,
        "problem": session.problem,
        "seed": session.seed,
        "created_at": session.created_at,
        "program": session.program,
        "events": session.events,
        "revisions": session.revisions,
        "current": session.current,
        "redo": session.redo,
        "draft": session.draft,
        "workers": session.workers,
        "rounds": [_rounded(r) for r in session.rounds],
        "finishes": session.finishes,
        "trials": [msgspec.json.decode(encode(t)) for t in session.trials],
        "counts": session.counts,
        "best": session.best and session.best.number,
        "running": sorted(session.running),
        "waiting": list(session.waiting),
    }


def _rounded(r: Round) -> dict[str, object]:
    found: dict[str, object] = {name: getattr(r, name) for name in r.__struct_fields__}
    found["seconds_spent"] = round(r.seconds_spent, 6)
    return found


def with_interruption(session: Session) -> Session:
    """Show trial 5 as a reader shows it when nobody runs the session."""
    events = session.events
    session.apply(
        TrialEnded(
            number=5,
            state=TrialState.INTERRUPTED,
            at=0.0,
            seconds=0.1,
            reason="the program ended while it ran",
        )
    )
    session.events = events
    return session
