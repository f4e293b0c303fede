"""The log: the hint, what the trials say, and what happened."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.app import App, ComposeResult

from tuitune.tui.formatting import UNICODE
from tuitune.tui.frame.log import Log

HOSTILE = "test .830 \x1b[2J\x1b]0;title\x07 [bold]over[/bold]"


class Logging(App[None]):
    def compose(self) -> ComposeResult:
        self.log_pane = Log(UNICODE)
        yield self.log_pane


@pytest.mark.parametrize(
    "put",
    [Log.say, Log.hint, lambda log, text: log.advise([text])],
    ids=["event", "hint", "advice"],
)
async def test_no_escape_code_passes_whatever_brought_it(put: Callable[[Log, str], None]) -> None:
    app = Logging()
    async with app.run_test(size=(100, 10)) as pilot:
        put(app.log_pane, HOSTILE)
        await pilot.pause()
        shown = app.log_pane.render().plain
    assert "test .830" in shown
    assert "[bold]over[/bold]" in shown
    assert "\x1b" not in shown
    assert "\x07" not in shown
