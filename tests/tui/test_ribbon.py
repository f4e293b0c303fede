from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.tui.ranges_app import expand_lr
from tests.tui.trials import end, make_session, new_session, queue, report, start
from tuitune.model import Session
from tuitune.model.events import TrialRequeued
from tuitune.model.trial import Criterion, Problem, Trial, TrialState
from tuitune.space import Choice, FloatRange, IntRange, Parameter, Value
from tuitune.tui.formatting import ASCII, UNICODE, Glyphs
from tuitune.tui.ranges.lines import Window, draw_pane, open_window, ribbon_of
from tuitune.tui.ranges.ribbon import draw_ribbon
from tuitune.tui.ranges.ribbon_data import Axis, Columns, RibbonData, axis_of, bar_height
from tuitune.tui.ranges.ribbon_layout import pane_height, plan_layout
from tuitune.tui.ranges.ribbon_view import Ribbon
from tuitune.tui.ranges.state import RangesState

# -- axis ------------------------------------------------------------------------------------


@st.composite
def axes(draw: st.DrawFn) -> Axis:
    cells = draw(st.integers(7, 120))
    if draw(st.booleans()):
        low = draw(st.floats(-12, 2))
        high = low + draw(st.floats(0.1, 12))
        return Axis(10**low, 10**high, True, cells, draw(st.booleans()))
    start = draw(st.floats(-1e6, 1e6))
    return Axis(start, start + draw(st.floats(1e-2, 1e6)), False, cells)


@given(axes(), st.floats(0, 1), st.floats(0, 1))
def test_brackets_stand_on_the_axis_in_order(axis: Axis, one: float, other: float) -> None:
    low, high = sorted((_between(axis, one), _between(axis, other)))
    left, right = axis.brackets(low, high)
    assert axis.start <= left < right - 1 <= axis.cells - 2
    assert left < axis.clipped(low) <= axis.clipped(high) < right


@given(axes(), st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_larger_values_are_never_further_left(axis: Axis, places: list[float]) -> None:
    values = sorted(_between(axis, place) for place in places)
    columns = [axis.column(value) for value in values]
    assert all(c is not None and axis.first <= c <= axis.last for c in columns)
    lefts = [axis.brackets(value, axis.high)[0] for value in values]
    assert lefts == sorted(lefts)


@given(axes(), st.data())
def test_the_value_of_a_column_lies_in_it(axis: Axis, data: st.DataObject) -> None:
    column = data.draw(st.integers(axis.first, axis.last))
    value = axis.value_at(column)
    assert axis.low <= value <= axis.high
    assert axis.column(value) == column


@given(axes(), st.lists(st.one_of(st.none(), st.floats(-10, 10), st.just(0.0)), max_size=20))
def test_many_columns_are_as_one_by_one(axis: Axis, values: list[float | None]) -> None:
    one_by_one = [axis.column(value) for value in values]
    assert axis.columns(values).tolist() == [-1 if c is None else c for c in one_by_one]


@given(axes())
def test_decades_are_marked_apart_from_each_other(axis: Axis) -> None:
    ticks = sorted(axis.ticks())
    assert all(axis.start <= tick < axis.cells for tick in ticks)
    assert all(right - left >= 2 for left, right in pairwise(ticks))


def test_zero_has_a_cell_of_its_own() -> None:
    axis = axis_of(FloatRange(1e-6, 1e-2, log=True, zero=True), 30)
    assert isinstance(axis, Axis)
    assert axis.column(0.0) == 0
    assert axis.column(1e-6) == axis.first == 3
    assert axis.brackets(1e-6, 1e-2) == (2, 29)


def _between(axis: Axis, share: float) -> float:
    if axis.log:
        value = axis.low * math.pow(axis.high / axis.low, share)
    else:
        value = axis.low + share * (axis.high - axis.low)
    return min(max(value, axis.low), axis.high)


# -- what lies in the columns ----------------------------------------------------------------

AXIS = Axis(1e-6, 1e-2, True, 20)


def trial(number: int, lr: float, score: float | None, state: TrialState) -> Trial:
    return Trial(number, 1, 1, {"lr": lr}, 0, 50, state, score)


@st.composite
def histories(draw: st.DrawFn) -> list[Trial]:
    """Trials in the order in which they were seen, some of them several times."""
    states = st.sampled_from(list(TrialState))
    scores = st.one_of(st.none(), st.floats(0, 1), st.just(math.nan))
    values: dict[int, float] = {}
    history = []
    for number in draw(st.lists(st.integers(1, 12), max_size=30)):
        lr = values.setdefault(number, 10 ** draw(st.floats(-7, -1)))
        history.append(trial(number, lr, draw(scores), draw(states)))
    return history


@given(histories(), st.sampled_from([1, -1]))
def test_trial_by_trial_gives_what_counting_anew_gives(history: list[Trial], sign: int) -> None:
    data = RibbonData(Criterion("val", sign, 1))
    data.columns("lr", AXIS)
    for seen in history:
        data.update(seen)
    fresh = RibbonData(Criterion("val", sign, 1))
    fresh.load({seen.number: seen for seen in history}.values())
    kept, counted = data.columns("lr", AXIS), fresh.columns("lr", AXIS)
    assert kept.best == counted.best
    assert kept.given_up == counted.given_up
    assert kept.failed == counted.failed


def test_minimised_scores_turn_round() -> None:
    data = RibbonData(Criterion("val", -1, 1))
    data.load([trial(1, 1e-4, 0.9, TrialState.DONE), trial(2, 1e-4, 0.2, TrialState.DONE)])
    columns = data.columns("lr", AXIS)
    column = AXIS.column(1e-4)
    assert column is not None
    assert columns.best[column] == -0.2
    assert columns.best_trial[column] == 2


def test_a_trial_that_runs_again_leaves_its_column() -> None:
    session = new_session()
    number = queue(session)
    start(session, number)
    report(session, number, 50)
    end(session, number)
    data = RibbonData(session.criterion)
    axis = axis_of(session.space["lr"], 40)
    data.load(session.trials)
    assert any(data.columns("lr", axis).best_trial)
    session.apply(TrialRequeued(number, 100))
    data.update(session.trial(number))
    assert not any(data.columns("lr", axis).best_trial)


def test_the_best_has_the_highest_bar_and_one_bad_score_flattens_nothing() -> None:
    data = RibbonData(Criterion("val", 1, 1))
    scores = [-1000.0, *(0.5 + 0.02 * i for i in range(15))]
    data.load(
        trial(i + 1, 10 ** (-6 + i / 4), score, TrialState.DONE) for i, score in enumerate(scores)
    )
    columns = data.columns("lr", Axis(1e-6, 1e-2, True, 40))
    heights = [bar_height(g, data.scale(["lr"])) for g in columns.best if g is not None]
    assert heights[0] == 0
    assert heights[-1] == 7
    assert heights == sorted(heights)
    assert len(set(heights)) == 8


# -- what is drawn ---------------------------------------------------------------------------

PARAMETERS: list[Parameter] = [
    FloatRange(1e-6, 1e-1, log=True),
    FloatRange(1e-6, 1e-1, log=True, zero=True),
    FloatRange(1e-6, 1e-1, log=True, frozen=3e-3),
    FloatRange(-4.0, 9.5),
    IntRange(16, 256),
    IntRange(1, 1024, log=True),
    Choice(("sgd", "adam")),
    Choice(tuple(f"option-{i}" for i in range(12)), off=("option-3",)),
    Choice((1, 2, True), frozen=2),
    Choice(("日本", "b")),
]


@settings(max_examples=60)
@given(
    st.sampled_from(PARAMETERS),
    st.integers(12, 200),
    st.integers(1, 4),
    st.booleans(),
    st.sampled_from([UNICODE, ASCII]),
)
def test_every_line_is_as_wide_as_the_pane(
    p: Parameter, width: int, rows: int, active: bool, glyphs: Glyphs
) -> None:
    layout = plan_layout(width, rows, [("lr", p)], verdicts=rows > 2)
    columns = Columns(axis_of(p.free(), layout.cells))
    values: tuple[Value, ...] = (p.from_unit(0.4), p.from_unit(1.0))
    for value in values:
        column = columns.axis.column(value)
        assert column is not None
        columns.add(column, 1, 0.4, 1)
    ribbon = Ribbon(
        "lr", p, p, p.free(), columns, (0.0, 1.0), 1,
        running=values, selected=values[0], active=active, handle="both",
        of_round=p, verdict=expand_lr() if isinstance(p, FloatRange) and p.log else None,
    )  # fmt: skip
    lines = draw_ribbon(ribbon, layout, glyphs)
    assert len(lines) == rows
    for line in lines:
        text = "".join(span for span, _ in line)
        assert cell_len(text) == width
        if glyphs is ASCII and text.isascii() is False:
            pytest.fail(text)


def pane(session: Session, width: int, height: int, glyphs: Glyphs = UNICODE) -> list[str]:
    state = RangesState(session)
    window = open_window(state, width, height, 0)
    return ["".join(t for t, _ in line) for line in draw_pane(state, window, height, "", glyphs)]


def roles(state: RangesState, window: Window, name: str) -> list[tuple[str, str]]:
    """Each cell of the axis of one parameter with its role, in one-line ribbons."""
    line = draw_ribbon(ribbon_of(state, name, window.layout), window.layout, UNICODE)[0]
    cells = [(character, role) for text, role in line for character in text]
    return cells[window.layout.axis_x : window.layout.axis_x + window.layout.cells]


def test_what_the_draft_cuts_off_is_dim_in_every_ribbon() -> None:
    session = make_session(30)
    state = RangesState(session)
    state.draft.change("lr", FloatRange(1e-4, 1e-3, log=True), key="", now=0.0)
    window = open_window(state, 100, 7, 0)
    for name in ("lr", "momentum"):
        columns = ribbon_of(state, name, window.layout).columns
        for column, (_, role) in enumerate(roles(state, window, name)):
            number = columns.best_trial[column]
            if number and role.split()[0] in ("cut", "bar-1", "bar-2", "bar-3", "bar-4"):
                lr = session.trial(number).params["lr"]
                assert role.startswith("cut") == (not state.draft.space["lr"].contains(lr))


def test_running_failed_and_selected_trials_are_seen() -> None:
    session = make_session(0)
    state = RangesState(session)
    running = next(iter(session.running))
    failed = 1
    state.selected_trial = failed
    window = open_window(state, 100, 7, 0)
    assert window.layout.rows == 1
    cells = roles(state, window, "weight_decay")
    axis = ribbon_of(state, "weight_decay", window.layout).columns.axis
    at = axis.column(session.trial(running).params["weight_decay"])
    assert at is not None
    assert cells[at] == ("▶", "running")
    at = axis.column(session.trial(failed).params["weight_decay"])
    assert at is not None
    assert cells[at] == ("×", "diverged selected")


def test_the_active_handle_is_marked_and_no_other() -> None:
    state = RangesState(make_session(5))
    state.handle = "high"
    window = open_window(state, 100, 7, 0)
    marked = [c for name in ("lr", "momentum") for c in roles(state, window, name)]
    assert [cell for cell in marked if cell[1] == "handle"] == [("]", "handle")]


def test_frozen_ranges_show_their_value_and_no_brackets() -> None:
    session = make_session(5)
    state = RangesState(session)
    state.draft.change("lr", session.space["lr"].freeze(3e-3), key="", now=0.0)
    window = open_window(state, 100, 7, 0)
    line = draw_ribbon(ribbon_of(state, "lr", window.layout), window.layout, UNICODE)[0]
    text = "".join(t for t, _ in line)
    assert "= 3e-3*" in text
    assert "[" not in text


def test_the_running_round_keeps_its_brackets() -> None:
    session = make_session(5)
    state = RangesState(session)
    state.draft.change("lr", FloatRange(1e-4, 1e-3, log=True), key="", now=0.0)
    cells = roles(state, open_window(state, 100, 7, 0), "lr")
    assert [cell for cell in cells if cell[1] == "round"] == [("(", "round"), (")", "round")]


def test_a_proposal_stands_above_the_axis() -> None:
    session = make_session(20)
    state = RangesState(session)
    state.verdicts = {"lr": expand_lr()}
    window = open_window(state, 120, 20, 0)
    assert window.layout.rows == 3
    above, bars, line = (
        "".join(t for t, _ in part)
        for part in draw_ribbon(ribbon_of(state, "lr", window.layout), window.layout, UNICODE)
    )
    assert "‹" in above
    assert "»" in above  # it reaches beyond the axis
    assert "suggest" in above
    assert "widen up ●●●" in above
    assert "the best lie towards the upper" in bars
    assert "2e-3..1" in line


def test_without_verdicts_nothing_stands_in_their_place() -> None:
    session = make_session(20)
    assert open_window(RangesState(session), 120, 40, 0).layout.rows == 2
    assert "suggest" not in "".join(pane(session, 120, 40))


def test_more_parameters_than_lines_scroll_with_the_active_one() -> None:
    session = make_session(5)
    state = RangesState(session)
    top = 0
    for place in range(5):
        window = open_window(state, 80, 4, top)
        top = window.top
        assert window.top <= place < window.top + window.count
        state.step_parameter(1)


@given(st.integers(1, 30), st.integers(20, 220), st.integers(1, 60), st.booleans())
def test_the_pane_never_wants_more_than_there_is(
    parameters: int, width: int, most: int, verdicts: bool
) -> None:
    assert 1 <= pane_height(parameters, width, most, verdicts=verdicts) <= most


def test_ascii_panes_are_ascii() -> None:
    session = make_session(20, Problem(direction="minimize"))
    assert all(line.isascii() for size in (40, 80, 120) for line in pane(session, size, 9, ASCII))


@given(st.integers(1, 60), st.integers(1, 30))
def test_any_size_can_be_drawn(width: int, height: int) -> None:
    lines = pane(make_session(2), width, height)
    assert len(lines) <= max(height - 1, 0)
    assert all(cell_len(line) == width for line in lines)
