"""What every trainer keeps to, whatever it trains (`tuitune.trainers.base.Trainer`)."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from functools import partial

import pytest

from tuitune.datasets import load_mnist, prepare, split
from tuitune.datasets.csv_table import read_csv
from tuitune.trainers.base import Params, Report, Trainer
from tuitune.trainers.mlp import train


def mlp() -> Trainer:
    """The built-in network on 100 images."""
    return partial(train, data=split(load_mnist(), train_size=100, validation=0.2, seed=0))


def mlp_with_everything() -> Trainer:
    """The same with every optional part switched on."""

    def trainer(params: Params, *, epochs: int, seed: int) -> Iterator[Report | None]:
        extra: Params = {
            "dropout": 0.2,
            "batch_norm": True,
            "optimizer": "adam",
            "width": 20,
            "depth": 2,
        }
        return mlp()({**extra, **params}, epochs=epochs, seed=seed)

    return trainer


def mlp_on_numbers() -> Trainer:
    """The built-in network on a table with a number to predict."""
    rows = "".join(f"{i},{'ab'[i % 2]},{i * i % 37}.5\n" for i in range(120))
    data = prepare(read_csv("t.csv", f"n,w,t\n{rows}".encode()), target="t").split
    return partial(train, data=data)


PARAMS: Params = {"lr": 0.01}


@pytest.fixture(params=[mlp, mlp_with_everything, mlp_on_numbers])
def trainer(request: pytest.FixtureRequest) -> Trainer:
    made: Trainer = request.param()
    return made


def reports(trainer: Trainer, epochs: int, seed: int) -> list[Report]:
    return [r for r in trainer(PARAMS, epochs=epochs, seed=seed) if r is not None]


@pytest.mark.parametrize("epochs", [1, 4])
def test_one_report_an_epoch(trainer: Trainer, epochs: int) -> None:
    assert len(reports(trainer, epochs, 0)) == epochs


def test_reports_are_finite_numbers_under_the_same_names(trainer: Trainer) -> None:
    seen = reports(trainer, 3, 0)
    assert all(list(report) == list(seen[0]) for report in seen)
    assert seen[0]
    for report in seen:
        assert all(isinstance(n, float) and math.isfinite(n) for n in report.values())


def test_same_seed_same_curve_and_another_seed_another(trainer: Trainer) -> None:
    assert reports(trainer, 3, 7) == reports(trainer, 3, 7) != reports(trainer, 3, 8)


def test_fewer_epochs_are_the_beginning_of_more(trainer: Trainer) -> None:
    assert reports(trainer, 4, 7)[:2] == reports(trainer, 2, 7)


def test_two_at_a_time_do_not_disturb_each_other(trainer: Trainer) -> None:
    alone = reports(trainer, 2, 1)
    first, second = (trainer(PARAMS, epochs=2, seed=s) for s in (1, 2))
    paired = list(zip(first, second, strict=True))
    assert [a for a, _ in paired if a is not None] == alone


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_closing_ends_it_wherever_it_is(trainer: Trainer, steps: int) -> None:
    running = trainer(PARAMS, epochs=50, seed=0)
    assert isinstance(running, Generator)
    for _ in range(steps):
        next(running)
    running.close()
    assert list(running) == []


def test_params_are_left_as_they_were(trainer: Trainer) -> None:
    params = dict(PARAMS)
    list(trainer(params, epochs=1, seed=0))
    assert params == PARAMS
