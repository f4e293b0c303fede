"""The errors that people see: each is one sentence that says the rule, the values, and the way out.

Imports nothing but the words that every sentence needs. The command line turns a `UsageError` into
exit code 2 and any other `TuiTuneError` into exit code 1; the app shows both as a notification.
"""

from __future__ import annotations

from tuitune.words import plain as plain
from tuitune.words import quote as quote


class TuiTuneError(Exception):
    """Something that a person can understand and act on; never shown with a traceback."""


class UsageError(TuiTuneError):
    """The request was wrong: exit code 2."""


class SpaceError(UsageError):
    """A range, a value or a parameter's name is wrong."""


class SessionError(UsageError):
    """A session can't be found, opened, read or written as asked."""


class SessionFileError(SessionError):
    """A session file is damaged, of another format or of a newer version."""


class SessionBusyError(SessionError):
    """Another process holds the session."""


class StorageError(TuiTuneError):
    """The disk refused a write: it is full, gone or read-only. What was saved stays saved."""


class TrainerError(TuiTuneError):
    """A trial can't be trained; the trial fails with this sentence, nothing else does."""
