from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.trials import make_session
from tuitune.model.trial import Problem
from tuitune.tui.curves.series import (
    LARGEST,
    MOST_CURVES,
    Markers,
    MetricPair,
    choose_trials,
    epoch_axis,
    is_accuracy,
    make_chart,
    metric_pairs,
    parameter_axis,
    smooth,
    value_axis,
)

numbers = st.floats(allow_nan=True, allow_infinity=True)
trials = st.lists(st.integers(1, 20), max_size=8)


@given(st.one_of(st.none(), st.integers(1, 20)), trials, trials, st.integers(-2, 9))
def test_the_chosen_are_the_selected_the_pinned_and_the_best(
    selected: int | None, pinned: list[int], best: list[int], count: int
) -> None:
    chosen = choose_trials(selected, pinned, best, count)
    assert len(chosen) == len(set(chosen)) <= MOST_CURVES
    assert set(chosen) <= {selected, *pinned, *best[: max(count, 0)]}
    if selected is not None:
        assert chosen[0] == selected
    if len(chosen) < MOST_CURVES:
        assert set(pinned) <= set(chosen)


@given(st.lists(st.lists(st.integers(1, 12), max_size=MOST_CURVES, unique=True), max_size=12))
def test_a_trial_keeps_its_marker_while_it_is_drawn(history: list[list[int]]) -> None:
    markers = Markers()
    before: dict[int, int] = {}
    for drawn in history:
        slots = markers.assign(drawn)
        assert list(slots) == drawn
        assert len(set(slots.values())) == len(drawn)
        assert set(slots.values()) <= set(range(MOST_CURVES))
        assert all(slots[t] == before[t] for t in drawn if t in before)
        before = slots


def test_metrics_come_in_pairs_the_ranking_one_first() -> None:
    session = make_session(1)
    trial = session.trial(1)
    for name in ("val_loss", "train_loss", "seconds", "train_only"):
        trial.curve[name] = [1.0]
    assert metric_pairs(session.problem, [trial]) == [
        ("val_acc", "train_acc"),
        ("seconds", None),
        (None, "train_only"),
        ("val_loss", "train_loss"),
    ]
    assert metric_pairs(session.problem, []) == [("val_acc", "train_acc")]


def test_what_an_accuracy_is() -> None:
    assert is_accuracy(Problem(), MetricPair("val_acc", "train_acc"))
    assert not is_accuracy(Problem(), MetricPair("val_loss", None))
    assert is_accuracy(Problem(metric="hits", classes=10), MetricPair("hits", None))


@given(st.lists(st.one_of(st.none(), numbers)))
def test_smoothing_keeps_gaps_and_stays_within_what_was_seen(
    values: list[float | None],
) -> None:
    smoothed = smooth(values)
    finite = [v for v in values if v is not None and math.isfinite(v)]
    for value, out in zip(values, smoothed, strict=True):
        assert (out is None) == (value is None or not math.isfinite(value))
        if out is not None:
            spread = 1e-9 * max(map(abs, finite))
            assert min(finite) - spread <= out <= max(finite) + spread


def test_smoothing_is_the_moving_average() -> None:
    assert smooth([1.0, None, 0.0], 0.5) == [1.0, None, 0.5]


@given(st.lists(numbers), st.integers(-3, 60), st.booleans())
def test_value_axes_are_finite_and_hold_the_ticks(
    found: list[float], rows: int, accuracy: bool
) -> None:
    axis = value_axis(found, rows=rows, accuracy=accuracy)
    assert math.isfinite(axis.low)
    assert math.isfinite(axis.high)
    assert axis.low < axis.high
    assert all(axis.low <= tick <= axis.high for tick, _ in axis.ticks)
    assert len(axis.ticks) <= 14
    if accuracy:
        assert axis.low >= 0
        assert axis.high <= 1 + 1e-9
    inside = [v for v in found if abs(v) < LARGEST]
    if accuracy:
        inside = [v for v in inside if 0 <= v <= 1]
    if inside and len(found) < 10:
        assert axis.low <= min(inside) + 1e-9
        assert axis.high >= max(inside) - 1e-9


def test_value_axes_have_round_ticks() -> None:
    axis = value_axis([0.09, 0.3, 0.57], rows=16, accuracy=True)
    assert [label for _, label in axis.ticks] == ["0", ".1", ".2", ".3", ".4", ".5", ".6"]
    assert axis.low == 0.0
    assert axis.high == pytest.approx(0.6)
    assert [label for _, label in value_axis([2.3, 0.4], rows=6).ticks] == ["0", "1", "2", "3"]


def test_a_diverged_epoch_does_not_flatten_the_rest() -> None:
    losses = [2.3 - 0.01 * epoch for epoch in range(100)]
    assert value_axis([*losses, 1e30, math.inf], rows=16).high < 10
    assert value_axis([*losses, 3.0], rows=16).high >= 3


@given(st.integers(1, 10**6), st.integers(-5, 200))
def test_epoch_ticks_begin_at_one_and_are_round(epochs: int, width: int) -> None:
    axis = epoch_axis(epochs, width)
    ticks = [tick for tick, _ in axis.ticks]
    assert ticks[0] == axis.low == 1
    assert ticks == sorted(set(ticks))
    assert ticks[-1] <= axis.high == max(epochs, 2)
    assert sum(len(label) + 1 for _, label in axis.ticks) <= max(width, 14) + 12


def test_epoch_ticks_are_those_of_the_mock_up() -> None:
    assert [label for _, label in epoch_axis(50, 34).ticks] == ["1", "10", "20", "30", "40", "50"]


def test_parameter_axes() -> None:
    log = parameter_axis(1e-6, 1e-2, log=True, width=80)
    assert [label for _, label in log.ticks] == ["1e-6", "1e-5", "1e-4", "1e-3", "1e-2"]
    linear = parameter_axis(0.5, 0.99, log=False, width=60)
    assert not linear.log
    assert all(0.5 <= tick <= 0.99 for tick, _ in linear.ticks)
    assert not parameter_axis(0.0, 1.0, log=True, width=60).log


def test_a_chart_has_the_curves_that_are_asked_for() -> None:
    session = make_session(3)
    drawn = [session.trial(3), session.trial(1)]
    pair = metric_pairs(session.problem, drawn)[0]
    chart = make_chart(drawn, {3: 0, 1: 4}, pair, accuracy=True)
    assert [(s.trial, s.slot, s.kind) for s in chart.series] == [
        (1, 4, "training"),
        (1, 4, "validation"),
        (3, 0, "training"),
        (3, 0, "validation"),
    ]
    assert chart.x.high == 50
    only = make_chart(drawn, {}, pair, shown="validation", smoothed=True)
    assert {s.kind for s in only.series} == {"validation"}
    assert list(only.series[1].values) == smooth(session.trial(3).curve["val_acc"])
    assert make_chart([], {}, pair).series == ()
