"""The beds of the advice: what they call false, found, absurd, lost and oscillating."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tuitune.bench import advice, beds
from tuitune.bench.beds import Bed, Step, Study, draw_points, run_study
from tuitune.bench.figures import Figure
from tuitune.space import Space, parse_parameter

BED = Bed("some", lambda at, option: -((at["lr"] + 2.5) ** 2), {"lr": -2.5})


def box(lr: str, width: str = "8..512 log int") -> Space:
    return BED.space.replace("lr", parse_parameter(lr)).replace("width", parse_parameter(width))


@pytest.mark.parametrize("bed", [*advice.INTERIOR, advice.TAIL, *advice.NEAR])
def test_the_optimum_of_a_bed_is_the_best_point_of_its_space(bed: Bed) -> None:
    at = {"lr": -2.5, "width": 1.8, "dropout": 0.1} | dict(bed.optimum)
    best = bed.score(at, "adam")
    assert best == pytest.approx(0)
    for params in draw_points(bed.space, 200, np.random.default_rng(0)):
        score = bed.true_score(params)
        assert math.isnan(score) or score <= best + 1e-12


def test_the_optimum_that_is_cut_off_lies_outside_of_the_first_ranges() -> None:
    for bed in advice.CUT:
        low, high = beds._ends(bed.space["lr"])
        assert not low <= bed.optimum["lr"] <= high
        assert bed.score({"lr": bed.optimum["lr"]}, "adam") == 0


@pytest.mark.parametrize(
    ("before", "after", "false"),
    [
        ("1e-5..1 log", "1e-5..10 log", {"lr"}),
        ("1e-5..1 log", "1e-6..1 log", {"lr"}),
        ("1e-5..1 log", "1e-4..0.1 log", set()),
        # The optimum lies above the range, then just below its upper edge.
        ("1e-5..1e-3 log", "1e-5..0.01 log", set()),
        ("1e-5..0.004 log", "1e-5..0.04 log", set()),
    ],
)
def test_widening_is_false_where_the_optimum_is_well_inside(
    before: str, after: str, false: set[str]
) -> None:
    step = beds._judge(BED, BED.space, box(before), box(after))
    assert step.false == false
    assert step.found


def test_widening_a_parameter_without_effect_is_false() -> None:
    step = beds._judge(BED, BED.space, BED.space, box("1e-5..1 log", "8..1024 log int"))
    assert step.false == {"width"}
    assert not step.absurd


def test_a_range_that_cuts_the_optimum_off_is_found_by_widening_towards_it() -> None:
    before = box("1e-5..1e-3 log")
    assert not beds._judge(BED, BED.space, before, before).found
    assert not beds._judge(BED, BED.space, before, box("1e-6..1e-3 log")).found
    assert beds._judge(BED, BED.space, before, box("1e-5..2e-3 log")).found


def test_a_proposal_two_decades_beyond_everything_is_absurd() -> None:
    assert not beds._judge(BED, BED.space, BED.space, box("1e-5..50 log")).absurd
    assert beds._judge(BED, BED.space, BED.space, box("1e-5..500 log")).absurd


def test_the_optimum_is_lost_where_the_last_ranges_leave_it_out() -> None:
    inside, outside = box("1e-4..0.1 log"), box("0.01..0.1 log")
    assert beds._lost(BED, [inside, outside])
    assert not beds._lost(BED, [outside, inside])
    assert not beds._lost(BED, [outside, outside])


def test_an_end_oscillates_that_goes_back_twice() -> None:
    a, b = box("1e-5..1 log"), box("1e-5..2 log")
    assert beds._oscillates([a, b, a, b], "lr")
    assert not beds._oscillates([a, b, a, a], "lr")
    assert not beds._oscillates([a, a, b, b], "lr")


def test_a_study_is_the_same_again_and_has_a_step_a_round() -> None:
    one = run_study(BED, trials=32, rounds=2, seed=3)
    assert one == run_study(BED, trials=32, rounds=2, seed=3)
    assert len(one.steps) == 2
    assert 0 <= one.regret < 5


def test_the_recorded_trials_are_those_of_the_draws() -> None:
    # Trials that diverged have the largest rates, trials that learned nothing the smallest.
    verdict = beds.recorded_round("1e-6..1e-2 log", trials=64, seed=0)
    assert verdict.kind == "expand-up"


def test_the_figures_count_what_the_studies_say() -> None:
    good = Step(frozenset(), found=True, absurd=False)
    bad = Step(frozenset({"lr"}), found=False, absurd=True)
    studies = [
        Study((good, good), lost=False, oscillating=False, regret=0.1, random_regret=0.2),
        Study((bad, good), lost=True, oscillating=True, regret=0.2, random_regret=0.3),
    ]
    figures = {f.what: f for f in advice.figures_of(advice.CUT[0], 64, studies)}
    of = "cut above, 64 a round: "
    assert figures[of + "rounds with a false expansion"].value == 25
    assert figures[of + "absurd proposals"].value == 1
    assert figures[of + "studies with an end that oscillates"].value == 1
    assert figures[of + "studies that lose the optimum"].value == 50
    assert figures[of + "cut found at once"] == Figure(
        "advice", of + "cut found at once", 50.0, "%", 50.0, at_least=True
    )
    assert figures[of + "regret"].bound == pytest.approx(0.25)
    assert figures[of + "regret"].holds
