"""Where the randomness of a session comes from: one number per trial, repeat and refit."""

from __future__ import annotations

from numpy.random import SeedSequence


def trial_seed(session_seed: int, round_number: int, trial: int) -> int:
    """Return the seed that a trial trains with, in [0, 2**32), which every library accepts.

    `session_seed` is at least 0. A trial keeps it through retries and resumes.
    """
    return int(SeedSequence([session_seed, round_number, trial]).generate_state(1)[0])


def repeat_seed(session_seed: int, finish: int, repeat: int) -> int:
    """Return the seed of a finish's repeat, from 1, in [0, 2**32): the same for all contenders."""
    return _finish_seed(session_seed, finish, repeat, 1)


def refit_seed(session_seed: int, finish: int, repeat: int) -> int:
    """Return the seed of a finish's refit, from 1, in [0, 2**32)."""
    return _finish_seed(session_seed, finish, repeat, 2)


def _finish_seed(session_seed: int, finish: int, repeat: int, purpose: int) -> int:
    # The purpose stands last and is not 0: SeedSequence takes zeros at the end for nothing.
    return int(SeedSequence([session_seed, finish, repeat, purpose]).generate_state(1)[0])
