"""TuiTune: hyperparameter tuning by eye, at the speed of keys, in the terminal.

The public names below are imported when they are first used, so that `import tuitune` costs
nothing and `tuitune --help` answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tuitune.engine import Engine
    from tuitune.engine.creation import create_session
    from tuitune.errors import TuiTuneError, UsageError
    from tuitune.session import Session, SessionStore, read_session
    from tuitune.space import Parameter, Space, parse_assignment
    from tuitune.trial import Problem, Trial, TrialState

__version__ = "0.1.0"

__all__ = [
    "Engine",
    "Parameter",
    "Problem",
    "Session",
    "SessionStore",
    "Space",
    "Trial",
    "TrialState",
    "TuiTuneError",
    "UsageError",
    "__version__",
    "create_session",
    "parse_assignment",
    "read_session",
]

_HOMES = {
    "Engine": "tuitune.engine",
    "Parameter": "tuitune.space",
    "Problem": "tuitune.trial",
    "Session": "tuitune.session",
    "SessionStore": "tuitune.session",
    "Space": "tuitune.space",
    "Trial": "tuitune.trial",
    "TrialState": "tuitune.trial",
    "TuiTuneError": "tuitune.errors",
    "UsageError": "tuitune.errors",
    "create_session": "tuitune.engine.creation",
    "parse_assignment": "tuitune.space",
    "read_session": "tuitune.session",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tuitune' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
