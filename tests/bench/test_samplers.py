"""The functions that samplers are compared on, and the studies by them."""

from __future__ import annotations

import numpy as np
import pytest

from tuitune.bench.samplers import PROBLEMS, TRIALS, ackley, hartmann, run_study, two_matter


def test_the_functions_have_their_known_best_values() -> None:
    best = np.array([0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573])
    assert hartmann(best) == pytest.approx(3.32237, abs=1e-5)
    assert ackley(np.full(6, 0.4)) == pytest.approx(0, abs=1e-12)
    assert two_matter(np.array([0.3, 0.44, 0.9, 0.1, 0.5, 0.7])) == pytest.approx(0, abs=1e-12)
    for point in np.random.default_rng(0).random((500, 6)):
        assert hartmann(point) < 3.32237
        assert ackley(point) < 0
        assert two_matter(point) < 0


def test_the_best_of_a_problem_stays_inside_its_narrowed_ranges() -> None:
    narrowed = next(p for p in PROBLEMS if p.narrowed)
    assert narrowed.space(TRIALS // 2)[0] == 1
    revision, space = narrowed.space(TRIALS // 2 + 1)
    assert revision == 2
    best = [0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573]
    assert space.contains(dict(zip(narrowed.names, best, strict=True)))


@pytest.mark.parametrize("sampler", ["halton", "tpe", "optuna"])
def test_a_study_is_the_same_each_time_and_gets_no_worse(sampler: str) -> None:
    outcome = run_study(PROBLEMS[0], sampler, 3)
    assert outcome == run_study(PROBLEMS[0], sampler, 3)
    assert len(outcome.best) == TRIALS
    assert outcome.best == sorted(outcome.best)
    assert outcome.regret >= PROBLEMS[0].best - outcome.best[-1] - 1e-12
