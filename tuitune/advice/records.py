"""What the advice is made of: statements, proposals, and one verdict a parameter."""

from __future__ import annotations

from typing import Literal

import msgspec

from tuitune.space import Parameter, Value

VerdictKind = Literal[
    "expand-up",
    "expand-down",
    "narrow",
    "drop",
    "freeze",
    "keep",
    "no-effect",
    "wait",
    "frozen",
]
"""`drop` leaves out options (or the zero) that none of the best trials has; `wait` needs more
trials; `frozen` is in use at one value and has no verdict. The others are NARROWING.md's."""


class Proposal(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a parameter might become; None where a field doesn't apply."""

    low: float | None = None
    high: float | None = None
    value: Value | None = None
    """The value to freeze it at."""
    options: tuple[Value, ...] | None = None
    """The options to leave on."""


class Statement(msgspec.Struct, frozen=True):
    """One thing that the trials say, with its numbers and the key that acts on it."""

    parameter: str | None
    """None where it is about the session as a whole."""
    kind: str
    """A stable word: a verdict's kind, `importance`, `diverged`, `improving`, `stop`, ..."""
    text: str
    """One line for a person, plain text."""
    numbers: dict[str, float | None]
    """The statistics by name; None where one can't be computed."""
    trials: tuple[int, ...] = ()
    """Numbers of the trials behind it, best first."""
    proposal: Proposal | None = None
    badge: int | None = None
    """Confidence 0 to 3 (see `BADGES`); None where it has none."""
    key: str = ""
    """The key of the app that acts on it; empty where none does."""
    command: str = ""
    """Arguments for `tuitune` that act on it, with `NAME` for the session; empty where none do."""
    weight: float = 0.0
    """Orders the statements, the largest first: 0 to 100."""


class Verdict(msgspec.Struct, frozen=True):
    """What to do with one parameter: the right side of its ribbon."""

    parameter: str
    kind: VerdictKind
    headline: str
    """E.g. `EXPAND up`."""
    badge: int
    """Confidence 0 to 3 (see `BADGES`); shown, never a gate."""
    detail: str
    """E.g. `best 15 all in 3e-3..1e-2 (p<1e-6)`."""
    proposal: Parameter
    """The parameter as proposed; the parameter itself where nothing is to change."""
    evidence: str = ""
    """`15 of the best 15 lie in 3e-3..1e-2 (p<1e-6)`; empty where `detail` says it all."""
    change: Proposal | None = None
    """The same in numbers; None where nothing is to change."""
    freeze_at: Value | None = None
    """The value to freeze it at, where that is suggested or nothing shows an effect of it."""
    band_low: tuple[float, float] | None = None
    """10-90 % bootstrap band of the low end, in values of the parameter."""
    band_high: tuple[float, float] | None = None
    trials: tuple[int, ...] = ()
    """The best trials that it rests on, best first."""
    p: float | None = None
    """That the best trials lie as they do by chance (Kolmogorov-Smirnov), in [0, 1]."""
    p_edge: float | None = None
    """That their mean is as near to that edge by chance."""
    z: float | None = None
    """Standard score of their mean position."""
    importance: float | None = None
    """Omega squared within the current ranges, in [0, 1]."""
    importance_p: float | None = None
    pooled: bool = False
    """Whether trials of several rounds or of an adaptive sampler stand behind p."""

    @property
    def numbers(self) -> dict[str, float | None]:
        """Its statistics by name, for the reason that a revision keeps."""
        return {
            "p": self.p,
            "p_edge": self.p_edge,
            "z": self.z,
            "omega2": self.importance,
            "omega2_p": self.importance_p,
            "top": float(len(self.trials)),
            "pooled": float(self.pooled),
        }


class Advice(msgspec.Struct, frozen=True):
    """All that the trials say."""

    verdicts: dict[str, Verdict]
    """By parameter, in the order of the space."""
    bold: dict[str, Verdict]
    """The same with the bold alternative where a range is narrowed."""
    statements: tuple[Statement, ...]
    """The most important first; the verdicts that change something are among them."""


BADGES = ("○○○", "●○○", "●●○", "●●●")
"""By badge: p at least .2, below .2, below .05, below .01."""


def badge_of(p: float | None) -> int:
    """Return the confidence, 0 to 3, that a p-value earns; 0 for None."""
    if p is None:
        return 0
    return 3 if p < 0.01 else 2 if p < 0.05 else 1 if p < 0.2 else 0


def to_json(statements: tuple[Statement, ...]) -> list[dict[str, object]]:
    """Return statements as `--json` prints them: plain lists, dicts and numbers."""
    return [
        {
            "parameter": statement.parameter,
            "kind": statement.kind,
            "text": statement.text,
            "numbers": dict(statement.numbers),
            "trials": list(statement.trials),
            "proposal": _proposal_json(statement.proposal),
        }
        for statement in statements
    ]


def _proposal_json(proposal: Proposal | None) -> dict[str, object] | None:
    if proposal is None:
        return None
    shown: dict[str, object] = {"low": proposal.low, "high": proposal.high}
    if proposal.value is not None:
        shown["value"] = proposal.value
    if proposal.options is not None:
        shown["options"] = list(proposal.options)
    return shown
