"""Learning curves: still improving, done early, overfitting, noisy."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.advice.sessions import Study, accuracy_problem, space_of
from tuitune.advice import AdviceInput, Statement, advise
from tuitune.advice.curves import judge_curves, step_noise

EPOCHS = np.arange(1, 51)


def test_rising_flat_and_falling_curves() -> None:
    rising = 0.8 * (1 - np.exp(-EPOCHS / 40))
    flat = 0.8 * (1 - np.exp(-EPOCHS / 4))
    falling = np.where(EPOCHS <= 20, 0.04 * EPOCHS, 0.8 - 0.004 * (EPOCHS - 20))
    facts = judge_curves(np.stack([rising, flat, falling]), 0.01)
    assert facts is not None
    assert facts.improving.tolist() == [True, False, False]
    assert facts.overfitting.tolist() == [False, False, True]
    assert facts.saturated_at[0] > 45
    assert facts.saturated_at[1] < 30
    assert facts.best_epoch[2] == pytest.approx(22, abs=2)
    assert facts.drop[2] == pytest.approx(0.11, abs=0.02)


def test_noise_is_no_trend_and_is_measured_without_the_trend() -> None:
    noise = np.random.default_rng(0).normal(0, 0.02, size=(200, 50))
    facts = judge_curves(0.8 + noise, 0.01)
    assert facts is not None
    assert facts.improving.mean() < 0.1
    # Below the quarter of the best trials from which overfitting is said.
    assert facts.overfitting.mean() < 0.22
    assert float(np.mean(facts.step_noise)) == pytest.approx(0.02, rel=0.1)
    sloped = step_noise(noise[:, -15:] + 0.5 * np.arange(15))
    assert sloped == pytest.approx(step_noise(noise[:, -15:]))


def test_gaps_count_for_nothing_and_short_curves_are_not_judged() -> None:
    curve = 0.8 * (1 - np.exp(-EPOCHS / 40))
    curve[10] = math.nan
    facts = judge_curves(curve[np.newaxis, :], 0.01)
    assert facts is not None
    assert not facts.improving[0]
    assert not facts.overfitting[0]
    assert judge_curves(np.ones((3, 9)), 0.01) is None
    assert judge_curves(np.ones((0, 50)), 0.01) is None


def statements(tau: float, name: str = "lr", samples: int | None = 100) -> dict[str, Statement]:
    study = Study(
        space_of(**{name: "1e-6..1e-2 log"}), accuracy_problem(epochs=50, samples=samples)
    )
    study.start()
    rng = np.random.default_rng(0)
    for _ in range(40):
        value = 10 ** rng.uniform(-6, -2)
        top = 0.8 + 0.02 * math.log10(value)
        study.add({name: value}, (top * (1 - np.exp(-EPOCHS / tau))).tolist())
    return {s.kind: s for s in advise(AdviceInput.from_session(study.session)).statements}


def test_statement_of_improving_trials_asks_for_more_epochs() -> None:
    found = statements(40, "size", None)
    text = "100 % of the best trials are still improving at epoch 50: more epochs"
    assert found["improving"].text == text
    assert found["improving"].numbers["share"] == 1.0
    assert len(found["improving"].trials) == 6
    assert "saturated" not in found


def test_statement_of_saturated_trials() -> None:
    found = statements(4)
    assert "improving" not in found
    assert found["saturated"].numbers["epochs"] == 50
    assert found["step-noise"].numbers["noise"] == pytest.approx(0, abs=1e-3)
