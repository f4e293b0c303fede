"""What the trials say: a verdict for each parameter, statements with numbers, and a race.

Here belong the statistics of narrowing, importance, divergence, curves, noise and budget; trials go
in, statements come out. Not here: changing a session, drawing points, anything of a screen. May
import trial and space, and NumPy; SciPy only inside functions. Called by the ranges pane,
`tuitune narrow --auto`, the engine's `finish`; tests in `tests/advice/`.
"""

from tuitune.advice.answer import advise
from tuitune.advice.draft import Preview, apply_proposals, next_trials, preview
from tuitune.advice.overall import suggested_trials
from tuitune.advice.pruning import Audit, audit
from tuitune.advice.records import (
    ACT,
    BADGES,
    REPEATED,
    SURENESS,
    VERDICTS,
    Advice,
    Proposal,
    Statement,
    Verdict,
    VerdictKind,
    to_json,
    verdict_text,
)
from tuitune.advice.view import AdviceInput

__all__ = [
    "ACT",
    "BADGES",
    "REPEATED",
    "SURENESS",
    "VERDICTS",
    "Advice",
    "AdviceInput",
    "Audit",
    "Preview",
    "Proposal",
    "Statement",
    "Verdict",
    "VerdictKind",
    "advise",
    "apply_proposals",
    "audit",
    "next_trials",
    "preview",
    "suggested_trials",
    "to_json",
    "verdict_text",
]
