"""Where the randomness of a session comes from: one number per trial."""

from __future__ import annotations

from numpy.random import SeedSequence


def trial_seed(session_seed: int, round_number: int, trial: int) -> int:
    """Return the seed that a trial trains with, in [0, 2**32), which every library accepts.

    `session_seed` is at least 0. A trial keeps it through retries and resumes.
    """
    return int(SeedSequence([session_seed, round_number, trial]).generate_state(1)[0])
