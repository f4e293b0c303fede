"""The digits that rounds by the advice are compared on: the network, and one small comparison."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import compare_digits
from tests.bench.compare_digits import Comparison, compare, table
from tests.bench.digits_net import train

GOOD = {"lr": 0.01, "width": 64, "dropout": 0.1, "opt": "adam"}


@pytest.mark.parametrize("params", [GOOD, {**GOOD, "lr": 0.3, "opt": "sgd"}])
def test_the_network_learns_the_digits_by_either_optimizer(params: dict[str, object]) -> None:
    reports = list(train(params, epochs=4, seed=0))
    assert reports[-1]["val_loss"] < reports[0]["val_loss"]
    assert reports[-1]["val_acc"] > 0.85
    assert reports == list(train(params, epochs=4, seed=0))
    assert reports != list(train(params, epochs=4, seed=1))


def test_the_network_does_not_learn_far_from_a_good_rate() -> None:
    for lr in (1e-5, 1.0):
        assert list(train({**GOOD, "lr": lr}, epochs=2, seed=0))[-1]["val_loss"] > 1


def test_a_seed_is_compared_by_the_commands_of_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare_digits, "EPOCHS", 2)
    monkeypatch.setattr(compare_digits, "SEEDS", range(2_000, 2_001))
    found = compare(tmp_path, 0, rounds=2, trials=12)
    assert found.lr[0] == "1e-5..1"
    # Both have learned: a network that says 1 in 10 for every digit has a loss of 2.3.
    assert 0 < found.narrowed < 1.5
    assert 0 < found.random < 1.5


def test_a_range_beyond_the_first_one_is_seen() -> None:
    assert not Comparison(0, ("1e-5..1", "1e-3..0.5"), 0.1, 0.1).is_wider
    assert Comparison(0, ("1e-5..1", "1e-3..500"), 0.1, 0.1).is_wider


def test_the_table_counts_the_seeds_that_are_at_least_as_good() -> None:
    found = [
        Comparison(0, ("1e-5..1", "1e-3..0.5"), 0.1, 0.1),
        Comparison(1, ("1e-5..1", "1e-6..1"), 0.2, 0.1),
    ]
    assert table(found)[2:] == [
        "| 0 | 1e-5..1, 1e-3..0.5 | 0.1000 | 0.1000 |",
        "| 1 | 1e-5..1, 1e-6..1 | 0.2000 | 0.1000 |",
        "| all | beyond 1e-5..1 in 1 | at least as good in 1 | |",
    ]
