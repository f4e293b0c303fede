"""What we remember: the session as the fold of its events, and its file.

Here belong the session, its revisions and rounds, and the store (snapshot, journal, lock, recovery).
What may happen is `events.py`; who makes it happen is `engine/`. May import events, trial, space and
errors. Called by the engine, the screens and the commands; tests in `tests/session/`.
"""

from tuitune.session.records import Revision, Round
from tuitune.session.session import Session

__all__ = ["Revision", "Round", "Session"]
