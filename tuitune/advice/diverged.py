"""Where trials diverge: the one-sided cut of one parameter that separates them best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from tuitune.advice.statistics import Floats, fisher_tail

MOST = 0.75


@dataclass(frozen=True, slots=True)
class Cut:
    """All or most diverged trials lie on one side of a position of the range."""

    side: Literal["above", "below"]
    inner: float
    """The outermost healthy position on the good side, in units of the range."""
    outer: float
    """The diverged position nearest to it, on the bad side."""
    diverged_beyond: int
    healthy_beyond: int
    p: float
    """Fisher's exact test, one-sided, in [0, 1]."""


def best_cut(u: Floats, diverged: npt.NDArray[np.bool_]) -> Cut | None:
    """Return the cut of `u`: (n,) that separates best; None where none is below p = .05.

    Only cuts with three quarters of the diverged trials beyond them say where trials diverge.

    Of all cuts at a diverged trial the one with the largest difference between the shares of
    diverged and of healthy trials beyond it is taken (Youden, Cancer 3, 1950); on equal terms
    the one that cuts off least. Its p is not corrected for having been chosen.
    """
    bad, good = np.sort(u[diverged]), np.sort(u[~diverged])
    if not len(bad) or not len(good):
        return None
    above = _cut_above(bad, good, "above")
    below = _cut_above(-bad[::-1], -good[::-1], "below")
    cuts = [cut for cut in (above, below) if cut is not None]
    best = min(cuts, key=lambda cut: cut.p, default=None)
    return best if best is not None and best.p < 0.05 else None


def _cut_above(bad: Floats, good: Floats, side: Literal["above", "below"]) -> Cut | None:
    beyond_bad = len(bad) - np.searchsorted(bad, bad, side="left")
    beyond_good = len(good) - np.searchsorted(good, bad, side="left")
    separation = beyond_bad / len(bad) - beyond_good / len(good)
    separation[beyond_bad < MOST * len(bad)] = -1.0
    at = len(bad) - 1 - int(np.argmax(separation[::-1]))
    at = int(np.searchsorted(bad, bad[at], side="left"))
    kept = len(good) - int(beyond_good[at])
    if kept == 0:
        return None
    a, b = int(beyond_bad[at]), int(beyond_good[at])
    p = fisher_tail(a, b, len(bad) - a, kept)
    flip = 1.0 if side == "above" else -1.0
    return Cut(side, flip * float(good[kept - 1]), flip * float(bad[at]), a, b, p)
