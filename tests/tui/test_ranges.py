from __future__ import annotations

import pytest
from msgspec import structs
from textual.filter import NoColor

from tests.tui.ranges_app import RangesApp, expand_lr, lines_of, strips_of
from tests.tui.snapshots import check_snapshot
from tests.tui.trials import end, make_session, new_session, queue, report, start
from tuitune.advice import Advice
from tuitune.model.events import RevisionCommitted
from tuitune.space import Choice, FloatRange, Space
from tuitune.tui.formatting import ASCII
from tuitune.tui.ranges.entry import Entry

SIZES = [(80, 24), (120, 40), (40, 12)]
SMALL = (80, 9)
"""Title, a line for each of five parameters, the last line, and two to spare."""


@pytest.mark.parametrize("size", SIZES)
async def test_it_looks_as_it_did(size: tuple[int, int]) -> None:
    app = RangesApp(make_session(30))
    async with app.run_test(size=size) as pilot:
        app.ranges.selected_trial = 12
        app.ranges.verdicts = {"lr": expand_lr()}
        await pilot.press("right_square_bracket", "h", "h")
        await pilot.pause()
        check_snapshot(f"ranges-{size[0]}x{size[1]}", strips_of(app.ranges))


async def test_low_panes_have_a_line_for_each_parameter() -> None:
    app = RangesApp(make_session(30))
    async with app.run_test(size=SMALL):
        check_snapshot("ranges-80x9", strips_of(app.ranges))


async def test_ascii_terminals_get_ascii() -> None:
    app = RangesApp(make_session(30), glyphs=ASCII)
    async with app.run_test(size=SMALL) as pilot:
        app.ranges.verdicts = {"lr": expand_lr()}
        await pilot.press("l")
        assert all(line.isascii() for line in lines_of(app.ranges))
        assert "^ ***" in lines_of(app.ranges)[1]


@pytest.mark.parametrize("size", SIZES)
async def test_keys_move_the_handles(size: tuple[int, int]) -> None:
    app = RangesApp(make_session(5))
    async with app.run_test(size=size) as pilot:
        await pilot.press("l", "l")
        assert app.range_of("lr") == (1.6e-6, 0.1)
        await pilot.press("right_square_bracket", "H", "comma")
        low, high = app.range_of("lr")
        assert low == 1.6e-6
        assert 9e-3 < high < 1e-2
        assert "1.6e-6.." in lines_of(app.ranges)[1]
        await pilot.press("j", "backslash", "L")
        assert app.range_of("weight_decay") == (1e-7, 0.1)
        await pilot.press("k", "r")
        assert app.range_of("lr") == (1e-6, 0.1)
    assert app.changes == 6
    assert not app.refused


async def test_one_key_held_down_is_one_step_and_can_be_undone() -> None:
    app = RangesApp(make_session(5))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("l", "l", "l")
        assert app.ranges.draft.steps <= 3
        while app.ranges.undo():
            pass
        assert app.range_of("lr") == (1e-6, 0.1)
        assert app.ranges.redo()
        assert app.ranges.draft.is_changed


async def test_the_active_handle_is_inverted_also_without_colours() -> None:
    app = RangesApp(make_session(5))
    async with app.run_test(size=SMALL) as pilot:
        for key, marks in (("left_square_bracket", "["), ("right_square_bracket", "]")):
            await pilot.press(key)
            assert inverted(app) == marks
        await pilot.press("backslash")
        assert inverted(app) == "[]"


def inverted(app: RangesApp) -> str:
    """The inverted text of the first ribbon, as a terminal without colours gets it."""
    strip = strips_of(app.ranges)[1]
    segments = NoColor().apply(list(strip), app.ranges.background_colors[1])
    return "".join(text for text, style, _ in segments if style is not None and style.reverse)


async def test_the_preview_says_what_the_draft_would_do() -> None:
    app = RangesApp(make_session(30))
    async with app.run_test(size=(120, 16)) as pilot:
        assert "keeps" not in lines_of(app.ranges)[-1]
        await pilot.press("L", "L", "L")
        line = lines_of(app.ranges)[-1]
        assert "keeps" in line
        assert "best in" in line
        assert "next" in line
        while app.ranges.undo():
            pass
        assert "keeps" not in lines_of(app.ranges)[-1]


async def test_trials_appear_as_they_end() -> None:
    session = new_session()
    app = RangesApp(session)
    async with app.run_test(size=SMALL) as pilot:
        number = queue(session)
        start(session, number)
        app.ranges.update_trials([number])
        await pilot.pause()
        assert "▶" in lines_of(app.ranges)[1]
        report(session, number, 50)
        end(session, number)
        app.ranges.update_trials([number])
        await pilot.pause()
        assert "█" in lines_of(app.ranges)[1]
        assert "▶" not in lines_of(app.ranges)[1]


async def test_nothing_is_drawn_where_nothing_changed() -> None:
    app = RangesApp(make_session(10))
    async with app.run_test(size=SMALL):
        before = strips_of(app.ranges)
        app.ranges.update_trials([1, 2, 3])
        assert strips_of(app.ranges) == before


# -- exact entry -----------------------------------------------------------------------------


async def test_a_range_is_typed_and_enter_takes_it() -> None:
    app = RangesApp(make_session(5))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("3", "equals_sign", *"3e-4..2e-2")
        await pilot.pause()
        entry = app.ranges.query_one(Entry)
        assert entry.is_open
        assert "✓ 3e-4..0.02 log" in said(app) or "✓ 3e-4..2e-2 log" in said(app)
        assert not app.ranges.draft.is_changed
        await pilot.press("enter")
        assert app.range_of("lr") == (3e-4, 2e-2)
        assert not entry.is_open
        assert app.focused is app.ranges


async def test_what_is_wrong_is_said_while_typing_and_nothing_is_lost() -> None:
    app = RangesApp(make_session(5))
    async with app.run_test(size=(120, 12)) as pilot:
        await pilot.press("equals_sign", *"2..1")
        await pilot.pause()
        assert "goes up, not from 2 to 1" in said(app)
        await pilot.press("enter")
        assert app.ranges.query_one(Entry).is_open
        assert "goes up" in app.refused[0]
        await pilot.press("backspace", "5", "enter")
        assert app.range_of("lr") == (2.0, 5.0)


async def test_escape_leaves_the_entry() -> None:
    app = RangesApp(make_session(5))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("7", "escape")
        assert not app.ranges.query_one(Entry).is_open
        assert app.focused is app.ranges
        assert not app.ranges.draft.is_changed
        await pilot.press("l")
        assert app.ranges.draft.is_changed


def said(app: RangesApp) -> str:
    return str(app.ranges.query_one("#entry-verdict").render())


# -- proposals, freezing, choices ------------------------------------------------------------


async def test_proposals_are_taken_with_their_reason() -> None:
    app = RangesApp(make_session(5))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("n")
        assert app.refused.pop().startswith("no proposal yet")
        app.ranges.verdicts = {"lr": expand_lr()}
        await pilot.press("n")
        assert app.range_of("lr") == (2e-3, 1.0)
        assert "widen up, sure" in app.ranges.reasons()["lr"].text
        await pilot.press("h")
        assert "lr" not in app.ranges.reasons()
        app.ranges.undo()
        app.ranges.undo()
        await pilot.press("N")
        assert app.range_of("lr") == (2e-3, 1.0)
        await pilot.press("j", "n")
        assert "weight_decay" in app.refused.pop()


async def test_widening_follows_the_verdict_else_the_handle() -> None:
    app = RangesApp(make_session(5))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("w")
        assert app.range_of("lr")[0] < 1e-6
        await pilot.press("r")
        app.ranges.verdicts = {"lr": expand_lr()}
        await pilot.press("w")
        assert app.range_of("lr") == (1e-6, 50.0)


async def test_freezing_and_centring_need_a_selected_trial() -> None:
    session = make_session(5)
    app = RangesApp(session)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("f", "c")
        assert len(app.refused) == 2
        app.ranges.selected_trial = 3
        value = session.trial(3).params["lr"]
        await pilot.press("f")
        assert app.ranges.draft.space["lr"].frozen == value
        assert "= " in lines_of(app.ranges)[1]
        await pilot.press("h")
        assert "frozen" in app.refused[-1]
        await pilot.press("f")
        assert not app.ranges.draft.is_changed
        await pilot.press("c")
        low, high = app.range_of("lr")
        assert isinstance(value, float)
        assert low < value < high
        assert 9 < high / low < 11


async def test_options_are_switched_and_one_stays_on() -> None:
    app = RangesApp(make_session(5))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("j", "j", "j", "j", "l", "t")
        choice = app.ranges.draft.space["optimizer"]
        assert isinstance(choice, Choice)
        assert choice.on == ("sgd",)
        assert "[sgd" in lines_of(app.ranges)[5]
        assert "(adam" in lines_of(app.ranges)[5]
        await pilot.press("h", "t")
        assert len(app.refused) == 1


async def test_handles_stop_at_hard_limits_and_never_cross() -> None:
    session = new_session()
    limited = FloatRange(1e-3, 1e-1, log=True, hard_low=1e-3)
    session.apply(RevisionCommitted(2, 1, session.space.replace("lr", limited), 1.0))
    app = RangesApp(session)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("h")
        assert "hard limit" in app.refused[-1]
        await pilot.press("L", "L", "L")
        low, high = app.range_of("lr")
        assert low < high
        assert "don't cross" in app.refused[-1]


async def test_enter_types_the_end_that_the_keys_move() -> None:
    app = RangesApp(make_session(5))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("enter", *"2e-5")
        await pilot.pause()
        assert "lr low end" in str(app.ranges.query_one("#entry-name").render())
        assert "✓ 2e-5..0.1 log" in said(app)
        await pilot.press("enter")
        assert app.range_of("lr") == (2e-5, 0.1)
        await pilot.press("right_square_bracket", "enter", *"3e-2", "enter")
        assert app.range_of("lr") == (2e-5, 3e-2)
        await pilot.press("enter", *"x2", "enter")
        low, high = app.range_of("lr")
        assert low < 2e-5
        assert high > 3e-2


async def test_a_value_outside_of_the_range_says_so_before_it_is_taken() -> None:
    app = RangesApp(make_session(5))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("equals_sign", *"2")
        await pilot.pause()
        assert "outside 1e-6..0.1" in said(app)
        await pilot.press("backspace", *"1e-3")
        await pilot.pause()
        assert "(it stays there)" in said(app)


async def test_a_key_asks_for_the_commit() -> None:
    app = RangesApp(make_session(5))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("l", "C")
        assert app.commits == 1
        app.ranges.state.session.apply(RevisionCommitted(2, 1, app.ranges.draft.space, 1.0))
        app.ranges.show_session(app.ranges.state.session)
        assert not app.ranges.draft.is_changed
        assert app.ranges.draft.steps == 0


async def test_the_bold_alternative_is_one_key_away() -> None:
    app = RangesApp(make_session(5))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("b")
        assert "no bold alternative yet" in app.refused.pop()
        bold = structs.replace(expand_lr(), proposal=FloatRange(1e-2, 10.0, log=True))
        app.ranges.show_advice(Advice({"lr": expand_lr()}, {"lr": bold}, ()))
        await pilot.press("b", "n")
        assert app.range_of("lr") == (1e-2, 10.0)
        assert "bold" in lines_of(app.ranges)[0]


# -- the mouse -------------------------------------------------------------------------------


async def test_a_click_moves_the_nearest_handle_and_a_drag_is_one_step() -> None:
    app = RangesApp(make_session(5))
    async with app.run_test(size=SMALL) as pilot:
        line = lines_of(app.ranges)[2]
        left, right = line.index("["), line.index("]")
        await pilot.mouse_down(app.ranges, offset=(left + 8, 2))
        for step in (10, 12):
            await pilot.hover(app.ranges, offset=(left + step, 2))
        await pilot.mouse_up(app.ranges, offset=(left + 12, 2))
        assert app.ranges.state.name == "weight_decay"
        assert lines_of(app.ranges)[2].index("[") == left + 12
        assert app.ranges.draft.steps == 1
        await pilot.mouse_down(app.ranges, offset=(right - 4, 2))
        await pilot.hover(app.ranges, offset=(left, 2))
        await pilot.mouse_up(app.ranges, offset=(left, 2))
        low, high = app.range_of("weight_decay")
        assert low < high


async def test_a_click_on_a_chip_switches_it() -> None:
    app = RangesApp(make_session(5))
    async with app.run_test(size=SMALL) as pilot:
        x = lines_of(app.ranges)[5].index("[adam") + 2
        await pilot.click(app.ranges, offset=(x, 5))
        choice = app.ranges.draft.space["optimizer"]
        assert isinstance(choice, Choice)
        assert choice.on == ("sgd",)


# -- many parameters, names as data ----------------------------------------------------------


async def test_parameters_scroll_with_their_place_in_the_title() -> None:
    session = new_session()
    app = RangesApp(session)
    async with app.run_test(size=(80, 5)) as pilot:
        assert "1-3 of 5" in lines_of(app.ranges)[0]
        await pilot.press("j", "j", "j", "j")
        assert "3-5 of 5" in lines_of(app.ranges)[0]
        assert "▸optimizer" in lines_of(app.ranges)[3]


async def test_names_are_never_markup() -> None:
    space = Space({"[red]lr[/red]": FloatRange(1e-6, 1e-1, log=True)})
    session = new_session()
    session.apply(RevisionCommitted(2, 1, space, 1.0))
    app = RangesApp(session)
    async with app.run_test(size=(80, 6)) as pilot:
        assert "[red]lr[/red" in lines_of(app.ranges)[1]
        await pilot.press("equals_sign")
        assert "[red]lr[/red]" in str(app.ranges.query_one("#entry-name").render())
