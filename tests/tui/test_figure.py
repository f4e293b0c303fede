from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.tui.trials import make_session
from tuitune.tui.curves.figure import figure_panels, page_of
from tuitune.tui.curves.series import metric_pairs
from tuitune.tui.plotting import PANEL

SESSION = make_session(20)
PAIR = metric_pairs(SESSION.problem, [])[0]


@given(st.integers(0, 20), st.integers(-3, 30), st.integers(0, 250), st.integers(0, 80))
def test_the_pages_hold_every_panel_once(trials: int, number: int, width: int, height: int) -> None:
    page = page_of(trials, number, width, height)
    room = trials > 0 and width >= PANEL[0] and height >= PANEL[1]
    assert (page.pages > 0) == room
    pages = [page_of(trials, turn, width, height) for turn in range(page.pages)]
    places = [place for one in pages for place in range(one.first, one.last)]
    assert places == (list(range(trials)) if room else [])
    assert all(one.grid == page.grid for one in pages)
    if room:
        assert page == pages[min(max(number, 0), page.pages - 1)]


@given(st.integers(1, 20), st.integers(24, 200), st.integers(8, 60))
def test_the_panels_share_their_axes_on_all_pages(count: int, width: int, height: int) -> None:
    trials = SESSION.trials[:count]
    axes = set()
    shown: list[int] = []
    first = page_of(count, 0, width, height)
    for turn in range(first.pages):
        panels = figure_panels(
            trials,
            PAIR,
            page_of(count, turn, width, height),
            shown="both",
            smoothed=False,
            accuracy=True,
            width=width,
            height=height,
        )
        for title, chart in panels:
            axes.add((chart.x, chart.y))
            numbers = {series.trial for series in chart.series}
            assert len(numbers) == 1
            assert [series.kind for series in chart.series] == ["training", "validation"]
            shown += numbers
            assert title.startswith(f"{len(shown)}. #{shown[-1]} .")
    assert shown == [trial.number for trial in trials]
    assert len(axes) == 1
