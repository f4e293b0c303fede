"""The errors that people see: each is one sentence that says the rule, the values, and the way out.

Nothing here imports another room. `cli.py` turns a `UsageError` into exit code 2 and any other
`TuiTuneError` into exit code 1; the app shows both as a notification.
"""

from __future__ import annotations

import unicodedata


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


def plain(text: str) -> str:
    """Return `text` with line breaks and tabs as spaces and every other control character removed.

    Text from a file, a program or an exception is data: an escape sequence in it must never reach
    a terminal. Format characters (category Cf) go too: they can reverse what a line seems to say.
    """
    spaced = text.translate(_SPACES)
    if spaced.isascii() and spaced.isprintable():
        return spaced
    return "".join(c for c in spaced if unicodedata.category(c) not in _UNSAFE)


def quote(text: str, limit: int = 40) -> str:
    """Return `text` made plain, at most `limit` characters of it, in quotes: for error messages."""
    shown = plain(text[: limit * 4])
    if len(shown) > limit or len(text) > limit * 4:
        shown = shown[: limit - 1] + "…"
    return f"'{shown}'"


_SPACES = {ord(c): " " for c in "\t\n\r\v\f\u2028\u2029"}
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
