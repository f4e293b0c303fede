"""Keys on the trial under the cursor: retry, extend, copy, a point of one's own; and failures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tuitune.engine import Engine, EngineOptions, Pause, Run
from tuitune.engine.creation import book_space, create_session
from tuitune.link import Drained
from tuitune.model import Session
from tuitune.model.events import BreakerTripped, EngineState, EngineStatus, TrialEnded
from tuitune.model.trial import TrialState
from tuitune.space import parse_point, split_point
from tuitune.store import SessionStore, read_session
from tuitune.trainers.spec import FunctionSpec
from tuitune.tui.app import TuiTuneApp
from tuitune.tui.dialogs.ask import Ask, Choose, Confirm
from tuitune.tui.dialogs.page import Page
from tuitune.tui.frame.screen import TuningScreen

SPACE = book_space()
TRAIN = """
import time

def train(params, *, epochs, seed):
    for _ in range(epochs):
        yield {"val_acc": params["lr"]}
        time.sleep(0.1)
"""
SIZES = [(80, 24), (120, 40), (40, 12)]


def make_session(path: Path, *, epochs: int, trials: int = 0) -> Path:
    store = create_session(path, settings={"hidden": 10}, epochs=epochs, train_size=50)
    engine = Engine(store)
    if trials:
        engine.send(Run(trials=trials))
    engine.run(until_idle=True)
    return path


@pytest.fixture
def session_file(tmp_path: Path) -> Path:
    """A small session with a round of four trials that is over."""
    return make_session(tmp_path / "small.json", epochs=2, trials=4)


@pytest.fixture
def endless_file(tmp_path: Path) -> Path:
    """A session whose trials go on for longer than any test, and mostly sleep."""
    (tmp_path / "train.py").write_text(TRAIN)
    path = tmp_path / "long.json"
    create_session(
        path,
        params={name: SPACE[name] for name in SPACE.names},
        epochs=100_000,
        trainer=FunctionSpec(f"{tmp_path / 'train.py'}:train"),
    ).close()
    return path


class RecordingApp(TuiTuneApp):
    """Keeps what the status line says: it goes away by itself."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.told: list[str] = []


@asynccontextmanager
async def opened(
    path: Path, size: tuple[int, int] = (120, 40), workers: int | None = None
) -> AsyncIterator[tuple[Pilot[int], TuningScreen]]:
    app = RecordingApp(path, path.parent, engine=EngineOptions(workers))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, TuningScreen)
        status = screen.log_pane.status

        def record(text: str, seconds: float) -> None:
            app.told.append(text)
            status(text, seconds)

        screen.log_pane.status = record  # type: ignore[method-assign]
        yield pilot, screen
        screen.link.close()


async def until(pilot: Pilot[int], what: Callable[[], bool]) -> None:
    """Wait until something holds."""
    for _ in range(1000):
        await pilot.pause(0.02)
        if what():
            return
    raise AssertionError(f"it never came; on top is {pilot.app.screen}")


async def type_line(pilot: Pilot[int], text: str) -> None:
    """Put `text` in the place of what an Ask is filled in with, and see what is said of it."""
    pilot.app.screen.query_one(Input).value = text
    await pilot.pause()


async def asked(pilot: Pilot[int]) -> None:
    """Wait for a question with a line that is filled in and judged."""
    await until(pilot, lambda: bool(pilot.app.screen.query(Input)) and bool(verdict(pilot)))


def verdict(pilot: Pilot[int]) -> str:
    return str(pilot.app.screen.query_one("#verdict", Static).render())


def toasts(screen: TuningScreen) -> str:
    """Return all that the status line said."""
    assert isinstance(screen.app, RecordingApp)
    return " ".join(screen.app.told)


@pytest.mark.parametrize("size", SIZES)
async def test_a_copy_is_checked_as_it_is_typed_and_trained(
    session_file: Path, size: tuple[int, int]
) -> None:
    async with opened(session_file, size) as (pilot, screen):
        await pilot.press("tab", "c")
        await asked(pilot)
        number = screen.trials.selected
        assert number is not None
        params = screen.link.session.trial(number).params
        filled_in = pilot.app.screen.query_one(Input)
        assert parse_point(split_point(filled_in.value), SPACE) == params
        assert filled_in.selection.is_empty
        assert "differs in something" in verdict(pilot)
        for text, said in (
            ("lr=fast", "lr takes a finite number, not 'fast'"),
            ("lr=-1", "lr must be a number above 0"),
            ("momentum=1", "'momentum' is none of them"),
            ("lr", "a value is written as a name, = and the value"),
        ):
            await type_line(pilot, text)
            assert said in verdict(pilot)
            await pilot.press("enter")
            assert isinstance(pilot.app.screen, Ask)
        await type_line(pilot, "lr=0.5")
        assert verdict(pilot).startswith(f"trial {number}, but lr 0.5 (was ")
        assert verdict(pilot).endswith("outside of the ranges: lr")
        await pilot.press("enter")
        session = screen.link.session
        await until(pilot, lambda: len(session.trials) == 5 and session.trial(5).is_finished)
        assert session.trial(5).params == {**params, "lr": 0.5}
        assert session.trial(5).origin == f"clone of {number}"
        assert f"#5 is queued in round 2, clone of {number}: lr=0.5" in toasts(screen)
        # A round for one point says nothing about how many trials the next one shall have.
        await pilot.press("R")
        await asked(pilot)
        assert pilot.app.screen.query_one(Input).value == "32"


@pytest.mark.parametrize("size", SIZES)
async def test_a_point_of_one_s_own_begins_in_the_middle(
    session_file: Path, size: tuple[int, int]
) -> None:
    async with opened(session_file, size) as (pilot, screen):
        await pilot.press("tab", "i")
        await asked(pilot)
        assert pilot.app.screen.query_one(Input).value == "lr=1e-4 weight_decay=1e-6"
        assert verdict(pilot) == "trains for 2 epochs"
        await pilot.press("enter")
        session = screen.link.session
        await until(pilot, lambda: len(session.trials) == 5 and session.trial(5).is_finished)
        assert session.trial(5).params == {"lr": 1e-4, "weight_decay": 1e-6}
        assert session.trial(5).origin == "queued by hand"


@pytest.mark.parametrize("size", SIZES)
async def test_a_good_one_is_extended_by_the_epochs_that_are_asked_for(
    session_file: Path, size: tuple[int, int]
) -> None:
    async with opened(session_file, size) as (pilot, screen):
        await pilot.press("tab", "plus")
        await asked(pilot)
        number = screen.trials.selected
        assert number is not None
        assert pilot.app.screen.query_one(Input).value == "50"
        assert verdict(pilot).startswith("52 epochs in all")
        await type_line(pilot, "0")
        assert "A number of epochs from 1" in verdict(pilot)
        await type_line(pilot, "3")
        await pilot.press("enter")
        trial = screen.link.session.trial(number)
        await until(pilot, lambda: trial.epochs_done == 5 and trial.is_finished)
        assert f"#{number} is queued again, for 5 epochs" in toasts(screen)


async def test_one_that_is_done_runs_again_after_a_question_and_others_at_once(
    session_file: Path,
) -> None:
    store = SessionStore.open(session_file)
    event = TrialEnded(3, TrialState.FAILED, 0.0, 0.1, "ValueError: no", "Traceback\n  here")
    store.session.apply(event)
    store.append(event)
    store.close()
    async with opened(session_file) as (pilot, screen):
        await pilot.press("tab", "T")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("n")
        screen.go_to_trial(3)
        await pilot.press("T")
        session = screen.link.session
        await until(pilot, lambda: session.trial(3).state is TrialState.DONE)
        assert session.counts[TrialState.DONE] == 4


async def test_a_paused_round_takes_them_and_goes_on_only_when_asked(endless_file: Path) -> None:
    async with opened(endless_file, workers=2) as (pilot, screen):
        session = screen.link.session
        await pilot.press("space", "tab")
        await until(pilot, lambda: len(session.running) == 2)
        await pilot.press("space")
        await until(pilot, lambda: screen.engine_state == "paused")
        await pilot.press("T")
        await pilot.pause()
        assert "has not ended (running)" in toasts(screen)
        await pilot.press("x")
        await until(pilot, lambda: session.counts[TrialState.STOPPED] == 1)
        stopped = next(t for t in session.trials if t.state is TrialState.STOPPED)
        assert f"#{stopped.number} stopped by hand" in toasts(screen)
        screen.go_to_trial(stopped.number)
        await pilot.press("T")
        await until(pilot, lambda: stopped.state is TrialState.QUEUED)
        await pilot.press("i")
        await asked(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: len(session.trials) == 3)
        assert "space goes on" in toasts(screen)
        assert screen.engine_state == "paused"
        await pilot.press("space")
        await until(pilot, lambda: stopped.state is TrialState.RUNNING)


async def test_a_round_that_waits_is_not_started_by_a_single_trial(endless_file: Path) -> None:
    engine = Engine(SessionStore.open(endless_file))
    engine.send(Run(trials=9))
    engine.send(Pause())
    engine.run(until_idle=True)
    assert read_session(endless_file).open_round is not None
    async with opened(endless_file) as (pilot, screen):
        session = screen.link.session
        before = len(session.trials)
        await pilot.press("tab", "i")
        await asked(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: len(session.trials) == before + 1)
        assert session.trials[-1].state is TrialState.QUEUED
        assert not session.running
        assert "queued by hand" in toasts(screen)
        assert "space goes on" in toasts(screen)


async def test_a_follower_is_told_why_not(session_file: Path) -> None:
    holder = SessionStore.open(session_file)
    async with opened(session_file) as (pilot, screen):
        await pilot.press("tab")
        for key in ("T", "plus", "c", "i", "x", "X"):
            assert isinstance(screen.app, RecordingApp)
            screen.app.told.clear()
            await pilot.press(key)
            await pilot.pause()
            assert "is in use by process" in toasts(screen), key
            assert pilot.app.screen is screen
        screen.action_workers()
        await pilot.pause()
        assert pilot.app.screen is screen
    holder.close()


@pytest.mark.parametrize(
    ("own", "workers", "words"),
    [(False, "1", "inside this program"), (False, "2", "a process"), (True, "1", "a process")],
)
async def test_where_workers_train_is_said_as_it_is(
    session_file: Path, endless_file: Path, own: bool, workers: str, words: str
) -> None:
    async with opened(endless_file if own else session_file) as (pilot, screen):
        screen.action_workers()
        await pilot.pause()
        await pilot.press(workers)
        assert words in str(pilot.app.screen.query_one("#verdict").render())


@pytest.mark.parametrize(("answer", "ends"), [("s", True), ("f", False), ("enter", False)])
async def test_trials_outside_of_new_ranges_stop_or_finish_as_the_person_says(
    endless_file: Path, answer: str, ends: bool
) -> None:
    async with opened(endless_file, workers=2) as (pilot, screen):
        session = screen.link.session
        await pilot.press("space")
        await until(pilot, lambda: len(session.running) == 2)
        outside = [t for t in session.trials if not 1e-3 <= float(t.params["lr"]) <= 1e-2]
        assert [t.number for t in outside] == [1]
        await pilot.press("equals_sign", *"1e-3..1e-2", "enter", "R")
        await asked(pilot)
        await pilot.press("5", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose))
        assert len(session.revisions) == 1
        await pilot.press(answer)
        await until(pilot, lambda: len(session.rounds) == 2)
        if ends:
            await until(pilot, lambda: len(session.running) == 2 and 1 not in session.running)
            assert session.trial(1).reason == "outside the new ranges"
        assert (1 in session.running) != ends
        assert 2 in session.running


async def test_where_no_trial_falls_out_nothing_is_asked(endless_file: Path) -> None:
    async with opened(endless_file) as (pilot, screen):
        session = screen.link.session
        await pilot.press("space")
        await until(pilot, lambda: len(session.running) == 1)
        await pilot.press("equals_sign", *"1e-6..1e-3", "enter", "R")
        await asked(pilot)
        await pilot.press("5", "enter")
        await until(pilot, lambda: len(session.rounds) == 2)
        assert pilot.app.screen is screen


def fail(session: Session, count: int) -> None:
    for number in range(1, count + 1):
        traceback = f'Traceback\n  File "train.py", line 3\nValueError: \x1b[31m[b]{number}'
        session.apply(TrialEnded(number, TrialState.FAILED, 0.0, 0.1, f"no {number}", traceback))


@pytest.mark.parametrize("size", SIZES)
async def test_a_tripped_breaker_shows_the_failures_by_cause(
    session_file: Path, size: tuple[int, int]
) -> None:
    async with opened(session_file, size) as (pilot, screen):
        await pilot.press("exclamation_mark")
        await pilot.pause()
        assert "No trial has failed." in toasts(screen)
        fail(screen.link.session, 3)
        why = "3 trials failed with the same error: no 3"
        notices = [BreakerTripped(1, why), EngineState(EngineStatus.PAUSED, why)]
        await pilot.press("R")  # the page waits until this question is over
        await asked(pilot)
        pending = [Drained(notices=list(notices))]
        drain = screen.link.drain
        screen.link.drain = (  # type: ignore[method-assign]
            lambda: pending.pop() if pending else drain()
        )
        await until(pilot, lambda: not pending)
        await pilot.press("escape")
        await until(pilot, lambda: bool(pilot.app.screen.query("#page-text")))
        text = str(pilot.app.screen.query_one("#page-text", Static).render())
        assert text.startswith(f"The round is paused: {why}")
        assert "3 of 4 trials of round 1 failed, of one cause" in text
        assert "#1 #2 #3" in text
        assert "ValueError: [31m[b]3" in text
        assert why not in toasts(screen)
        await pilot.press("escape")
        await pilot.pause()
        await pilot.press("exclamation_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, Page))
