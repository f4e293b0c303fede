"""WHICH POINT NEXT: pure; a space, a place and the trials so far in, the params of a trial out.

Here belong the samplers and the seeds of the trials; how many trials there are is the engine's.
May import model, space, parts, errors, numpy; scipy inside functions. Called by the engine alone.
Tests: tests/samplers/, and the suite that every sampler passes in tests/contracts/test_samplers.py.
"""

from __future__ import annotations

from tuitune.parts import build_part
from tuitune.samplers.base import DrawPoint, History, Sampler
from tuitune.samplers.gp import GpSampler
from tuitune.samplers.grid import GridSampler
from tuitune.samplers.quasi import HaltonSampler, SobolSampler
from tuitune.samplers.random import RandomSampler
from tuitune.samplers.seeds import refit_seed, repeat_seed, trial_seed
from tuitune.samplers.tpe import TpeSampler, optuna_version

SAMPLERS: dict[str, type[Sampler]] = {
    "random": RandomSampler,
    "halton": HaltonSampler,
    "sobol": SobolSampler,
    "grid": GridSampler,
    "gp": GpSampler,
    "tpe": TpeSampler,
}
"""Every sampler by the name that its text form begins with."""


def make_sampler(text: str) -> Sampler:
    """Return the sampler that `text` names: `random`, `halton`, `grid points=5`, `gp`, ...

    Raises `UsageError` naming the known ones, and where a package that it needs is not there.
    """
    return build_part(text, SAMPLERS, kind="sampler")


def drawing_package(text: str) -> str:
    """Return the package whose version decides what the sampler `text` draws, `optuna 5.0.0`.

    Empty where that is this program itself.
    """
    return f"optuna {optuna_version()}" if isinstance(make_sampler(text), TpeSampler) else ""


__all__ = [
    "SAMPLERS",
    "DrawPoint",
    "History",
    "Sampler",
    "drawing_package",
    "make_sampler",
    "refit_seed",
    "repeat_seed",
    "trial_seed",
]
