"""What would change a verdict: the numbers of trials that it promises, against simulation."""

from __future__ import annotations

import math

import pytest

from tests.advice.sessions import Study, real, space_of
from tuitune.advice import AdviceInput, Statement, advise
from tuitune.advice.turning import more_trials


def statement(study: Study, name: str = "lr") -> Statement:
    said = advise(AdviceInput.from_session(study.session)).statements
    return next(s for s in said if s.parameter == name and s.kind != "diverged")


def score_near(best: float, noise: Study) -> object:
    def score(params: dict[str, object]) -> float:
        away = math.log10(real(params, "lr") / best)  # type: ignore[arg-type]
        return 0.8 - 0.1 * away * away + 0.05 * float(noise.rng.normal())

    return score


def study_of(seed: int, trials: int, best: float = 3e-2) -> Study:
    """The best point lies past the upper end of the range."""
    study = Study(space_of(lr="1e-5..1e-2 log", wd="1e-8..1e-4 log"), seed=seed)
    return study.run(trials, score_near(best, study))  # type: ignore[arg-type]


def test_four_times_the_trials_for_twice_the_evidence() -> None:
    assert more_trials(20, 1.5, 3.0) == 60
    assert more_trials(64, 2.0, 3.0) == 80
    assert more_trials(64, 0.2, 3.0) is None, "such faint evidence promises nothing"
    assert more_trials(64, 3.5, 3.0) is None, "it is there already"


def test_the_evidence_grows_as_fast_as_is_said() -> None:
    """Over 60 studies: after as many more trials as were said, half of the verdicts are sure."""
    grown = []
    for seed in range(60):
        few = statement(study_of(seed, 24))
        if few.kind != "expand-up" or few.sure == 3:
            continue
        assert few.numbers["evidence_up"] is not None
        more = more_trials(24, few.numbers["evidence_up"], 3.0)
        assert more is not None
        assert f"about {more} more trial" in few.would_change
        many = statement(study_of(seed, 24 + more))
        grown.append((many.numbers["evidence_up"] or 0.0) >= 3.0)
    assert len(grown) >= 10
    assert 0.3 <= sum(grown) / len(grown) <= 1.0


@pytest.mark.parametrize("seed", range(5))
def test_a_verdict_says_what_would_turn_it(seed: int) -> None:
    study = study_of(seed, 64)
    wider = statement(study)
    assert wider.kind == "expand-up"
    assert wider.would_change.endswith(
        "4 trials just above 1e-2, none among the best, take it back"
    )
    for n in range(4):
        study.add({"lr": 1.2e-2 + n * 1e-3, "wd": 1e-6}, [0.1])
    assert statement(study).kind != "expand-up"


def test_where_the_session_rests_luck_would_have_to_be_smaller() -> None:
    study = Study(space_of(lr="1e-3..1e-2 log"), seed=1)
    study.run(40, lambda p: 0.8 + 0.001 * math.log10(real(p, "lr")))
    said = statement(study)
    assert said.kind == "keep"
    assert "repeats that show luck to be smaller" in said.would_change
