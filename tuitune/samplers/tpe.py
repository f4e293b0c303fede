"""Tree-structured Parzen estimators, as Optuna 5 has them, used purely.

Watanabe, Tree-Structured Parzen Estimator, arXiv 2304.11127 (2023). Each suggestion comes from a
new study in memory, made of the trials inside today's ranges, so that it depends on nothing else.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any

from numpy.random import SeedSequence

from tuitune.errors import UsageError
from tuitune.samplers.base import NO_HISTORY, DrawPoint, History
from tuitune.samplers.even import even_point, is_even_turn
from tuitune.samplers.rows import (
    MOST_TRIES,
    Row,
    count_tries,
    free_parameters,
    most_telling,
    rows_inside,
    values_of,
)
from tuitune.space import Choice, IntRange, Parameter, Space, Value

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial, Trial

CANDIDATES = 96
# Of an option of the sampler that is not final. A filter for the time of a call is not safe in
# threads, and one by the kind of warning would import Optuna here.
warnings.filterwarnings("ignore", message="Argument ``group`` is an experimental")
MOST_SEEDS = 8
"""How many seeds are tried for a point that was not tried thrice."""


@dataclass(frozen=True)
class TpeSampler:
    """Optuna's multivariate TPE; the first trials of a revision and one in four are even."""

    def __post_init__(self) -> None:
        optuna_version()

    def draws_evenly(self, space: Space, at: DrawPoint, history: History = NO_HISTORY) -> bool:
        """Say whether the point comes from the even sequence: by turn."""
        return not free_parameters(space) or is_even_turn(space, at, history)

    def sample(
        self, space: Space, at: DrawPoint, history: History = NO_HISTORY
    ) -> dict[str, Value]:
        """Return what Optuna suggests, or an even point."""
        if self.draws_evenly(space, at, history):
            return even_point(space, at, history)
        rows = rows_inside(space, at, history)
        tried = count_tries(space, rows)
        telling = most_telling(rows)
        entropy = [at.session_seed, at.revision, at.round, at.trial, 4]
        seed = int(SeedSequence(entropy).generate_state(1)[0])
        for more in range(MOST_SEEDS):
            params = _suggest(space, telling, (seed + more) % 2**32)
            if tried[values_of(space, params)] < MOST_TRIES:
                return params
        return even_point(space, at, history)

    def size(self, space: Space) -> int | None:  # noqa: ARG002
        """Return None: there is always another point."""
        return None


def optuna_version() -> str:
    """Return the installed version of Optuna. Raises `UsageError` where there is none of 5."""
    try:
        version = metadata.version("optuna")
    except metadata.PackageNotFoundError:
        version = ""
    if version.partition(".")[0] != "5":
        found = f"and here is {version}" if version else "which is not installed"
        raise UsageError(
            f"The sampler tpe draws by Optuna 5, {found}: pip install 'tuitune[optuna]', or take "
            "gp, which needs nothing."
        )
    return version


def _suggest(space: Space, rows: list[Row], seed: int) -> dict[str, Value]:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    free = free_parameters(space)
    distributions = {name: _distribution(p) for name, p in free.items()}
    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.TPESampler(
            seed=seed,
            n_startup_trials=0,
            n_ei_candidates=CANDIDATES,
            multivariate=True,
            constant_liar=True,
            group=space.is_conditional,
        ),
    )
    study.add_trials([_as_trial(space, row, free, distributions) for row in rows])
    if not space.is_conditional:
        found = study.ask(distributions).params
        return {
            name: _from_optuna(p, found[name]) if name in free else p.from_unit(0.5)
            for name, p in space.parameters.items()
        }
    trial = study.ask()
    params: dict[str, Value] = {}
    for name in space.parents_first:
        p = space[name]
        if name not in free:
            params[name] = p.from_unit(0.5)
        elif space.counts(name, params):
            params[name] = _suggest_one(trial, name, p)
    return space.active({name: params[name] for name in space.names if name in params})


def _suggest_one(trial: Trial, name: str, p: Parameter) -> Value:
    """Return what a trial suggests for one parameter, from what `_distribution` says of it."""
    if isinstance(p, Choice):
        return _from_optuna(p, trial.suggest_categorical(name, range(len(p.on))))
    if isinstance(p, IntRange):
        return trial.suggest_int(name, p.low, p.high, log=p.log, step=p.step or 1)
    return p.from_unit(trial.suggest_float(name, 0, 1))


def _distribution(p: Parameter) -> BaseDistribution:
    """Return what Optuna draws from.

    A real range is its unit line, so that no last digit lies outside; a choice is its places,
    since true and 1 are one option to Optuna.
    """
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(p, Choice):
        return CategoricalDistribution(range(len(p.on)))
    if isinstance(p, IntRange):
        return IntDistribution(p.low, p.high, log=p.log, step=p.step or 1)
    return FloatDistribution(0, 1)


def _to_optuna(p: Parameter, value: Value) -> Any:
    if isinstance(p, Choice):
        return int(p.to_unit(value) * len(p.on))
    return value if isinstance(p, IntRange) else p.to_unit(value)


def _from_optuna(p: Parameter, suggested: Any) -> Value:
    if isinstance(p, Choice):
        return p.on[int(suggested)]
    return int(suggested) if isinstance(p, IntRange) else p.from_unit(suggested)


def _as_trial(
    space: Space,
    row: Row,
    free: dict[str, Parameter],
    distributions: dict[str, BaseDistribution],
) -> FrozenTrial:
    from optuna.trial import TrialState, create_trial

    trial = row.trial
    value, reports, state = None, {}, TrialState.PRUNED
    if row.kind == "full":
        value, state = row.gain, TrialState.COMPLETE
    elif row.kind == "pending":
        state = TrialState.RUNNING
    elif row.kind == "pruned" and row.gain is not None:
        # Optuna ranks those given up by how far they came, then by value; a diverged one, which
        # has no report here, stands behind them all.
        reports = {trial.epochs_done: row.gain}
    counting = [name for name in free if space.counts(name, trial.params)]
    return create_trial(
        state=state,
        value=value,
        params={name: _to_optuna(free[name], trial.params[name]) for name in counting},
        distributions={name: distributions[name] for name in counting},
        intermediate_values=reports,
    )
