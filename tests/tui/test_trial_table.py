from __future__ import annotations

import pytest
from rich.text import Text
from textual.app import App, ComposeResult
from textual.strip import Strip

from tests.tui.snapshots import check_snapshot
from tests.tui.trials import end, make_session, new_session, queue, report, start
from tuitune.errors import UsageError
from tuitune.model import Session
from tuitune.model.events import EpochReported, RoundStarted, TrialAnnotated
from tuitune.model.trial import Problem, TrialState
from tuitune.tui.formatting import ASCII, UNICODE, Glyphs
from tuitune.tui.theme import DARK
from tuitune.tui.trials.pane import TrialTable

SIZES = [(80, 24), (120, 40), (40, 12)]


class TableApp(App[None]):
    """Nothing but a table."""

    def __init__(self, session: Session | None, glyphs: Glyphs = UNICODE) -> None:
        super().__init__()
        self.table = TrialTable(session, glyphs=glyphs)
        self.selected: list[int] = []
        self.opened: list[int] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        self.register_theme(DARK)
        self.theme = DARK.name
        self.table.focus()

    def on_trial_table_selected(self, message: TrialTable.Selected) -> None:
        self.selected.append(message.trial)

    def on_trial_table_opened(self, message: TrialTable.Opened) -> None:
        self.opened.append(message.trial)


def strips_of(table: TrialTable) -> list[Strip]:
    return [table.render_line(y) for y in range(table.size.height)]


def lines_of(table: TrialTable) -> list[str]:
    return [strip.text.rstrip() for strip in strips_of(table)]


def numbers_of(table: TrialTable) -> list[int]:
    """Numbers of the trials in sight, from the top."""
    return [int(line[2:].split()[0]) for line in lines_of(table)[2:] if line.strip()]


@pytest.mark.parametrize("size", SIZES)
async def test_it_looks_as_it_did(size: tuple[int, int]) -> None:
    app = TableApp(make_session(20))
    async with app.run_test(size=size) as pilot:
        app.table.show_markers({12: 0, 2: 1, 25: 2})
        await pilot.pause()
        check_snapshot(f"table-{size[0]}x{size[1]}", strips_of(app.table))
        assert all(strip.cell_length == size[0] for strip in strips_of(app.table))


async def test_without_unicode_everything_is_ascii() -> None:
    app = TableApp(make_session(20), ASCII)
    async with app.run_test(size=(120, 40)):
        app.table.show_markers({12: 0, 2: 1, 25: 2})
        assert all(line.isascii() for line in lines_of(app.table))


async def test_it_begins_with_the_best_and_says_where_it_is() -> None:
    session = make_session(20)
    app = TableApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        assert session.best is not None
        assert app.table.selected == session.best.number
        assert "1/26" in lines_of(app.table)[0]
        await pilot.press("j", "j", "k", "G")
        assert "26/26" in lines_of(app.table)[0]
        await pilot.press("g", "enter")
        ranked = [trial.number for trial in session.ranking()]
        assert app.selected == [ranked[0], ranked[1], ranked[2], ranked[1], ranked[-1], ranked[0]]
        assert app.opened == [ranked[0]]
        assert numbers_of(app.table) == ranked[:22]


async def test_half_pages_stay_inside() -> None:
    app = TableApp(make_session(20))
    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.press("ctrl+d", "ctrl+d", "ctrl+u")
        assert "6/26" in lines_of(app.table)[0]
        await pilot.press("ctrl+u", "ctrl+u")
        assert "1/26" in lines_of(app.table)[0]


async def test_the_cursor_follows_its_trial() -> None:
    session = make_session(8)
    running = max(session.running)
    app = TableApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.table.select(running)
        before = numbers_of(app.table).index(running)
        session.apply(TrialAnnotated(running, pinned=True))
        session.apply(EpochReported(running, 24, {"val_acc": 0.99}, 4.0))
        app.table.update_trials([running])
        await pilot.pause()
        after = numbers_of(app.table).index(running)
        assert after != before
        assert app.table.selected == running
        assert lines_of(app.table)[2 + after].startswith("▌")
        assert lines_of(app.table)[2 + after].endswith("#")
        assert numbers_of(app.table) == [trial.number for trial in session.ranking()]


async def test_rows_in_sight_stay_where_they_are_while_trials_come_in_above() -> None:
    session = make_session(40)
    app = TableApp(session)
    async with app.run_test(size=(80, 12)) as pilot:
        app.table.sort_by("number", flipped=True)
        await pilot.press("G", "k", "k")
        before = numbers_of(app.table)
        for _ in range(5):
            app.table.update_trials([queue(session)])
        assert numbers_of(app.table) == before


async def test_only_cells_that_differ_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    session = make_session(20)
    running = max(session.running)
    app = TableApp(session)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        asked: list[int] = []

        def record(*regions: object, **options: object) -> TrialTable:
            asked.append(sum(getattr(region, "area", 10**9) for region in regions) or 10**9)
            return app.table

        monkeypatch.setattr(app.table, "refresh", record)
        app.table.update_trials([running])
        assert asked == []
        report(session, running, 1)
        app.table.update_trials([running])
        assert len(asked) == 1
        assert asked[0] < 200


async def test_every_column_sorts_and_reverses() -> None:
    session = make_session(12)
    app = TableApp(session)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("S")
        done = [t.number for t in reversed(session.ranking()) if t.state is TrialState.DONE]
        assert [n for n in numbers_of(app.table) if n in done] == done
        await pilot.press("s", "s")
        lr = [float(session.trial(n).params["lr"]) for n in numbers_of(app.table)]
        assert lr == sorted(lr)
        seen = {lines_of(app.table)[0]}
        for _ in range(11):
            await pilot.press("s")
            seen.add(lines_of(app.table)[0])
        assert len(seen) == 11


async def test_a_filter_shows_what_it_says() -> None:
    session = make_session(20)
    app = TableApp(session)
    async with app.run_test(size=(120, 40)):
        app.table.set_filter("state=done lr<1e-3")
        wanted = [
            t.number
            for t in session.ranking()
            if t.state is TrialState.DONE and float(t.params["lr"]) < 1e-3
        ]
        assert numbers_of(app.table) == wanted
        assert app.table.selected in wanted
        assert "/state=done lr<1e-3" in lines_of(app.table)[0]
        with pytest.raises(UsageError):
            app.table.set_filter("lr<")
        assert numbers_of(app.table) == wanted
        app.table.set_filter("#pin state=failed")
        assert app.table.selected is None
        assert "no trial matches" in lines_of(app.table)[2]
        assert not app.table.select(1)
        app.table.set_filter("")
        assert app.table.rows == len(session.trials)


async def test_the_filter_is_asked_for() -> None:
    session = make_session(20)
    app = TableApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", *"state=fail")
        await pilot.press("enter")
        assert app.table.filter_text == ""
        await pilot.press(*"ed")
        await pilot.press("enter")
        assert app.table.filter_text == "state=failed"
        assert numbers_of(app.table) == [21]
        assert app.table.clear_filter()
        assert not app.table.clear_filter()


async def test_a_trial_that_the_filter_drops_leaves_the_cursor_nearby() -> None:
    session = make_session(20)
    running = max(session.running)
    app = TableApp(session)
    async with app.run_test(size=(80, 24)):
        app.table.set_filter("state=running,queued")
        app.table.select(running)
        end(session, running)
        app.table.update_trials([running])
        assert app.table.selected == running + 1
        assert numbers_of(app.table) == [running + 1]


async def test_best_and_newest() -> None:
    session = make_session(20)
    app = TableApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("G", "B")
        assert session.best is not None
        assert app.table.selected == session.best.number
        await pilot.press("F")
        assert app.table.follows
        assert app.table.selected == max(session.running)
        number = len(session.trials)
        start(session, number)
        app.table.update_trials([number])
        assert app.table.selected == number
        await pilot.press("k")
        assert not app.table.follows


async def test_columns_scroll_sideways_as_far_as_there_are_any() -> None:
    app = TableApp(make_session(5))
    async with app.run_test(size=(60, 20)) as pilot:
        first = lines_of(app.table)[1]
        assert "lr" in first
        assert first.endswith("›")
        await pilot.press(*["right"] * 9)
        last = lines_of(app.table)[1]
        assert "time" in last
        assert "lr" not in last
        assert last.startswith(" ‹")
        assert first.endswith(" weight_de… mome… batch    ›")
        assert not last.endswith("›")
        await pilot.press(*["left"] * 9)
        assert lines_of(app.table)[1] == first


async def test_the_mouse_selects_opens_and_sorts() -> None:
    session = make_session(20)
    app = TableApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        ranked = [trial.number for trial in session.ranking()]
        await pilot.click(TrialTable, offset=(10, 5))
        assert app.table.selected == ranked[3]
        await pilot.double_click(TrialTable, offset=(10, 6))
        assert app.opened == [ranked[4]]
        await pilot.click(TrialTable, offset=(4, 1))
        assert numbers_of(app.table)[0] == 1
        await pilot.click(TrialTable, offset=(4, 1))
        assert numbers_of(app.table)[0] == len(session.trials)


async def test_states_and_data_are_plain_text() -> None:
    session = new_session(Problem(metric="[red]m\x1b[0m"))
    number = queue(session)
    session.trial(number).params["optimizer"] = "[b]\x1b[31mx[/b]"
    app = TableApp(session)
    async with app.run_test(size=(160, 12)):
        text = "\n".join(lines_of(app.table))
        assert "[b][31mx" in text
        assert "\x1b" not in text
        assert Text(text).plain == text


async def test_an_empty_table_takes_every_key() -> None:
    app = TableApp(None)
    async with app.run_test(size=(80, 24)) as pilot:
        keys = ["j", "k", "g", "G", "ctrl+d", "s", "S", "B", "F", "enter", "left", "right"]
        await pilot.press(*keys)
        app.table.update_trials([1])
        app.table.show_session(new_session())
        await pilot.press(*keys)
        assert app.table.selected is None
        assert "no trials yet" in lines_of(app.table)[2]
        assert app.selected == app.opened == []


async def test_a_second_round_and_a_resize_change_the_columns() -> None:
    session = make_session(20)
    app = TableApp(session)
    async with app.run_test(size=(120, 40)) as pilot:
        session.apply(RoundStarted(2, 1, "random", "none", 10, 0.0))
        number = queue(session, round_number=2)
        app.table.update_trials([number])
        app.table.set_filter("round=2")
        assert numbers_of(app.table) == [number]
        assert lines_of(app.table)[2].split()[2] == "2"
        assert "queued" in lines_of(app.table)[2]
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "queued" not in lines_of(app.table)[2]


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (8, 3), (20, 4)])
async def test_tiny_sizes_draw(size: tuple[int, int]) -> None:
    app = TableApp(make_session(3))
    async with app.run_test(size=size) as pilot:
        await pilot.press("j", "s", "right")
        assert all(strip.cell_length == size[0] for strip in strips_of(app.table))


async def test_no_color_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = TableApp(make_session(5))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j")
        assert lines_of(app.table)[3].startswith("▌")
