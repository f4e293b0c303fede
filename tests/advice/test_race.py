"""The race of `finish`: who is in, who stands where, the final line."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitune.advice.race import (
    contenders,
    final_line,
    in_order,
    instability,
    stages,
    standing,
)

NAN = math.nan


def test_contenders_are_the_best_finite_ones() -> None:
    scores = {n: n / 100 for n in range(1, 31)}
    scores[40] = NAN
    scores[41] = 0.30
    assert contenders(scores, 10) == (30, 41, 29, 28, 27, 26, 25, 24, 23, 22)
    assert contenders({}, 12) == ()


@pytest.mark.parametrize(
    ("repeats", "ladder", "runs"),
    [
        (13, [(12, 1), (6, 3), (3, 7), (2, 13)], 48),
        (7, [(10, 1), (5, 3), (3, 5), (2, 7)], 30),
        (1, [(10, 1), (5, 1), (3, 1), (2, 1)], 10),
        (2, [(10, 1), (5, 2), (3, 2), (2, 2)], 15),
        (20, [(12, 1), (6, 3), (3, 10), (2, 20)], 65),
        (8, [(12, 1), (6, 3), (3, 5), (2, 8)], 36),
    ],
)
def test_the_stages_of_a_race(repeats: int, ladder: list[tuple[int, int]], runs: int) -> None:
    found = [(stage.most, stage.repeats) for stage in stages(repeats)]
    assert found == ladder
    before = [0, *(count for _, count in ladder)]
    spent = sum(m * (r - b) for (m, r), b in zip(ladder, before, strict=False))
    assert spent == runs


@given(st.integers(1, 100))
def test_no_stage_takes_back_what_was_run(repeats: int) -> None:
    ladder = stages(repeats)
    assert [s.most for s in ladder] == sorted((s.most for s in ladder), reverse=True)
    assert [s.repeats for s in ladder] == sorted(s.repeats for s in ladder)
    assert ladder[-1].repeats == repeats


def test_one_failure_by_chance_is_forgiven_and_a_habit_is_not() -> None:
    assert standing({1: 0.8, 2: 0.6}) == pytest.approx(0.7)
    assert standing({1: 0.8, 2: NAN, 3: 0.6}) == pytest.approx(0.7)
    assert standing({1: NAN, 2: NAN, 3: 0.6}) == -math.inf
    assert standing({1: NAN}) == -math.inf
    assert standing(dict.fromkeys(range(1, 11), 0.5) | {3: NAN, 7: NAN}) == 0.5
    assert standing(dict.fromkeys(range(1, 11), 0.5) | dict.fromkeys((1, 2, 3), NAN)) == -math.inf


def test_a_tie_keeps_the_order() -> None:
    runs = {7: {1: 0.5}, 3: {1: 0.5}, 5: {1: 0.6}, 4: {1: NAN}}
    assert in_order((7, 3, 5, 4), runs) == (5, 7, 3, 4)


def test_final_line() -> None:
    assert final_line(0.895, 0.861, 0.006) == "validation (selected) .895 -> race .861 +- .006"
    assert final_line(2.5, None, None) == "validation (selected) 2.5"
    assert final_line(0.5, 0.4, None) == "validation (selected) .500 -> race .400"
    assert final_line(0.5, 0.4, 0.0) == "validation (selected) .500 -> race .400"


def test_networks_of_two_kinds_are_told_from_those_that_seeds_explain() -> None:
    assert instability(()) == ""
    assert instability((0.83,)) == ""
    assert instability((0.8235, 0.8394, 0.8369)) == ""
    assert instability((0.8327, 0.6898, 0.6715)) == (
        "the 3 networks score .671 to .833: training is unstable at this point, another one may be "
        "safer"
    )
