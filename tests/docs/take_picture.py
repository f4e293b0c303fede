"""Takes the picture of the README: the app itself, on a copy of a recorded session.

    python -m tests.docs.take_picture

The proposal for the first parameter is taken (`n`), so that the preview of a draft is seen. Run
again on the same session it writes the same file: nothing trains, no clock is shown, and the ids
that Textual puts into an SVG are made of its content.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.docs.pages import ROOT
from tuitune.tui.app import TuiTuneApp
from tuitune.tui.screens.tuning import TuningScreen

SESSION = ROOT / "sessions" / "book.json"
PICTURE = ROOT / ".assets" / "tuning.svg"
SIZE = (120, 40)
"""Columns and rows of the terminal in the picture."""

_FONT_FROM_ELSEWHERE = re.compile(r"@font-face \{[^}]*\}\s*")
"""A picture in a repository loads nothing from another host."""


async def picture(session: Path, size: tuple[int, int] = SIZE) -> str:
    """Return the tuning screen on `session` as SVG, when the advice has been shown."""
    with TemporaryDirectory() as folder:
        path = Path(shutil.copy(session, folder))
        app = TuiTuneApp(path, Path(folder))
        async with app.run_test(size=size, notifications=False) as pilot:
            screen = app.screen
            assert isinstance(screen, TuningScreen)
            while screen.advice is None:
                await pilot.pause(0.05)
            await pilot.press("n")
            await pilot.pause()
            text = app.export_screenshot(title=f"tuitune open {session.stem}")
            app.leave()
        if app.link is not None:
            app.link.close()
    return _FONT_FROM_ELSEWHERE.sub("", text)


if __name__ == "__main__":
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else SESSION
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(asyncio.run(picture(source)), "utf-8")
