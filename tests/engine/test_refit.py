"""After the race: the refit, the one look at the test set, the files, and being cut off."""

from __future__ import annotations

import errno
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine.finishing import (
    MLP,
    TESTED,
    Bench,
    function_problem,
    happened,
    network_problem,
    noisy,
    result,
    shrink_test_set,
)
from tuitune.advice.statistics import wilson
from tuitune.datasets import load_mnist
from tuitune.engine import Quit, StartFinish
from tuitune.engine.refit import Refitting
from tuitune.errors import StorageError
from tuitune.model.events import EngineState, FinishEvent
from tuitune.results.final import final_text, ordinal
from tuitune.store import SessionStore, list_sessions, session_path
from tuitune.store.files import replace_file
from tuitune.trainers.base import Diverged
from tuitune.trainers.mlp import training
from tuitune.trainers.mlp.learner import Learner

FILES = ("try.final.json", "try.final.toml", "try.final.npz", "try.report.md")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which parts of the data were read, in order; the test set is small."""
    return shrink_test_set(monkeypatch)


@pytest.fixture
def bench(tmp_path: Path, read: list[str]) -> Bench:
    """A session of the built-in network on 60 images with three trials, really trained."""
    bench = Bench(tmp_path, network_problem())
    bench.add_trials(0.05, 0.03, train=None)
    return bench


def test_the_whole_way(bench: Bench, read: list[str]) -> None:
    assert "test" not in read
    said = bench.run(StartFinish(choose="race", repeats=2), train=None)
    assert read.count("test") == 3, "once for each network"
    events = happened(said)
    assert events[-6:] == [
        "RefitEnded", "RefitEnded", "RefitEnded", "TestOpened", "TestScored", "FinishEnded",
    ]  # fmt: skip
    finish = bench.finish
    test = finish.test
    assert test is not None
    assert (finish.opening, test.total, len(test.correct)) == (1, TESTED, 3)
    assert test.accuracy == pytest.approx(sum(test.correct) / 3 / TESTED, abs=1e-6)
    assert (test.low, test.high) == pytest.approx(wilson(test.mean, TESTED), abs=1e-6)
    assert {(r.samples, r.updates) for r in finish.refits} == {(60, 2)}
    assert tuple(r.seed for r in finish.refits) == finish.refit_seeds
    assert finish.text.startswith("validation (selected) .")
    assert " -> race ." in finish.text
    assert finish.text.endswith("]")
    assert "opened" not in finish.text
    assert finish.files == FILES
    assert all((bench.path.parent / name).exists() for name in FILES)


def test_the_refit_makes_as_many_updates_as_the_trial(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    updates: list[int] = []

    class Counting(Learner):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            updates.append(0)

        def update(self, epoch: int) -> float:
            updates[-1] += 1
            return super().update(epoch)

    monkeypatch.setattr(training, "Learner", Counting)
    params = {"lr": 0.05, "batch_size": 10}
    work = Refitting(MLP, 7, params, epochs=3)
    reports = [r for r in work.train(params, epochs=3, seed=5) if r is not None]
    whole = [r for r in training.train(params, epochs=3, seed=5, data=work._data) if r is not None]
    assert len(reports) == len(whole) == 3
    assert updates == [12, 12], "48 samples of 60 to train on, 10 a batch, 3 epochs"
    assert (work.updates, work.samples) == (12, 60)


def test_the_weights_in_the_file_are_the_network_that_was_tested(bench: Bench) -> None:
    bench.run(StartFinish(choose="race", repeats=1), train=None)
    finish = bench.finish
    record = json.loads((bench.path.parent / "try.final.json").read_text())
    with np.load(bench.path.parent / "try.final.npz", allow_pickle=False) as arrays:
        weights = dict(arrays)
    x, t = load_mnist().first("test", TESTED)
    y = x
    for layer in (1, 2):
        y = np.maximum(y @ weights[f"W{layer}"] + weights[f"b{layer}"], 0)
    scores = y @ weights["W3"] + weights["b3"]
    correct = int((scores.argmax(axis=1) == t).sum())
    assert finish.test is not None
    assert correct == finish.test.correct[0]
    assert record["test"]["accuracies"][0] == correct / TESTED


def test_the_files_say_what_was_chosen(bench: Bench) -> None:
    bench.run(StartFinish(choose="race", repeats=1), train=None)
    finish, session = bench.finish, bench.session
    assert finish.chosen is not None
    trial = session.trial(finish.chosen)
    record = json.loads((bench.path.parent / "try.final.json").read_text())
    assert (record["format"], record["version"], record["trial"]) == (
        "tuitune-final",
        1,
        trial.number,
    )
    assert record["params"] == trial.params
    # With the network's own settings: who reads it can build the network again.
    settings = {
        "batch_size": 100, "optimizer": "sgd", "dropout": 0.0, "batch_norm": False,
        "activation": "relu", "init": "he", "width": 100, "depth": 2,
    }  # fmt: skip
    settings |= {"weight_decay": 0.0} if "weight_decay" not in trial.params else {}
    settings |= {"lr": 0.01} if "lr" not in trial.params else {}
    settings = {name: value for name, value in settings.items() if name not in trial.params}
    assert record["settings"] == settings
    assert record["text"] == finish.text
    assert record["refit"]["seeds"] == list(finish.refit_seeds)
    assert record["race"]["scores"] == finish.scores_of(trial.number)
    table = tomllib.loads((bench.path.parent / "try.final.toml").read_text())
    assert table == {"epochs": 2, "params": trial.params, "settings": settings}
    assert finish.text in (bench.path.parent / "try.report.md").read_text()
    assert [s.name for s in list_sessions(bench.path.parent)] == ["try"], "results are no sessions"
    with pytest.raises(Exception, match=r"name doesn't end in '\.final'"):
        session_path("try.final", bench.path.parent)


def test_a_second_opening_is_marked(bench: Bench) -> None:
    bench.run(StartFinish(choose="race", repeats=1), train=None)
    bench.run(StartFinish(choose="race", repeats=1), train=None)
    first, second = bench.session.finishes
    assert (first.opening, second.opening) == (1, 2)
    assert second.text.endswith(" (test set opened for the 2nd time)")
    assert bench.session.openings == 2
    bench.run(StartFinish(trial=1, repeats=1, choose="race"), train=None)
    assert bench.finish.text.endswith(" (test set opened for the 3rd time)")
    assert [ordinal(n) for n in (1, 4, 11, 12, 21, 22, 23)] == [
        "1st", "4th", "11th", "12th", "21st", "22nd", "23rd",
    ]  # fmt: skip


def test_cut_off_after_any_event_it_comes_to_the_same(bench: Bench, read: list[str]) -> None:
    fresh = bench.path.read_bytes()
    said = bench.run(StartFinish(choose="race", repeats=1), train=None)
    whole = result(bench.finish)
    events = [message for message in said if isinstance(message, FinishEvent)]
    assert len(events) > 12
    for cut in range(1, len(events)):
        bench.path.write_bytes(fresh)
        with SessionStore.open(bench.path) as store:
            for event in events[:cut]:
                store.session.apply(event)
                store.append(event)
        read.clear()
        bench.run(StartFinish(choose="race"), train=None)
        assert result(bench.finish) == whole, events[cut]
        assert len(bench.session.finishes) == 1
        assert bench.session.openings == 1
        looks = 0 if bench_has_scored(events[:cut]) else 3
        assert read.count("test") == looks


def bench_has_scored(events: list[FinishEvent]) -> bool:
    return any(type(event).__name__ == "TestScored" for event in events)


def test_it_stops_in_the_middle_of_a_refit(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = bench.path.read_bytes()
    bench.run(StartFinish(choose="race", repeats=1), train=None)
    whole = result(bench.finish)
    bench.path.write_bytes(fresh)
    engine = bench.engine(None)
    update = Learner.update
    samples = 0

    def counted(self: Learner, epoch: int) -> float:
        nonlocal samples
        if len(self._x) == 60:
            samples += 1
            if samples == 1:
                engine.send(Quit())
        return update(self, epoch)

    monkeypatch.setattr(Learner, "update", counted)
    engine.send(StartFinish(choose="race", repeats=1))
    engine.run(until_idle=True)
    assert samples == 1, "it ended at the next batch"
    assert (bench.finish.refits, bench.finish.opening) == ([], None)
    bench.run(StartFinish(choose="race"), train=None)
    assert result(bench.finish) == whole


def test_workers_change_nothing(bench: Bench) -> None:
    fresh = bench.path.read_bytes()
    bench.run(StartFinish(choose="race", repeats=2), train=None)
    whole = result(bench.finish)
    bench.path.write_bytes(fresh)
    bench.run(StartFinish(choose="race", repeats=2), train=None, workers=3)
    assert result(bench.finish) == whole


def test_a_refit_that_diverges_is_left_out(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.run(StartFinish(repeats=1), train=None)
    seeds = bench.finish.refit_seeds
    update = Learner.update
    train = Refitting.train

    def fragile(self: Refitting, params: Any, *, epochs: int, seed: int) -> Iterator[Any]:
        if seed in seeds[: len(broken)]:
            raise Diverged(1)
        yield from train(self, params, epochs=epochs, seed=seed)

    monkeypatch.setattr(Refitting, "train", fragile)
    broken = seeds[:1]
    fresh = bench.path.read_bytes()
    bench.run(StartFinish(choose="race"), train=None)
    finish = bench.finish
    assert [refit.reason for refit in finish.refits] == ["diverged at epoch 1", "", ""]
    assert finish.test is not None
    assert len(finish.test.correct) == 2
    assert finish.ended == "finished"
    bench.path.write_bytes(fresh)
    broken = seeds
    bench.run(StartFinish(choose="race"), train=None)
    assert bench.finish.ended == "failed"
    assert bench.finish.opening is None, "nothing to test, so the test set stays sealed"
    assert bench.finish.text == "no network could be refitted: diverged at epoch 1"
    assert Learner.update is update


def test_a_disk_that_refuses_the_results(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:

    def refuse(path: Path, chunks: Any, hope: str, like: Path) -> int:
        if path.suffix == ".npz":
            raise StorageError(f"'{path.name}' can't be saved: {errno.ENOSPC}; {hope}.")
        return replace_file(path, chunks, hope, like)

    monkeypatch.setattr("tuitune.results.final.replace_file", refuse)
    engine = bench.engine(None)
    listener = engine.subscribe()
    engine.send(StartFinish(choose="race", repeats=1))
    engine.start()
    detail = ""
    while not detail:
        message = listener.get(timeout=20)
        if isinstance(message, EngineState):
            detail = message.detail
    assert detail.endswith("; make room for it, and the same finish goes on from here.")
    monkeypatch.setattr("tuitune.results.final.replace_file", replace_file)
    engine.send(StartFinish(choose="race"))
    while not isinstance(message, EngineState) or message.state != "idle":
        message = listener.get(timeout=20)
    engine.send(Quit())
    assert engine.join(20)
    assert bench.finish.ended == "finished"
    assert bench.session.openings == 1


def test_other_trainers_end_with_the_race(tmp_path: Path, read: list[str]) -> None:
    bench = Bench(tmp_path, function_problem())
    bench.add_trials(1e-2, 1e-3)
    bench.run(StartFinish(choose="race"), train=noisy)
    finish = bench.finish
    assert (finish.refits, finish.opening, finish.test, read) == ([], None, None, [])
    assert finish.files == ("try.final.json", "try.final.toml", "try.report.md")
    assert " -> race ." in finish.text
    assert (
        "your trainer was not asked for a test, since it doesn't say that it has one" in finish.text
    )
    assert final_text(bench.session, finish) == finish.text


def test_a_loss_is_told_from_the_accuracy_of_the_test(tmp_path: Path, read: list[str]) -> None:
    from msgspec.structs import replace

    problem = replace(
        network_problem(), metric="val_loss", train_metric="loss", direction="minimize",
        samples=None, classes=None,
    )  # fmt: skip
    bench = Bench(tmp_path, problem)
    bench.add_trials(0.05, 0.01, train=None)
    bench.run(StartFinish(choose="race", repeats=1), train=None)
    assert " -> test accuracy ." in bench.finish.text
