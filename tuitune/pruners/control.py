"""The audit of a pruner: a few of the trials that it would give up run on to the end."""

from __future__ import annotations

from hashlib import blake2b

SHARE = 0.05
"""One in twenty of the losers."""


def is_control(trial_seed: int, share: float = SHARE) -> bool:
    """Return whether a trial that is to be given up goes on instead, as a control.

    Depends on the trial's seed alone, so that it is the same after a resume; `share` in [0, 1] is
    the expected part of the trials.
    """
    return unit_hash("control", trial_seed) < share


def unit_hash(purpose: str, trial_seed: int) -> float:
    """Return a number in [0, 1) made of a seed, independent for each purpose."""
    digest = blake2b(f"{purpose} {trial_seed}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / (1 << 53)
