"""The built-in network: a multilayer perceptron in NumPy, as in *Deep Learning from Scratch*.

Reading order: `settings` (what can be set), `layers`, `losses`, `network`, `optimizers`, `learner`,
`checkpoint`, `training`. Numerics only: no global random state, no file but a checkpoint. May
import `datasets`, `trainers.base` and `errors`. Called by the executors through `train`, by
`finish` through `fit`, and by the benchmark through `bare`. Tests: tests/trainers/.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tuitune.trainers.mlp.learner import updates_per_epoch
    from tuitune.trainers.mlp.settings import MLP_DEFAULTS, MlpSettings, validate_params
    from tuitune.trainers.mlp.training import fit, train

__all__ = ["MLP_DEFAULTS", "MlpSettings", "fit", "train", "updates_per_epoch", "validate_params"]

_HOMES = {"fit": "training", "train": "training", "updates_per_epoch": "learner"}


def __getattr__(name: str) -> Any:
    """Import a public name when first used: checking settings must not import NumPy."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = _HOMES.get(name, "settings")
    return getattr(import_module(f"{__name__}.{module}"), name)
