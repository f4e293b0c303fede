"""The values to use, for whoever takes them elsewhere: flags, Python, TOML, JSON, a command."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuitune.errors import UsageError, quote
from tuitune.model import Finish, Session
from tuitune.model.trial import Trial
from tuitune.results.final import final_record, fixed_settings, toml_entry
from tuitune.space import Value
from tuitune.store.files import files_of
from tuitune.trainers.program.arguments import ArgumentTemplate, format_argument
from tuitune.trainers.spec import CommandSpec
from tuitune.words import json_text


@dataclass(frozen=True, slots=True)
class Values:
    """What a session comes to: a trial, and the finish that chose it where there is one."""

    session: Session
    path: Path
    """Of its file."""
    trial: Trial
    finish: Finish | None

    @property
    def all(self) -> dict[str, Value]:
        """The tuned and the fixed values by name, the tuned ones first."""
        fixed = fixed_settings(self.session.problem, self.trial)
        return {**self.trial.params, **fixed, **self.trial.params}


def best_values(session: Session, path: Path) -> Values:
    """Return the choice of the newest finish that ended well, else the best trial.

    Raises `UsageError` where no trial is done yet.
    """
    for finish in reversed(session.finishes):
        if finish.ended == "finished" and finish.chosen is not None:
            return Values(session, path, session.trial(finish.chosen), finish)
    if session.best is None:
        raise UsageError(
            f"no trial of {quote(session.name)} is done yet, so nothing is best: run it first"
        )
    return Values(session, path, session.best, None)


def values_record(values: Values) -> dict[str, Any]:
    """Return the document of `best --json`."""
    trial, finish = values.trial, values.finish
    return {
        "trial": trial.number,
        "params": trial.params,
        "set": fixed_settings(values.session.problem, trial),
        "epochs": trial.epochs,
        "score": trial.score,
        "final": None if finish is None else final_record(values.session, finish),
    }


def as_flags(values: Values) -> str:
    """Return `--lr 0.01 --augment true`, quoted for a shell, with all digits."""
    words = []
    for name, value in values.all.items():
        words += [f"--{name}", format_argument(value)]
    return shlex.join(words)


def as_python(values: Values) -> str:
    """Return an assignment of a dict; what it is and how long it trained in a comment above."""
    lines = [f"    {name!r}: {value!r}," for name, value in values.all.items()]
    return "\n".join([f"# {_origin(values)}", "params = {", *lines, "}"])


def as_toml(values: Values) -> str:
    """Return the values as keys and values of TOML, under a comment."""
    entries = [toml_entry(name, value) for name, value in values.all.items()]
    return "\n".join([f"# {_origin(values)}", *entries])


def as_json(values: Values) -> str:
    """Return the record as one JSON document."""
    return json_text(values_record(values), indent=2)


def as_command(values: Values) -> str:
    """Return the session's program with its arguments filled in, quoted for a shell.

    Raises `UsageError` where the session trains by no program.
    """
    session, trial = values.session, values.trial
    trainer = session.problem.trainer
    if not isinstance(trainer, CommandSpec):
        raise UsageError(
            f"{quote(session.name)} trains by no command ({trainer.describe()}): "
            "try --as flags or --as python"
        )
    template = ArgumentTemplate(trainer.argv, list(values.all))
    folder = (files_of(values.path) / f"trial-{trial.number}").resolve()
    filled: Mapping[str, Any] = {
        "seed": trial.seed,
        "epochs": trial.epochs,
        "trial": trial.number,
        "checkpoint_dir": folder / "checkpoints",
        "final": False,
        "params_file": folder / "params.json",
        "template": folder / Path(trainer.template or "").name,
        **values.all,
    }
    return shlex.join(template.fill(filled))


FORMS: Mapping[str, Callable[[Values], str]] = {
    "flags": as_flags,
    "python": as_python,
    "toml": as_toml,
    "json": as_json,
    "command": as_command,
}


def _origin(values: Values) -> str:
    trial, problem = values.trial, values.session.problem
    chosen = "chosen by the finish" if values.finish is not None else "the best so far"
    score = "" if trial.score is None else f", {problem.metric} {trial.score:g}"
    return f"{values.session.name}, trial {trial.number}, {chosen}{score}, {trial.epochs} epochs"
