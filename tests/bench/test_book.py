"""A small comparison of the book's experiment: the script runs as it stands."""

from __future__ import annotations

from pathlib import Path

from tests.bench.compare_book import Comparison, compare, table


def test_a_seed_is_compared_by_the_commands_of_a_person(tmp_path: Path) -> None:
    found = compare(tmp_path, 0, rounds=2, trials=12, more=("--epochs", "3"))
    assert found.lr[0] == "1e-6..1e-2"
    assert len(found.lr) <= 2
    # Ten digits: even three epochs are better than a guess, or as good.
    assert 0.05 < found.narrowed < 1
    assert 0.05 < found.random < 1


def test_the_table_counts_the_seeds_that_are_better() -> None:
    found = [
        Comparison(0, ("1e-6..1e-2", "1e-3..0.1"), 0.81, 0.7),
        Comparison(1, ("1e-6..1e-2",), 0.7, 0.7),
    ]
    assert table(found)[2:] == [
        "| 0 | 1e-6..1e-2, 1e-3..0.1 | 0.810 | 0.700 |",
        "| 1 | 1e-6..1e-2 | 0.700 | 0.700 |",
        "| all | | better in 1 of 2 | |",
    ]
