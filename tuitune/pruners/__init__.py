"""WHEN TO GIVE UP: pure; the curves of a round in, the reason to stop a trial out.

Here belong the rules and the choice of control trials; stopping itself is the engine's. A pruner
may keep what it computed, never what it decided: the verdict depends on its arguments alone.
May import trial, options and errors. Called by the engine alone.
Tests: tests/pruners/, and the suite that every pruner passes in tests/contracts/test_pruners.py.
"""

from __future__ import annotations

from tuitune.errors import UsageError, quote
from tuitune.parts import build_part
from tuitune.pruners.base import GiveUp, Pruner
from tuitune.pruners.combine import Combined, NoPruner
from tuitune.pruners.control import is_control
from tuitune.pruners.halving import AshaPruner, HyperbandPruner
from tuitune.pruners.pausing import PausePruner, is_paused
from tuitune.pruners.percentile import MedianPruner, PercentilePruner
from tuitune.pruners.single import PatiencePruner, ThresholdPruner

PRUNERS: dict[str, type[Pruner]] = {
    "none": NoPruner,
    "median": MedianPruner,
    "percentile": PercentilePruner,
    "pause": PausePruner,
    "asha": AshaPruner,
    "hyperband": HyperbandPruner,
    "patience": PatiencePruner,
    "threshold": ThresholdPruner,
}
"""Every pruner by the name that its text form begins with."""


def make_pruner(text: str) -> Pruner:
    """Return the pruner that `text` names, several joined by `+`: `median + patience epochs=10`.

    Raises `UsageError` in one sentence, with an example.
    """
    parts = text.split("+")
    if len(parts) > 1 and any(part.split() in ([], ["none"]) for part in parts):
        raise UsageError(
            f"Pruners are joined as one + another and none stands alone, not {quote(text)}. "
            "Write for example 'median + patience epochs=10'."
        )
    made = [build_part(part, PRUNERS, kind="pruner") for part in parts]
    if len(made) > 1 and any(isinstance(part, PausePruner) for part in made):
        raise UsageError(
            f"'pause' stands alone, not in {quote(text)}: a trial that another one gave up could "
            "not be told from one that waits. Write 'pause', or join others."
        )
    return made[0] if len(made) == 1 else Combined(tuple(made))


__all__ = [
    "PRUNERS", "GiveUp", "PausePruner", "Pruner", "is_control", "is_paused", "make_pruner",
]  # fmt: skip
