from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from tests.tui.snapshots import check_snapshot
from tests.tui.trials import make_session, report
from tuitune.model import Session
from tuitune.model.events import TrialAnnotated
from tuitune.tui.curves.pane import Curves
from tuitune.tui.formatting import ASCII, UNICODE, short_score
from tuitune.tui.trials.compare import Compare
from tuitune.tui.trials.differences import BEST, comparison, differences
from tuitune.tui.trials.pane import TrialTable

SIZES = [(80, 24), (120, 40), (40, 12)]


class TableApp(App[None]):
    def __init__(self, session: Session) -> None:
        super().__init__()
        self.table = TrialTable(session)

    def compose(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        self.table.focus()


def rows_of(table: TrialTable) -> list[str]:
    return [table.render_line(y).text for y in range(2, table.size.height)]


@given(st.lists(st.integers(1, 26), min_size=2, max_size=8, unique=True))
def test_only_what_differs_is_shown_and_the_best_is_the_best(numbers: list[int]) -> None:
    session = make_session(20)
    trials = [session.trial(number) for number in numbers]
    rows = {row.name: row for row in differences(session, trials, UNICODE)}
    for name in ("lr", "weight_decay", "momentum", "batch", "optimizer"):
        assert (name in rows) == (len({t.params[name] for t in trials}) > 1)
    assert "revision" not in rows
    assert "epochs" not in rows
    assert all(len(row.values) == len(trials) for row in rows.values())
    scores = [trial.score for trial in trials if trial.score is not None]
    if "val" in rows and scores:
        best = {place for place, t in enumerate(trials) if t.score == max(scores)}
        assert rows["val"].best == best
    # Values that differ are told apart.
    assert len(set(rows["seed"].values)) == len(trials)
    assert len(set(rows["lr"].values)) == len({t.params["lr"] for t in trials})


def test_the_best_is_marked_in_text_alone() -> None:
    session = make_session(20)
    text = comparison(session, [session.trial(1), session.trial(7)], {7: 1}, ASCII).plain
    lines = {line.split()[0]: line for line in text.split("\n") if line.strip()}
    assert "o #7" in lines["#1"]
    score = session.trial(7).score
    assert score is not None
    assert lines["val"].rstrip().endswith(f"{short_score(score)}{BEST}")
    assert lines["lr"].count(BEST) == 1
    assert "optimizer" not in lines
    assert text.isascii()


def test_trials_that_do_not_differ_say_so() -> None:
    session = make_session(3)
    trial = session.trial(1)
    assert "nothing differs" in comparison(session, [trial, trial], {}, UNICODE).plain


async def test_marks_are_shown_in_the_row_and_taken_away() -> None:
    app = TableApp(make_session(8))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("C")
        assert not isinstance(app.screen, Compare)
        assert not any("*" in row for row in rows_of(app.table))
        await pilot.press("m", "j", "j", "m")
        rows = rows_of(app.table)
        assert [row[2] for row in rows[:4]] == ["*", " ", "*", " "]
        assert len(app.table.marked) == 2
        assert "2 marked" in app.table.render_line(0).text
        await pilot.press("m")
        assert rows_of(app.table)[2][2] == " "
        await pilot.press("s")
        assert sum(row[2] == "*" for row in rows_of(app.table)) == 1


@pytest.mark.parametrize("size", SIZES)
async def test_the_marked_are_compared(size: tuple[int, int]) -> None:
    session = make_session(8)
    app = TableApp(session)
    async with app.run_test(size=size) as pilot:
        await pilot.press("m", "j", "m", "j", "j", "m", "C")
        await pilot.pause()
        assert isinstance(app.screen, Compare)
        curves = app.screen.query_one(Curves)
        curves.draw_stale()
        await pilot.pause()
        assert list(curves.slots) == app.table.marked
        assert curves.region.bottom == size[1] - 1
        strips = list(app.screen._compositor.render_strips())
        check_snapshot(f"compare-{size[0]}x{size[1]}", strips)
        text = "\n".join(strip.text for strip in strips)
        for number, slot in list(curves.slots.items())[: 2 if size[0] < 80 else 3]:
            assert f"{UNICODE.markers[slot]} #{number}" in text
        await pilot.press("v", "g", "plus", "j", "l", "escape")
        assert not isinstance(app.screen, Compare)
        assert app.table.marked


async def test_a_comparison_follows_a_running_trial() -> None:
    session = make_session(3)
    running = max(session.running)
    app = TableApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.select(running)
        await pilot.press("m", "B", "C")
        screen = app.screen
        assert isinstance(screen, Compare)
        report(session, running, 4)
        screen._follow()
        await pilot.pause()
        text = "\n".join(strip.text for strip in screen._compositor.render_strips())
        assert "27" in text


async def test_tags_are_a_mark_of_their_own() -> None:
    session = make_session(3)
    session.apply(TrialAnnotated(1, tags=("odd",)))
    app = TableApp(session)
    async with app.run_test(size=(80, 24)):
        rows = "\n".join(rows_of(app.table))
        assert UNICODE.note_and_tag in rows
        assert UNICODE.tag in rows
