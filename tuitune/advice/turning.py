"""What would change a verdict: which trials, and about how many of them.

Evidence of both kinds grows with the square root of the number of trials that lie alike: z and the
slope's t value are ratios to a standard error, and Kolmogorov's distance is judged times the square
root of the effective size. So N trials with evidence e have evidence e' at about N (e' / e)^2.
"""

from __future__ import annotations

import math

from tuitune.advice.records import Verdict
from tuitune.advice.steps import SURE
from tuitune.advice.text import at_text
from tuitune.space import Choice, Parameter, format_range, format_value
from tuitune.words import plural

EXPANDS = 2.0
"""The evidence at an edge from which a range is widened."""
SURE_P = 0.01
"""The luck below which a range is narrowed surely."""
MOST = 1_000
"""More trials than that are not promised to tell anything."""
FAINT = 0.5
"""Less evidence than that says nothing about how many trials it takes."""
TRIED = 4
"""Trials beyond an edge that make it tried ground."""


def what_would_change(verdict: Verdict, parameter: Parameter, *, at_rest: bool) -> str:
    """Return what would change a verdict, a clause; empty where its own text says that already.

    `at_rest`: the session says to stop narrowing, so that no parameter proposes anything.
    """
    if at_rest and verdict.kind == "keep":
        return "trials that differ by more than luck, or repeats that show luck to be smaller"
    match verdict.kind:
        case "expand-up" | "expand-down":
            return _of_wider(verdict, parameter)
        case "narrow" | "freeze":
            return _of_narrower(verdict)
        case "keep":
            return _of_fit(verdict, parameter)
        case "no-effect":
            share = 100 * (verdict.numbers.get("share_at_most") or 0.0)
            return (
                "scores that differ between its values in more trials: it explains at most "
                f"{share:.0f} % now, and from a tenth on an effect is looked for"
            )
        case "drop":
            best = plural(round(verdict.numbers["best"] or 0), "trial")
            what = verdict.headline.removeprefix("drop ") or "0"
            return f"one of the best {best} with {what}"
    return ""


def more_trials(trials: float, evidence: float, wanted: float) -> int | None:
    """Return how many more trials that lie alike bring `evidence` to `wanted`; None: too many."""
    if evidence < FAINT:
        return None
    more = math.ceil(trials * ((wanted / evidence) ** 2 - 1))
    return more if 0 < more <= MOST else None


def _of_wider(verdict: Verdict, parameter: Parameter) -> str:
    up = verdict.kind == "expand-up"
    edge = _edge(parameter, up=up)
    where = f"{'above' if up else 'below'} {edge}"
    back = f"{TRIED} trials just {where}, none among the best, take it back"
    if verdict.beyond:
        back = f"more trials {where} that are not among the best take it back"
    evidence = verdict.numbers["evidence_up" if up else "evidence_down"] or 0.0
    more = more_trials(verdict.numbers["trials"] or 0.0, evidence, SURE)
    if verdict.sure == 3 or more is None:
        return back
    return f"about {plural(more, 'more trial')} that lie alike make it sure; {back}"


def _of_narrower(verdict: Verdict) -> str:
    from scipy.special import kolmogi

    best = round(verdict.numbers["best"] or 0)
    wider = f"one among the best {best} outside of {_bounds(verdict.proposal)} widens it"
    luck = verdict.numbers.get("p")
    if verdict.kind == "freeze":
        return f"one among the best {best} elsewhere"
    if verdict.sure == 3 or not luck:
        return wider
    ratio = float(kolmogi(SURE_P) / kolmogi(min(luck, 0.999)))
    more = more_trials(verdict.numbers["trials"] or 0.0, 1.0, ratio)
    if more is None:
        return wider
    return f"about {plural(more, 'more trial')} that lie alike make it sure; {wider}"


def _of_fit(verdict: Verdict, parameter: Parameter) -> str:
    numbers = verdict.numbers
    if isinstance(parameter, Choice):
        return "an option that none of the best has, though many trials had it, can go"
    if "evidence_up" not in numbers:
        return ""
    if verdict.beyond:
        return f"more of the {len(verdict.beyond)} trials beyond its end among the best"
    up, down = numbers["evidence_up"] or 0.0, numbers["evidence_down"] or 0.0
    more = more_trials(numbers["trials"] or 0.0, max(up, down), EXPANDS)
    if more is None:
        return "the best trials crowding in one part of it, or towards an end"
    where = f"{'above' if up > down else 'below'} {_edge(parameter, up=up > down)}"
    return (
        f"about {plural(more, 'more trial')} in these ranges, if they lie alike, would widen it "
        f"{where}; a few near that end tell sooner"
    )


def _edge(parameter: Parameter, *, up: bool) -> str:
    assert not isinstance(parameter, Choice)
    return at_text(parameter, float(parameter.high if up else parameter.low))


def _bounds(parameter: Parameter) -> str:
    if isinstance(parameter, Choice):
        return ", ".join(map(format_value, parameter.on))
    return format_range(parameter).removeprefix("0|")
