from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.trials import SPACE, make_session
from tuitune.errors import UsageError
from tuitune.model.events import TrialAnnotated
from tuitune.model.trial import TrialState
from tuitune.tui.trials.filtering import EXAMPLE, parse_filter

SESSION = make_session(20)
NAMES = list(SPACE.parameters)


def found(text: str) -> set[int]:
    wanted = parse_filter(text, NAMES)
    return {trial.number for trial in SESSION.trials if wanted.matches(trial)}


def test_an_empty_filter_lets_everything_through() -> None:
    assert len(found("")) == len(SESSION.trials)


@pytest.mark.parametrize("state", list(TrialState))
def test_states(state: TrialState) -> None:
    expected = {trial.number for trial in SESSION.trials if trial.state is state}
    assert found(f"state={state}") == expected
    assert found(f"state!={state}") == {t.number for t in SESSION.trials} - expected
    assert expected


def test_comparisons_take_parameters_scores_and_fields() -> None:
    trials = SESSION.trials
    assert found("lr<1e-3") == {t.number for t in trials if float(t.params["lr"]) < 1e-3}
    assert found("val>=.7 state=done") == {
        t.number for t in trials if t.state is TrialState.DONE and (t.score or 0) >= 0.7
    }
    assert found("optimizer=ADAM") == {t.number for t in trials if t.number % 2}
    assert found("optimizer!=adam") == {t.number for t in trials if not t.number % 2}
    assert found("batch=16,32") == {t.number for t in trials if t.params["batch"] in (16, 32)}
    assert found("trial<=3") == {1, 2, 3}
    assert found("round=2") == set()
    assert found("val>0") == {t.number for t in trials if t.score is not None}


def test_numbers_are_found_as_they_are_printed() -> None:
    lr = SESSION.trial(4).params["lr"]
    assert 4 in found(f"lr={lr:.7g}")


def test_flags_and_searches() -> None:
    assert found("#pin") == {2}
    assert found("#note") == {3}
    assert found("#odd") == {3}
    assert found("note:PLATEAU") == {3}
    assert found("'note:plateau [red]early'") == {3}
    assert found("reason:median") == {t.number for t in SESSION.trials if "median" in t.reason}
    assert found("note:") == {3}


def test_the_example_can_be_understood() -> None:
    assert parse_filter(EXAMPLE, NAMES).text == EXAMPLE


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("wat", "does neither"),
        ("lrr<1", "there is no 'lrr'"),
        ("lr<", "has no value"),
        ("lr<tiny", "'tiny' is none"),
        ("lr<nan", "'nan' is none"),
        ("state=finished", "'finished' is not"),
        ("state<done", "compared with = or !="),
        ("#", "# stands before"),
        ("tags:x", "A colon searches"),
        ("note:'x", "is not closed"),
        ("\x1b[31m=1", "'[31m'"),
    ],
)
def test_errors_are_one_sentence_with_an_example_that_works(text: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_filter(text, NAMES)
    message = str(caught.value)
    assert says in message
    assert "\n" not in message
    assert "\x1b" not in message
    example = message.rpartition("; for example ")[2]
    assert parse_filter(example, NAMES).tests


@given(st.text())
def test_any_text_is_understood_or_refused(text: str) -> None:
    message = ""
    try:
        wanted = parse_filter(text, NAMES)
    except UsageError as error:
        message = str(error)
    else:
        assert {wanted.matches(trial) for trial in SESSION.trials} <= {True, False}
    assert message == "" or "for example" in message


def test_tags_are_found_as_whole_words_in_any_case() -> None:
    session = make_session(4)
    session.apply(TrialAnnotated(1, tags=("Odd", "again")))
    found = [t.number for t in session.trials if parse_filter("tag:odd").matches(t)]
    assert found == [1, 3]
    assert [t.number for t in session.trials if parse_filter("tag:odd tag:AGAIN").matches(t)] == [1]
    assert not [t for t in session.trials if parse_filter("tag:od").matches(t)]
