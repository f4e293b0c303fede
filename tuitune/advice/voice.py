"""One voice: nothing that stands on a screen at one time disagrees with itself.

Precedence for the session: stop narrowing > more trials needed > expand > narrow (NARROWING.md,
section 2). Screen, `advise`, `report` and `narrow --auto` all read what comes out of here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from tuitune.advice.records import Statement, Verdict
from tuitune.advice.verdicts import Both
from tuitune.space import Space

LEARNING_RATE = re.compile(r"(lr|learning_?rate|eta)", re.IGNORECASE)


def settled(
    judged: Mapping[str, Both], statements: Iterable[Statement], space: Space
) -> tuple[dict[str, Verdict], dict[str, Verdict], list[Statement]]:
    """Return verdicts, bold verdicts and session statements that do not contradict each other."""
    said = list(statements)
    verdicts = {name: careful for name, (careful, _) in judged.items()}
    bold = {name: narrower for name, (_, narrower) in judged.items()}
    if any(statement.kind == "stop" for statement in said):
        verdicts = {name: _at_rest(verdict, space) for name, verdict in verdicts.items()}
        # Where there is nothing left to narrow, more training of the same does not change that.
        return verdicts, dict(verdicts), [s for s in said if s.kind != "improving"]
    return _one_reason(verdicts, bold, said)


def _at_rest(verdict: Verdict, space: Space) -> Verdict:
    """Return a verdict that proposes nothing, for a session that says to stop narrowing."""
    if verdict.change is None and verdict.kind in ("keep", "no-effect", "wait", "frozen"):
        return verdict
    return replace(
        verdict,
        kind="keep",
        headline="",
        sure=0,
        text="what differs inside is no larger than luck: another range would follow it",
        short="nothing is left to narrow",
        proposal=space[verdict.parameter],
        change=None,
        freeze_at=None,
    )


def _one_reason(
    verdicts: dict[str, Verdict], bold: dict[str, Verdict], said: list[Statement]
) -> tuple[dict[str, Verdict], dict[str, Verdict], list[Statement]]:
    """Say once what has one reason: trials that are too slow want a higher rate, or more epochs."""
    improving = next((s for s in said if s.kind == "improving"), None)
    rate = next(
        (n for n, v in verdicts.items() if v.kind == "expand-up" and LEARNING_RATE.fullmatch(n)),
        None,
    )
    if improving is None or rate is None:
        return verdicts, bold, said
    epochs = improving.numbers["epochs"]
    tail = f"; most of them still improve at epoch {epochs:.0f}, which a higher {rate} mends too"
    numbers = {**verdicts[rate].numbers, "improving": improving.numbers["share"]}
    verdicts[rate] = replace(verdicts[rate], text=verdicts[rate].text + tail, numbers=numbers)
    bold[rate] = replace(bold[rate], text=bold[rate].text + tail, numbers=numbers)
    return verdicts, bold, [s for s in said if s is not improving]
