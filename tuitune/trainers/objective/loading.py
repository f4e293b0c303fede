"""Loading a person's Optuna file: its objective comes out, its studies don't run."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from tuitune.errors import UsageError, plain, quote
from tuitune.trainers.function import import_file, why_not_loaded
from tuitune.trainers.spec import ObjectiveSpec

STUDY_MODULE = "optuna.study.study"
"""Where Optuna 2.10 to 5 define `Study`."""


class Objective(msgspec.Struct, frozen=True):
    """An objective that was loaded."""

    function: Callable[..., Any]
    skipped: int
    """How many calls of `optimize` its file made while it was loaded; none of them ran."""


class _Source(msgspec.Struct, frozen=True):
    objective: ObjectiveSpec
    direction: str


def objective_target(spec: ObjectiveSpec, direction: str) -> str:
    """Return a text by which a worker process finds the same objective."""
    return msgspec.json.encode(_Source(spec, direction)).decode()


def objective_from(target: str) -> tuple[ObjectiveSpec, str] | None:
    """Return what `objective_target` was given; None where the text stands for something else."""
    if not target.startswith('{"objective"'):
        return None
    source = msgspec.json.decode(target, type=_Source)
    return source.objective, source.direction


def split_target(target: str) -> tuple[Path, str]:
    """Return file and name of `study.py:objective`. Raises `UsageError`."""
    place, colon, name = target.rpartition(":")
    if not colon or not place.endswith(".py") or not name.removesuffix("()").isidentifier():
        raise UsageError(
            f"An objective is named as file.py:function, not {quote(target)}. "
            "Write for example --optuna study.py:objective"
        )
    return Path(place).expanduser().resolve(), name


def load_objective(target: str) -> Objective:
    """Return the objective that `target` names: a function, an instance, a class, `make()`.

    The file's folder becomes the current one, its arguments are empty, and `optimize` of any study
    does nothing while it loads. Raises `UsageError` where there is none.
    """
    path, name = split_target(target)
    if not path.is_file():
        raise UsageError(
            f"An objective's file must exist, and there is no {quote(str(path), 120)}. "
            "Write for example --optuna study.py:objective"
        )
    os.chdir(path.parent)
    sys.argv = [str(path)]
    calls: list[int] = []
    with _without_optimizing(calls):
        module, error = import_file(path)
    function = getattr(module, name.removesuffix("()"), None)
    # After an optimize that did nothing, what the file asks its study for may be missing.
    if error is not None and not calls:
        raise UsageError(why_not_loaded(path.name, error)) from error
    if function is None:
        raise UsageError(_nothing_there(module, path.name, name))
    return Objective(_built(function, name, path.name), len(calls))


def _built(found: Any, name: str, file: str) -> Callable[..., Any]:
    made = found
    if name.endswith("()") or inspect.isclass(found):
        try:
            made = found()
        except Exception as error:
            raise UsageError(
                f"{quote(name)} of {quote(file)} can't be made without arguments: "
                f"{type(error).__name__}: {plain(str(error)[:200])}. Write a function that makes "
                f"it, and name that: --optuna {file}:make()"
            ) from error
    if not callable(made):
        raise UsageError(
            f"An objective is called with a trial, and {quote(name)} of {quote(file)} is "
            f"{quote(repr(made), 60)}. Write for example --optuna {file}:objective"
        )
    return made  # type: ignore[no-any-return]


def _nothing_there(module: ModuleType, file: str, name: str) -> str:
    own = [
        f.__name__
        for f in vars(module).values()
        if inspect.isfunction(f) and f.__module__ == module.__name__ and f.__name__[0] != "_"
    ]
    example = own[0] if own else "objective"
    there = f"it has {', '.join(own[:5])}" if own else "it has no function"
    return (
        f"{quote(file)} has no {quote(name)}; {there}. Write for example --optuna {file}:{example}"
    )


@contextmanager
def _without_optimizing(calls: list[int]) -> Iterator[None]:
    """Let `optimize` of every study do nothing but count, wherever Optuna is imported first."""

    def optimize(self: Any, *arguments: Any, **options: Any) -> None:  # noqa: ARG001
        calls.append(1)

    finder = _Finder(optimize)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for study, original in finder.replaced:
            study.optimize = original


class _Finder(MetaPathFinder):
    """Finds Optuna's module of studies as ever, and replaces `optimize` when it is loaded."""

    def __init__(self, optimize: Callable[..., None]) -> None:
        self._optimize = optimize
        self.replaced: list[tuple[Any, Any]] = []

    def find_spec(
        self, fullname: str, path: Any, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the module's own place, with another loader."""
        if fullname != STUDY_MODULE:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self)
        return spec

    def replace(self, module: ModuleType) -> None:
        """Replace `optimize` in the module."""
        study = getattr(module, "Study", None)
        if study is not None:
            self.replaced.append((study, study.optimize))
            study.optimize = self._optimize


class _Loader(Loader):
    def __init__(self, loader: Loader, finder: _Finder) -> None:
        self._loader, self._finder = loader, finder

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        self._finder.replace(module)
