"""What samplers reach in 96 trials by four workers, on functions whose best value is known.

Hartmann-6: Surjanovic & Bingham, Virtual Library of Simulation Experiments (2013). Ackley, A
Connectionist Machine for Genetic Hillclimbing (1987). Nothing is trained.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tuitune.bench.figures import Figure, Say
from tuitune.model.trial import Criterion, Draw, Trial, TrialState
from tuitune.samplers import DrawPoint, History, make_sampler
from tuitune.space import FloatRange, Space, Value

Array = NDArray[np.float64]

TRIALS, WORKERS = 96, 4
CONTENDERS, REPEATS = 5, 5
"""Of the race that picks a study's result: the best by their score, each so often anew."""
STUDIES, QUICK_STUDIES = 20, 3
BOUND = 0.5
"""What the samplers named by a problem may have of the regret of `halton`."""


@dataclass(frozen=True)
class Problem:
    """A function of the unit cube, to be made large, with its best value."""

    name: str
    dimensions: int
    best: float
    value: Callable[[Array], float]
    noise: float
    narrowed: tuple[float, float] | None = None
    """Ends of each range after half of the trials, as shares of the first; None: never."""
    bounded: tuple[str, ...] = ()
    """Samplers whose regret is held to `BOUND`."""

    @property
    def names(self) -> list[str]:
        """The names of its parameters."""
        return [f"x{i}" for i in range(self.dimensions)]

    def space(self, trial: int) -> tuple[int, Space]:
        """Return revision and ranges that `trial`, from 1, is drawn from."""
        late = self.narrowed is not None and trial > TRIALS // 2
        low, high = self.narrowed if late and self.narrowed else (0.0, 1.0)
        return (2 if late else 1), Space({name: FloatRange(low, high) for name in self.names})

    def at(self, params: dict[str, Value]) -> float:
        """Return the value at a point, without noise."""
        return self.value(np.array([float(params[name]) for name in self.names]))


class Suggests(Protocol):
    """A sampler with the memory of one study."""

    draw: Draw
    """How the last point was drawn."""

    def next(self, number: int, trials: Sequence[Trial]) -> dict[str, Value]:
        """Return the point of trial `number`; those that run are in `trials` without a score."""

    def tell(self, number: int, score: float) -> None:
        """Take the score of a trial."""


class Ours:
    """A sampler of this program."""

    def __init__(self, problem: Problem, text: str, seed: int) -> None:
        self._problem, self._sampler, self._seed = problem, make_sampler(text), seed
        self.draw: Draw = "uniform"

    def next(self, number: int, trials: Sequence[Trial]) -> dict[str, Value]:
        """Return what the engine would draw."""
        revision, space = self._problem.space(number)
        first = number if revision == 1 else number - TRIALS // 2
        at = DrawPoint(self._seed, revision, revision, number, first - 1)
        history = History(trials, Criterion("", 1, 1))
        params = self._sampler.sample(space, at, history)
        evenly = self._sampler.draws_evenly(space, at, history)
        self.draw = "uniform" if evenly else "adaptive"
        return params

    def tell(self, number: int, score: float) -> None:
        """Nothing: it reads the trials."""


class Directly:
    """Optuna's TPE with its defaults, as a person would use it with several workers."""

    def __init__(self, problem: Problem, seed: int) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._problem = problem
        sampler = optuna.samplers.TPESampler(seed=seed, multivariate=True, constant_liar=True)
        self._study = optuna.create_study(direction="maximize", sampler=sampler)
        self._running: dict[int, Any] = {}
        self.draw: Draw = "adaptive"

    def next(self, number: int, trials: Sequence[Trial]) -> dict[str, Value]:  # noqa: ARG002
        """Return what Optuna suggests."""
        trial = self._study.ask()
        self._running[number] = trial
        _, space = self._problem.space(number)
        return {
            name: trial.suggest_float(name, p.low, p.high)
            for name, p in space.parameters.items()
            if isinstance(p, FloatRange)
        }

    def tell(self, number: int, score: float) -> None:
        """Tell the study."""
        self._study.tell(self._running.pop(number), score)


@dataclass(frozen=True)
class Outcome:
    """What one study came to."""

    regret: float
    """How far the pick of the race is from the best value."""
    best: list[float]
    """The best value without noise after each trial."""


def run_study(problem: Problem, sampler: str, seed: int) -> Outcome:
    """Run a study of 96 trials, four at once; `sampler` is a text form, or `optuna`."""
    suggests = Directly(problem, seed) if sampler == "optuna" else Ours(problem, sampler, seed)
    rng = np.random.default_rng([seed, 7])
    trials: list[Trial] = []
    running: list[int] = []
    truth: list[float] = []
    for number in range(1, TRIALS + 1):
        params = suggests.next(number, trials)
        trials.append(
            Trial(
                number=number, round=1, revision=problem.space(number)[0], params=params, seed=1,
                epochs=1, state=TrialState.RUNNING,
                draw=suggests.draw,
            )
        )  # fmt: skip
        truth.append(problem.at(params))
        running.append(number)
        if len(running) == WORKERS:
            ended = running.pop(0)
            score = truth[ended - 1] + problem.noise * rng.standard_normal()
            trials[ended - 1].state, trials[ended - 1].score = TrialState.DONE, score
            suggests.tell(ended, score)
    for number in running:
        score = truth[number - 1] + problem.noise * rng.standard_normal()
        trials[number - 1].state, trials[number - 1].score = TrialState.DONE, score
    order = sorted(range(TRIALS), key=lambda i: -(trials[i].score or 0.0))[:CONTENDERS]
    means = [truth[i] + problem.noise * float(rng.standard_normal(REPEATS).mean()) for i in order]
    pick = order[int(np.argmax(means))]
    return Outcome(problem.best - truth[pick], np.maximum.accumulate(truth).tolist())


def measure(quick: bool, say: Say) -> list[Figure]:
    """Run the studies of each problem under each sampler; Optuna's where it is installed."""
    studies = QUICK_STUDIES if quick else STUDIES
    known = find_spec("optuna") is not None
    samplers = ["random", "halton", *(["tpe"] if known else []), "gp"]
    figures = []
    for problem in PROBLEMS:
        # Nobody changes the ranges of a study of Optuna's multivariate TPE and keeps its trials.
        direct = ["optuna"] if known and problem.narrowed is None else []
        found = {
            name: [run_study(problem, name, seed) for seed in range(studies)]
            for name in [*samplers, *direct]
        }
        target = float(np.median([outcome.best[-1] for outcome in found["random"]]))
        reference = _mean(found["halton"])
        for name, outcomes in found.items():
            regret = _mean(outcomes)
            error = np.std([o.regret for o in outcomes], ddof=1) / math.sqrt(studies)
            needed = float(np.median([_trials_to(o.best, target) for o in outcomes]))
            label = "Optuna's TPE directly" if name == "optuna" else name
            needs = f"{needed:.0f}" if needed <= TRIALS else f"more than {TRIALS}"
            say(
                f"{problem.name}, {label}: regret {regret:.3g} +- {error:.2g}, "
                f"{needs} trials to random's best"
            )
            figures.append(
                Figure(
                    "samplers", f"{problem.name}, {label}: regret, of halton's",
                    regret / reference, "x",
                    BOUND if name in problem.bounded and not quick else None,
                    detail=f"{regret:.3g} +- {error:.2g}; {needs} trials to random's best",
                )
            )  # fmt: skip
    return figures


def _mean(outcomes: Sequence[Outcome]) -> float:
    return float(np.mean([outcome.regret for outcome in outcomes]))


def _trials_to(best: Sequence[float], target: float) -> int:
    """Return after how many trials the best one reached `target`; one more than all: never."""
    return next((i for i, value in enumerate(best, 1) if value >= target), TRIALS + 1)


_HARTMANN_A = np.array(
    [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14],
     [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
)  # fmt: skip
_HARTMANN_P = 1e-4 * np.array(
    [[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
     [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381]]
)  # fmt: skip
_HARTMANN_ALPHA = np.array([1.0, 1.2, 3.0, 3.2])


def hartmann(x: Array) -> float:
    """Return Hartmann-6 with its sign turned: 3.32237 at its best. `x`: (6,)."""
    inner = (_HARTMANN_A * (x - _HARTMANN_P) ** 2).sum(axis=1)
    return float(_HARTMANN_ALPHA @ np.exp(-inner))


def ackley(x: Array) -> float:
    """Return Ackley with its sign turned, 0 at (.4, ...): the cube is -2.048..3.072. `x`: (d,)."""
    z = 5.12 * (x - 0.4)
    root = math.sqrt(float(np.mean(z**2)))
    return (
        -20 * (1 - math.exp(-0.2 * root)) - math.e + math.exp(float(np.mean(np.cos(2 * np.pi * z))))
    )


def two_matter(x: Array) -> float:
    """Return a ridge of which the first two parameters alone decide, 0 at its best. `x`: (d,)."""
    return -float((x[0] - 0.3) ** 2 + 2 * (x[1] - 0.8 * x[0] - 0.2) ** 2)


HARTMANN_BEST = 3.32237
PROBLEMS = (
    Problem("Hartmann-6", 6, HARTMANN_BEST, hartmann, 0.15, bounded=("tpe", "gp")),
    Problem("Hartmann-6, narrowed after 48", 6, HARTMANN_BEST, hartmann, 0.15, (0.1, 0.7), ("gp",)),
    Problem("Ackley-6", 6, 0.0, ackley, 0.15),
    Problem("two of six matter", 6, 0.0, two_matter, 0.01),
)
