from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tuitune.model.trial import Criterion, Trial
from tuitune.tui.trials.ranking import TrialOrder, sort_key
from tuitune.tui.trials.viewport import Viewport

steps = st.lists(
    st.tuples(st.sampled_from(["update", "go", "select", "resize"]), st.integers(0, 12)),
    max_size=40,
)


def trial(number: int, score: float, pinned: bool = False) -> Trial:
    return Trial(number, 1, 1, {}, 0, 5, score=score, pinned=pinned)


def order(pinned_only: bool = False) -> TrialOrder:
    return TrialOrder(
        sort_key("number", Criterion("val", 1, 1)), (lambda t: t.pinned) if pinned_only else None
    )


@given(steps, st.booleans(), st.randoms(use_true_random=False))
def test_the_cursor_is_always_in_sight(
    history: list[tuple[str, int]], pinned_only: bool, rng: object
) -> None:
    view = Viewport(order(pinned_only))
    for place, (what, number) in enumerate(history):
        if what == "update":
            view.update([trial(number, place, pinned=place % 3 > 0)])
        elif what == "go":
            view.go(number)
        elif what == "select":
            assert view.select(number) == (view.order.row_of(number) is not None)
        else:
            view.resize(number)
        count = len(view.order)
        assert 0 <= view.top <= max(count - view.page, 0)
        assert (view.selected is None) == (count == 0)
        if count:
            assert view.top <= view.row < view.top + view.page
            assert view.number_on(view.row - view.top) == view.selected
    assert view.number_on(-1) is None
    assert view.number_on(len(view.order)) is None


def test_what_comes_in_above_moves_nothing_in_sight() -> None:
    view = Viewport(order())
    view.resize(3)
    view.show(order(), [trial(n, 0.0) for n in range(10, 20)])
    view.go(9)
    seen = [view.number_on(line) for line in range(3)]
    view.update([trial(1, 0.0), trial(2, 0.0)])
    assert [view.number_on(line) for line in range(3)] == seen
    assert view.row == 11


def test_the_top_of_the_list_stays_in_sight() -> None:
    view = Viewport(order())
    view.resize(3)
    view.show(order(), [trial(n, 0.0) for n in range(10, 20)])
    view.go(0)
    view.update([trial(1, 0.0)])
    assert view.number_on(0) == 1
    assert view.selected == 10


def test_the_cursor_rests_on_the_best_until_somebody_moves_it() -> None:
    view = Viewport(order())
    view.resize(3)
    view.show(order(), [trial(5, 0.5)])
    view.update([trial(3, 0.9)])
    assert view.selected == 3
    view.go(1)
    view.update([trial(1, 0.95)])
    assert view.selected == 5
