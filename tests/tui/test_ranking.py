from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitune.model.trial import Criterion, Trial, TrialState
from tuitune.tui.trials.ranking import Leaders, Move, TrialOrder, sort_key

COLUMNS = ["score", "train", "number", "round", "state", "seconds", "param:lr", "param:opt"]

scores = st.one_of(st.none(), st.floats(-10, 10))
values: st.SearchStrategy[Any] = st.one_of(
    st.floats(allow_nan=False), st.integers(-5, 5), st.sampled_from(["adam", "sgd", ""])
)


@st.composite
def trial_of(draw: st.DrawFn, number: int) -> Trial:
    params = draw(st.dictionaries(st.sampled_from(["lr", "opt"]), values))
    return Trial(
        number=number,
        round=draw(st.integers(1, 3)),
        revision=1,
        params=params,
        seed=0,
        epochs=5,
        state=draw(st.sampled_from(TrialState)),
        score=draw(scores),
        train_score=draw(scores),
        seconds=draw(st.floats(0, 100)),
        pinned=draw(st.booleans()),
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Trial]:
    """Versions of a handful of trials, in the order in which they happen."""
    numbers = draw(st.lists(st.integers(1, 8), max_size=10))
    return [draw(trial_of(number)) for number in numbers]


@given(
    histories(),
    histories(),
    st.sampled_from(COLUMNS),
    st.booleans(),
    st.sampled_from([1, -1]),
    st.booleans(),
)
def test_the_order_is_that_of_sorted(
    loaded: list[Trial], updates: list[Trial], column: str, flipped: bool, sign: int, some: bool
) -> None:
    key = sort_key(column, Criterion("val", sign, 5), flipped=flipped)
    matches = (lambda t: t.pinned) if some else None
    order = TrialOrder(key, matches)
    latest = {trial.number: trial for trial in loaded}
    order.load(latest.values())
    for trial in updates:
        shown = list(order)
        move = order.update(trial)
        latest[trial.number] = trial
        assert move.before == (shown.index(trial.number) if trial.number in shown else None)
        assert move.after == order.row_of(trial.number)
    expected = sorted((t for t in latest.values() if not some or t.pinned), key=key)
    assert list(order) == [trial.number for trial in expected]
    assert len(order) == len(expected)
    assert [order.number_at(row) for row in range(len(order))] == list(order)
    assert all(order.row_of(number) == row for row, number in enumerate(order))


@given(histories(), st.sampled_from(COLUMNS), st.booleans(), st.sampled_from([1, -1]))
def test_trials_without_a_value_stay_last(
    history: list[Trial], column: str, flipped: bool, sign: int
) -> None:
    order = TrialOrder(sort_key(column, Criterion("val", sign, 5), flipped=flipped))
    latest = {trial.number: trial for trial in history}
    order.load(latest.values())
    if column == "train":
        missing = [latest[number].train_score is None for number in order]
    elif column == "param:lr":
        missing = [latest[number].params.get("lr") is None for number in order]
    else:
        missing = []
    assert missing == sorted(missing)


@given(histories(), histories(), st.integers(1, 5), st.sampled_from([1, -1]))
def test_the_leaders_are_the_best_finished_trials(
    loaded: list[Trial], updates: list[Trial], size: int, sign: int
) -> None:
    latest = {trial.number: trial for trial in loaded}
    leaders = Leaders(size)
    leaders.load(latest.values(), Criterion("val", sign, 5))
    for trial in updates:
        before = leaders.numbers
        latest[trial.number] = trial
        changed = leaders.update(trial, latest.values())
        assert changed or leaders.numbers == before
    done = [t for t in latest.values() if t.state is TrialState.DONE and t.score is not None]
    expected = sorted(done, key=lambda t: Criterion("val", sign, 5).key(t))[:size]
    assert leaders.numbers == [trial.number for trial in expected]


def test_a_row_outside_is_refused() -> None:
    order = TrialOrder(sort_key("number", Criterion("val", 1, 5)))
    for row in (-1, 0):
        with pytest.raises(IndexError):
            order.number_at(row)
    assert order.row_of(1) is None


def test_nothing_moves_where_nothing_changed() -> None:
    trial = Trial(1, 1, 1, {"lr": math.nan}, 0, 5)
    order = TrialOrder(sort_key("param:lr", Criterion("val", 1, 5)))
    assert order.update(trial) == Move(None, 0)
    assert order.update(trial) == Move(0, 0)
