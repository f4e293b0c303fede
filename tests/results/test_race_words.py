"""What a finish says of its race: the estimate in the metric's own direction, and what it is of."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pytest

from tuitune.advice.estimate import estimate
from tuitune.model import Finish, Session
from tuitune.model.events import (
    ContenderChosen,
    FinishStarted,
    RaceEnded,
    RepeatEnded,
    RevisionCommitted,
    RoundStarted,
    SessionCreated,
    TrialEnded,
    TrialQueued,
    TrialStarted,
)
from tuitune.model.trial import Problem, Repeat, TrialState
from tuitune.results.final import final_record, final_text, race_runs, raced
from tuitune.space import Space, parse_parameter
from tuitune.trainers.spec import FunctionSpec, MlpSpec, TrainerSpec

Direction = Literal["maximize", "minimize"]
SPACE = Space({"lr": parse_parameter("1e-5..1 log")})


def finished(
    scores: Mapping[int, Sequence[float | None]],
    *,
    trainer: TrainerSpec | None = None,
    direction: Direction = "maximize",
    samples: int | None = 100,
) -> tuple[Session, Finish]:
    """Return a session and its race of trials 1, 2, ..., of which the first is chosen."""
    problem = Problem(trainer or MlpSpec(), epochs=2, direction=direction, samples=samples)
    session = Session(SessionCreated("race", problem, 0, 0.0, "test"))
    session.events = 1
    session.apply(RevisionCommitted(1, None, SPACE, 0.0))
    session.apply(RoundStarted(1, 1, "random", "none", len(scores), 0.0))
    for number in scores:
        session.apply(TrialQueued(number, 1, 1, {"lr": 0.01}, number, 2))
        session.apply(TrialStarted(number, 0.0))
        session.apply(TrialEnded(number, TrialState.DONE, 1.0, 1.0, score=0.9))
    most = max(map(len, scores.values()))
    session.apply(
        FinishStarted(
            1, 1, tuple(scores), (0.9,) * len(scores), most, tuple(range(most)), (7, 8, 9), 2.0
        )
    )
    for number, column in scores.items():
        for repeat, score in enumerate(column, 1):
            run = Repeat(number, repeat, repeat, score, 2, 1.0)
            session.apply(RepeatEnded(1, run))
    session.apply(RaceEnded(1, 1, (), "trial 1 won", 3.0))
    session.apply(ContenderChosen(1, 1, "race", "trial 1 won"))
    return session, session.finishes[0]


def columns(*counts: int, level: float = 0.8) -> dict[int, list[float | None]]:
    """Return so many repeats of contenders that get worse by a little each."""
    dice = np.random.default_rng(3)
    return {
        place + 1: [round(level - 0.004 * place + float(dice.normal(0, 0.01)), 4) for _ in range(n)]
        for place, n in enumerate(counts)
    }


def test_a_whole_race_says_mean_interval_and_what_it_is_of() -> None:
    session, finish = finished(columns(13, 13, 7, 3, 3, 3, 1))
    found = raced(session, finish, 1)
    assert found is not None
    assert found.half is not None
    assert final_text(session, finish) == (
        f"validation (selected) .900 -> race .{round(found.mean * 1000)} "
        f"+- .{round(found.half * 1000):03d} (13 runs on new seeds, these 100 images; "
        "the luck of winning is taken off)"
    )
    race = final_record(session, finish)["race"]
    assert race["low"] == pytest.approx(found.mean - found.half)
    assert race["high"] == pytest.approx(found.mean + found.half)
    assert race["own_mean"] == pytest.approx(np.mean(race["scores"]))
    assert race["others_better_by"] >= 0


def test_a_metric_that_is_minimised_is_mirrored_and_nothing_else() -> None:
    scores = columns(13, 13, 7, 3)
    losses = {n: [1 - s for s in column if s is not None] for n, column in scores.items()}
    up = raced(*finished(scores), 1)
    down = raced(*finished(losses, direction="minimize"), 1)
    assert up is not None
    assert down is not None
    assert down.mean == pytest.approx(1 - up.mean)
    assert down.own_mean == pytest.approx(1 - up.own_mean)
    assert down.half == pytest.approx(up.half)
    session, finish = finished(losses, direction="minimize")
    assert race_runs(session, finish)[1][1] == -float(losses[1][0])
    record = final_record(session, finish)["race"]
    assert record["low"] < record["mean"] < record["high"]


@pytest.mark.parametrize(
    ("trainer", "samples", "data"),
    [
        (MlpSpec(), 1, "this 1 image"),
        (MlpSpec(data="a.csv", target="y", task="classification"), 40, "these 40 rows"),
        (FunctionSpec("m:f"), 40, "these 40 validation samples"),
        (FunctionSpec("m:f"), None, "this validation set"),
    ],
)
def test_it_names_the_data_that_it_holds_for(
    trainer: TrainerSpec, samples: int | None, data: str
) -> None:
    session, finish = finished(columns(13, 13, 7), trainer=trainer, samples=samples)
    assert f"(13 runs on new seeds, {data}; the luck" in final_text(session, finish)


def test_too_few_runs_give_no_interval_and_one_alone_has_no_luck_to_take_off() -> None:
    session, finish = finished(columns(2, 2, 2))
    text = final_text(session, finish)
    assert "+-" not in text
    assert "(2 runs on new seeds, these 100 images; too few for an interval" in text
    assert final_record(session, finish)["race"]["low"] is None
    session, finish = finished(columns(7))
    text = final_text(session, finish)
    assert " +- ." in text
    assert text.endswith("(7 runs on new seeds, these 100 images)")
    assert final_record(session, finish)["race"]["others_better_by"] is None


def test_what_collapsed_failed_or_was_the_same_is_said() -> None:
    scores = columns(13, 13, 7, 3, 3, 3)
    scores[1][4], scores[1][7] = 0.2, None
    text = final_text(*finished(scores))
    assert "(11 runs on new seeds, these 100 images; 1 run that collapsed left out; " in text
    assert text.endswith("; 1 repeat without a score left out")
    same = {n: [0.8 - n / 100] * 5 for n in (1, 2, 3)}
    assert "(5 runs on new seeds, these 100 images; all gave one value)" in final_text(
        *finished(same)
    )


def test_without_a_score_there_is_no_race_to_tell_of() -> None:
    session, finish = finished({1: [None, None], 2: [0.5, 0.6]})
    assert raced(session, finish, 1) is None
    assert final_text(session, finish).startswith("validation (selected) .900; 2 repeats without")
    assert math.isnan(estimate(race_runs(session, finish), 1).mean)
