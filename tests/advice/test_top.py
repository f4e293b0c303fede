"""How many trials are the best."""

from __future__ import annotations

from tuitune.advice.top import top_size


def test_the_top_is_15_percent_and_at_least_five() -> None:
    assert [top_size(n) for n in (0, 5, 33, 34, 40, 64, 100, 101)] == [5, 5, 5, 6, 6, 10, 15, 16]
