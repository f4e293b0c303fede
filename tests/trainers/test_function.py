"""Finding a person's function, and what it may give back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path

import pytest

from tuitune.errors import TrainerError, UsageError
from tuitune.trainers.function import adapt, load_function

SOURCE = """
import neighbour

def train(params, *, epochs, seed):
    for epoch in range(epochs):
        yield {"val_acc": params["lr"] + epoch, "seed": seed + neighbour.ONE}

def objective(params, epochs, seed):
    return params["lr"]

def unasked(lr, momentum):
    return 0.5

class Net:
    def __call__(self, params, **rest):
        return {"val_acc": 1, "epochs": rest["epochs"]}

net = Net()
number = 3
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "neighbour.py").write_text("ONE = 1\n")
    (tmp_path / "mine.py").write_text(SOURCE)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.mark.parametrize("place", ["mine.py", "./mine.py", "mine"])
def test_a_generator_function_is_a_trainer(folder: Path, place: str) -> None:
    train = load_function(f"{place}:train", "val_acc")
    assert list(train({"lr": 0.5}, epochs=2, seed=7)) == [
        {"val_acc": 0.5, "seed": 8},
        {"val_acc": 1.5, "seed": 8},
    ]


def test_a_number_or_a_mapping_is_a_trial_of_one_epoch(folder: Path) -> None:
    assert list(load_function("mine.py:objective", "acc")({"lr": 2}, epochs=9, seed=0)) == [
        {"acc": 2}
    ]
    assert list(load_function("mine.py:net", "acc")({}, epochs=9, seed=0)) == [
        {"val_acc": 1, "epochs": 9}
    ]


def test_closing_closes_the_person_s_generator() -> None:
    closed = []

    def train(params: object, *, epochs: int, seed: int) -> Iterator[float]:
        try:
            yield 1.0
        finally:
            closed.append(True)

    generator = adapt(train, "acc")({}, epochs=1, seed=0)
    next(generator)
    generator.close()  # type: ignore[attr-defined]
    assert closed == [True]


@pytest.mark.parametrize("result", [None, "0.5", [{"acc": 1}], object()])
def test_anything_else_is_refused_in_a_sentence(result: object) -> None:
    with pytest.raises(TrainerError, match="yields a report an epoch or returns a number"):
        list(adapt(lambda params, epochs, seed: result, "acc")({}, epochs=1, seed=0))


def test_a_coroutine_is_refused_without_a_warning() -> None:
    async def train(params: object, *, epochs: int, seed: int) -> float:
        return 0.5

    with pytest.raises(TrainerError, match="coroutine"):
        list(adapt(train, "acc")({}, epochs=1, seed=0))


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("mine.py", "file.py:function or package.module:function"),
        (":train", "file.py:function"),
        ("mine.py:", "file.py:function"),
        ("mine.py:two words", "file.py:function"),
        ("gone.py:train", "there is no '.*gone.py'"),
        ("no_such_package.module:train", "there is no 'no_such_package'"),
        ("mine.py:trian", "it has train, objective, unasked. Write for example 'mine.py:train'"),
        ("mine.py:number", "no function 'number'"),
        ("mine.py:unasked", r"unasked\(lr, momentum\) refuses that"),
        ("wrong.py:train", "SyntaxError: .* at line 2"),
        ("broken.py:train", "ZeroDivisionError: division by zero at line 3 of broken.py"),
        ("leaves.py:train", "SystemExit: 2"),
    ],
)
def test_a_wrong_target_is_one_clear_sentence(folder: Path, target: str, said: str) -> None:
    (folder / "wrong.py").write_text("x = 1\ndef train(:\n")
    (folder / "broken.py").write_text("def f():\n    pass\n1 / 0\n")
    (folder / "leaves.py").write_text("import sys\nsys.exit(2)\n")
    with pytest.raises(UsageError, match=said) as caught:
        load_function(target, "val_acc")
    assert "\n" not in str(caught.value)


def test_a_file_named_like_a_loaded_module_takes_no_place(folder: Path) -> None:
    (folder / "json.py").write_text("def train(params, *, epochs, seed):\n    return 0.5\n")
    import json

    assert list(load_function("json.py:train", "acc")({}, epochs=1, seed=0)) == [{"acc": 0.5}]
    assert sys.modules["json"] is json


@pytest.mark.parametrize("name", ["train-cnn", "random", "two.parts", "mine"])
def test_other_processes_find_the_module_by_its_name(folder: Path, name: str) -> None:
    """A spawned data worker imports it; also where the library has a module of that name."""
    (folder / f"{name}.py").write_text(SOURCE)
    sys.modules.pop("mine", None)
    load_function(f"{name}.py:train", "val_acc")
    file = str(folder / f"{name}.py")
    module = next(m for m in [*sys.modules.values()] if getattr(m, "__file__", "") == file)
    spec = PathFinder.find_spec(module.__name__, sys.path)
    assert spec is not None
    assert Path(str(spec.origin)).resolve() == (folder / f"{name}.py").resolve()
