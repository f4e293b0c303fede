"""The loop: asks the sampler, feeds the executor, listens to reports, decides, records.

Here belong the engine (`loop.py`, `opening.py`), the commands it takes (`commands.py`) and what it
does about them (`handling.py`, `actions.py`, `finish_handling.py`, `revisions.py`), how a round is
drawn (`rounds.py`), how a finish goes (`finishing.py`, `refit.py`), what pauses a round
(`breaker.py`), and how events reach the file and the listeners (`recorder.py`). What a sampler,
pruner or trainer does is theirs. May import every room below the screens. Called by `tui/`
and `cli/`; tests in `tests/engine/`.
"""

from tuitune.engine.actions import check_point
from tuitune.engine.commands import (
    Annotate,
    Answer,
    ChooseContender,
    Command,
    CommitRevision,
    EndRound,
    Enqueue,
    KillTrial,
    Pause,
    Quit,
    Reason,
    Redo,
    RepeatBest,
    Reply,
    Result,
    RetryTrial,
    Run,
    SaveDraft,
    SelectRevision,
    SetProblem,
    SetWorkers,
    StartFinish,
    StopFinish,
    StopTrial,
    Undo,
)
from tuitune.engine.loop import Engine
from tuitune.engine.opening import EngineOptions, open_engine
from tuitune.engine.revisions import changes_between, is_changed
from tuitune.engine.rounds import check_pruner, check_sampler

__all__ = [
    "Annotate",
    "Answer",
    "ChooseContender",
    "Command",
    "CommitRevision",
    "EndRound",
    "Engine",
    "EngineOptions",
    "Enqueue",
    "KillTrial",
    "Pause",
    "Quit",
    "Reason",
    "Redo",
    "RepeatBest",
    "Reply",
    "Result",
    "RetryTrial",
    "Run",
    "SaveDraft",
    "SelectRevision",
    "SetProblem",
    "SetWorkers",
    "StartFinish",
    "StopFinish",
    "StopTrial",
    "Undo",
    "changes_between",
    "check_point",
    "check_pruner",
    "check_sampler",
    "is_changed",
    "open_engine",
]
