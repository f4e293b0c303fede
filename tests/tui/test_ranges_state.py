from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tui.ranges_app import expand_lr
from tests.tui.trials import make_session, new_session
from tuitune.errors import UsageError
from tuitune.model.events import DraftSaved, RevisionCommitted, RevisionSelected
from tuitune.space import Choice, FloatRange, IntRange
from tuitune.tui.ranges.ribbon_data import Axis, axis_of
from tuitune.tui.ranges.state import RangesState

SESSION = make_session(12)
"""Only read: each test has a draft of its own."""

Deed = Callable[[RangesState, float], object]

DEEDS: dict[str, Deed] = {
    "next": lambda s, _: s.step_parameter(1),
    "previous": lambda s, _: s.step_parameter(-1),
    "low": lambda s, _: setattr(s, "handle", "low"),
    "high": lambda s, _: setattr(s, "handle", "high"),
    "both": lambda s, _: setattr(s, "handle", "both"),
    "down": lambda s, now: s.move(-1, "normal", now),
    "up": lambda s, now: s.move(1, "normal", now),
    "fine": lambda s, now: s.move(1, "fine", now),
    "coarse": lambda s, now: s.move(-1, "coarse", now),
    "widen": lambda s, now: s.widen(now),
    "freeze": lambda s, now: s.toggle_frozen(now),
    "centre": lambda s, now: s.centre(now),
    "option": lambda s, now: s.toggle_option(now),
    "take": lambda s, now: s.take_all(now),
    "reset": lambda s, _: s.reset(),
    "undo": lambda s, _: s.draft.undo(),
    "redo": lambda s, _: s.draft.redo(),
    "entry": lambda s, now: s.enter(s.name, "x2", now),
}


@settings(max_examples=60)
@given(st.lists(st.sampled_from(sorted(DEEDS)), max_size=40))
def test_whatever_is_pressed_ranges_stay_ranges_and_refusals_change_nothing(
    keys: list[str],
) -> None:
    state = RangesState(SESSION)
    state.selected_trial = 4
    state.verdicts = {"lr": expand_lr()}
    for index, key in enumerate(keys):
        before = state.draft.space
        try:
            DEEDS[key](state, 0.4 * index)
        except UsageError:
            assert state.draft.space == before
        for name, p in state.draft.space.parameters.items():
            if isinstance(p, Choice):
                assert p.on
                continue
            assert p.low < p.high
            axis = axis_of(state.spanning(name), 40)
            assert isinstance(axis, Axis)
            left, right = axis.brackets(p.low, p.high)
            assert 0 <= left < right - 1 <= 38
    while state.draft.undo():
        pass
    assert state.draft.space == SESSION.space


@settings(max_examples=60)
@given(
    st.sampled_from(["lr", "weight_decay", "momentum", "batch"]),
    st.lists(st.tuples(st.sampled_from(["low", "high"]), st.integers(0, 39)), max_size=12),
)
def test_dragging_never_leaves_the_axis_nor_crosses(
    name: str, moves: list[tuple[str, int]]
) -> None:
    state = RangesState(SESSION)
    axis = axis_of(state.spanning(name), 40)
    assert isinstance(axis, Axis)
    for side, column in moves:
        state.drag(name, "low" if side == "low" else "high", axis, column, 0.0)
        p = state.draft.space[name]
        assert isinstance(p, FloatRange | IntRange)
        assert axis.low <= p.low < p.high <= axis.high
    assert state.draft.steps <= len(moves)


def test_hard_limits_hold_for_the_mouse() -> None:
    session = new_session()
    limited = FloatRange(1e-4, 1e-2, log=True, hard_low=1e-4, hard_high=1e-2)
    session.apply(RevisionCommitted(2, 1, session.space.replace("lr", limited), 1.0))
    state = RangesState(session)
    axis = axis_of(state.spanning("lr"), 40)
    assert isinstance(axis, Axis)
    state.drag("lr", "low", axis, 0, 0.0)
    state.drag("lr", "high", axis, 39, 0.0)
    assert state.draft.space["lr"] == limited


def test_the_axis_spans_all_revisions_and_the_draft() -> None:
    session = new_session()
    narrow = session.space.replace("lr", FloatRange(1e-4, 1e-3, log=True))
    session.apply(RevisionCommitted(2, 1, narrow, 1.0))
    state = RangesState(session)
    spanning = state.spanning("lr")
    assert isinstance(spanning, FloatRange)
    assert (spanning.low, spanning.high) == (1e-6, 1e-1)
    state.draft.change("lr", FloatRange(1e-4, 10.0, log=True), key="", now=0.0)
    spanning = state.spanning("lr")
    assert isinstance(spanning, FloatRange)
    assert spanning.high == 10.0


def test_a_saved_draft_is_shown_again() -> None:
    session = new_session()
    edited = session.space.replace("lr", FloatRange(1e-4, 1e-3, log=True))
    session.apply(DraftSaved(edited))
    state = RangesState(session)
    assert state.draft.changed_names == ("lr",)
    assert state.draft.base == session.space


def test_going_back_to_a_revision_shows_its_ranges() -> None:
    session = new_session()
    narrow = session.space.replace("lr", FloatRange(1e-4, 1e-3, log=True))
    session.apply(RevisionCommitted(2, 1, narrow, 1.0))
    state = RangesState(session)
    state.draft.change("momentum", FloatRange(0.6, 0.9), key="", now=0.0)
    session.apply(RevisionSelected(1, "back", 2.0))
    state.show_session(session)
    assert state.draft.space == session.revision(1).space
    assert not state.draft.is_changed


def test_another_session_has_another_draft() -> None:
    state = RangesState(SESSION)
    state.draft.change("lr", FloatRange(1e-4, 1e-3, log=True), key="", now=0.0)
    state.verdicts = {"lr": expand_lr()}
    other = new_session()
    other.name = "another"
    state.show_session(other)
    assert not state.draft.is_changed
    assert not state.verdicts


def test_every_refusal_says_what_to_do() -> None:
    state = RangesState(SESSION)
    for deed in (state.take, state.take_all, state.toggle_frozen, state.centre):
        with pytest.raises(UsageError, match=r".{30}"):
            deed(0.0)
    with contextlib.suppress(UsageError):
        state.reset()
    assert not state.draft.is_changed
