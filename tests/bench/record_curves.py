"""Writes the curves of round 1 of a session as the recording that `tuitune bench pruners` replays.

python -m tests.bench.record_curves sessions/replay.json
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from tuitune.bench.replay import DIVERGED, SAMPLES, Recording
from tuitune.model import Session
from tuitune.model.trial import TrialState
from tuitune.store import read_session

TARGET = Path(__file__).parents[2] / "tuitune/bench/curves.npy"


def recording(session: Session) -> Recording:
    """Return (trials, epochs) counts of right answers, `DIVERGED` from where a trial diverged."""
    problem = session.problem
    assert problem.samples == SAMPLES
    assert session.rounds[0].pruner == "none"
    trials = list(session.trials_of(1))
    counts = np.full((len(trials), problem.epochs), DIVERGED, dtype=np.uint8)
    for row, trial in zip(counts, trials, strict=True):
        assert trial.state in (TrialState.DONE, TrialState.FAILED), trial
        reported = trial.curve.get(problem.metric, [])
        # A trial that diverged reported once more than it was worth.
        finite = reported if trial.state is TrialState.DONE else reported[:-1]
        row[: len(finite)] = np.rint(np.array(finite, dtype=np.float64) * SAMPLES)
    return counts


if __name__ == "__main__":
    np.save(TARGET, recording(read_session(Path(sys.argv[1]))), allow_pickle=False)
