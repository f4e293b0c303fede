from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.strip import Strip

from tests.tui.snapshots import check_snapshot
from tests.tui.trials import end, make_session, new_session, queue, report, start
from tuitune.errors import plain
from tuitune.model import Session
from tuitune.model.events import EpochReported, TrialAnnotated
from tuitune.tui.curves import pane as module
from tuitune.tui.curves.pane import Curves
from tuitune.tui.formatting import ASCII, UNICODE, Glyphs, short_score
from tuitune.tui.plotting import ChartError, Line, draw_curves
from tuitune.tui.theme import DARK

SIZES = [(80, 24), (120, 40), (40, 12)]


class CurvesApp(App[None]):
    """Nothing but a chart."""

    def __init__(self, session: Session | None, glyphs: Glyphs = UNICODE) -> None:
        super().__init__()
        self.curves = Curves(session, glyphs=glyphs)
        self.drawn: list[dict[int, int]] = []

    def compose(self) -> ComposeResult:
        yield self.curves

    def on_mount(self) -> None:
        self.register_theme(DARK)
        self.theme = DARK.name
        self.curves.focus()

    def on_curves_drawn(self, message: Curves.Drawn) -> None:
        self.drawn.append(message.slots)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Time as the chart sees it; it stands still unless a test moves it."""
    now = [100.0]
    monkeypatch.setattr(module, "monotonic", lambda: now[0])
    monkeypatch.setattr(Curves, "set_interval", lambda *_: None)

    def move(seconds: float) -> None:
        now[0] += seconds

    return move


def strips_of(curves: Curves) -> list[Strip]:
    return [curves.render_line(y) for y in range(curves.size.height)]


def lines_of(curves: Curves) -> list[str]:
    curves.draw_stale()
    return [strip.text.rstrip() for strip in strips_of(curves)]


@pytest.mark.parametrize("size", SIZES)
async def test_it_looks_as_it_did(size: tuple[int, int]) -> None:
    session = make_session(8)
    app = CurvesApp(session)
    async with app.run_test(size=size) as pilot:
        app.curves.show(session, 4)
        app.curves.draw_stale()
        await pilot.pause()
        check_snapshot(f"curves-{size[0]}x{size[1]}", strips_of(app.curves))
        assert all(strip.cell_length == size[0] for strip in strips_of(app.curves))


async def test_it_draws_the_selected_the_pinned_and_the_best_and_says_so() -> None:
    session = make_session(8)
    app = CurvesApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        app.curves.show(session, 4)
        app.curves.draw_stale()
        await pilot.pause()
        assert session.best is not None
        best = session.best.number
        assert list(app.curves.slots)[:3] == [4, 2, best]
        assert app.drawn[-1] == app.curves.slots
        title = lines_of(app.curves)[0]
        for number, slot in app.curves.slots.items():
            assert f"{UNICODE.markers[slot]} #{number}" in title
        session.apply(TrialAnnotated(2, pinned=False))
        app.curves.update([2])
        app.curves.draw_stale()
        assert 2 not in app.curves.slots
        assert app.curves.slots[4] == app.drawn[-1][4]


async def test_it_waits_between_drawings(
    clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session(8)
    running = max(session.running)
    app = CurvesApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.curves.show(session, running)
        app.curves.draw_stale()
        drawings: list[int] = []

        def draw(*arguments: Any) -> list[Line]:
            drawings.append(1)
            return draw_curves(*arguments)

        monkeypatch.setattr(module, "draw_curves", draw)
        clock(0.1)
        for _ in range(5):
            report(session, running)
            app.curves.update([running])
        assert drawings == []
        clock(0.2)
        report(session, running)
        app.curves.update([running])
        assert drawings == [1]
        app.curves.draw_stale()
        assert drawings == [1]
        clock(1.0)
        app.curves.update([max(session.waiting)])
        assert drawings == [1]


async def test_only_cells_that_differ_are_asked_for(
    clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session(8)
    running = max(session.running)
    app = CurvesApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        app.curves.show(session, running)
        app.curves.draw_stale()
        await pilot.pause()
        asked: list[int] = []
        monkeypatch.setattr(
            app.curves,
            "refresh",
            lambda *regions, **_: asked.append(sum(r.area for r in regions) or 10**9),
        )
        score = session.trial(running).score or 0.0
        metrics: dict[str, float | None] = {"val_acc": score, "train_acc": score}
        clock(1.0)
        session.apply(EpochReported(running, 24, metrics, 4.0))
        app.curves.update([running])
        assert len(asked) == 1
        assert asked[0] < 60


async def test_the_keys_choose_what_is_drawn() -> None:
    session = make_session(8)
    for trial in session.trials[:8]:
        trial.curve["val_loss"] = [2.0 / (epoch + 1) for epoch in range(50)]
    app = CurvesApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        assert "val ━ train ┅" in lines_of(app.curves)[0]
        both = lines_of(app.curves)
        await pilot.press("v")
        assert "train" not in lines_of(app.curves)[0]
        assert lines_of(app.curves)[1:] != both[1:]
        await pilot.press("v", "v", "tilde")
        smooth = lines_of(app.curves)
        assert " ~" in smooth[0]
        await pilot.press("tilde")
        assert lines_of(app.curves) == both
        count = len(app.curves.slots)
        await pilot.press("plus")
        lines_of(app.curves)
        assert len(app.curves.slots) == count + 1
        await pilot.press(*["minus"] * 9)
        lines_of(app.curves)
        assert list(app.curves.slots) == [2]
        await pilot.press(*["plus"] * 9)
        lines_of(app.curves)
        assert len(app.curves.slots) == 6
        await pilot.press("m")
        assert "val_loss ━" in lines_of(app.curves)[0]
        await pilot.press("m")
        assert "val ━" in lines_of(app.curves)[0]


async def test_running_trials_come_up() -> None:
    session = new_session()
    app = CurvesApp(session)
    async with app.run_test(size=(80, 24)):
        assert "no curves yet" in lines_of(app.curves)[1]
        number = queue(session)
        start(session, number)
        app.curves.update([number])
        report(session, number, 2)
        app.curves.update([number])
        assert list(lines_of(app.curves)) != []
        assert list(app.curves.slots) == [number]
        end(session, number)
        app.curves.update([number])
        app.curves.update()
        lines_of(app.curves)
        assert list(app.curves.slots) == [number]


async def test_without_unicode_everything_is_ascii() -> None:
    app = CurvesApp(make_session(8), ASCII)
    async with app.run_test(size=(80, 24)):
        assert all(line.isascii() for line in lines_of(app.curves))


async def test_a_chart_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ChartError("no [b]chart[/b] today")

    monkeypatch.setattr(module, "draw_curves", fail)
    app = CurvesApp(make_session(3))
    async with app.run_test(size=(80, 24)):
        assert "no [b]chart[/b] today" in lines_of(app.curves)[1]


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (10, 4), (20, 5)])
async def test_tiny_sizes_draw(size: tuple[int, int]) -> None:
    app = CurvesApp(make_session(3))
    async with app.run_test(size=size) as pilot:
        await pilot.press("v", "m", "plus")
        assert all(strip.cell_length == size[0] for strip in strips_of(app.curves))


async def test_data_is_plain_text_and_no_color_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    session = make_session(3)
    session.trial(1).curve["[red]\x1b[31m"] = [1.0, None]
    app = CurvesApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("m")
        text = "\n".join(lines_of(app.curves))
        assert "[red][31m ━" in text
        assert plain(text) == text.replace("\n", " ")


async def test_an_empty_chart_takes_every_key() -> None:
    app = CurvesApp(None)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("v", "m", "plus", "minus", "tilde")
        app.curves.update([1])
        app.curves.show(new_session(), None)
        assert "no curves yet" in lines_of(app.curves)[1]


@pytest.mark.parametrize("size", SIZES)
async def test_the_figure_looks_as_it_did(size: tuple[int, int]) -> None:
    app = CurvesApp(make_session(24))
    async with app.run_test(size=size) as pilot:
        await pilot.press("g")
        app.curves.draw_stale()
        check_snapshot(f"figure-{size[0]}x{size[1]}", strips_of(app.curves))
        assert all(strip.cell_length == size[0] for strip in strips_of(app.curves))


async def test_the_figure_has_a_panel_for_each_of_the_best_on_pages() -> None:
    session = make_session(24)
    app = CurvesApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        common = lines_of(app.curves)
        await pilot.press("n", "g")
        ranked = sorted(
            (t for t in session.trials if t.state in ("done", "running") and t.score is not None),
            key=session.criterion.key,
        )[:20]
        seen: list[tuple[str, ...]] = []
        for turn, place in enumerate(["best 1-6 of 20", "best 7-12 of 20", "best 13-18 of 20"]):
            lines = lines_of(app.curves)
            assert place in lines[0]
            seen += re.findall(r"(\d+)\. #(\d+) (\.\d+)", "\n".join(lines[1:]))
            await pilot.press("n" if turn else "pagedown")
        assert "best 19-20 of 20" in lines_of(app.curves)[0]
        seen += re.findall(r"(\d+)\. #(\d+) (\.\d+)", "\n".join(lines_of(app.curves)[1:]))
        await pilot.press("n", "plus")
        assert "best 19-20 of 20" in lines_of(app.curves)[0]
        assert seen == [
            (str(rank), str(trial.number), short_score(trial.score))
            for rank, trial in enumerate(ranked, 1)
        ]
        assert app.curves.slots == {}
        await pilot.press("N", "pageup")
        assert "best 7-12 of 20" in lines_of(app.curves)[0]
        await pilot.press("g")
        assert lines_of(app.curves) == common


async def test_the_figure_follows_a_running_trial_at_the_pace_of_the_chart(
    clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session(2)
    running = max(session.running)
    app = CurvesApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.curves.action_toggle_figure()
        app.curves.draw_stale()
        await pilot.pause()
        asked: list[int] = []
        monkeypatch.setattr(
            app.curves,
            "refresh",
            lambda *regions, **_: asked.append(sum(r.area for r in regions) or 10**9),
        )
        score = session.trial(running).score or 0.0
        metrics: dict[str, float | None] = {"val_acc": score, "train_acc": score}
        session.apply(EpochReported(running, 24, metrics, 4.0))
        app.curves.update([running])
        assert asked == []
        clock(0.3)
        app.curves.draw_stale()
        assert len(asked) == 1
        assert asked[0] < 60


async def test_the_figure_is_ascii_without_unicode_and_says_where_it_has_no_room() -> None:
    app = CurvesApp(make_session(8), ASCII)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("g")
        assert all(line.isascii() for line in lines_of(app.curves))
        await pilot.resize_terminal(30, 8)
        assert "z gives the curves room" in lines_of(app.curves)[1]
