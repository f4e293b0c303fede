"""Each rule against its definition, the sentences, and the text form."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pruners.rounds import MAXIMIZED, MINIMIZED, rising, running, trial
from tuitune.errors import UsageError
from tuitune.model.trial import Problem, Trial, TrialState
from tuitune.pruners import GiveUp, is_control, make_pruner
from tuitune.pruners.base import short
from tuitune.pruners.halving import HyperbandPruner

LOW = rising(0.2)
HALF = [trial(n, rising(0.5)) for n in range(1, 11)]


def judge(
    text: str, values: Sequence[float | None], peers: Sequence[Trial], problem: Problem = MAXIMIZED
) -> str | None:
    found = make_pruner(text).judge(running(99, values, problem=problem), peers, problem)
    return found.reason if found is not None else None


# -- the median rule -------------------------------------------------------------------------


def test_the_median_rule_says_what_it_compared() -> None:
    peers = [trial(n, [0.45] * 50) for n in range(1, 11)]
    assert judge("median", [0.1] * 8 + [0.31], peers) == "below the median at epoch 9 (.31 < .45)"
    losses = [trial(n, [0.45] * 50, problem=MINIMIZED) for n in range(1, 11)]
    assert judge("median", [0.9] * 9, losses, MINIMIZED) == "above the median at epoch 9 (.9 > .45)"


def test_close_numbers_are_said_with_enough_digits() -> None:
    peers = [trial(n, [0.4512] * 50) for n in range(1, 11)]
    assert judge("median", [0.4511] * 9, peers) == "below the median at epoch 9 (.4511 < .4512)"


def test_ten_trials_must_be_done_first() -> None:
    assert judge("median", LOW[:20], HALF[:9]) is None
    assert judge("median", LOW[:20], HALF) is not None
    unfinished = [trial(n, rising(0.5), state=TrialState.PRUNED) for n in range(20, 30)]
    assert judge("median", LOW[:20], HALF[:9] + unfinished) is None
    assert judge("median startup=9", LOW[:20], HALF[:9]) is not None


def test_no_verdict_in_the_first_tenth_of_the_epochs() -> None:
    assert judge("median", LOW[:5], HALF) is None
    assert judge("median", LOW[:6], HALF) is not None


def test_the_best_value_so_far_counts_not_the_last() -> None:
    assert judge("median", [*LOW[:8], 0.9, 0.0], HALF) is None


def test_given_up_trials_do_not_raise_the_bar() -> None:
    survivors = [trial(n, rising(0.9), state=TrialState.RUNNING) for n in range(20, 60)]
    assert judge("median", rising(0.55)[:20], HALF + survivors) is None


def test_chance_level_only_from_half_of_the_epochs() -> None:
    problem = Problem(epochs=50, classes=10, samples=100)
    assert judge("median", [0.1] * 24, [], problem) is None
    # .1 + 2 sqrt(.1 * .9 / 100) = .16
    assert judge("median", [0.1] * 25, [], problem) == "at chance level at epoch 25 (.1 <= .16)"
    assert judge("median", [0.1, 0.17] + [0.1] * 23, [], problem) is None
    assert judge("median", [0.1] * 25, [], Problem(epochs=50, classes=10)) is None


def test_an_accuracy_must_differ_by_more_than_its_samples_explain() -> None:
    peers = [trial(n, [0.45] * 50) for n in range(1, 11)]
    counted = Problem(epochs=50, samples=100)
    # 2 sqrt(.45 * .55 / 100) = .0995
    assert judge("median", [0.36] * 9, peers, counted) is None
    said = judge("median", [0.35] * 9, peers, counted)
    assert said == "below the median at epoch 9 (.35 < .45)"
    assert judge("median", [0.44] * 9, peers, Problem(epochs=50, samples=1_000_000)) is not None
    assert judge("percentile p=25", [0.36] * 9, peers, counted) is None
    loss = Problem(metric="val_loss", direction="minimize", epochs=50, samples=100)
    losses = [trial(n, [0.45] * 50, problem=loss) for n in range(1, 11)]
    assert judge("median", [0.46] * 9, losses, loss) == "above the median at epoch 9 (.46 > .45)"


def test_slow_starters_may_guess_worse_than_others_at_first() -> None:
    peers = [trial(n, [0.12] * 50) for n in range(1, 11)]
    guessing: list[float | None] = [0.06, 0.08, 0.05, 0.07, 0.08, 0.06]
    assert judge("median", guessing, peers) is not None
    assert judge("median", guessing, peers, Problem(epochs=50, classes=10, samples=100)) is None


def test_a_spike_is_no_reason() -> None:
    best = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 40.0]
    losses = [trial(n, [1.0] * 50, problem=MINIMIZED) for n in range(1, 11)]
    assert judge("median", best, losses, MINIMIZED) is None


numbers = st.one_of(st.none(), st.integers(-64, 64).map(lambda n: n / 64))
curves = st.lists(numbers, min_size=1, max_size=12)
states = st.sampled_from([TrialState.DONE, TrialState.DONE, TrialState.DONE, TrialState.PRUNED])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(curves, states), max_size=16),
    st.lists(st.tuples(curves, st.booleans()), min_size=1, max_size=6),
    st.sampled_from(["maximize", "minimize"]),
    st.sampled_from([25.0, 50.0, 70.0]),
)
def test_the_cached_rule_equals_its_definition(
    round_: list[tuple[list[float | None], TrialState]],
    asked: list[tuple[list[float | None], bool]],
    direction: str,
    p: float,
) -> None:
    problem = Problem(epochs=12, direction="maximize" if direction == "maximize" else "minimize")
    everyone = [
        trial(n, values, problem=problem, state=state)
        for n, (values, state) in enumerate(round_, start=1)
    ]
    pruner = make_pruner(f"percentile p={p:g} startup=2")
    seen = len(everyone) // 2
    for values, more in asked:
        seen = len(everyone) if more else seen
        reason = pruner.judge(running(99, values, problem=problem), everyone[:seen], problem)
        if values[-1] is None:
            assert reason == GiveUp("diverged", f"val_acc is not finite at epoch {len(values)}")
        else:
            expected = definition(values, everyone[:seen], problem.sign, p, startup=2)
            assert (reason is not None) == expected


def definition(
    values: list[float | None], peers: list[Trial], sign: int, p: float, *, startup: int
) -> bool:
    """Say from scratch whether the rule gives up, in the words of its source."""
    epoch = len(values)
    if epoch <= 1.2 or epoch >= 12:
        return False
    means = []
    for peer in peers:
        column = peer.curve["val_acc"]
        known = [sign * v for v in column[:epoch] if v is not None]
        if peer.state is TrialState.DONE and len(column) >= epoch and known:
            means.append(math.fsum(known) / len(known))
    if len(means) < startup:
        return False
    best = max(sign * v for v in values if v is not None)
    bar = float(np.quantile(means, 1 - p / 100))
    return best < bar and not math.isclose(best, bar, abs_tol=1e-12)


# -- divergence ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "known_to_peers", "stops"),
    [
        ([None], False, True),
        ([0.5, None], False, False),
        ([0.5, None], True, True),
        ([0.5, 0.5, 0.5, None], False, True),
        ([0.5, None, None, None, None], True, False),
        ([0.5, 0.5, 0.5, 0.5], True, False),
    ],
    ids=["at first", "perhaps not reported", "known", "steady", "sporadic", "finite"],
)
def test_a_loss_that_is_no_number_stops_once_it_is_sure(
    column: list[float | None], known_to_peers: bool, stops: bool
) -> None:
    peers = [trial(1, rising(0.5), train_loss=[0.3] * 50)] if known_to_peers else []
    judged = running(99, [0.5] * len(column), train_loss=column)
    reason = make_pruner("patience").judge(judged, peers, MAXIMIZED)
    expected = GiveUp("diverged", f"train_loss is not finite at epoch {len(column)}")
    assert reason == (expected if stops else None)


def test_other_columns_may_hold_what_they_like() -> None:
    judged = running(99, [0.5], gradient_norm=[None])
    assert make_pruner("median").judge(judged, HALF, MAXIMIZED) is None


# -- the other rules -------------------------------------------------------------------------


def test_percentile_keeps_the_best_share() -> None:
    peers = [trial(n, [n / 100] * 50) for n in range(1, 101)]
    for p in (25, 50, 75):
        kept = sum(
            judge(f"percentile p={p}", [(n - 0.5) / 100] * 20, peers) is None for n in range(1, 101)
        )
        assert abs(kept - p) <= 1
    reason = judge("percentile p=25", [0.1] * 20, peers)
    assert reason == "below the best 25 % at epoch 20 (.1 < .75)"


def test_asha_compares_at_rungs_with_all_who_got_there() -> None:
    peers = [running(n, [n / 10] * 3) for n in range(1, 6)]
    assert judge("asha", [0.0], peers) == "below the best 1/3 of 6 at epoch 1 (0 < .4)"
    assert judge("asha", [0.0] * 2, peers) is None, "no rung"
    assert judge("asha", [0.45] * 3, peers) is None
    assert judge("asha", [0.35] * 3, peers) is not None
    assert judge("asha", [0.0] * 3, peers[:1]) is None, "the first two pass"
    assert judge("asha grace=2", [0.0], peers) is None
    assert judge("asha eta=2 grace=2", [0.0] * 2, peers) is not None


def test_asha_keeps_one_in_eta() -> None:
    generator = np.random.default_rng(0)
    peers: list[Trial] = []
    pruner = make_pruner("asha eta=3 grace=1")
    for n, value in enumerate(generator.random(300).tolist(), start=1):
        judged = running(n, [value])
        if pruner.judge(judged, peers, MAXIMIZED) is not None:
            judged.state = TrialState.PRUNED
        peers.append(judged)
    kept = sum(peer.state is TrialState.RUNNING for peer in peers)
    assert 90 <= kept <= 120


def test_hyperband_gives_every_bracket_its_share_by_seed() -> None:
    pruner = HyperbandPruner(eta=3)
    counts = Counter(pruner.bracket(seed, 27) for seed in range(4000))
    # ceil(4 * 3**s / (s + 1)) for s = 3..0: 27, 12, 6 and 4
    weights = {0: 27, 1: 12, 2: 6, 3: 4}
    for bracket, weight in weights.items():
        assert counts[bracket] / 4000 == pytest.approx(weight / 49, abs=0.03)


def test_hyperband_compares_within_a_bracket() -> None:
    problem = Problem(epochs=27)
    pruner = HyperbandPruner(eta=3)
    judged = running(99, [0.1], problem=problem)
    judged.seed = next(s for s in range(100) if pruner.bracket(s, 27) == 0)
    peers = [running(n, [0.5], problem=problem) for n in range(1, 80)]
    same = [peer for peer in peers if pruner.bracket(peer.seed, 27) == 0]
    other = [peer for peer in peers if pruner.bracket(peer.seed, 27) != 0]
    assert pruner.judge(judged, same, problem) is not None
    assert pruner.judge(judged, other, problem) is None


def test_patience_counts_epochs_without_progress() -> None:
    stuck = [0.1, 0.5, *[0.4] * 9]
    assert judge("patience", stuck, []) is None
    assert judge("patience", [*stuck, 0.5], []) == "no better than .5 for 10 epochs"
    creeping: list[float | None] = [0.5 + 0.001 * n for n in range(20)]
    assert judge("patience", creeping, []) is None
    assert judge("patience epochs=3 delta=.1", creeping, []) == "no better than .5 for 19 epochs"


def test_threshold_holds_from_its_epoch_on() -> None:
    text = "threshold value=.2 epoch=5"
    assert judge(text, [0.1] * 4, []) is None
    assert judge(text, [0.1] * 5, []) == "below the threshold at epoch 5 (.1 < .2)"
    assert judge(text, [0.3, *[0.1] * 5], []) is None
    assert judge(text, [0.3] * 5, [], MINIMIZED) == "above the threshold at epoch 5 (.3 > .2)"


def test_joined_pruners_stop_with_the_first_reason() -> None:
    text = "threshold value=.2 epoch=5 + patience epochs=3"
    assert judge(text, [0.1] * 6, []) == "below the threshold at epoch 6 (.1 < .2)"
    assert judge(text, [0.3] * 6, []) == "no better than .3 for 5 epochs"
    assert judge(text, [0.3] * 2, []) is None


# -- controls, numbers, the text form --------------------------------------------------------


def test_one_in_twenty_losers_is_a_control_by_its_seed() -> None:
    share = sum(map(is_control, range(20_000))) / 20_000
    assert share == pytest.approx(0.05, abs=0.006)
    assert [is_control(s) for s in range(100)] == [is_control(s) for s in range(100)]
    assert not any(is_control(s, 0) for s in range(100))
    assert all(is_control(s, 1) for s in range(100))


def test_short_numbers() -> None:
    assert [short(v) for v in (0.31, -0.5, 1.25, 0.0, 1234.0, 1e-7)] == [
        ".31",
        "-.5",
        "1.25",
        "0",
        "1.23e+03",
        "1e-07",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("medan", "none, median, percentile, pause, asha, hyperband, patience, threshold"),
        ("", "is one of"),
        ("asha eta=1", "eta is at least 2"),
        ("asha eta=2.5", "whole number"),
        ("asha rungs=2", "the options are eta, grace"),
        ("threshold", "value must be given"),
        ("threshold value=inf", "number"),
        ("percentile p=0", "between 0 and 100"),
        ("patience delta=-1", "delta"),
        ("median + none", "stands alone"),
        ("median +", "joined"),
    ],
)
def test_a_wrong_text_is_refused_with_an_example(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        make_pruner(text)
    example = str(caught.value).rpartition("Write for example '")[2].removesuffix("'.")
    assert make_pruner(example)
