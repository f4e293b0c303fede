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

SAMPLERS: dict[str, type[Sampler]] = {
    "random": RandomSampler,
    "halton": HaltonSampler,
    "sobol": SobolSampler,
    "grid": GridSampler,
    "gp": GpSampler,
}
"""Every sampler by the name that its text form begins with."""


def make_sampler(text: str) -> Sampler:
    """Return the sampler that `text` names: `random`, `halton`, `sobol`, `grid points=5`, `gp`.

    Raises `UsageError` naming the known ones.
    """
    return build_part(text, SAMPLERS, kind="sampler")


__all__ = [
    "SAMPLERS",
    "DrawPoint",
    "History",
    "Sampler",
    "make_sampler",
    "refit_seed",
    "repeat_seed",
    "trial_seed",
]
