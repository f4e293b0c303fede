"""TuiTune: hyperparameter tuning by eye, at the speed of keys, in the terminal.

The public names below are imported when they are first used, so that `import tuitune` costs
nothing and `tuitune --help` answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "Engine": "tuitune.engine",
    "Parameter": "tuitune.space",
    "Problem": "tuitune.model.trial",
    "Session": "tuitune.model",
    "SessionStore": "tuitune.store",
    "Space": "tuitune.space",
    "Stop": "tuitune.reporting",
    "Trial": "tuitune.model.trial",
    "TrialState": "tuitune.model.trial",
    "TuiTuneError": "tuitune.errors",
    "UsageError": "tuitune.errors",
    "create_session": "tuitune.engine.creation",
    "parse_assignment": "tuitune.space",
    "read_session": "tuitune.store",
    "report": "tuitune.reporting",
}
# No imports for type checkers here: the import rules would take them for real ones, and every room
# that asks for the version for one that imports all others.
__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tuitune' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
