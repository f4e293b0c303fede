"""Bayesian optimisation by a Gaussian process: points where the scores so far promise most.

Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), ch. 2, 4 and 5; augmented
expected improvement: Huang et al., J. Global Optimization 34 (2006); its logarithm: Ament et al.
(2023). The constants were chosen together, on Hartmann-6 and Ackley-6 with noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.random import Generator, SeedSequence, default_rng
from numpy.typing import NDArray

from tuitune.samplers.base import NO_HISTORY, DrawPoint, History
from tuitune.samplers.even import even_point, is_even_turn
from tuitune.samplers.rows import (
    MOST_TRIES,
    NOT_COUNTING,
    Rows,
    free_parameters,
    read_rows,
    values_of,
)
from tuitune.space import Choice, FloatRange, Parameter, Space, Value

Array = NDArray[np.float64]

CANDIDATES = 1024
NEAR = 48
"""Candidates of each of two spreads about each of the `INCUMBENTS` best means."""
INCUMBENTS = 4
MOST_FITTED = 128
JITTER = 1e-6
SMALLEST_SPREAD = 1e-9


@dataclass(frozen=True)
class GpSampler:
    """Expected improvement under a Gaussian process; the first trials and one in four are even."""

    def draws_evenly(self, space: Space, at: DrawPoint, history: History = NO_HISTORY) -> bool:
        """Say whether the point comes from the even sequence: by turn, or for want of scores."""
        if not free_parameters(space) or is_even_turn(space, at, history):
            return True
        rows = read_rows(space, at, history)
        return len(rows.scores) < 3 or float(np.std(_warped(rows.scores))) < SMALLEST_SPREAD

    def sample(
        self, space: Space, at: DrawPoint, history: History = NO_HISTORY
    ) -> dict[str, Value]:
        """Return the candidate of the highest augmented expected improvement, or an even point."""
        if self.draws_evenly(space, at, history):
            return even_point(space, at, history)
        rng = default_rng(SeedSequence([at.session_seed, at.revision, at.round, at.trial, 5]))
        try:
            found = _best_candidate(space, read_rows(space, at, history), rng)
        except np.linalg.LinAlgError:
            found = None
        return even_point(space, at, history) if found is None else found

    def size(self, space: Space) -> int | None:  # noqa: ARG002
        """Return None: there is always another point."""
        return None


class Kernel(NamedTuple):
    """Matern 5/2 with a lengthscale for each parameter, and the noise of a score."""

    lengths: Array
    """(d,), in units of the range."""
    scale: float
    """Variance of the function."""
    noise: float
    """Variance of a score about it."""

    def between(self, gaps: Array) -> Array:
        """Return the covariances for squared distances by parameter: (d, n, m) to (n, m)."""
        r = _radius(gaps, self.lengths)
        covariances: Array = self.scale * (1 + r + r * r / 3) * np.exp(-r)
        return covariances


class Posterior:
    """What scores at some points say about other ones; zero mean before."""

    def __init__(self, kernel: Kernel, points: Points, y: Array) -> None:
        """`y`: (n,). Raises `LinAlgError` where no small jitter makes the covariance definite."""
        from scipy.linalg import cho_solve

        self._kernel, self._points = kernel, points
        self._root = _root(kernel.between(points.gaps(points)), kernel.noise)
        self._weights: Array = cho_solve((self._root, True), y)

    def at(self, points: Points) -> tuple[Array, Array]:
        """Return mean and standard deviation of the function, without noise: (m,) each."""
        from scipy.linalg import solve_triangular

        cross = self._kernel.between(self._points.gaps(points))
        spread = solve_triangular(self._root, cross, lower=True)
        variance = self._kernel.scale - (spread * spread).sum(axis=0)
        return cross.T @ self._weights, np.sqrt(np.maximum(variance, 1e-12))


class Points:
    """Points of a space for the kernel: a choice is one-hot, so that two options are 1 apart."""

    def __init__(self, parameters: list[Parameter], units: Array) -> None:
        """`units`: (n, d), each inside its cell."""
        self._columns = [
            np.sqrt(0.5) * np.eye(len(p.on))[_option(p, column)]
            if isinstance(p, Choice)
            else column[:, None]
            for p, column in zip(parameters, units.T, strict=True)
        ]

    def gaps(self, other: Points) -> Array:
        """Return the squared distances by parameter: (d, n, m)."""
        return np.stack(
            [
                ((mine[:, None, :] - theirs[None, :, :]) ** 2).sum(axis=2)
                for mine, theirs in zip(self._columns, other._columns, strict=True)
            ]
        )


def negative_log_posterior(theta: Array, gaps: Array, y: Array) -> tuple[float, Array]:
    """Return the misfit of log lengths, log scale and log noise, and its gradient: (d + 2,).

    `gaps`: (d, n, n), `y`: (n,). Rasmussen & Williams eq. 5.8 and 5.9, with normal priors.
    """
    from scipy.linalg import cho_solve

    size = len(gaps)
    kernel = _kernel(theta)
    r = _radius(gaps, kernel.lengths)
    covariance = kernel.between(gaps)
    root = _root(covariance, kernel.noise)
    inverse = cho_solve((root, True), np.eye(len(y)))
    weights = inverse @ y
    mean, sd = _prior(size)
    z = (theta - mean) / sd
    value = 0.5 * y @ weights + np.log(np.diag(root)).sum() + 0.5 * z @ z
    outer = 0.5 * (inverse - np.outer(weights, weights))
    shared = outer * (5 / 3 * kernel.scale * (1 + r) * np.exp(-r))
    gradient = np.empty(size + 2)
    gradient[:size] = np.einsum("nm,dnm->d", shared, gaps) / kernel.lengths**2
    gradient[size] = (outer * covariance).sum()
    gradient[size + 1] = kernel.noise * np.trace(outer)
    return float(value), gradient + z / sd


def fit_kernel(points: Points, y: Array) -> Kernel:
    """Return the most probable kernel for `y`: (n,) standardised scores."""
    from scipy.optimize import minimize

    gaps = points.gaps(points)
    size = len(gaps)

    def misfit(theta: Array) -> tuple[float, Array]:
        try:
            return negative_log_posterior(theta, gaps, y)
        except np.linalg.LinAlgError:
            return 1e25, np.zeros(size + 2)

    found = minimize(
        misfit,
        np.log([*[0.7] * size, 1.0, 0.1]),
        jac=True,
        method="L-BFGS-B",
        bounds=np.log([*[(0.05, 30)] * size, (0.05, 20), (1e-4, 2)]),
        options={"maxiter": 25, "maxfun": 37},
    )
    return _kernel(found.x)


def _best_candidate(space: Space, rows: Rows, rng: Generator) -> dict[str, Value] | None:
    free = free_parameters(space)
    parameters = list(free.values())
    units = np.concatenate([rows.units, rows.poor])
    f = _warped(rows.scores)
    y = np.concatenate([f, np.full(len(rows.poor), f.min())])
    y = (y - y.mean()) / y.std()
    chosen = _for_fitting(y, rng)
    kernel = fit_kernel(Points(parameters, units[chosen]), y[chosen])
    posterior = Posterior(kernel, Points(parameters, units), y)
    means = posterior.at(Points(parameters, units))[0]
    best = units[np.argsort(-means, kind="stable")[:INCUMBENTS]]
    if len(rows.pending):
        expected = posterior.at(Points(parameters, rows.pending))[0]
        every = np.concatenate([units, rows.pending])
        posterior = Posterior(kernel, Points(parameters, every), np.concatenate([y, expected]))
    candidates = _candidates(parameters, best, rng)
    if space.is_conditional:
        candidates = np.array([_without_idle(space, free, row) for row in candidates.tolist()])
    gain = _log_gain(*posterior.at(Points(parameters, candidates)), means.max(), kernel.noise)
    for place in np.argsort(-gain, kind="stable").tolist():
        at_units = dict(zip(free, candidates[place].tolist(), strict=True))
        params = space.from_unit({name: at_units.get(name, 0.5) for name in space.names})
        if rows.tried[values_of(space, params)] < MOST_TRIES:
            return params
    return None


def _without_idle(space: Space, free: dict[str, Parameter], units: list[float]) -> list[float]:
    """Return the units of a point, in the middle where a parameter doesn't count."""
    at = dict(zip(free, units, strict=True))
    point = space.from_unit({name: at.get(name, NOT_COUNTING) for name in space.names})
    return [unit if name in point else NOT_COUNTING for name, unit in at.items()]


def _candidates(parameters: list[Parameter], best: Array, rng: Generator) -> Array:
    from scipy.stats import qmc

    size = len(parameters)
    blocks = [qmc.Halton(size, rng=rng).random(CANDIDATES)]
    choices = np.array([isinstance(p, Choice) for p in parameters])
    for centre in best:
        for spread in (0.1, 0.03):
            moved = centre + spread * rng.standard_normal((NEAR, size))
            # Reflected at the walls, so that they don't gather there.
            moved = np.abs(moved) % 2
            moved = np.where(moved > 1, 2 - moved, moved)
            moved = np.where(choices, rng.random((NEAR, size)), moved)
            share = np.where(choices, max(0.1, 0.5 / size), max(0.5, 1.5 / size))
            blocks.append(np.where(rng.random((NEAR, size)) < share, moved, centre))
    units: Array = np.concatenate(blocks)
    for column, p in enumerate(parameters):
        if not (isinstance(p, FloatRange) and p.step is None and not p.zero):
            units[:, column] = [p.to_unit(p.from_unit(unit)) for unit in units[:, column].tolist()]
    return units


def _log_gain(mean: Array, sd: Array, best: float, noise: float) -> Array:
    """Return the log of the augmented expected improvement: (m,)."""
    from scipy.special import ndtr

    z = (mean - best) / sd
    near = np.maximum(z, -6)
    density = np.exp(-0.5 * near**2) / np.sqrt(2 * np.pi)
    log_gain = np.where(
        z < -6,
        -0.5 * z**2 - 0.919 - 2 * np.log(np.maximum(-z, 1)),
        np.log(near * ndtr(near) + density),
    )
    gain: Array = log_gain + np.log(sd) + np.log1p(-np.sqrt(noise / (noise + sd**2)))
    return gain


def _warped(scores: Array) -> Array:
    """Return scores with all of the lower quarter at its upper end, where they tell no more."""
    largest = float(np.abs(scores).max(initial=0.0))
    f = scores / largest if largest > 0 else scores
    if len(f) == 0:
        return f
    warped: Array = np.maximum(f, np.quantile(f, 0.25))
    return warped


def _for_fitting(y: Array, rng: Generator) -> NDArray[np.int64]:
    """Return a random 80 % of the rows, of at most 128: the 64 best and 64 over the rest."""
    order = np.argsort(-y, kind="stable")
    half = MOST_FITTED // 2
    if len(y) > MOST_FITTED:
        rest = np.linspace(half, len(y) - 1, half).round().astype(np.int64)
        order = np.concatenate([order[:half], order[rest]])
    count = min(len(order), max(8, round(0.8 * len(order))))
    return np.sort(rng.permutation(order)[:count])


def _kernel(theta: Array) -> Kernel:
    return Kernel(np.exp(theta[:-2]), float(np.exp(theta[-2])), float(np.exp(theta[-1])))


def _prior(size: int) -> tuple[Array, Array]:
    """Return mean and standard deviation of log lengths, log scale and log noise."""
    return np.log([*[0.4] * size, 1.0, 0.1]), np.array([*[0.7] * size, 1.0, 1.5])


def _radius(gaps: Array, lengths: Array) -> Array:
    radius: Array = np.sqrt(5 * np.einsum("dnm,d->nm", gaps, 1 / lengths**2))
    return radius


def _root(covariance: Array, noise: float) -> Array:
    """Return the lower Cholesky factor with noise, and as little jitter as it takes."""
    jitter = JITTER
    while True:
        try:
            noisy = covariance + (noise + jitter) * np.eye(len(covariance))
            return np.linalg.cholesky(noisy).astype(np.float64, copy=False)
        except np.linalg.LinAlgError:
            jitter *= 10
            if jitter > 2e-2:
                raise


def _option(choice: Choice, units: Array) -> NDArray[np.int64]:
    count = len(choice.on)
    return np.minimum((units * count).astype(np.int64), count - 1)
