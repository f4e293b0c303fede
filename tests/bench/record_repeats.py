"""Trains points of a session on many seeds: the table that `tuitune bench race` draws from.

python -m tests.bench.record_repeats sessions/book.json
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from tuitune.bench.replay import DIVERGED, SAMPLES, Recording
from tuitune.model import Session
from tuitune.samplers import repeat_seed
from tuitune.store import read_session
from tuitune.trainers.mlp.data import mlp_function
from tuitune.trainers.spec import MlpSpec

TARGET = Path(__file__).parents[2] / "tuitune/bench/repeats.npy"

SEEDS = 40
FINISH = 1_000
"""Number of a finish that no session reaches, so that no seed of a person's finish is among them.
"""


def recording(session: Session, rounds: tuple[int, ...] = (2, 3), seeds: int = SEEDS) -> Recording:
    """Return (points, seeds) counts of right answers at the last epoch, `DIVERGED` where none."""
    problem = session.problem
    assert problem.samples == SAMPLES
    assert isinstance(problem.trainer, MlpSpec)
    train = mlp_function(problem.trainer, session.seed)
    points = [trial for trial in session.trials if trial.round in rounds]
    counts = np.full((len(points), seeds), DIVERGED, dtype=np.uint8)
    with threadpool_limits(1):
        for row, trial in zip(counts, points, strict=True):
            for place in range(seeds):
                seed = repeat_seed(session.seed, FINISH, place + 1)
                reports = train(session.full_params(trial), epochs=problem.epochs, seed=seed)
                *_, last = (report for report in reports if report)
                if np.isfinite(last["val_acc"]) and np.isfinite(last["loss"]):
                    row[place] = round(last["val_acc"] * SAMPLES)
    return counts


if __name__ == "__main__":
    np.save(TARGET, recording(read_session(Path(sys.argv[1]))), allow_pickle=False)
