"""What the advice is made of: statements, proposals, and one verdict a parameter."""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

from tuitune.space import FloatRange, Parameter, Space, Value, format_range

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


class Form(NamedTuple):
    """How verdicts of one kind are said, shown and ordered."""

    headline: str
    mark: Literal["up", "down", "inward", "out", "fixed", ""]
    """What stands for it where there is no room for words; empty: nothing is to be done."""
    weight: float
    """Orders the statements, the largest first."""
    side: Literal["low", "high", ""] = ""
    """The end that moves out."""


VERDICTS: dict[VerdictKind, Form] = {
    "expand-up": Form("widen up", "up", 90.0, "high"),
    "expand-down": Form("widen down", "down", 90.0, "low"),
    "drop": Form("drop 0", "out", 65.0),
    "narrow": Form("narrow", "inward", 60.0),
    "freeze": Form("freeze", "fixed", 55.0),
    "no-effect": Form("no effect seen", "", 30.0),
    "keep": Form("fits", "", 28.0),
    "wait": Form("too early", "", 26.0),
    "frozen": Form("in use at", "fixed", 5.0),
}
"""The one table of verdicts: screen, `advise`, `report` and `narrow --auto` read it."""

SURENESS = ("", "a hint", "likely", "sure")
BADGES = ("○○○", "●○○", "●●○", "●●●")
"""Both by `sure`, 0 to 3."""


class Proposal(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a parameter might become; None where a field doesn't apply."""

    low: float | None = None
    high: float | None = None
    value: Value | None = None
    """The value to freeze it at."""
    options: tuple[Value, ...] | None = None
    """The options to leave on."""


class Verdict(msgspec.Struct, frozen=True):
    """What to do with one parameter: the right side of its ribbon."""

    parameter: str
    kind: VerdictKind
    sure: int
    """0 to 3, see `SURENESS`; 0 where the kind has none. Below 1 nothing is proposed."""
    text: str
    """The sentence that follows the headline, for a person, without statistics."""
    short: str
    """The same in a few words, where there is no room for a sentence."""
    proposal: Parameter
    """The parameter as proposed; the parameter itself where nothing is to change."""
    headline: str = ""
    """In place of the kind's own, e.g. `drop sgd`."""
    change: Proposal | None = None
    """The same in numbers; None where nothing is to change."""
    freeze_at: Value | None = None
    """The value to freeze it at, where that is suggested or no effect of it is seen."""
    trials: tuple[int, ...] = ()
    """Numbers of the best trials that it rests on, best first."""
    beyond: tuple[int, ...] = ()
    """Numbers of the trials beyond the edge in question that were tried."""
    numbers: dict[str, float | None] = {}
    """Its statistics by name: z, slopes, luck p, importance and more."""

    @property
    def head(self) -> str:
        """The headline, e.g. `widen up`, `drop sgd`."""
        return self.headline or VERDICTS[self.kind].headline

    @property
    def sureness(self) -> str:
        """`sure`, `likely`, `a hint`, or nothing."""
        return SURENESS[self.sure]

    @property
    def reason(self) -> str:
        """What a person reads and a revision keeps: `widen up, sure: the best 10 of 64 ...`."""
        head = f"{self.head}, {self.sureness}" if self.sureness else self.head
        return f"{head}: {self.text}" if self.kind != "frozen" else f"{head} {self.text}"

    @property
    def is_settled(self) -> bool:
        """Whether the next round needs no trials for this parameter's sake."""
        return self.kind in ("frozen", "no-effect", "freeze")

    @property
    def changes_range(self) -> bool:
        """Whether taking it changes the range or the options, so that `n` has something to do."""
        return self.change is not None and self.sure > 0


ACT = "A"
"""The key of the app that does what a statement about the session says."""
REPEATED = 5
"""Points that are trained once more to measure what luck with the seed does."""


class Statement(msgspec.Struct, frozen=True):
    """One thing that the trials say, with its numbers and the key that acts on it."""

    parameter: str | None
    """None where it is about the session as a whole."""
    kind: str
    """A stable word: a verdict's kind, `stop`, `improving`, `diverged`, ..."""
    text: str
    """One line for a person, plain text."""
    numbers: dict[str, float | None]
    """The statistics by name; None where one can't be computed."""
    headline: str = ""
    """Of a verdict: its headline; empty elsewhere."""
    trials: tuple[int, ...] = ()
    """Numbers of the trials behind it, best first."""
    beyond: tuple[int, ...] = ()
    """Of a verdict: numbers of the trials that were tried past the end in question."""
    would_change: str = ""
    """Of a verdict: what would change it; empty where its text says so, or nothing would."""
    proposal: Proposal | None = None
    sure: int = 0
    """0 to 3, see `SURENESS`."""
    key: str = ""
    """The key of the app that acts on it; empty where none does."""
    command: str = ""
    """Arguments for `tuitune` that act on it, with `NAME` for the session; empty where none do."""
    weight: float = 0.0
    """Orders the statements, the largest first: 0 to 100."""


class Advice(msgspec.Struct, frozen=True):
    """All that the trials say; no two of its statements disagree."""

    verdicts: dict[str, Verdict]
    """By parameter, in the order of the space."""
    bold: dict[str, Verdict]
    """The same with the bold alternative where a range is narrowed; never a wider one."""
    statements: tuple[Statement, ...]
    """The most important first; those of the verdicts are among them, one a parameter."""
    space: Space | None = None
    """The ranges that it is about."""

    @property
    def says_stop(self) -> bool:
        """Whether narrowing further would choose luck."""
        return any(statement.kind == "stop" for statement in self.statements)


def verdict_text(verdict: Verdict, parameter: Parameter) -> str:
    """Return the line of one verdict: `lr  widen up, sure: the best ... Next 0.1..2`."""
    text = f"{verdict.parameter}  {verdict.reason}"
    if verdict.changes_range and verdict.proposal != parameter:
        proposal = verdict.proposal
        shown = format_range(proposal)
        if isinstance(parameter, FloatRange) and isinstance(proposal, FloatRange):
            shown += " without 0" if parameter.zero and not proposal.zero else ""
        text += f". Next {shown}"
    return text


def to_json(statements: tuple[Statement, ...]) -> list[dict[str, object]]:
    """Return statements as `--json` prints them: plain lists, dicts and numbers."""
    return [
        {
            "kind": statement.kind,
            "parameter": statement.parameter,
            "headline": statement.headline,
            "text": statement.text,
            "sure": SURENESS[statement.sure] or None,
            "proposal": _proposal_json(statement.proposal),
            "numbers": dict(statement.numbers),
            "trials": list(statement.trials),
            "beyond": list(statement.beyond),
            "would_change": statement.would_change or None,
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
