"""Recorded curves fed through a pruner, epoch by epoch: what it saves and what it loses.

The curves are TuiTune's own, those of round 1 of this session: the book's experiment in a wide
range of `lr`, without a pruner.

    tuitune new replay --param 'lr=1e-6..1 log' --param 'weight_decay=1e-8..1e-4 log'
    tuitune run replay --trials 200
    python -m tests.bench.record_curves sessions/replay.json

`curves.npy` beside this file holds (200 trials, 50 epochs) uint8: how many of the 100 validation
images were right, `DIVERGED` from the epoch on at which the loss or the metric was not finite.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from tuitune.advice.pruning import audit
from tuitune.model.trial import Problem, Trial, TrialState
from tuitune.pruners import PausePruner, Pruner, is_control, is_paused, make_pruner
from tuitune.samplers import DrawPoint, trial_seed
from tuitune.samplers.random import RandomSampler
from tuitune.space import Space, Value, parse_parameter

Recording = npt.NDArray[np.uint8]

SAMPLES = 100
"""Validation images behind each entry of a recording."""
DIVERGED = 255
"""Stands in place of a count from the epoch on at which the trial diverged."""
RECORDED_SPACE = Space(
    {"lr": parse_parameter("1e-6..1 log"), "weight_decay": parse_parameter("1e-8..1e-4 log")}
)
"""What the recorded trials were drawn from, in their order."""
TOP = 10
"""The best trials of a round without a pruner, which one should keep."""


@dataclass(frozen=True)
class Replay:
    """What one round of recorded trials came to under a pruner."""

    given_up: int
    """Trials that were stopped."""
    epochs: int
    """Epochs that were trained."""
    all_epochs: int
    """Epochs of the same trials without a pruner."""
    best_lost: bool
    """Whether the best trial of the round without a pruner was given up."""
    top_kept: int
    """How many of the `TOP` best without a pruner ran to the end."""
    top: int
    """How many of these there are: `TOP`, or fewer where fewer trials ran to the end."""
    said_saved: float
    """Share of the epochs that the screen says were saved, in [0, 1]."""


def load_curves() -> Recording:
    """Return the recording: (trials, epochs) counts of right answers out of `SAMPLES`."""
    with files(__package__).joinpath("curves.npy").open("rb") as file:
        recorded: Recording = np.load(file, allow_pickle=False)
    return recorded


def recorded_points() -> list[dict[str, Value]]:
    """Return the params of the recorded trials, in their order."""
    sampler = RandomSampler()
    rows = range(len(load_curves()))
    return [sampler.sample(RECORDED_SPACE, DrawPoint(0, 1, 1, row + 1, row)) for row in rows]


def replay(recorded: Recording, text: str, *, seed: int = 0, workers: int = 1) -> Replay:
    """Run one round of the recorded trials, in their order, under the pruner that `text` names.

    As the engine does it: a trial that diverges fails, one that the pruner gives up stops after
    that epoch, one in twenty of those runs on as a control, and no verdict falls on the last epoch.
    `workers` trials take turns, an epoch each. `seed` is that of the session: the seeds of the
    trials, which choose the controls and the brackets of `hyperband`, follow from it.
    """
    problem = Problem(epochs=recorded.shape[1], samples=SAMPLES, classes=10)
    pruner = make_pruner(text)
    started: list[Trial] = []
    running: list[Trial] = []
    while True:
        while len(running) < workers:
            resumed = _resumed(pruner, started, running, problem, len(recorded))
            if resumed is not None:
                resumed.state, resumed.cause = TrialState.RUNNING, None
                running.append(resumed)
                continue
            if len(started) == len(recorded):
                break
            number = len(started) + 1
            trial = Trial(
                number=number,
                round=1,
                revision=1,
                params={},
                seed=trial_seed(seed, 1, number),
                epochs=problem.epochs,
                state=TrialState.RUNNING,
            )
            trial.curve[problem.metric] = []
            started.append(trial)
            running.append(trial)
        if not running:
            return _outcome(recorded, started, problem)
        for trial in running:
            _train_epoch(trial, recorded[trial.number - 1], pruner, started, problem)
        running = [trial for trial in running if trial.state is TrialState.RUNNING]


def replay_rounds(
    recorded: Recording, text: str, *, rounds: int, trials: int = 100
) -> list[Replay]:
    """Replay rounds of `trials` different recorded trials, drawn and ordered at random.

    The same rounds for every pruner; one worker in the even ones, two in the odd ones.
    """
    found = []
    for number in range(rounds):
        order = np.random.default_rng([number, trials]).permutation(len(recorded))[:trials]
        found.append(replay(recorded[order], text, seed=number, workers=1 + number % 2))
    return found


def _resumed(
    pruner: Pruner,
    started: Sequence[Trial],
    running: Sequence[Trial],
    problem: Problem,
    trials: int,
) -> Trial | None:
    """Return the paused trial that goes on before a new one is drawn, else None."""
    if not isinstance(pruner, PausePruner):
        return None
    found = pruner.resumable(started, problem)
    if found or running or len(started) < trials:
        return next(iter(found), None)
    losers = (trial for trial in started if is_paused(trial) and is_control(trial.seed))
    resumed = next(losers, None)
    if resumed is not None:
        resumed.control = True
    return resumed


def _train_epoch(
    trial: Trial,
    counts: npt.NDArray[np.uint8],
    pruner: Pruner,
    started: Sequence[Trial],
    problem: Problem,
) -> None:
    count = int(counts[trial.epochs_done])
    trial.score = None if count == DIVERGED else count / SAMPLES
    trial.curve[problem.metric].append(trial.score)
    trial.epochs_done += 1
    if trial.score is None:
        trial.state = TrialState.FAILED
    elif trial.epochs_done >= trial.epochs:
        trial.state = TrialState.DONE
    elif not trial.control:
        peers = [peer for peer in started if peer is not trial]
        verdict = pruner.judge(trial, peers, problem)
        if verdict is not None:
            if is_control(trial.seed) and not isinstance(pruner, PausePruner):
                trial.control = True
            else:
                trial.state, trial.cause = TrialState.PRUNED, verdict.cause


def _outcome(recorded: Recording, trials: list[Trial], problem: Problem) -> Replay:
    last = recorded[:, -1]
    full = [trial for trial in trials if last[trial.number - 1] != DIVERGED]
    # Ranked as if all had run to the end: by the recorded score, the older trial first.
    full.sort(key=lambda trial: (-problem.sign * int(last[trial.number - 1]), trial.number))
    best = [trial.state is TrialState.DONE for trial in full[:TOP]]
    alive = (recorded != DIVERGED).sum(axis=1)
    # The report of the epoch at which a trial diverges is the last that it trains for.
    all_epochs = int(np.minimum(alive + 1, recorded.shape[1]).sum())
    said = audit(trials, problem.criterion)
    return Replay(
        given_up=sum(trial.state is TrialState.PRUNED for trial in trials),
        epochs=sum(trial.epochs_done for trial in trials),
        all_epochs=all_epochs,
        best_lost=bool(best) and not best[0],
        top_kept=sum(best),
        top=len(best),
        said_saved=said.saved if said is not None else 0.0,
    )
