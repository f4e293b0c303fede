"""Pictures of the screens as SVG: the app itself, on a copy of a session, without a terminal.

The same session gives the same picture: nothing trains, no clock is shown, and the ids that Textual
puts into an SVG are made of its content.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tuitune.store.files import journal_path
from tuitune.tui.app import TuiTuneApp
from tuitune.tui.frame.screen import TuningScreen

SIZE = (120, 40)
"""Columns and rows."""

SCREENS: Mapping[str, Sequence[str]] = {
    "tuning": (),
    "figure": ("tab", "tab", "g", "z"),
    "rounds": ("tab", "tab", "tab", "z"),
}
"""The screens of a report: name to the keys that lead there."""

_FONT_FROM_ELSEWHERE = re.compile(r"@font-face \{[^}]*\}\s*")
"""A picture loads nothing from another host."""


async def picture(session: Path, keys: Sequence[str] = (), *, size: tuple[int, int] = SIZE) -> str:
    """Return what the app shows of the session file after `keys`, once its advice is there."""
    with TemporaryDirectory() as folder:
        path = Path(shutil.copy(session, folder))
        if journal_path(session).exists():
            shutil.copy(journal_path(session), folder)
        app = TuiTuneApp(path, Path(folder))
        async with app.run_test(size=size, notifications=False) as pilot:
            screen = app.screen
            assert isinstance(screen, TuningScreen)
            while screen.advice is None:
                await pilot.pause(0.05)
            await pilot.press(*keys)
            await pilot.pause(0.3)
            text = app.export_screenshot(title=f"tuitune open {session.stem}")
            app.leave()
        if app.link is not None:
            app.link.close()
    return _FONT_FROM_ELSEWHERE.sub("", text)
