"""THE ONE DOOR: how screens and commands reach the engine of a session, here or elsewhere.

Here belong the link (`base.py`), one to an engine in this process (`local.py`), one to that of
another process (`attached.py`), the socket between them (`wire.py`, `server.py`) and the choice
between these (`start.py`). What a command does is the engine's. May import every room below the
screens. Called by `tui/` and `cli/`; tests in `tests/link/` and `tests/contracts/test_links.py`.
"""

from tuitune.link.attached import AttachedLink
from tuitune.link.base import Answered, Drained, Link, Message, Replaced
from tuitune.link.local import LocalLink
from tuitune.link.start import Done, do, open_link

__all__ = [
    "Answered",
    "AttachedLink",
    "Done",
    "Drained",
    "Link",
    "LocalLink",
    "Message",
    "Replaced",
    "do",
    "open_link",
]
