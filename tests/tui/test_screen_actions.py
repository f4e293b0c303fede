"""The tuning screen by its keys: palette, pages, rounds, finish."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import OptionList, Static

from tuitune.advice import AdviceInput, advise
from tuitune.engine import CommitRevision, Engine, Run
from tuitune.engine.creation import create_session
from tuitune.model.events import EngineStatus
from tuitune.space import parse_parameter
from tuitune.store import SessionStore, read_session
from tuitune.tui.app import TuiTuneApp
from tuitune.tui.dialogs.ask import Ask
from tuitune.tui.dialogs.page import Page
from tuitune.tui.finish.screen import FinishScreen
from tuitune.tui.frame.hints import next_key
from tuitune.tui.frame.screen import TuningScreen


@pytest.fixture
def session_file(tmp_path: Path) -> Path:
    """A small session with two revisions, a round in each."""
    path = tmp_path / "small.json"
    store = create_session(path, settings={"hidden": 10}, epochs=2, train_size=50)
    engine = Engine(store)
    space = engine.session.space.replace("lr", parse_parameter("1e-3..1e-1 log"))
    engine.send(Run(trials=6))
    engine.run(until_idle=True)
    engine = Engine(SessionStore.open(path))
    engine.send(CommitRevision(space, reason="by hand", run=Run(trials=6)))
    engine.run(until_idle=True)
    return path


@asynccontextmanager
async def opened(path: Path, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Pilot[int]]:
    app = TuiTuneApp(path, path.parent)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield pilot
        if app.link is not None:
            app.link.close()


async def until(pilot: Pilot[int], kind: type[Screen[Any]]) -> None:
    """Wait until a screen of this kind is on top."""
    for _ in range(500):
        await pilot.pause()
        if isinstance(pilot.app.screen, kind):
            return
    raise AssertionError(f"no {kind.__name__}, but {pilot.app.screen}")


def shown(pilot: Pilot[int]) -> str:
    """Return the text of the page on top."""
    return str(pilot.app.screen.query_one("#page-text", Static).render())


async def test_every_verb_stands_in_the_palette_and_none_breaks_it(session_file: Path) -> None:
    async with opened(session_file) as pilot:
        await pilot.press("colon")
        for text in ("redo", "freeze", "theme", "low", "exact", "[", "x"):
            for character in text:
                await pilot.press({"[": "left_square_bracket"}.get(character, character))
            await pilot.pause()
            for _ in text:
                await pilot.press("backspace")
        assert pilot.app.is_running
        await pilot.press("escape")
        await until(pilot, TuningScreen)


async def test_the_palette_goes_to_a_trial_and_back_to_a_revision(session_file: Path) -> None:
    async with opened(session_file) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, TuningScreen)
        await pilot.press("colon", *"trial", "space", "5")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await until(pilot, TuningScreen)
        await pilot.pause()
        assert screen.trials.selected == 5


async def test_help_and_advice_are_pages_that_any_leaving_key_leaves(session_file: Path) -> None:
    async with opened(session_file) as pilot:
        for key, words in (("question_mark", "Press space"), ("a", "What the trials say")):
            await pilot.press(key)
            await until(pilot, Page)
            assert words in shown(pilot)
            await pilot.press("j", "G", "g", "q")
            await until(pilot, TuningScreen)


async def test_rounds_are_compared_and_gone_back_to(session_file: Path) -> None:
    async with opened(session_file) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, TuningScreen)
        screen.set_pane("rounds")
        await pilot.press("k", "d")
        await until(pilot, Page)
        text = shown(pilot)
        assert "revision 1 against revision 2" in text
        assert "1e-3..0.1" in text
        await pilot.press("escape")
        await until(pilot, TuningScreen)
        await pilot.press("enter")
        for _ in range(200):
            await pilot.pause(0.02)
            if screen.link.session.current == 1:
                break
        assert screen.link.session.current == 1
        screen.link.close()
        assert read_session(session_file).current == 1


async def test_the_finish_asks_races_waits_for_a_choice_and_ends_with_a_line(
    session_file: Path,
) -> None:
    async with opened(session_file, (80, 24)) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, TuningScreen)
        await pilot.press("E")
        await pilot.pause()
        await pilot.press("y")
        await until(pilot, FinishScreen)
        for _ in range(1000):
            await pilot.pause(0.02)
            finish = screen.link.session.finishes[-1] if screen.link.session.finishes else None
            if finish is not None and finish.waits_for_choice:
                break
        assert finish is not None
        assert finish.waits_for_choice
        await pilot.pause(0.6)
        assert pilot.app.screen.query_one(OptionList).option_count == len(finish.contenders)
        keys = pilot.app.screen.query_one("#keys")
        assert "enter chooses" in str(keys.render())
        assert keys.region.bottom <= 24
        await pilot.press("enter")
        for _ in range(1000):
            await pilot.pause(0.02)
            if finish.ended is not None:
                break
        assert finish.ended == "finished"
        assert "test" in finish.text
        assert finish.opening == 1
        await pilot.press("escape")
        await until(pilot, TuningScreen)
        hint = next_key(screen.link.session, EngineStatus.IDLE, False)
        assert re.fullmatch(
            rf"#{finish.chosen}, race \.\d+( ±\.\d+)?, test \.\d+ \[\.\d+, \.\d+\] · E races again",
            hint,
        )
    assert session_file.with_suffix(".final.json").exists()


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 50)])
async def test_every_pane_can_be_gone_to_and_zoomed(
    session_file: Path, size: tuple[int, int]
) -> None:
    async with opened(session_file, size) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, TuningScreen)
        for pane in ("trials", "curves", "rounds", "detail", "ranges"):
            await pilot.press("tab")
            assert screen.pane == pane
            assert screen.query_one(f"#{pane}").display
            await pilot.press("z")
            assert screen.query_one(f"#{pane}").size.width == size[0]
            await pilot.press("z")


@pytest.mark.parametrize("keys", [("u",), ("u", "ctrl+r"), ("tab", "4", "k", "enter")])
async def test_the_advice_is_that_of_the_revision_on_the_screen(
    session_file: Path, keys: tuple[str, ...]
) -> None:
    async with opened(session_file) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, TuningScreen)

        async def advised() -> None:
            for _ in range(2000):
                await pilot.pause()
                if screen.advice is not None:
                    return
            raise AssertionError("no advice came")

        await advised()
        for key in keys:
            await pilot.press(key)
            screen.drain()
            await pilot.pause()
            # Never that of another revision, not for a moment.
            space = screen.link.session.space
            assert screen.advice is None or screen.advice.space == space
            for name, verdict in screen.ranges.verdicts.items():
                assert verdict.change is not None or verdict.proposal == space[name]
        for _ in range(2000):
            await pilot.pause()
            if screen.advice is not None and screen.advice.space == screen.link.session.space:
                break
        expected = advise(AdviceInput.from_session(screen.link.session))
        assert screen.advice == expected
        assert screen.ranges.verdicts == expected.verdicts


async def test_other_epochs_are_offered_typed_and_taken(session_file: Path) -> None:
    async with opened(session_file) as pilot:
        await pilot.press("A")
        await until(pilot, Ask)
        await pilot.press("0", "enter")
        assert isinstance(pilot.app.screen, Ask), "0 epochs are refused where they are typed"
        await pilot.press("backspace", "5", "enter")
        await until(pilot, TuningScreen)
        screen = pilot.app.screen
        assert isinstance(screen, TuningScreen)
        for _ in range(500):
            await pilot.pause()
            if screen.link.session.problem.epochs == 5:
                break
        assert screen.link.session.lengths == (2, 5)
        assert screen.link.session.criterion.epochs == 2
        heads = [line.text for line in screen.trials._strips][1]
        assert " ep " in heads
