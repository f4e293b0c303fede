"""The question with one line of answer."""

from __future__ import annotations

import pytest
from textual.app import App

from tuitune.errors import UsageError
from tuitune.tui.dialogs.ask import Ask

LONG = "100 epochs in all, from the first on; its result is kept meanwhile; about 12 min"


def judge(text: str) -> str:
    if not text.isdecimal():
        raise UsageError("A number of epochs, such as 50.")
    return LONG


class Asking(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.answers: list[str | None] = []

    def on_mount(self) -> None:
        self.push_screen(Ask("How many?", "50", check=judge), self.answers.append)


@pytest.mark.parametrize(("width", "lines"), [(80, 2), (120, 2), (40, 3)])
async def test_all_that_the_answer_would_do_is_shown_at_once(width: int, lines: int) -> None:
    app = Asking()
    async with app.run_test(size=(width, 24)) as pilot:
        await pilot.pause()
        verdict = app.screen.query_one("#verdict")
        assert str(verdict.render()) == LONG
        assert verdict.size.height == lines


async def test_a_wrong_answer_is_not_taken() -> None:
    app = Asking()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("x", "enter")
        assert "A number of epochs" in str(app.screen.query_one("#verdict").render())
        assert app.answers == []
        await pilot.press("backspace", "7", "enter")
        assert app.answers == ["7"]
