"""No two statements of one moment disagree: every pair, over many sessions."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

from tests.advice.sessions import Study, accuracy_problem, space_of
from tuitune.advice import Advice, AdviceInput, Statement, advise, apply_proposals
from tuitune.model.trial import TrialState
from tuitune.space import Space

SESSIONS = 500


def study_of(seed: int) -> Study:
    """A session of one to three rounds: any optimum, noise, curves, losses, narrowed or not."""
    rng = np.random.default_rng(seed)
    space = space_of(
        lr="1e-6..1e-2 log" if rng.random() < 0.5 else "1e-5..1 log",
        width="8..512 int log",
        drop="0..0.8 in ..0.95",
        opt="sgd|adam",
    )
    epochs = int(rng.choice([1, 20]))
    samples = int(rng.choice([100, 10_000]))
    study = Study(space, accuracy_problem(epochs=epochs, samples=samples), seed)
    centre = rng.random(3) * 1.6 - 0.3
    weight = rng.random(3) * (rng.random(3) < 0.6)
    noise = float(rng.choice([0.005, 0.05]))
    bad = float(rng.choice([0.0, 0.3]))
    given_up = float(rng.choice([0.0, 0.4]))
    slow = bool(rng.random() < 0.3)
    for number in range(int(rng.integers(1, 4))):
        study.start(sampler="tpe" if rng.random() < 0.2 and number else "random")
        for _ in range(int(rng.choice([8, 24, 48]))):
            params = study.session.space.from_unit(rng.random(4).tolist())
            units = space.to_unit(params, clipped=False)
            u = np.array([units[name] for name in ("lr", "width", "drop")])
            score = 0.8 - float(weight @ (u - centre) ** 2) + 0.1 * (params["opt"] == "adam") * bad
            score = min(0.99, max(0.01, score + noise * float(rng.normal())))
            ramp = np.linspace(0.2, 1.0, epochs) if slow else 1 - 0.5 ** np.arange(1, epochs + 1)
            curve = (score * (ramp if epochs > 1 else np.ones(1))).tolist()
            if u[0] > 1 - bad * 0.5 and bad:
                study.add(params, [None], TrialState.FAILED, cause="diverged")
            elif rng.random() < given_up and epochs > 1:
                study.add(params, curve[:3], TrialState.PRUNED, cause="given-up")
            else:
                study.add(params, curve)
        if rng.random() < 0.7:
            advice = advise(AdviceInput.from_session(study.session))
            narrowed, reasons = apply_proposals(study.session.space, advice.verdicts)
            if reasons:
                study.commit(narrowed)
    return study


def disagreement(one: Statement, other: Statement, advice: Advice) -> str:
    """Return why two statements of one advice disagree; empty where they don't."""
    kinds = {one.kind, other.kind}
    proposals = [s for s in (one, other) if s.proposal is not None]
    if "stop" in kinds and proposals:
        return "stop, and a proposal"
    if "stop" in kinds and kinds & {"improving", "wait", "expand-up", "expand-down", "narrow"}:
        return "stop, and go on"
    if "wait" in kinds and kinds & {"expand-up", "expand-down", "narrow", "drop", "no-effect"}:
        return "too early, and a verdict"
    if kinds == {"improving", "saturated"} or kinds == {"improving", "overfitting"}:
        return "more epochs, and fewer"
    if "improving" in kinds and "expand-up" in kinds and "lr" in (one.parameter, other.parameter):
        return "more epochs, and a higher rate for the same reason"
    if one.parameter is not None and one.parameter == other.parameter:
        return "two statements about one parameter"
    if len(proposals) == 2:
        names = {
            s.parameter or s.command.partition("NAME ")[2].partition("=")[0] for s in proposals
        }
        if len(names) == 1:
            return "two proposals for one parameter"
    return ""


@pytest.mark.parametrize("part", range(5))
def test_no_two_statements_of_one_screen_disagree(part: int) -> None:
    seen: set[str] = set()
    for seed in range(part, SESSIONS, 5):
        study = study_of(seed)
        advice = advise(AdviceInput.from_session(study.session))
        for one, other in combinations(advice.statements, 2):
            found = disagreement(one, other, advice)
            assert not found, (seed, found, one.text, other.text)
        for name, verdict in advice.verdicts.items():
            consistent(name, advice, study.session.space)
            decides = verdict.numbers.get("importance") or 0.0
            assert verdict.kind != "no-effect" or decides < 0.1
        seen |= {statement.kind for statement in advice.statements}
    assert {"stop", "expand-up", "narrow", "keep", "no-effect"} <= seen


def consistent(name: str, advice: Advice, space: Space) -> None:
    verdict, bold = advice.verdicts[name], advice.bold[name]
    assert (verdict.change is None) or (verdict.sure > 0 and not advice.says_stop)
    assert (bold.change is None) or not advice.says_stop
    if verdict.change is None:
        assert verdict.proposal == space[name]
    if verdict.kind in ("keep", "no-effect", "wait", "frozen"):
        assert verdict.change is None
    assert all(math.isfinite(v) for v in verdict.numbers.values() if v is not None)
