"""What a trainer is made of, found without importing it."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest

from tuitune.trainers.pins import changes_since, missing_files, trainer_pins
from tuitune.trainers.spec import CommandSpec, FunctionSpec, MlpSpec


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text(
        "import os, numpy.linalg, nowhere\nfrom parts.model import net\nraise SystemExit\n"
    )
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "__init__.py").write_text("raise SystemExit\n")
    (tmp_path / "parts" / "model.py").write_text("def f():\n    import sklearn.svm\n")
    return tmp_path


def test_a_function_s_files_and_packages(folder: Path) -> None:
    pins = trainer_pins(FunctionSpec("train.py:train"))
    assert set(pins) == {
        "tuitune", "python", "train.py", "parts/model.py",
        "numpy", "scikit-learn",
    }  # fmt: skip
    assert pins["numpy"] == version("numpy")
    assert pins["train.py"].startswith("sha256:")


def test_a_module_is_found_without_importing_its_package(folder: Path) -> None:
    pins = trainer_pins(FunctionSpec("parts.model:net"))
    assert pins["scikit-learn"] == version("scikit-learn")
    assert any(name.endswith("model.py") for name in pins)
    assert set(trainer_pins(FunctionSpec("parts.nothing:net"))) == {"tuitune", "python"}


def test_a_command_s_files(folder: Path) -> None:
    pins = trainer_pins(CommandSpec(("python", "train.py", "--lr", "{lr}", "no\0file", "gone.py")))
    assert set(pins) == {"tuitune", "train.py"}


def test_the_network_s_library(folder: Path) -> None:
    assert set(trainer_pins(MlpSpec())) == {"tuitune", "numpy"}


def test_the_network_s_table(folder: Path) -> None:
    (folder / "t.csv").write_text("a,b\n")
    before = trainer_pins(MlpSpec(data="t.csv"))
    assert set(before) == {"tuitune", "numpy", "t.csv"}
    (folder / "t.csv").write_text("a,c\n")
    assert changes_since(before, trainer_pins(MlpSpec(data="t.csv"))) == ["t.csv changed"]


@pytest.mark.parametrize("text", ["def f(:\n", "\0", "(" * 5000])
def test_a_file_that_is_no_python_is_pinned_alone(folder: Path, text: str) -> None:
    (folder / "train.py").write_text(text)
    assert set(trainer_pins(FunctionSpec("train.py:f"))) == {"tuitune", "python", "train.py"}


def test_what_changed_is_said_in_words(folder: Path) -> None:
    before = trainer_pins(FunctionSpec("train.py:train"))
    assert changes_since(before, before) == []
    (folder / "train.py").write_text("import numpy\n")
    after = trainer_pins(FunctionSpec("train.py:train")) | {"numpy": "9.9"}
    words = changes_since(before, after)
    assert "train.py changed" in words
    assert f"numpy 9.9, was {version('numpy')}" in words
    assert "scikit-learn is not there" in words


def test_files_that_are_gone_are_known_by_their_pins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text("def train(): ...")
    function = FunctionSpec("./train.py:train")
    command = CommandSpec(("python", "train.py", "new-file", "{lr}"))
    pins = [trainer_pins(function), trainer_pins(command)]
    assert missing_files(function, pins[0]) == missing_files(command, pins[1]) == []
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    assert missing_files(function, pins[0]) == ["./train.py"]
    assert missing_files(command, pins[1]) == ["train.py"]
    assert missing_files(MlpSpec(), pins[1]) == []
