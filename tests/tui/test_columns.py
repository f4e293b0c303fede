from __future__ import annotations

import pytest

from tests.tui.trials import make_session
from tuitune.model.events import RevisionCommitted, TrialEnded, TrialSpared
from tuitune.model.trial import Problem, TrialState
from tuitune.space import Choice, FloatRange, Space
from tuitune.tui.describe import describe_event, describe_trial
from tuitune.tui.formatting import ASCII, UNICODE
from tuitune.tui.trials.columns import (
    REASON_WIDTH,
    STATE_WIDTH,
    columns_of,
    flags_text,
    reason_text,
    state_text,
)


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_every_state_fits_and_differs(glyphs: object) -> None:
    assert glyphs in (UNICODE, ASCII)
    used = UNICODE if glyphs is UNICODE else ASCII
    session = make_session(3)
    texts = {trial.state: state_text(trial, used) for trial in session.trials}
    assert set(texts) == set(TrialState)
    assert len(set(texts.values())) == len(texts)
    assert all(len(text) <= STATE_WIDTH for text in texts.values())
    assert texts[TrialState.RUNNING].endswith("23/50")
    assert texts[TrialState.FAILED].endswith("NaN")
    failed = session.trial(4)
    failed.cause, failed.reason = "error", "the price is inf today"
    assert state_text(failed, used).endswith("failed")


def test_the_reason_of_a_pruned_trial_stands_in_its_row_where_there_is_room() -> None:
    session = make_session(3)
    (pruned,) = (t for t in session.trials if t.state is TrialState.PRUNED)
    pruned.reason = "below the median at epoch 9 (.31 < .45)"
    assert reason_text(pruned, UNICODE) == "◌ below the median at epoch 9"
    assert state_text(pruned, UNICODE) == "◌ pruned"
    columns = columns_of(session, UNICODE, wide_state=True, mixed=False)
    narrow, wide = (columns.visible(width, 0)[0] for width in (100, 140))
    cells = [[c.cell(pruned) for c in shown if c.key == "state"] for shown in (narrow, wide)]
    assert cells == [["◌ pruned"], ["◌ below the median at epoch 9"]]
    assert len(cells[1][0]) <= REASON_WIDTH
    pruned.reason = "no better than .5 for 10 epochs"
    assert reason_text(pruned, UNICODE)[2:] == pruned.reason[:REASON_WIDTH]


def test_a_control_can_be_told_in_the_row_and_in_the_detail() -> None:
    session = make_session(3)
    (running,) = (t for t in session.trials if t.state is TrialState.RUNNING)
    why = "below the median at epoch 9 (.31 < .45)"
    event = TrialSpared(running.number, 9, why)
    session.apply(event)
    assert describe_event(session, event) == f"#{running.number} runs on as a control: {why}"
    text = describe_trial(session, running, UNICODE, {}).plain
    assert f"running: control, {why}" in text
    assert "as a control it runs on to the end" in text
    session.apply(TrialEnded(running.number, TrialState.DONE, 1.0, 1.0, running.reason))
    assert state_text(running, UNICODE) == "✓ control"
    assert reason_text(running, UNICODE) == "✓ control"
    assert "control" not in describe_trial(session, session.trial(1), UNICODE, {}).plain


def test_flags() -> None:
    session = make_session(3)
    assert [flags_text(session.trial(n), UNICODE) for n in (1, 2, 3)] == ["  ", "# ", " ‡"]


def test_columns_are_those_of_every_revision() -> None:
    session = make_session(3, Problem(metric="val_loss", direction="minimize"))
    space = Space({"depth": FloatRange(0.1, 1.0), "lr": FloatRange(1e-3, 1e-2, log=True)})
    session.apply(RevisionCommitted(2, 1, space, 0.0))
    columns = columns_of(session, UNICODE, wide_state=True, mixed=False)
    names = ["depth", "lr", "weight_decay", "momentum", "batch", "optimizer"]
    assert [c.key for c in columns.scrolling] == [*(f"param:{n}" for n in names), "seconds"]
    assert columns.scrolling[0].cell(session.trial(1)) == "--"
    assert columns.leading[2].title == "val_loss"
    assert all(column.width >= 1 for column in columns.scrolling)


@pytest.mark.parametrize("width", range(0, 140, 7))
@pytest.mark.parametrize("wide_state", [True, False])
def test_what_is_visible_fits(width: int, wide_state: bool) -> None:
    columns = columns_of(make_session(3), UNICODE, wide_state=wide_state, mixed=False)
    fixed = sum(c.width + 1 for c in (*columns.leading, *columns.closing))
    for first in range(len(columns.scrolling)):
        shown, count = columns.visible(width, first)
        keys = [c.key for c in columns.scrolling[first : first + count]]
        assert [c.key for c in shown][len(columns.leading) :][:count] == keys
        assert sum(c.width + 1 for c in shown) <= max(width, fixed)
    last = columns.last_first(width)
    assert last + columns.visible(width, last)[1] >= len(columns.scrolling) or width < fixed + 11


def test_a_long_option_is_cut_by_the_column() -> None:
    session = make_session(1)
    session.apply(RevisionCommitted(2, 1, Space({"o": Choice(("x" * 60, "y"))}), 0.0))
    column = columns_of(session, UNICODE, wide_state=False, mixed=False).scrolling[0]
    assert column.width == 10
    assert column.heading("↓", "…") == "o↓".ljust(10)
