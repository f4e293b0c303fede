"""How many of the trials are the best."""

from __future__ import annotations

import math

MIN_TOP = 5
"""The least size of the top: fewer trials of full length say nothing."""
TOP_SHARE = 0.15


def top_size(trials: int) -> int:
    """Return how many of `trials` trials are the top: 15 % of them, at least 5."""
    # The epsilon keeps 15 % of 100 at 15: 0.15 * 100 is a hair above it in binary.
    return max(MIN_TOP, math.ceil(TOP_SHARE * trials - 1e-9))
