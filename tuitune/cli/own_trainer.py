"""Which trainer of a person's own the options of `new` and `set` name."""

from __future__ import annotations

from tuitune.errors import UsageError, quote
from tuitune.trainers.spec import CommandSpec, FunctionSpec, ObjectiveSpec


def own_trainer(
    function: str | None,
    optuna: str | None,
    command: tuple[str, ...],
    *,
    pattern: str | None,
    template: str | None,
    python: str | None = None,
    objective: int | None,
) -> FunctionSpec | ObjectiveSpec | CommandSpec | None:
    """Return the trainer that was asked for; None: none of a person's own."""
    given = {
        "a function": function and f"--trainer {quote(function)}",
        "an objective": optuna and f"--optuna {quote(optuna)}",
        "a command": command and quote(" ".join(command)),
    }
    several = [kind for kind, words in given.items() if words]
    if len(several) > 1:
        raise UsageError(
            f"a session has one trainer, and {' and '.join(several)} are given: leave out "
            f"{' or '.join(str(given[kind]) for kind in several)}"
        )
    if pattern is not None and not command:
        raise UsageError(
            "--pattern reads what a command prints, and there is none: "
            "try --pattern 'acc=(?P<val_acc>\\S+)' -- python train.py --lr {lr}"
        )
    if template is not None and not command:
        raise UsageError(
            "--template is a file that a command reads, and there is no command: "
            "try --template conf.yaml -- python train.py --config {template}"
        )
    if objective is not None and optuna is None:
        raise UsageError("--objective is about an objective of Optuna: add --optuna study.py:name")
    if python is not None and function is None:
        raise UsageError(
            "--python is the Python of a function's environment, and there is no function: add "
            "--trainer train.py:train, or name the Python in the command itself"
        )
    if function is not None:
        return FunctionSpec(function, python)
    if optuna is not None:
        return ObjectiveSpec(optuna, objective)
    return CommandSpec(command, pattern, template=template) if command else None
