"""How a trainer's exception becomes the reason of a failed trial: the one place that does it."""

from __future__ import annotations

import traceback as tracebacks

from tuitune.errors import TrainerError, plain
from tuitune.trainers.base import Diverged, Fault
from tuitune.trainers.reports import UnusableReport

REASON_LIMIT = 300
"""Characters of the one-sentence reason that are kept."""

TRACEBACK_LIMIT = 20_000
"""Characters of a traceback that are kept, the end of it: the cause stands last."""


def describe_failure(error: BaseException) -> tuple[str, str]:
    """Return the reason in one sentence and the traceback; no traceback for a `TrainerError`."""
    if isinstance(error, TrainerError):
        return clip_reason(_words_of(error)), ""
    name = type(error).__name__
    text = _words_of(error)
    if isinstance(error, SystemExit):
        return clip_reason(f"the trainer called sys.exit({text})"), ""
    reason = f"{name}: {text}" if text else name
    return clip_reason(reason), clip_traceback("".join(tracebacks.format_exception(error)))


def fault_of(error: BaseException) -> Fault:
    """Return what kind of failure an exception of a trainer is."""
    if isinstance(error, Diverged):
        return "diverged"
    if isinstance(error, UnusableReport):
        return "no-score"
    return "memory" if isinstance(error, MemoryError) else "error"


def _words_of(error: BaseException) -> str:
    """Return what an exception says; one of a person's own may raise another when it is asked."""
    try:
        return str(error)
    except Exception as second:
        return f"its text can't be had, that raises {type(second).__name__}"


def clip_reason(text: str) -> str:
    """Return `text` as one plain line of at most `REASON_LIMIT` characters."""
    shown = plain(text[: REASON_LIMIT * 4])
    return shown if len(shown) <= REASON_LIMIT else shown[: REASON_LIMIT - 1] + "…"


def clip_traceback(text: str) -> str:
    """Return the end of `text`, each line made plain."""
    return "\n".join(plain(line) for line in text[-TRACEBACK_LIMIT:].splitlines())
