from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tuitune.space import Choice, FloatRange, Parameter, Space
from tuitune.tui.ranges.draft import Draft

BASE = Space(
    {
        "lr": FloatRange(1e-6, 1e-2, log=True),
        "wd": FloatRange(1e-8, 1e-4, log=True),
        "optimizer": Choice(("sgd", "adam")),
    }
)

ranges = st.integers(-6, -3).flatmap(
    lambda low: st.integers(low + 1, -1).map(
        lambda high: FloatRange(float(f"1e{low}"), float(f"1e{high}"), log=True)
    )
)
changes = st.lists(st.tuples(st.sampled_from(["lr", "wd"]), ranges), max_size=12)


def drafted(steps: list[tuple[str, FloatRange]]) -> Draft:
    """A draft after changes that are a minute apart each."""
    draft = Draft(BASE)
    for index, (name, parameter) in enumerate(steps):
        draft.change(name, parameter, key="k", now=60.0 * index)
    return draft


@given(changes)
def test_undo_takes_everything_back_and_redo_does_it_again(
    steps: list[tuple[str, FloatRange]],
) -> None:
    draft = drafted(steps)
    edited, count = draft.space, draft.steps
    seen = [edited]
    while draft.undo():
        seen.append(draft.space)
    assert draft.space == BASE
    assert not draft.is_changed
    assert len(seen) == count + 1
    for space in reversed(seen[:-1]):
        assert draft.redo()
        assert draft.space == space
    assert not draft.redo()
    assert draft.space == edited
    assert draft.steps == count


@given(changes)
def test_every_step_changes_something(steps: list[tuple[str, FloatRange]]) -> None:
    draft = drafted(steps)
    before = draft.space
    while draft.undo():
        assert draft.space != before
        before = draft.space


@given(changes, changes)
def test_a_change_ends_what_could_be_redone(
    steps: list[tuple[str, FloatRange]], more: list[tuple[str, FloatRange]]
) -> None:
    draft = drafted(steps)
    draft.undo()
    for name, parameter in more:
        if draft.change(name, parameter, key="m", now=1e6):
            assert not draft.redo()


def narrowed(power: int) -> Parameter:
    return FloatRange(float(f"1e{power}"), 1e-2, log=True)


def test_one_key_within_a_second_is_one_step() -> None:
    draft = Draft(BASE)
    for index, power in enumerate((-5, -4, -3)):
        assert draft.change("lr", narrowed(power), key="h", now=0.9 * index)
    assert draft.steps == 1
    assert draft.undo()
    assert draft.space == BASE


def test_another_key_parameter_or_second_is_another_step() -> None:
    draft = Draft(BASE)
    draft.change("lr", narrowed(-5), key="h", now=0.0)
    draft.change("lr", narrowed(-4), key="l", now=0.1)
    draft.change("wd", narrowed(-4), key="l", now=0.2)
    draft.change("wd", narrowed(-3), key="l", now=1.3)
    assert draft.steps == 4


def test_after_an_undo_the_same_key_begins_a_step() -> None:
    draft = Draft(BASE)
    draft.change("lr", narrowed(-5), key="h", now=0.0)
    draft.undo()
    draft.change("lr", narrowed(-4), key="h", now=0.1)
    assert draft.steps == 1
    assert draft.undo()
    assert draft.space == BASE


def test_a_step_that_comes_back_to_where_it_began_is_none() -> None:
    draft = Draft(BASE)
    choice = BASE["optimizer"]
    assert isinstance(choice, Choice)
    draft.change("optimizer", choice.with_options_on(["sgd"]), key="t", now=0.0)
    draft.change("optimizer", choice, key="t", now=0.5)
    assert draft.steps == 0
    assert not draft.is_changed
    assert not draft.change("optimizer", choice, key="t", now=0.6)


def test_several_parameters_change_in_one_step() -> None:
    draft = Draft(BASE)
    draft.change_all({"lr": narrowed(-4), "wd": narrowed(-5)}, key="N", now=0.0)
    assert draft.changed_names == ("lr", "wd")
    assert draft.steps == 1


def test_reset_is_a_step() -> None:
    draft = Draft(BASE)
    draft.change("lr", narrowed(-4), key="h", now=0.0)
    draft.change("wd", narrowed(-5), key="h", now=5.0)
    assert draft.reset("lr")
    assert draft.changed_names == ("wd",)
    assert not draft.reset("lr")
    draft.undo()
    assert draft.space["lr"] == narrowed(-4)


def test_what_was_committed_is_no_longer_a_change() -> None:
    draft = Draft(BASE)
    draft.change("lr", narrowed(-4), key="h", now=0.0)
    draft.rebase(draft.space)
    assert not draft.is_changed
    assert draft.steps == 0


def test_what_was_edited_while_a_revision_was_on_its_way_stays() -> None:
    draft = Draft(BASE)
    draft.change("lr", narrowed(-4), key="h", now=0.0)
    committed = draft.space
    draft.change("wd", narrowed(-5), key="h", now=5.0)
    draft.rebase(committed)
    assert draft.changed_names == ("wd",)
    assert draft.steps == 1
    assert draft.undo()
    assert draft.space == committed


def test_going_back_to_a_revision_shows_it_alone() -> None:
    draft = Draft(BASE)
    draft.change("lr", narrowed(-4), key="h", now=0.0)
    draft.rebase(BASE, keep=False)
    assert draft.space == BASE
    assert draft.steps == 0


def test_a_saved_draft_comes_back_as_one_step() -> None:
    edited = BASE.replace("lr", narrowed(-4))
    draft = Draft(BASE, edited)
    assert draft.space == edited
    assert draft.undo()
    assert draft.space == BASE
