"""The picture of a verdict's trials, and the numbers beside it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.advice.sessions import Study, space_of
from tuitune.advice import AdviceInput, advise
from tuitune.model.trial import TrialState
from tuitune.results.why import HEIGHT, WIDTH, number_words, scatter_lines, why_lines


def test_the_picture_shows_the_best_the_lost_and_the_ground_beyond() -> None:
    study = Study(space_of(lr="1e-4..1e-2 log"))
    study.start()
    best = [study.add({"lr": lr}, [0.9]) for lr in (1e-3, 2e-3)]
    study.add({"lr": 1e-4}, [0.1])
    study.add({"lr": 1e-2}, [0.1], TrialState.PRUNED, "below the median")
    beyond = study.add({"lr": 1e-1}, [0.5])
    assert scatter_lines(study.session, "lr", best, [beyond]) == [
        "0.9000 |                  o     o",
        "       |",
        "       |",
        "       |                                                       +",
        "       |",
        "0.1000 |.                                    x",
        "       +[------------------------------------]------------------",
        "        1e-4                               0.01",
        "        o best 2  . others  x given up or diverged  + tried beyond",
    ]


def test_less_is_better_stands_on_top_and_options_have_their_names() -> None:
    study = Study(space_of(opt="sgd|adam|'a|b'"))
    study.problem = study.problem
    study.session.criterion = study.session.criterion._replace(sign=-1)
    study.start()
    low = study.add({"opt": "adam"}, [0.1])
    study.add({"opt": "sgd"}, [0.9])
    lines = scatter_lines(study.session, "opt", [low], [])
    assert lines[0].startswith("0.1000 |")
    assert "o" in lines[0]
    assert "sgd" in lines[HEIGHT + 1]
    assert "adam" in lines[HEIGHT + 1]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(1e-5, 1e-1), st.floats(-1e6, 1e6)), max_size=30),
    st.sampled_from(["1e-4..1e-2 log", "0|1e-4..1e-2 log", "0..0.05"]),
)
def test_no_line_is_wider_than_the_picture(points: list[tuple[float, float]], text: str) -> None:
    study = Study(space_of(x=text))
    study.start()
    for value, score in points:
        study.add({"x": value}, [score])
    study.add({"x": 0.0}, [None], TrialState.FAILED, cause="diverged")
    for line in scatter_lines(study.session, "x", [], []):
        assert len(line) <= WIDTH + 16


def test_the_numbers_are_those_of_the_verdict() -> None:
    study = Study(space_of(lr="1e-4..1e-2 log", wd="1e-8..1e-4 log"))
    study.run(30, lambda p: float(p["lr"]))
    for statement in advise(AdviceInput.from_session(study.session)).statements:
        lines = why_lines(study.session, statement)
        if statement.parameter is None:
            assert lines == []
            continue
        assert f"numbers: {number_words(statement.numbers)}" in lines
        assert f"of {statement.numbers['trials']:.0f} trials" in number_words(statement.numbers)
        assert lines[-1] == f"would change it: {statement.would_change}"
