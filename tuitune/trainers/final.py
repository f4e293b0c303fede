"""Whether a person's trainer can be asked for the final test: train on all samples, test once."""

from __future__ import annotations

import ast
from pathlib import Path

from tuitune.trainers.pins import module_file, named_files
from tuitune.trainers.program.arguments import ArgumentTemplate
from tuitune.trainers.spec import CommandSpec, FunctionSpec, TrainerSpec

VARIABLE = "TUITUNE_FINAL"
"""What a program reads; `1` in the final test, else not there."""
NAME = "final"
"""The keyword of a function, and the name in braces of an argument."""


def takes_final(spec: TrainerSpec, names: list[str]) -> bool:
    """Say whether a trainer knows of the final test, by its text alone: nothing is run.

    A function has an argument `final`; a program holds `{final}` in its arguments, or one of the
    files that they name has `TUITUNE_FINAL` in it. `names` are those of the parameters.
    """
    match spec:
        case FunctionSpec(target=target):
            place, _, name = target.rpartition(":")
            file = Path(place) if place.endswith(".py") else module_file(place, [str(Path.cwd())])
            return file is not None and NAME in _arguments(file, name)
        case CommandSpec(argv=argv):
            if NAME not in names and NAME in ArgumentTemplate(argv, names).used:
                return True
            return any(VARIABLE.encode() in _content(file) for file in named_files(argv))
    return False


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _arguments(file: Path, name: str) -> list[str]:
    """Return the names of the arguments of a function; none where it can't be found."""
    try:
        tree = ast.parse(_content(file))
    except (SyntaxError, ValueError, RecursionError):
        return []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return [one.arg for one in (*node.args.args, *node.args.kwonlyargs)]
    return []
