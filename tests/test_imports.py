"""What importing the rooms brings along, looked at in a fresh interpreter each."""

from __future__ import annotations

import subprocess
import sys

import pytest

import tuitune

CORE = (
    "errors", "parts", "datasets", "trainers", "space", "model", "store", "samplers", "pruners",
    "advice", "executors", "results", "engine",
)  # fmt: skip
LIGHT = ("errors", "parts", "space", "model", "store")
"""The rooms that every command passes through: no numerics either."""

IMPORT_ALL = """
import importlib, pkgutil, sys
name = sys.argv[1]
room = importlib.import_module(name)
for module in pkgutil.walk_packages(getattr(room, "__path__", ()), name + "."):
    importlib.import_module(module.name)
print(*sorted(set(sys.argv[2:]) & set(sys.modules)))
"""


def imported(code: str, *arguments: str) -> list[str]:
    """Return what `code` prints last, run in an interpreter of its own."""
    result = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    return result.stdout.split()


@pytest.mark.parametrize("room", CORE)
def test_the_core_runs_without_a_screen(room: str) -> None:
    screen = ("textual", "rich", "plotext", "click")
    optional = ("scipy", "dask", "optuna")
    assert imported(IMPORT_ALL, f"tuitune.{room}", *screen, *optional) == []


@pytest.mark.parametrize("room", LIGHT)
def test_the_records_need_no_numerics(room: str) -> None:
    assert imported(IMPORT_ALL, f"tuitune.{room}", "numpy") == []


def test_importing_the_package_costs_nothing() -> None:
    code = "import sys, tuitune; print(*(m for m in sys.modules if m.startswith('tuitune.')))"
    assert imported(code) == []


@pytest.mark.parametrize("name", tuitune.__all__)
def test_public_names_are_there(name: str) -> None:
    assert getattr(tuitune, name) is not None
    assert name in dir(tuitune)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Sesion'"):
        tuitune.Sesion  # noqa: B018
