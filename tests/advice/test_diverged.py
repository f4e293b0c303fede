"""Where trials diverge, and what is said about it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest

from tests.advice.sessions import Study, accuracy_problem, real, space_of
from tuitune.advice import AdviceInput, advise
from tuitune.advice.diverged import best_cut
from tuitune.model.trial import TrialState
from tuitune.space import Value


def test_cut_on_either_side_and_none_by_chance() -> None:
    u = (np.arange(60) + 0.5) / 60
    above = best_cut(u, u > 0.85)
    assert above is not None
    assert (above.side, above.diverged_beyond, above.healthy_beyond) == ("above", 9, 0)
    assert above.inner < 0.85 < above.outer
    assert above.p == pytest.approx(1 / math.comb(60, 9))
    below = best_cut(u, u < 0.15)
    assert below is not None
    assert (below.side, below.diverged_beyond) == ("below", 9)
    assert below.outer < 0.15 < below.inner
    spread = np.zeros(60, dtype=np.bool_)
    spread[[5, 20, 33, 50]] = True
    assert best_cut(u, spread) is None
    assert best_cut(u, np.zeros(60, dtype=np.bool_)) is None
    assert best_cut(u, np.ones(60, dtype=np.bool_)) is None


def test_statement_proposes_the_cap_with_key_and_command() -> None:
    def score(params: Mapping[str, Value]) -> float | None:
        lr = real(params, "lr")
        return None if lr > 0.3 else math.exp(-((math.log10(lr) + 2) ** 2))

    study = Study(space_of(lr="1e-4..1 log", wd="1e-8..1e-4 log")).run(60, score)
    found = {s.kind: s for s in advise(AdviceInput.from_session(study.session)).statements}
    cap = found["diverged"]
    count = study.session.counts[TrialState.FAILED]
    assert cap.text.startswith(f"all {count} diverged trials have lr > 0.3")
    # The verdict proposes a range of its own: a parameter has one proposal.
    assert found["narrow"].proposal is not None
    assert cap.proposal is None
    assert cap.parameter is None
    assert len(cap.trials) == count
    assert found["diverged-share"].numbers["diverged"] == count


def test_a_cap_is_proposed_with_its_command_where_the_verdict_proposes_nothing() -> None:
    def score(params: Mapping[str, Value]) -> float | None:
        lr = real(params, "lr")
        return None if lr > 0.5 else math.sin(1e4 * math.log(lr))

    proposed = 0
    for seed in range(10):
        problem = accuracy_problem(samples=None)
        study = Study(space_of(lr="1e-4..1 log", wd="1e-8..1e-4 log"), problem, seed)
        advice = advise(AdviceInput.from_session(study.run(60, score).session))
        for cap in (s for s in advice.statements if s.kind == "diverged"):
            assert (cap.proposal is None) == advice.verdicts["lr"].changes_range
            if cap.proposal is not None:
                proposed += 1
                assert ": cap lr at " in cap.text
                assert cap.proposal.low == 1e-4
                assert cap.proposal.high == pytest.approx(0.5, abs=0.25)
                assert cap.command.startswith("narrow NAME lr=1e-4..0.")
    assert proposed


def test_no_cap_is_proposed_where_the_best_trials_are() -> None:
    def score(params: Mapping[str, Value]) -> float | None:
        lr, wd = real(params, "lr"), real(params, "wd")
        return None if lr > 0.01 and wd > 1e-7 else lr

    study = Study(space_of(lr="1e-4..1 log", wd="1e-8..1e-4 log")).run(100, score)
    found = [
        s
        for s in advise(AdviceInput.from_session(study.session)).statements
        if s.kind == "diverged" and " lr " in s.text
    ]
    assert len(found) == 1
    assert found[0].proposal is None
    assert "and so have" in found[0].text


def test_a_crash_is_not_a_divergence() -> None:
    study = Study(space_of(lr="1e-4..1 log")).run(20, lambda p: 0.5)
    for _ in range(10):
        reason = "ValueError: inf or nan in data.csv, the file diverged"
        study.add({"lr": 0.9}, [], TrialState.FAILED, reason, cause="error")
    kinds = {s.kind for s in advise(AdviceInput.from_session(study.session)).statements}
    assert "diverged" not in kinds
    assert "diverged-share" not in kinds
