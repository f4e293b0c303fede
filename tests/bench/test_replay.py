"""The replay of recorded curves: what it holds the median rule to, and that it is the engine's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.bench.compare_pruner import table
from tests.bench.record_curves import recording
from tests.engine.support import executor_of
from tuitune.bench import pruners
from tuitune.bench.figures import Figure
from tuitune.bench.replay import DIVERGED, SAMPLES, load_curves, replay, replay_rounds
from tuitune.bench.samples import write_session
from tuitune.engine import Engine, Run
from tuitune.engine.creation import book_space
from tuitune.model import Session
from tuitune.model.events import RevisionCommitted, SessionCreated
from tuitune.model.trial import Problem, TrialState
from tuitune.store import SessionStore, read_session

RECORDED = load_curves()
SEED = 5


def test_the_recording_is_of_the_experiment_in_a_wide_range() -> None:
    assert RECORDED.shape == (200, 50)
    diverged = RECORDED == DIVERGED
    assert (RECORDED[~diverged] <= SAMPLES).all()
    assert (np.diff(diverged.astype(int), axis=1) >= 0).all(), "once diverged, for good"
    assert 0 < diverged[:, -1].sum() < 20
    chance = (RECORDED[:, -1] <= 16).sum()
    good = ((RECORDED[:, -1] >= 80) & ~diverged[:, -1]).sum()
    assert chance > 50
    assert good > 30


def test_the_median_rule_spends_under_60_percent_and_keeps_95_percent_of_the_top_ten() -> None:
    found = replay_rounds(RECORDED, "median", rounds=20)
    assert sum(r.epochs for r in found) < 0.6 * sum(r.all_epochs for r in found)
    assert sum(r.top_kept for r in found) >= 0.95 * sum(r.top for r in found)
    assert not any(r.best_lost for r in found)
    assert all(r.epochs < 0.65 * r.all_epochs for r in found)
    assert all(r.top_kept >= 9 for r in found)


def test_without_a_pruner_nothing_is_saved_and_nothing_lost() -> None:
    for found in replay_rounds(RECORDED, "none", rounds=4):
        assert (found.given_up, found.best_lost) == (0, False)
        assert found.epochs == found.all_epochs
        assert found.top_kept == found.top == 10


def test_successive_halving_saves_more_and_loses_more() -> None:
    median, asha = (
        replay_rounds(RECORDED, text, rounds=6) for text in ("median", "asha eta=3 grace=1")
    )
    assert sum(r.epochs for r in asha) < 0.5 * sum(r.epochs for r in median)
    assert sum(r.top_kept for r in asha) < 0.6 * sum(r.top_kept for r in median)


def test_a_replay_is_the_same_every_time() -> None:
    for workers in (1, 2):
        once, again = (replay(RECORDED, "hyperband", seed=3, workers=workers) for _ in range(2))
        assert once == again


def test_fewer_trials_than_ten_are_a_round_as_well() -> None:
    best = RECORDED[RECORDED[:, -1] != DIVERGED][:4]
    assert replay(best, "median", workers=9).top == 4
    nothing = replay(np.full((3, 5), DIVERGED, dtype=np.uint8), "median")
    assert (nothing.epochs, nothing.all_epochs, nothing.top, nothing.best_lost) == (3, 3, 0, False)


@pytest.mark.parametrize("text", ["median startup=5", "asha", "hyperband", "patience epochs=5"])
def test_the_engine_comes_to_the_same(text: str, tmp_path: Path) -> None:
    session = run_recorded(tmp_path / "replay.json", text)
    found = replay(RECORDED[:60], text, seed=SEED)
    assert sum(t.epochs_done for t in session.trials) == found.epochs
    assert session.counts[TrialState.PRUNED] == found.given_up > 0
    assert session.counts[TrialState.FAILED] <= (RECORDED[:60, -1] == DIVERGED).sum()
    best = sorted(range(60), key=lambda row: (-_final(row), row))[:10]
    kept = [session.trials[row].state is TrialState.DONE for row in best]
    assert (sum(kept), not kept[0]) == (found.top_kept, found.best_lost)


def test_sessions_with_and_without_a_pruner_are_compared(tmp_path: Path) -> None:
    pair = [run_recorded(tmp_path / f"{name}.json", name) for name in ("none", "median")]
    head, _, row, every = table([(pair[0], pair[1])])
    found = replay(RECORDED[:60], "median", seed=SEED)
    cells = dict(zip(head.split("|"), row.split("|"), strict=True))
    assert int(cells[" epochs "]) == found.epochs
    assert int(cells[" of "]) == found.all_epochs
    assert int(cells[" given up "]) == found.given_up
    assert f" {found.top_kept} of 10 kept " in every


def _final(row: int) -> int:
    count = int(RECORDED[row, -1])
    return -1 if count == DIVERGED else count


def run_recorded(path: Path, pruner: str) -> Session:
    """Run a round of the real engine whose trials report the recorded curves."""
    problem = Problem(epochs=50, samples=SAMPLES, classes=10)
    store = SessionStore.create(
        path,
        SessionCreated("replay", problem, SEED, 1.0, "test"),
        RevisionCommitted(1, None, book_space(), 1.0),
    )

    def train(params: Any, *, epochs: int, seed: int) -> Iterator[dict[str, float]]:
        for count in RECORDED[len(engine.session.trials) - 1].tolist():
            yield {"val_acc": float("nan") if count == DIVERGED else count / SAMPLES}

    engine = Engine(store, executor_factory=lambda inbox, count: executor_of(train, inbox, count))
    engine.send(Run(trials=60, pruner=pruner))
    engine.run(until_idle=True)
    return read_session(path)


def test_a_recording_is_made_of_a_session(tmp_path: Path) -> None:
    session = write_session(tmp_path / "some.json", trials=5, epochs=4, trained_epochs=4)
    counts = recording(session)
    assert counts.shape == (5, 4)
    for row, trial in zip(counts.tolist(), session.trials, strict=True):
        assert [count / SAMPLES for count in row] == trial.curve["val_acc"]


def test_the_command_has_three_figures_a_pruner_and_bounds_for_the_median_rule(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pruners, "PRUNERS", ("none", "median"))
    monkeypatch.setattr(pruners, "NARROW", ("pause",))
    said: list[str] = []
    figures = pruners.measure(True, said.append)
    assert [figure.what for figure in figures[3:6]] == [
        "median: epochs spent",
        "median: best trial lost",
        "median: top ten kept",
    ]
    assert [figure.bound for figure in figures] == [
        None,
        None,
        None,
        60.0,
        0.0,
        95.0,
        60.0,
        0.0,
        95.0,
    ]
    assert figures[6].what == "pause, lr to 1e-2: epochs spent"
    assert all(figure.holds for figure in figures)
    assert said[1].startswith("median: ")
    assert Figure("any", "any", 1e9, "%", None).holds
