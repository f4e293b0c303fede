"""What we remember: the session as the fold of its events, and its file.

Here belong the session, its revisions, rounds and finishes, and the store (snapshot, journal, lock,
recovery). What may happen is `events.py`; who makes it happen is `engine/`. May import events,
trial, space and errors. Called by the engine, the screens and the commands; tests in
`tests/session/`.
"""

from tuitune.session.files import session_path
from tuitune.session.follower import Follower
from tuitune.session.listing import SessionSummary, list_sessions
from tuitune.session.lock import Holder, busy_text, holder
from tuitune.session.reading import read_session
from tuitune.session.records import Finish, Revision, Round
from tuitune.session.session import Session
from tuitune.session.store import SessionStore

__all__ = [
    "Finish",
    "Follower",
    "Holder",
    "Revision",
    "Round",
    "Session",
    "SessionStore",
    "SessionSummary",
    "busy_text",
    "holder",
    "list_sessions",
    "read_session",
    "session_path",
]
