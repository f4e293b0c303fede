"""Takes the picture of the README: the app itself, on a copy of a recorded session.

    python -m tests.docs.take_picture

The proposal for the first parameter is taken (`n`), so that the preview of a draft is seen. Run
again on the same session it writes the same file.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.docs.pages import ROOT
from tuitune.tui.picture import picture

SESSION = ROOT / "sessions" / "book.json"
PICTURE = ROOT / ".assets" / "tuning.svg"
KEYS = ("n",)


if __name__ == "__main__":
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else SESSION
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(asyncio.run(picture(source, KEYS)), "utf-8")
