"""The ribbons of parameters that don't always count: below their parents, or not there."""

from __future__ import annotations

from tests.advice.sessions import Study, accuracy_problem, real, space_of
from tests.tui.ranges_app import RangesApp, lines_of
from tuitune.space import Choice
from tuitune.tui.ranges.state import RangesState

SPACE = space_of(
    lr="1e-4..1 log",
    momentum="0..0.99 if optimizer=sgd",
    layers="1..4 int",
    optimizer="sgd|adam",
    slope="0.01..0.3 log if act_2=relu",
    act_2="relu|tanh if layers>=2",
)


def session_of(trials: int = 30) -> Study:
    study = Study(SPACE, problem=accuracy_problem(samples=None), seed=2)
    return study.run(trials, lambda params: real(params, "lr"))


async def test_a_ribbon_is_indented_below_its_parent() -> None:
    app = RangesApp(session_of().session)
    async with app.run_test(size=(100, 16)):
        assert [line[:12].rstrip() for line in lines_of(app.ranges)[1:13]] == [
            "▸lr", " log",
            " layers", " int",
            "   act_2", "   choice",
            "     slope", "     log",
            " optimizer", " choice",
            "   momentum", "   linear",
        ]  # fmt: skip


async def test_what_can_not_count_in_the_draft_has_no_ribbon_and_comes_back() -> None:
    app = RangesApp(session_of().session)
    async with app.run_test(size=(100, 16)) as pilot:
        state = app.ranges.state
        state.go_to("optimizer")
        app.ranges.paint()
        await pilot.press("t")
        assert app.ranges.draft.space["optimizer"] != SPACE["optimizer"]
        assert "momentum" not in state.names
        assert not any("momentum" in line for line in lines_of(app.ranges))
        app.ranges.undo()
        assert any("momentum" in line for line in lines_of(app.ranges))


def test_the_keys_act_on_what_is_left_where_a_ribbon_goes() -> None:
    state = RangesState(session_of().session)
    assert state.name == "lr"
    assert list(state.names) == ["lr", "layers", "act_2", "slope", "optimizer", "momentum"]
    state.go_to("slope")
    act_2 = state.draft.space["act_2"]
    assert isinstance(act_2, Choice)
    state.draft.change("act_2", act_2.freeze("tanh"), key="x", now=0.0)
    assert state.name == "act_2"
    state.draft.change("layers", SPACE["layers"].freeze(1), key="y", now=9.0)
    assert list(state.names) == ["lr", "layers", "optimizer", "momentum"]
    assert state.name == "layers"
    state.step_parameter(1)
    assert state.name == "optimizer"
    state.step_parameter(9)
    assert (state.name, state.active) == ("momentum", 3)
    state.draft.undo()
    state.draft.undo()
    assert state.active == state.names.index("momentum")
