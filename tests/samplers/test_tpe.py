"""What Optuna is told and what it suggests; the contract suite says the rest."""

from __future__ import annotations

import math
import subprocess
import sys
import warnings
from importlib import metadata

import numpy as np
import pytest

from tuitune.errors import UsageError
from tuitune.model.trial import Criterion, Draw, Trial, TrialState
from tuitune.samplers import DrawPoint, History, drawing_package, make_sampler
from tuitune.space import Choice, FloatRange, IntRange, Space, Value

CUBE = Space({name: FloatRange(0, 1) for name in "abc"})
MIXED = Space(
    {
        "lr": FloatRange(1e-5, 1, log=True),
        "layers": IntRange(1, 3),
        "optimizer": Choice(("sgd", True, 1)),
        "held": FloatRange(0, 1).freeze(0.25),
    }
)


def trial(
    number: int,
    params: dict[str, Value],
    score: float | None,
    state: TrialState = TrialState.DONE,
    draw: Draw = "uniform",
    epochs_done: int = 1,
) -> Trial:
    return Trial(
        number=number, round=1, revision=1, params=params, seed=1, epochs=1,
        state=state, score=score, draw=draw, epochs_done=epochs_done,
        cause="diverged" if state is TrialState.FAILED else None,
    )  # fmt: skip


def study(space: Space, count: int, minimize: bool = False) -> list[Trial]:
    """Return `count` trials drawn by Optuna, each scored before the next."""
    sampler = make_sampler("tpe")
    trials: list[Trial] = []
    for number in range(1, count + 1):
        history = History(tuple(trials), Criterion("val", -1 if minimize else 1, 1))
        at = DrawPoint(0, 1, 1, number, number - 1)
        params = sampler.sample(space, at, history)
        evenly = sampler.draws_evenly(space, at, history)
        units = [p.to_unit(params[name]) for name, p in space.parameters.items()]
        bad = sum((unit - 0.7) ** 2 for unit in units)
        draw: Draw = "uniform" if evenly else "adaptive"
        trials.append(trial(number, params, bad if minimize else -bad, draw=draw))
    return trials


def next_point(space: Space, trials: list[Trial], number: int) -> dict[str, Value]:
    at = DrawPoint(0, 1, 1, number, number - 1)
    return make_sampler("tpe").sample(space, at, History(tuple(trials), Criterion("val", 1, 1)))


@pytest.mark.parametrize("minimize", [False, True])
def test_it_learns_where_the_scores_are_good(minimize: bool) -> None:
    trials = study(CUBE, 40, minimize=minimize)
    assert [t.number for t in trials if t.draw == "uniform"] == [*range(1, 9), *range(12, 41, 4)]
    chosen = [t for t in trials if t.draw == "adaptive"][-12:]
    distances = [math.dist([float(v) for v in t.params.values()], [0.7] * 3) for t in chosen]
    # The mean distance of an even point is 0.53.
    assert float(np.median(distances)) < 0.3


def test_what_came_later_is_not_looked_at_and_every_kind_of_value_comes_back() -> None:
    trials = study(MIXED, 22)
    for number in (10, 14, 21):
        assert next_point(MIXED, trials, number) == trials[number - 1].params
    assert all(p.contains(t.params[n]) for t in trials for n, p in MIXED.parameters.items())
    chosen = [t.params["optimizer"] for t in trials if t.draw == "adaptive"]
    assert all(type(value) in (str, bool, int) for value in chosen)


def test_no_point_is_drawn_more_than_thrice_while_there_are_others() -> None:
    space = Space({"layers": IntRange(1, 3), "optimizer": Choice(("sgd", "adam"))})
    trials = study(space, 18)
    chosen = [tuple(t.params.values()) for t in trials if t.draw == "adaptive"]
    assert max(chosen.count(point) for point in chosen) <= 3


def test_only_trials_inside_the_ranges_of_today_are_read() -> None:
    trials = study(CUBE, 12)
    narrow = Space({**CUBE.parameters, "a": FloatRange(0.5, 0.9)})
    outside = [
        t if narrow["a"].contains(t.params["a"]) else trial(t.number, t.params, -99.0, draw=t.draw)
        for t in trials
    ]
    assert next_point(narrow, trials, 13) == next_point(narrow, outside, 13)


def test_diverged_given_up_running_and_huge_scores_are_told_and_no_trouble() -> None:
    trials = study(CUBE, 20)
    point = CUBE.from_unit([0.1, 0.2, 0.3])
    kinds = [
        trial(21, point, 0.5, TrialState.PRUNED),
        trial(21, point, None, TrialState.PRUNED, epochs_done=0),
        trial(21, point, None, TrialState.FAILED),
        trial(21, point, None, TrialState.RUNNING),
        trial(21, point, 1e150),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = [tuple(next_point(CUBE, [*trials, kind], 22).values()) for kind in kinds]
    for point_found in found:
        assert all(0 <= float(value) <= 1 for value in point_found)
    crashed = Trial(
        number=21, round=1, revision=1, params=point, seed=1, epochs=1, state=TrialState.FAILED
    )
    assert next_point(CUBE, [*trials, crashed], 22) != dict(zip("abc", found[2], strict=True))


def test_the_best_and_the_newest_of_many_trials_are_read() -> None:
    rng = np.random.default_rng(1)
    trials = [
        trial(n, CUBE.from_unit(rng.random(3).tolist()), n / 1000 if n <= 200 else 0.0)
        for n in range(1, 501)
    ]
    # The worst of the old ones are not read, whatever their place was.
    other = [
        trial(t.number, CUBE.from_unit([0.5, 0.5, 0.5]), 0.0005) if t.number <= 40 else t
        for t in trials
    ]
    assert next_point(CUBE, trials, 503) == next_point(CUBE, other, 503)


def test_the_version_of_optuna_is_said_and_its_absence_explained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert drawing_package("tpe") == f"optuna {metadata.version('optuna')}"
    assert drawing_package("gp") == drawing_package("grid points=3") == ""

    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    with pytest.raises(UsageError, match=r"not installed: pip install 'tuitune\[optuna\]'"):
        make_sampler("tpe")
    monkeypatch.setattr(metadata, "version", lambda name: "4.5.0")
    with pytest.raises(UsageError, match=r"by Optuna 5, and here is 4\.5\.0"):
        make_sampler("tpe")


def test_optuna_is_not_imported_before_it_draws() -> None:
    code = "import sys; from tuitune.samplers import make_sampler as m; m('tpe'); "
    code += "print('optuna' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "False\n"
