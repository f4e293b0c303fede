"""What a trainer is made of: hashes of its files, versions of the packages that they import.

Nothing is imported or run for that: a Python file is parsed, and the files that it imports from its
own folder are followed.
"""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import metadata
from importlib.machinery import PathFinder
from pathlib import Path

from tuitune import __version__
from tuitune.errors import plain
from tuitune.trainers.spec import CommandSpec, FunctionSpec, MlpSpec, ObjectiveSpec, TrainerSpec

HASHED_BYTES = 64 << 20
"""Arguments of a command that name a larger file are not pinned: reading it would take long."""

MOST_FILES = 200
"""Files that are followed at most."""


def trainer_pins(spec: TrainerSpec) -> dict[str, str]:
    """Return hash by file and version by package; what can't be found is left out."""
    pins = {"tuitune": __version__}
    match spec:
        case MlpSpec(data=data) as network:
            pins |= _versions(["numpy"])
            if network.is_table:
                pins |= _hashes([Path(data)])
        case FunctionSpec(target=target, python=str()):
            pins |= _hashes([Path(target.rpartition(":")[0])])
        case FunctionSpec(target=target) | ObjectiveSpec(target=target):
            place = target.rpartition(":")[0]
            file = Path(place) if place.endswith(".py") else module_file(place, [str(Path.cwd())])
            pins["python"] = ".".join(map(str, sys.version_info[:3]))
            if file is not None:
                files, packages = _followed(file)
                pins |= _hashes(files) | _versions(packages)
        case CommandSpec(argv=argv, template=template):
            pins |= _hashes(named_files((*argv, *([template] if template else []))))
    return pins


def changes_since(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return what differs, in a few words each: `train.py changed`, `torch 2.4.1, was 2.3.0`."""
    changes = []
    for name, value in before.items():
        found = now.get(name)
        if found == value:
            continue
        if found is None:
            changes.append(f"{name} is not there")
        elif value.startswith(_HASH):
            changes.append(f"{name} changed")
        else:
            changes.append(f"{name} {found}, was {value}")
    return [plain(change) for change in changes]


def missing_files(spec: TrainerSpec, pins: Mapping[str, str]) -> list[str]:
    """Return the files that a function or a command names itself, once were there, and are not."""
    match spec:
        case FunctionSpec(target=target):
            named = [target.rpartition(":")[0]]
        case CommandSpec(argv=argv, template=template):
            named = [*argv, *([template] if template else [])]
        case _:
            return []
    kept = {name for name, value in pins.items() if value.startswith(_HASH)}
    return [name for name in named if plain(str(Path(name))) in kept and not Path(name).is_file()]


_HASH = "sha256:"


def _hashes(files: list[Path]) -> dict[str, str]:
    pins = {}
    for file in files:
        try:
            pins[plain(str(file))] = _HASH + hashlib.sha256(file.read_bytes()).hexdigest()[:16]
        except OSError:
            continue
    return pins


def named_files(argv: tuple[str, ...]) -> list[Path]:
    """Return the files that arguments name, and the program where it is named by its path."""
    named = [Path(part) for i, part in enumerate(argv) if "{" not in part and (i or "/" in part)]
    found = []
    for file in named:
        try:
            if file.is_file() and file.stat().st_size <= HASHED_BYTES:
                found.append(file)
        except (OSError, ValueError):
            continue
    return found


def _versions(packages: list[str]) -> dict[str, str]:
    """Return the version of the distribution behind each importable name, by its own name."""
    pins = {}
    for package in packages:
        name = package
        try:
            version = metadata.version(package)
        except metadata.PackageNotFoundError:
            owners = _owners().get(package)
            if not owners:
                continue
            name = owners[0]
            version = metadata.version(name)
        pins[name] = version
    return pins


@lru_cache(maxsize=1)
def _owners() -> Mapping[str, list[str]]:
    return metadata.packages_distributions()


def _followed(file: Path) -> tuple[list[Path], list[str]]:
    """Return `file` with what it imports from its folder, and the packages that these import."""
    files, packages = [file], dict[str, None]()
    for one in files:
        if len(files) >= MOST_FILES:
            break
        for name in _imports(one):
            neighbour = _neighbour(file.parent, name)
            if neighbour is None:
                packages[name.partition(".")[0]] = None
            elif neighbour not in files:
                files.append(neighbour)
    own = {*sys.stdlib_module_names, "tuitune"}
    return files, sorted(name for name in packages if name not in own)


def _imports(file: Path) -> Iterator[str]:
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _neighbour(folder: Path, name: str) -> Path | None:
    path = folder.joinpath(*name.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def module_file(name: str, path: list[str]) -> Path | None:
    """Return the file of a module without importing it or the packages that it is in."""
    search: list[str] | None = [*path, *sys.path]
    spec = None
    parts = name.split(".")
    for depth in range(1, len(parts) + 1):
        try:
            spec = PathFinder.find_spec(".".join(parts[:depth]), search)
        except (ImportError, ValueError):
            return None
        if spec is None:
            return None
        search = list(spec.submodule_search_locations or [])
    return Path(spec.origin) if spec is not None and spec.origin else None
