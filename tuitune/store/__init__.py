"""What we keep: the session's file (snapshot, journal, lock), and who follows it.

Here belongs all that reads or writes a session on the disk. What happened is `model/`; who makes it
happen is `engine/`. May import model and below. Called by the engine, the screens and the commands;
tests in `tests/store/`.
"""

from tuitune.store.files import session_path
from tuitune.store.follower import Follower
from tuitune.store.listing import SessionSummary, list_paths, list_sessions
from tuitune.store.lock import Holder, busy_text, holder, is_held
from tuitune.store.reading import read_session
from tuitune.store.store import SessionStore

__all__ = [
    "Follower",
    "Holder",
    "SessionStore",
    "SessionSummary",
    "busy_text",
    "holder",
    "is_held",
    "list_paths",
    "list_sessions",
    "read_session",
    "session_path",
]
