"""What happened: the events of a session, a trial, and the session as the fold of its events.

Here belong the records that every room reads. How they are kept in files is `store/`; who makes
them happen is `engine/`. May import trainers (their specs), space and below. Called by every room
above; tests in `tests/model/`.
"""

from tuitune.model.records import Finish, Revision, Round
from tuitune.model.session import Session

__all__ = ["Finish", "Revision", "Round", "Session"]
