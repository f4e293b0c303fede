"""The race of a finish in the engine: who runs on which seeds, who leaves, who is chosen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from tests.engine.finishing import Bench, function_problem, happened, noisy, result
from tests.engine.support import refusals
from tuitune.engine import (
    Answer,
    ChooseContender,
    EndRound,
    Pause,
    Quit,
    Run,
    StartFinish,
    StopFinish,
)
from tuitune.model.events import EngineState, RepeatProgressed
from tuitune.model.trial import TrialState

RATES = (1e-2, 1.001e-2, 5e-3, 1e-3, 1e-4, 1e-5, 9.99e-3)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A session of a person's function with eight trials, the first of them drawn."""
    bench = Bench(tmp_path, function_problem())
    bench.add_trials(*RATES)
    return bench


def test_the_better_half_goes_on_and_a_tie_is_said(bench: Bench) -> None:
    said = bench.run(StartFinish(choose="race"))
    finish = bench.finish
    assert finish.contenders == tuple(
        t.number for t in sorted(bench.session.trials, key=lambda t: -(t.score or 0))
    )
    assert finish.scores == tuple(bench.session.trial(n).score for n in finish.contenders)
    lr = {t.number: float(t.params["lr"]) for t in bench.session.trials}
    assert all(lr[drop.trial] < 9e-3 for drop in finish.dropped if drop.after <= 3)
    assert finish.chosen is not None
    assert lr[finish.chosen] >= 9.9e-3
    assert "can't tell trials" in finish.verdict or "beats" in finish.verdict
    assert f"no contender is better than {finish.chosen} by more than" in finish.verdict
    assert finish.chosen_by == "race"
    assert [len(finish.scores_of(n)) for n in finish.remaining] == [13, 13]
    events = happened(said)
    assert events.count("ContenderDropped") == len(finish.contenders) - 2
    assert events[-3:] == ["RaceEnded", "ContenderChosen", "FinishEnded"]
    assert [m.state for m in said if isinstance(m, EngineState)] == [
        "idle",
        "finishing",
        "idle",
        "stopped",
    ]


def test_every_contender_runs_on_the_same_new_seeds(bench: Bench) -> None:
    bench.run(StartFinish(choose="race"))
    finish = bench.finish
    for run in finish.runs:
        assert run.seed == finish.seeds[run.repeat - 1]
        expected = list(noisy(bench.session.trial(run.trial).params, epochs=2, seed=run.seed))[-1]
        assert run.score == expected["val_acc"], "nothing of the search's score is in it"
        assert run.metrics == expected
    assert len(set(finish.seeds) | set(finish.refit_seeds)) == 16
    assert not set(finish.seeds) & {trial.seed for trial in bench.session.trials}
    bench.run(StartFinish(choose="race"))
    assert not set(finish.seeds) & set(bench.finish.seeds), "another finish has seeds of its own"


def test_a_minimised_metric_races_the_other_way(tmp_path: Path) -> None:
    bench = Bench(tmp_path, function_problem("minimize"))
    bench.add_trials(*RATES)
    bench.run(StartFinish(choose="race", repeats=3))
    finish = bench.finish
    assert finish.chosen is not None
    assert float(bench.session.trial(finish.chosen).params["lr"]) <= 1e-3


def test_a_point_races_once_and_short_trials_not_at_all(bench: Bench) -> None:
    bench.add_trials(1e-2)  # the same width and lr as trial 2
    bench.run(StartFinish(contenders=20, choose="race", repeats=1))
    racing = [bench.session.trial(n) for n in bench.finish.contenders]
    points = [tuple(t.params.items()) for t in racing]
    assert len(points) == len(set(points)) == len(bench.session.trials) - 1


def test_one_trial_alone(bench: Bench) -> None:
    bench.run(StartFinish(trial=5, repeats=4, choose="race"))
    finish = bench.finish
    assert (finish.contenders, finish.chosen, finish.tied) == ((5,), 5, ())
    assert [run.repeat for run in finish.runs] == [1, 2, 3, 4]
    assert finish.verdict == "trial 5 alone, 4 runs on new seeds"


@pytest.mark.parametrize("workers", [2, 3])
def test_workers_change_nothing(bench: Bench, tmp_path: Path, workers: int) -> None:
    fresh = bench.path.read_bytes()
    bench.run(StartFinish(choose="race"))
    alone = result(bench.finish)
    bench.path.write_bytes(fresh)
    bench.run(StartFinish(choose="race"), workers=workers)
    assert result(bench.finish) == alone


def test_a_finish_goes_on_where_it_stopped(bench: Bench) -> None:
    fresh = bench.path.read_bytes()
    bench.run(StartFinish(choose="race", repeats=2))
    undisturbed = result(bench.finish)
    bench.path.write_bytes(fresh)
    runs = 0
    for stop_at in (1, 2, 5, 3):
        bench.run_until(stop_at, Quit(), StartFinish(choose="race", repeats=2))
        assert bench.finish.ended is None
        assert len(bench.session.finishes) == 1
        assert len(bench.finish.runs) == runs + stop_at - 1, "the one under way is not counted"
        runs = len(bench.finish.runs)
    bench.run(StartFinish(choose="race"))
    assert result(bench.finish) == undisturbed


def test_it_is_held_and_goes_on(bench: Bench) -> None:
    engine = bench.engine(bench.sending(3, Pause()))
    bench.told = engine
    listener = engine.subscribe()
    engine.send(StartFinish(choose="race"))
    engine.start()

    def wait_for(state: str) -> None:
        while getattr(listener.get(timeout=10), "state", "") != state:
            pass

    wait_for("paused")
    assert len(bench.finish.runs) == 2
    answers: SimpleQueue[Answer] = SimpleQueue()
    engine.send(Run(trials=3), answers.put)
    assert answers.get(timeout=10).refused == "Finish 1 is not over; let it end or stop it first."
    engine.send(StartFinish(choose="race"))
    wait_for("idle")
    engine.send(Quit())
    assert engine.join(10)
    assert bench.finish.ended == "finished"
    assert len(bench.session.rounds) == 1, "no round began beside it"


def test_a_person_chooses_also_after_a_restart(bench: Bench) -> None:
    said = bench.run(StartFinish(repeats=1))
    finish = bench.finish
    assert finish.waits_for_choice
    assert happened(said)[-1] == "RaceEnded"
    other = next(n for n in finish.contenders if n != finish.preferred)
    assert "was not in the race" in refusals(bench.run(ChooseContender(99)))[0]
    said = bench.run(ChooseContender(other))
    assert happened(said) == ["ContenderChosen", "FinishEnded"]
    finish = bench.finish
    assert (finish.chosen, finish.chosen_by, finish.ended) == (other, "person", "finished")
    assert finish.verdict.endswith(f"; trial {other} was chosen by hand")
    assert "There is no race that is over" in refusals(bench.run(ChooseContender(other)))[0]


def test_the_command_line_chooses_what_the_app_left_open(bench: Bench) -> None:
    bench.run(StartFinish(repeats=1))
    bench.run(StartFinish(choose="race"))
    assert len(bench.session.finishes) == 1
    assert bench.finish.chosen == bench.finish.preferred


def test_a_finish_is_stopped_and_a_round_follows(bench: Bench) -> None:
    said = bench.run_until(4, StopFinish(), StartFinish(choose="race"))
    assert (bench.finish.ended, bench.finish.text) == ("stopped", "stopped before its end")
    assert happened(said).count("RepeatEnded") == 3
    said = bench.run(StopFinish(), Run(trials=1))
    assert refusals(said) == ["There is no finish that could be stopped."]
    assert bench.session.counts[TrialState.DONE] == len(RATES) + 2


def test_trials_that_ended_since_make_another_race(bench: Bench) -> None:
    bench.run(StartFinish(repeats=1))
    bench.add_trials(2e-2)
    bench.run(StartFinish(repeats=1))
    first, second = bench.session.finishes
    assert (first.ended, first.text) == ("superseded", "another finish took over")
    assert second.contenders[0] not in first.contenders
    bench.run(StartFinish(trial=1))
    assert [f.ended for f in bench.session.finishes][1] == "superseded"


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (StartFinish(trial=0), "There is no trial 0; there are 1 to 8."),
        (StartFinish(repeats=0), "A finish repeats its contenders 1 to 100 times, not 0; try 13."),
        (StartFinish(contenders=0), "At least 1 trial races, not 0; try 12."),
    ],
)
def test_wrong_requests(bench: Bench, command: StartFinish, sentence: str) -> None:
    assert refusals(bench.run(command)) == [sentence]
    assert bench.session.finishes == []


def test_no_finish_beside_a_round_and_none_without_trials(tmp_path: Path) -> None:
    bench = Bench(tmp_path, function_problem())
    assert "No trial is done yet" in refusals(bench.run(StartFinish()))[0]
    said = bench.run(Run(trials=3), StartFinish(), EndRound())
    assert "Round 1 is not over" in refusals(said)[0]


def test_a_contender_that_keeps_diverging_is_out_and_one_failure_is_not(bench: Bench) -> None:
    def fragile(params: Any, *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
        for report in noisy(params, epochs=epochs, seed=seed):
            seeds = {8: (1, 2), 9: (1,)}.get(int(params["width"]), ())
            broken = any(seed == bench.finish.seeds[place] for place in seeds)
            yield {**report, "val_acc": float("nan")} if broken else report

    bench.run(StartFinish(choose="race"), train=fragile)
    finish = bench.finish
    width = {n: bench.session.trial(n).params["width"] for n in finish.contenders}
    often, once = (next(n for n in width if width[n] == w) for w in (8, 9))
    drop = next(drop for drop in finish.dropped if drop.trial == often)
    assert (drop.after, drop.reason) == (3, "no score for 2 of 3 seeds")
    run = next(r for r in finish.runs if (r.trial, r.repeat) == (often, 2))
    assert (run.score, run.reason, run.epochs) == (None, "diverged at epoch 1", 1)
    assert once in finish.remaining


def test_where_all_diverge_there_is_no_winner(bench: Bench) -> None:
    def broken(params: Any, *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
        yield {"val_acc": float("inf"), "train_acc": 0.0}

    bench.run(StartFinish(choose="race"), train=broken)
    assert bench.finish.ended == "failed"
    assert bench.finish.text == "no contender trained: diverged at epoch 1"


def test_failures_pause_it_and_run_again(bench: Bench) -> None:
    fresh = bench.path.read_bytes()
    bench.run(StartFinish(choose="race"))
    undisturbed = result(bench.finish)
    bench.path.write_bytes(fresh)

    def fails(params: Any, *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
        raise OSError("no such file")
        yield {}

    engine = bench.engine(fails)
    listener = engine.subscribe()
    engine.send(StartFinish(choose="race"))
    engine.start()
    details = ""
    while not details:
        message = listener.get(timeout=10)
        if isinstance(message, EngineState):
            details = message.detail
    assert "no such file" in details
    engine.send(Quit())
    assert engine.join(10)
    assert all(run.score is None for run in bench.finish.runs)
    bench.run(StartFinish(choose="race"))
    assert result(bench.finish) == undisturbed


def test_progress_is_said_but_not_kept(bench: Bench) -> None:
    said = bench.run(StartFinish(trial=2, repeats=1, choose="race"))
    steps = [(m.repeat, m.epoch, m.epochs) for m in said if isinstance(m, RepeatProgressed)]
    assert steps == [(1, 0, 2), (1, 1, 2), (1, 2, 2)]
