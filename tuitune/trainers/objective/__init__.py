"""AN OPTUNA OBJECTIVE AS A TRAINER: `objective(trial)`, as a person's file has it, unchanged.

Here belong the trial that it is handed, loading its file, and what the file says of the direction.
Optuna is imported by the person's file alone. May import space, errors, words, and `trainers`
beside it. Called by worker processes; tests in tests/trainers/objective/.
"""

from tuitune.trainers.objective.loading import (
    Objective,
    load_objective,
    objective_from,
    objective_target,
    split_target,
)
from tuitune.trainers.objective.options import as_options, as_value, safe_word
from tuitune.trainers.objective.source import literal_directions
from tuitune.trainers.objective.training import Outcome, train_objective

__all__ = [
    "Objective",
    "Outcome",
    "as_options",
    "as_value",
    "literal_directions",
    "load_objective",
    "objective_from",
    "objective_target",
    "safe_word",
    "split_target",
    "train_objective",
]
