"""Verdicts on simulated objectives: what is widened, narrowed, left alone, and in what words."""

from __future__ import annotations

import math
import re
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
    assert (verdict.kind, verdict.head) == ("narrow", "narrow")
    assert 1e-5 <= low < 1e-3 < high <= 1e-1
    assert verdict.sure >= 2
    assert re.fullmatch(
        r"the best 10 of 64 lie in \S+ \(luck would .*\); \d+ trials outside \S+, none among "
        r"the best.*",
        verdict.text,
    )


@pytest.mark.parametrize("seed", range(4))
def test_optimum_beyond_the_edge_is_widened_to_a_decade_at_a_time(seed: int) -> None:
    study = Study(space_of(lr="1e-6..1e-2 log", wd="1e-8..1e-4 log"), seed=seed)
    study.run(100, peak("lr", 1e-1, width=1.0))
    advice = advice_of(study)
    verdict = advice.verdicts["lr"]
    low, high = bounds(verdict)
    assert (verdict.kind, verdict.head, verdict.sureness) == ("expand-up", "widen up", "sure")
    assert verdict.text.startswith("the best 15 of 100 lie in ")
    assert "scores get better towards 1e-2 as far as 100 trials tell" in verdict.text
    assert "nothing beyond it has been tried" in verdict.text
    assert 0.02 <= high <= 0.1
    assert 5e-4 <= low <= 5e-3
    first = advice.statements[0]
    assert (first.parameter, first.key) == ("lr", "n")
    assert first.text.startswith("lr  widen up, sure: the best 15 of 100 lie in ")
    assert ". Next " in first.text
    assert first.command.startswith("narrow NAME lr=")


def test_widening_down_mirrors_it_and_hard_limits_hold() -> None:
    score = peak("lr", 1e-7, width=1.0)
    free = advice_of(Study(space_of(lr="1e-6..1e-2 log")).run(60, score)).verdicts["lr"]
    assert free.kind == "expand-down"
    assert 1e-7 <= bounds(free)[0] <= 5e-7
    limited = advice_of(Study(space_of(lr="1e-6..1e-2 log in 5e-7..")).run(60, score)).verdicts
    assert bounds(limited["lr"])[0] == 5e-7
    stuck = advice_of(Study(space_of(lr="1e-6..1e-2 log in 1e-6..")).run(60, score)).verdicts["lr"]
    assert stuck.kind == "narrow"
    assert bounds(stuck)[0] == 1e-6
    assert "the best lie near 1e-6, which is its limit" in stuck.text


def test_a_range_at_zero_does_not_become_negative() -> None:
    study = Study(space_of(drop="0..0.6")).run(60, lambda p: 1 - real(p, "drop"))
    verdict = advice_of(study).verdicts["drop"]
    assert verdict.kind == "narrow"
    assert bounds(verdict)[0] == 0.0
    assert bounds(verdict)[1] < 0.3


def test_linear_ranges_grow_by_half_their_width() -> None:
    study = Study(space_of(x="1..3")).run(60, lambda p: real(p, "x"))
    verdict = advice_of(study).verdicts["x"]
    assert verdict.kind == "expand-up"
    assert bounds(verdict)[1] == pytest.approx(4.0, abs=0.2)


def test_widening_stops_where_trials_diverge() -> None:
    def score(params: Mapping[str, Value]) -> float | None:
        lr = real(params, "lr")
        return None if lr > 0.03 else 0.5 + 0.1 * math.log10(lr)

    study = Study(space_of(lr="1e-6..1 log")).run(60, score)
    study.commit(space_of(lr="1e-5..1e-3 log"))
    study.run(40, score)
    verdict = advice_of(study).verdicts["lr"]
    assert bounds(verdict)[1] <= 0.06


def digits_like(params: Mapping[str, Value]) -> float | None:
    """The shape of a small network on the digits: best near 0.02, bad below, diverges above 0.4."""
    x = math.log10(real(params, "lr"))
    return None if x > -0.4 else -0.3 * (x + 1.7) ** 2 + 0.03 * math.sin(1e4 * x)


@pytest.mark.parametrize("seed", range(10))
def test_an_optimum_inside_is_never_widened_past(seed: int) -> None:
    space = space_of(lr="1e-5..1 log", width="8..512 int log", dropout="0..0.8 in ..0.95")
    study = Study(space, seed=seed).run(64, digits_like, sampler="halton")
    verdict = advice_of(study).verdicts["lr"]
    assert not verdict.kind.startswith("expand")
    low, high = bounds(verdict)
    assert low <= 10**-1.7 <= high
    assert high <= 1.0


@pytest.mark.parametrize("seed", range(6))
def test_ground_that_was_found_bad_is_not_widened_into_again(seed: int) -> None:
    study = Study(space_of(lr="1e-5..1 log", x="0..1"), seed=seed).run(64, digits_like)
    study.commit(space_of(lr="5e-3..500 log", x="0..1"))
    study.run(64, digits_like)
    verdict = advice_of(study).verdicts["lr"]
    assert verdict.kind != "expand-down"
    if "tried" in verdict.text:
        assert "below 5e-3" in verdict.text
        assert "(round 1)" in verdict.text
        assert verdict.text.endswith("not widened again")
        assert verdict.beyond


def test_what_takes_longer_must_be_surely_better() -> None:
    cheap = costly = 0
    for seed in range(20):
        space = space_of(width="8..512 int log", lr="1e-5..1 log")
        for costs in (False, True):
            study = Study(space, seed=seed)
            study.start()
            rng = np.random.default_rng(seed)
            for _ in range(64):
                params = space.from_unit(rng.random(2).tolist())
                width = real(params, "width")
                lr = math.log10(real(params, "lr"))
                score = -0.3 * (lr + 2) ** 2 + 0.25 * math.log10(width) + 0.1 * rng.normal()
                number = study.add(params, [score])
                if costs:
                    study.session.trial(number).seconds = width / 64
            found = advice_of(study).verdicts["width"]
            if costs:
                costly += found.kind == "expand-up"
            else:
                cheap += found.kind == "expand-up"
    assert costly < cheap


def test_minimised_metric_is_the_maximised_one_with_its_sign_changed() -> None:
    score = peak("lr", 1e-1, width=1.0)
    problem = Problem(epochs=1, direction="minimize")
    down = Study(space_of(lr="1e-6..1e-2 log"), problem)
    down.run(60, lambda p: -(score(p) or 0.0))
    up = Study(space_of(lr="1e-6..1e-2 log"), Problem(epochs=1)).run(60, score)
    assert advice_of(down).verdicts == advice_of(up).verdicts
    assert advice_of(down).bold == advice_of(up).bold


def test_a_parameter_without_effect_is_said_to_have_none_and_is_left_alone() -> None:
    found = 0
    for seed in range(8):
        study = Study(space_of(lr="1e-6..1e-2 log", wd="1e-8..1e-4 log"), seed=seed)
        advice = advice_of(study.run(100, peak("lr", 1e-4)))
        verdict = advice.verdicts["wd"]
        assert advice.verdicts["lr"].kind != "no-effect"
        if verdict.kind == "no-effect":
            found += 1
            assert verdict.head == "no effect seen"
            assert verdict.freeze_at is not None
            assert verdict.change is None
            assert verdict.proposal == study.space["wd"]
            assert "it explains less than a tenth of the differences (9 in 10 sure)" in verdict.text
    assert found >= 2


def test_integers_go_outward_to_values_and_four_are_the_least() -> None:
    def score(params: Mapping[str, Value]) -> float:
        return -abs(real(params, "units") - 100)

    study = Study(space_of(units="16..256 int"))
    verdict = advice_of(study.run(80, score)).verdicts["units"]
    assert verdict.kind == "narrow"
    assert isinstance(verdict.proposal, IntRange)
    assert verdict.proposal.low < 95
    assert verdict.proposal.high > 105
    few = Study(space_of(layers="2..10 int")).run(200, lambda p: -abs(real(p, "layers") - 6))
    frozen = advice_of(few).verdicts["layers"]
    assert frozen.kind == "freeze"
    assert frozen.freeze_at == 6


def test_a_step_keeps_its_grid() -> None:
    study = Study(space_of(x="0..1 step 0.1")).run(80, lambda p: -((real(p, "x") - 0.5) ** 2))
    verdict = advice_of(study).verdicts["x"]
    assert verdict.kind in ("narrow", "freeze")
    for bound in bounds(verdict):
        assert bound * 10 == pytest.approx(round(bound * 10))


def test_below_a_third_of_a_decade_freezing_is_proposed() -> None:
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
    study = Study(space_of(opt="sgd|adam|rms", lr="1e-4..1 log"), accuracy_problem(samples=None))
    study.run(100, lambda p: gain[str(p["opt"])] - 0.05 * abs(math.log10(real(p, "lr")) + 2))
    verdict = advice_of(study).verdicts["opt"]
    assert (verdict.kind, verdict.head) == ("drop", "drop sgd")
    assert isinstance(verdict.proposal, Choice)
    assert verdict.proposal.on == ("adam", "rms")
    assert verdict.change is not None
    assert verdict.change.options == ("adam", "rms")
    assert verdict.sure >= 2
    assert verdict.text.startswith("none of the best 15 has sgd, though ")


def test_the_extra_zero_is_an_option_beside_the_range() -> None:
    zero_bad = Study(space_of(wd="0|1e-6..1e-2 log"), seed=5)
    zero_bad.run(400, lambda p: 0.0 if p["wd"] == 0 else peak("wd", 1e-4)(p))
    dropped = advice_of(zero_bad).verdicts["wd"]
    assert isinstance(dropped.proposal, FloatRange)
    assert not dropped.proposal.zero
    assert "0 can go" in dropped.text
    assert dropped.proposal.low < 1e-4 < dropped.proposal.high
    zero_best = Study(space_of(wd="0|1e-6..1e-2 log"), seed=5)
    zero_best.run(100, lambda p: 1.0 if p["wd"] == 0 else 0.5)
    verdict = advice_of(zero_best).verdicts["wd"]
    assert isinstance(verdict.proposal, FloatRange)
    assert verdict.proposal.zero


def test_drawn_by_a_learning_sampler_nothing_is_more_than_a_hint() -> None:
    study = Study(space_of(lr="1e-6..1e-2 log", opt="a|b")).run(
        64, peak("lr", 1e-1, width=1.0), sampler="tpe"
    )
    verdicts = advice_of(study).verdicts
    assert all(verdict.sure <= 1 for verdict in verdicts.values())
    assert all(verdict.kind not in ("no-effect", "drop") for verdict in verdicts.values())
    assert "drawn by a sampler that learns" in verdicts["lr"].text


def test_with_enough_even_draws_verdicts_read_these_alone() -> None:
    study = Study(space_of(lr="1e-6..1 log"), seed=3)
    study.run(24, peak("lr", 1e-3))
    alone = advice_of(study).verdicts["lr"]
    study.run(64, peak("lr", 1e-3), sampler="tpe")
    assert advice_of(study).verdicts["lr"].text == alone.text


def test_ten_repeats_of_the_best_point_change_nothing() -> None:
    study = Study(space_of(lr="1e-6..1 log"), seed=2).run(64, peak("lr", 1e-3))
    before = advice_of(study).verdicts["lr"]
    best = study.session.best
    assert best is not None
    for _ in range(10):
        study.add(dict(best.params), [best.score], origin="clone")
    after = advice_of(study).verdicts["lr"]
    assert (after.kind, after.proposal, after.text) == (before.kind, before.proposal, before.text)


def test_six_of_full_length_and_many_given_up_say_nothing_of_no_effect() -> None:
    for seed in range(10):
        study = Study(space_of(lr="1e-5..1 log", x="0..1"), accuracy_problem(epochs=2), seed)
        study.start()
        rng = np.random.default_rng(seed)
        for i in range(64):
            params = study.space.from_unit(rng.random(2).tolist())
            if i < 6:
                study.add(params, [0.5, 0.9 + 0.01 * i])
            else:
                study.add(params, [0.1], TrialState.PRUNED, cause="given-up")
        assert all(v.kind != "no-effect" for v in advice_of(study).verdicts.values())


def test_scores_change_only_by_their_ranks() -> None:
    one = Study(space_of(lr="1e-6..1 log", x="0..1"), seed=4).run(64, peak("lr", 1e-3))
    other = Study(space_of(lr="1e-6..1 log", x="0..1"), seed=4)
    other.run(64, lambda p: math.exp(5 * (peak("lr", 1e-3)(p) or 0.0)))
    for name, verdict in advice_of(one).verdicts.items():
        twin = advice_of(other).verdicts[name]
        assert (verdict.kind, verdict.proposal) == (twin.kind, twin.proposal)


def test_enormous_scores_do_no_harm() -> None:
    study = Study(space_of(lr="1e-6..1 log"), Problem(epochs=1), seed=4)
    study.run(64, lambda p: 1e150 * (peak("lr", 1e-3)(p) or 0.0))
    assert advice_of(study).verdicts["lr"].kind == "narrow"


def test_more_epochs_and_a_higher_rate_are_said_once() -> None:
    study = Study(space_of(lr="1e-6..1e-2 log"), accuracy_problem(epochs=40), seed=1)
    study.start()
    rng = np.random.default_rng(1)
    for _ in range(60):
        params = study.space.from_unit(rng.random(1).tolist())
        rate = 0.2 + 0.18 * (math.log10(real(params, "lr")) + 6)
        study.add(params, [rate * epoch / 40 for epoch in range(1, 41)])
    advice = advice_of(study)
    assert advice.verdicts["lr"].kind == "expand-up"
    assert "still improve at epoch 40, which a higher lr mends too" in advice.verdicts["lr"].text
    assert not any(s.kind == "improving" for s in advice.statements)
