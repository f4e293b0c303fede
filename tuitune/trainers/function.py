"""A person's own Python function as a trainer: finding it, and what may come out of it."""

from __future__ import annotations

import atexit
import hashlib
import importlib
import importlib.util
import inspect
import numbers
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from tuitune.errors import TrainerError, UsageError, plain, quote

EXAMPLE = "def train(params, *, epochs, seed):"

Train = Callable[..., Iterator[Any]]
"""`train(params, *, epochs, seed)`: what it yields is not checked yet, see `clean_report`."""


def load_function(target: str, metric: str) -> Train:
    """Return the trainer that `target` names: `file.py:function` or `package.module:function`.

    A relative path and a package are looked for in the current folder. A generator function is a
    trainer as it is; from one that returns a number or a mapping this makes a trial of one epoch,
    a number being `metric`. Raises `UsageError` where the target is misspelled, can't be loaded,
    or can't be called as `train(params, epochs=50, seed=0)`.
    """
    place, colon, name = target.rpartition(":")
    if not colon or not place or not name.isidentifier():
        raise UsageError(
            f"A function is named as file.py:function or package.module:function, not "
            f"{quote(target)}. Write for example 'train.py:train'."
        )
    module = _load_file(Path(place)) if place.endswith(".py") else _load_module(place)
    function = getattr(module, name, None)
    if not callable(function):
        raise UsageError(_no_function(module, place, name))
    check_signature(function, name)
    return adapt(function, metric)


def check_signature(function: Callable[..., Any], name: str) -> None:
    """Raise `UsageError` unless `function(params, epochs=50, seed=0)` can be called."""
    try:
        signature = inspect.signature(function)
    except ValueError:
        return  # A builtin that doesn't say; calling it will.
    try:
        signature.bind({}, epochs=50, seed=0)
    except TypeError as error:
        raise UsageError(
            f"A trainer is called as {name}(params, epochs=50, seed=0), but {name}{signature} "
            f"refuses that: {plain(str(error))}. Write '{EXAMPLE}'."
        ) from None


def adapt(function: Callable[..., Any], metric: str) -> Train:
    """Return `function` as a trainer, whether it yields reports or returns one."""

    def train(params: Mapping[str, Any], *, epochs: int, seed: int, **more: Any) -> Iterator[Any]:
        result = function(params, epochs=epochs, seed=seed, **more)
        if hasattr(result, "__next__"):
            try:
                yield from result
            finally:
                if hasattr(result, "close"):
                    result.close()
        elif isinstance(result, Mapping):
            yield result
        elif isinstance(result, numbers.Number) or hasattr(result, "__float__"):
            yield {metric: result}
        else:
            if inspect.iscoroutine(result):
                result.close()
            raise TrainerError(
                f"a trainer yields a report an epoch or returns a number or a mapping such as "
                f"{{'{metric}': 0.81}}, not {quote(repr(result))}"
            )

    return train


def _load_file(path: Path) -> ModuleType:
    path = path.expanduser().resolve()
    if not path.is_file():
        raise UsageError(
            f"A function's file must exist, and there is no {quote(str(path), 120)}. "
            "Write for example 'train.py:train'."
        )
    module, error = import_file(path)
    if error is not None:
        del sys.modules[module.__name__]
        raise UsageError(why_not_loaded(path.name, error)) from error
    return module


def import_file(path: Path) -> tuple[ModuleType, BaseException | None]:
    """Return a file's module, and what its code raised; None: it ran to its end."""
    # As if it were run as a script: it imports its neighbours, and other processes find it.
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    name = path.stem
    if name in sys.modules or "." in name:
        name = _linked(path)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageError(
            f"{quote(path.name)} is no Python file. Write for example 'train.py:train'."
        )
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        return module, error
    return module, None


def _linked(path: Path) -> str:
    """Return a name of its own for a file whose name another module has.

    A link of that name lies on the path of this process, so that the processes that it starts find
    the module too.
    """
    name = f"tuitune_{hashlib.sha256(bytes(path)).hexdigest()[:12]}"
    folder = tempfile.mkdtemp(prefix="tuitune-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    Path(folder, f"{name}.py").symlink_to(path)
    sys.path.append(folder)
    return name


def _load_module(name: str) -> ModuleType:
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        return importlib.import_module(name)
    except BaseException as error:
        if isinstance(error, ModuleNotFoundError) and error.name and name.startswith(error.name):
            raise UsageError(
                f"A function's module must be importable, and there is no {quote(error.name)} here "
                "or among the installed packages. Write for example 'train.py:train'."
            ) from error
        raise UsageError(why_not_loaded(name, error)) from error


def why_not_loaded(name: str, error: BaseException) -> str:
    """Return one sentence; the full traceback is the cause of the `UsageError`."""
    frames = traceback.extract_tb(error.__traceback__)
    line = error.lineno if isinstance(error, SyntaxError) else frames[-1].lineno if frames else None
    where = f" at line {line} of {Path(frames[-1].filename).name}" if frames else ""
    if isinstance(error, SyntaxError):
        where = f" at line {line}"
    said = f"{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else error}"
    if isinstance(error, ModuleNotFoundError) and error.name:
        package = plain(error.name.partition(".")[0])
        return (
            f"{quote(name)} can't be loaded: {plain(said[:300])}{where}. {sys.executable} looked "
            f"for it: install {package} there, or name the Python that has it with --python."
        )
    return f"{quote(name)} can't be loaded: {plain(said[:300])}{where}. Mend it and run again."


def _no_function(module: ModuleType, place: str, name: str) -> str:
    own = (f for f in vars(module).values() if inspect.isfunction(f))
    there = [f.__name__ for f in own if f.__module__ == module.__name__ and f.__name__[0] != "_"]
    found = f"it has {', '.join(there[:5])}" if there else "it has no function"
    example = f"{place}:{there[0]}" if there else f"{place}:train"
    return (
        f"The function must stand in the file or module, and {quote(place, 80)} has no function "
        f"{quote(name)}; {found}. Write for example {quote(example, 120)}."
    )
