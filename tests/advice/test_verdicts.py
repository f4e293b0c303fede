"""Verdicts on simulated objectives: expand before you narrow, drop, freeze, keep."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest

from tests.advice.sessions import Score, Study, accuracy_problem, real, space_of
from tuitune.advice import Advice, AdviceInput, Verdict, advise
from tuitune.model.trial import Problem, TrialState
from tuitune.space import Choice, FloatRange, IntRange, Value


def advice_of(study: Study) -> Advice:
    return advise(AdviceInput.from_session(study.session))


def bounds(verdict: Verdict) -> tuple[float, float]:
    proposal = verdict.proposal
    assert not isinstance(proposal, Choice)
    return float(proposal.low), float(proposal.high)


def peak(name: str, at: float, width: float = 0.7, noise: float = 0.01) -> Score:
    """A bell over the decades of one parameter, with noise that depends on the point."""

    def score(params: Mapping[str, Value]) -> float:
        x = math.log10(real(params, name))
        jitter = math.sin(1e4 * x)
        return 0.1 + 0.75 * math.exp(-(((x - math.log10(at)) / width) ** 2) / 2) + noise * jitter

    return score


@pytest.mark.parametrize("seed", range(4))
def test_interior_optimum_is_narrowed_around(seed: int) -> None:
    study = Study(space_of(lr="1e-6..1 log", wd="1e-8..1e-4 log"), seed=seed)
    study.run(64, peak("lr", 1e-3))
    verdict = advice_of(study).verdicts["lr"]
    low, high = bounds(verdict)
    assert verdict.kind == "narrow"
    assert verdict.headline == "NARROW"
    assert 1e-5 <= low < 1e-3 < high <= 1e-1
    assert verdict.badge >= 2
    assert verdict.band_low is not None
    assert verdict.band_high is not None
    assert verdict.band_low[0] <= verdict.band_low[1] < verdict.band_high[0]


@pytest.mark.parametrize("seed", range(4))
def test_optimum_beyond_the_edge_is_expanded_to_as_in_the_book(seed: int) -> None:
    study = Study(space_of(lr="1e-6..1e-2 log", wd="1e-8..1e-4 log"), seed=seed)
    study.run(100, peak("lr", 1e-1, width=1.0))
    advice = advice_of(study)
    verdict = advice.verdicts["lr"]
    low, high = bounds(verdict)
    assert verdict.kind == "expand-up"
    assert verdict.headline == "EXPAND up"
    assert verdict.detail.startswith("best 15 all in ")
    assert verdict.detail.endswith("e-3 (p<1e-6)") or verdict.detail.endswith("1e-2 (p<1e-6)")
    assert verdict.badge == 3
    assert high == 1.0
    assert 5e-4 <= low <= 5e-3
    assert advice.statements[0].parameter == "lr"
    assert advice.statements[0].key == "n"
    assert advice.statements[0].text.startswith("lr  EXPAND up  15 of the best 15 lie in ")
    assert advice.statements[0].command.startswith("narrow NAME lr=")


def test_expanding_down_mirrors_it_and_hard_limits_hold() -> None:
    score = peak("lr", 1e-7, width=1.0)
    free = advice_of(Study(space_of(lr="1e-6..1e-2 log")).run(60, score)).verdicts["lr"]
    assert free.kind == "expand-down"
    assert bounds(free)[0] == pytest.approx(1e-8)
    limited = advice_of(Study(space_of(lr="1e-6..1e-2 log in 1e-7..")).run(60, score)).verdicts
    assert bounds(limited["lr"])[0] == 1e-7
    stuck = advice_of(Study(space_of(lr="1e-6..1e-2 log in 1e-6..")).run(60, score)).verdicts["lr"]
    assert stuck.kind == "narrow"
    assert bounds(stuck)[0] == 1e-6
    assert "at its limit" in stuck.detail


def test_a_range_at_zero_does_not_become_negative() -> None:
    study = Study(space_of(drop="0..0.6")).run(60, lambda p: 1 - real(p, "drop"))
    verdict = advice_of(study).verdicts["drop"]
    assert verdict.kind == "narrow"
    assert bounds(verdict)[0] == 0.0
    assert bounds(verdict)[1] < 0.3


def test_linear_ranges_expand_by_half_their_width() -> None:
    study = Study(space_of(x="1..3")).run(60, lambda p: real(p, "x"))
    verdict = advice_of(study).verdicts["x"]
    assert verdict.kind == "expand-up"
    assert bounds(verdict)[1] == pytest.approx(4.0, abs=0.2)


def test_expansion_stops_where_trials_diverge() -> None:
    def score(params: Mapping[str, Value]) -> float | None:
        lr = real(params, "lr")
        return None if lr > 0.03 else 0.5 + 0.1 * math.log10(lr)

    study = Study(space_of(lr="1e-6..1 log")).run(60, score)
    study.commit(space_of(lr="1e-5..2e-2 log"))
    study.run(40, score)
    verdict = advice_of(study).verdicts["lr"]
    assert verdict.kind == "expand-up"
    assert 2e-2 < bounds(verdict)[1] <= 0.06


def test_minimised_metric_is_the_maximised_one_with_its_sign_changed() -> None:
    score = peak("lr", 1e-1, width=1.0)
    problem = Problem(epochs=1, direction="minimize")
    down = Study(space_of(lr="1e-6..1e-2 log"), problem)
    down.run(60, lambda p: -(score(p) or 0.0))
    up = Study(space_of(lr="1e-6..1e-2 log"), Problem(epochs=1)).run(60, score)
    assert advice_of(down).verdicts == advice_of(up).verdicts
    assert advice_of(down).bold == advice_of(up).bold


def test_irrelevant_parameter_that_is_kept_says_so() -> None:
    texts = []
    for seed in range(6):
        study = Study(space_of(lr="1e-6..1e-2 log", wd="1e-8..1e-4 log"), seed=seed)
        advice = advice_of(study.run(100, peak("lr", 1e-4)))
        texts += [s.text for s in advice.statements if s.kind == "no-effect"]
        verdict = advice.verdicts["wd"]
        if verdict.kind == "no-effect":
            assert verdict.freeze_at is not None
            assert verdict.proposal == study.space["wd"]
    assert any(t.startswith("wd  no effect here (omega2 .0") for t in texts)
    assert not any(t.startswith("lr") for t in texts)


def test_integers_floor_and_ceil_outward_and_keep_four_values() -> None:
    def score(params: Mapping[str, Value]) -> float:
        return -abs(real(params, "units") - 100)

    study = Study(space_of(units="16..256 int"))
    verdict = advice_of(study.run(80, score)).verdicts["units"]
    assert verdict.kind == "narrow"
    assert isinstance(verdict.proposal, IntRange)
    assert verdict.proposal.low < 95
    assert verdict.proposal.high > 105
    few = Study(space_of(layers="4..8 int")).run(200, lambda p: -abs(real(p, "layers") - 6))
    frozen = advice_of(few).verdicts["layers"]
    assert frozen.kind == "freeze"
    assert frozen.freeze_at == 6
    assert isinstance(frozen.proposal, IntRange)
    assert frozen.proposal.high - frozen.proposal.low + 1 >= 4
    assert frozen.proposal.contains(6)


def test_below_a_third_of_a_decade_freezing_is_proposed_at_the_geometric_median() -> None:
    study = Study(space_of(lr="1e-3..1e-2 log")).run(200, peak("lr", 3e-3, width=0.15, noise=0))
    verdict = advice_of(study).verdicts["lr"]
    low, high = bounds(verdict)
    assert verdict.kind == "freeze"
    assert verdict.freeze_at == pytest.approx(3e-3, rel=0.1)
    assert math.log10(high / low) >= 0.3
    assert low < 3e-3 < high
    assert verdict.change is not None
    assert verdict.change.value == verdict.freeze_at


def test_options_that_none_of_the_best_has_are_dropped_but_never_the_last() -> None:
    gain = {"sgd": 0.0, "adam": 0.5, "rms": 0.5}
    study = Study(space_of(opt="sgd|adam|rms", lr="1e-4..1 log"))
    study.run(100, lambda p: gain[str(p["opt"])] - 0.05 * abs(math.log10(real(p, "lr")) + 2))
    verdict = advice_of(study).verdicts["opt"]
    assert verdict.kind == "drop"
    assert verdict.headline == "DROP sgd"
    assert isinstance(verdict.proposal, Choice)
    assert verdict.proposal.on == ("adam", "rms")
    assert verdict.change is not None
    assert verdict.change.options == ("adam", "rms")
    assert verdict.badge == 2


def test_the_extra_zero_is_an_option_beside_the_range() -> None:
    zero_bad = Study(space_of(wd="0|1e-6..1e-2 log"), seed=5)
    zero_bad.run(200, lambda p: 0.0 if p["wd"] == 0 else peak("wd", 1e-4)(p))
    dropped = advice_of(zero_bad).verdicts["wd"]
    assert isinstance(dropped.proposal, FloatRange)
    assert not dropped.proposal.zero
    assert dropped.kind == "narrow"
    assert dropped.proposal.low < 1e-4 < dropped.proposal.high
    zero_best = Study(space_of(wd="0|1e-6..1e-2 log"), seed=5)
    zero_best.run(100, lambda p: 1.0 if p["wd"] == 0 else 0.5)
    verdict = advice_of(zero_best).verdicts["wd"]
    assert isinstance(verdict.proposal, FloatRange)
    assert verdict.proposal.zero
    all_zero = Study(space_of(wd="0|1e-6..1e-2 log"), seed=5)
    all_zero.run(40, lambda p: 1.0 if p["wd"] == 0 else 0.5)
    assert advice_of(all_zero).verdicts["wd"].kind in ("freeze", "keep")


def test_older_rounds_count_for_the_envelope_and_not_for_p() -> None:
    score = peak("lr", 1e-3)
    study = Study(space_of(lr="1e-6..1 log")).run(60, score)
    study.commit(space_of(lr="1e-5..1e-1 log"))
    before = advice_of(study).verdicts["lr"]
    assert before.pooled
    assert before.z is None
    assert len(before.trials) >= 5
    study.run(40, score)
    after = advice_of(study).verdicts["lr"]
    assert after.z is not None
    assert not after.pooled
    assert any(number <= 60 for number in after.trials)
    study.run(20, score)
    assert advice_of(study).verdicts["lr"].pooled


def test_adaptive_sampler_is_judged_by_permutations() -> None:
    study = Study(space_of(lr="1e-6..1 log")).run(60, peak("lr", 1e-3), sampler="tpe")
    verdict = advice_of(study).verdicts["lr"]
    assert verdict.pooled
    assert verdict.p is not None
    assert 0.001 <= verdict.p < 0.05


def test_repeats_of_a_person_do_not_pull_the_envelope() -> None:
    study = Study(space_of(lr="1e-6..1 log")).run(60, peak("lr", 1e-3))
    before = advice_of(study).verdicts["lr"]
    best = study.session.best
    assert best is not None
    for _ in range(10):
        study.add(dict(best.params), [0.99], origin=f"clone of {best.number}")
    assert bounds(advice_of(study).verdicts["lr"]) == bounds(before)


def test_bold_alternative_is_narrower_and_shares_the_rest() -> None:
    narrower = 0
    for seed in range(8):
        study = Study(space_of(x="0..1"), seed=seed)
        study.run(100, lambda p: -abs(real(p, "x") - 0.5) + 0.1 * math.sin(1e4 * real(p, "x")))
        advice = advice_of(study)
        normal, bold = bounds(advice.verdicts["x"]), bounds(advice.bold["x"])
        assert normal[0] - 0.05 <= bold[0] < bold[1] <= normal[1] + 0.05
        assert advice.bold["x"].p == advice.verdicts["x"].p
        narrower += bold[1] - bold[0] < normal[1] - normal[0]
    assert narrower >= 5


@pytest.mark.parametrize("trials", [0, 1, 4])
def test_too_few_trials_wait(trials: int) -> None:
    study = Study(space_of(lr="1e-6..1 log", opt="a|b", wd="0|1e-6..1 log"))
    study.run(trials, peak("lr", 1e-3))
    advice = advice_of(study)
    assert {v.kind for v in advice.verdicts.values()} == {"wait"}
    assert advice.verdicts["lr"].proposal == study.space["lr"]
    assert any(s.kind == "wait" for s in advice.statements)


def test_five_trials_all_equal_all_failed_and_frozen_give_verdicts_without_changes() -> None:
    five = advice_of(Study(space_of(lr="1e-6..1 log")).run(5, peak("lr", 1e-3)))
    assert five.verdicts["lr"].kind != "wait"
    equal = advice_of(Study(space_of(lr="1e-6..1 log", opt="a|b")).run(30, lambda p: 0.5))
    assert equal.verdicts["lr"].importance is None
    failed = advice_of(Study(space_of(lr="1e-6..1 log")).run(30, lambda p: None))
    assert failed.verdicts["lr"].kind == "wait"
    assert any("30 of 30 trials diverged" in s.text for s in failed.statements)
    frozen = Study(space_of(lr="1e-6..1 log = 1e-3", opt="a|(b)")).run(30, lambda p: 0.5)
    verdicts = advice_of(frozen).verdicts
    assert verdicts["lr"].kind == "frozen"
    assert verdicts["lr"].change is None
    assert verdicts["opt"].kind == "keep"


def test_pruned_and_other_lengths_never_are_the_top() -> None:
    study = Study(space_of(lr="1e-6..1 log"), accuracy_problem(epochs=2))
    study.start()
    rng = np.random.default_rng(0)
    for _ in range(30):
        study.add({"lr": 10 ** rng.uniform(-6, -3)}, [0.4, 0.5])
        study.add({"lr": 10 ** rng.uniform(-3, 0)}, [0.99], TrialState.PRUNED, "below the median")
        study.add({"lr": 10 ** rng.uniform(-3, 0)}, [0.9, 0.9, 0.9], epochs=3)
    verdict = advice_of(study).verdicts["lr"]
    tops = {study.session.trial(n).state for n in verdict.trials}
    assert tops == {TrialState.DONE}
    assert all(study.session.trial(n).epochs == 2 for n in verdict.trials)
    # 30 that were given up count for the size of the top: 15 % of 60.
    assert len(verdict.trials) == 9
