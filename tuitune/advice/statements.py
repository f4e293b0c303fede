"""The statements about single parameters: verdicts, importance, divergence, two groups."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator

import numpy as np

from tuitune.advice.bounds import cap_value
from tuitune.advice.density import find_split
from tuitune.advice.evidence import Evidence
from tuitune.advice.position import Range, positions, value_at
from tuitune.advice.ranges import NO_EFFECT_P
from tuitune.advice.records import Proposal, Statement, Verdict
from tuitune.advice.text import no_effect_text, p_text, short, span_text
from tuitune.advice.view import DIVERGED
from tuitune.space import Choice, FloatRange, IntRange, Parameter, format_range, format_value
from tuitune.words import plural

_VERDICT_WEIGHT = {"expand-up": 90.0, "expand-down": 90.0, "drop": 65.0, "narrow": 60.0}


def narrow_command(name: str, parameter: Parameter, proposal: Parameter) -> str:
    """Return the arguments that make one parameter what it is proposed to be."""
    # Every digit, so that no number passes a limit by rounding.
    text = format_range(proposal, None).removeprefix("= ")
    if isinstance(parameter, FloatRange) and isinstance(proposal, FloatRange):
        # Bounds alone keep an allowed 0; with its scale the whole shape is written.
        text += " log" if parameter.zero and not proposal.zero else ""
    return f"narrow NAME {shlex.quote(f'{name}={text}')}"


def verdict_statement(verdict: Verdict, parameter: Parameter) -> Statement | None:
    """Return `lr  EXPAND up  best 15 all in ...; proposal 2e-3..1`; None without a change."""
    if verdict.change is None:
        return None
    text = f"{verdict.parameter}  {verdict.headline}  {verdict.evidence or verdict.detail}"
    command, key = "", "f"
    if verdict.proposal != parameter:
        text += f"; proposal {format_range(verdict.proposal)}"
        command, key = narrow_command(verdict.parameter, parameter, verdict.proposal), "n"
    elif verdict.freeze_at is not None:
        command = narrow_command(verdict.parameter, parameter, parameter.freeze(verdict.freeze_at))
    return Statement(
        parameter=verdict.parameter,
        kind=verdict.kind,
        text=text,
        numbers=verdict.numbers,
        trials=verdict.trials,
        proposal=verdict.change,
        badge=verdict.badge,
        key=key,
        command=command,
        weight=_VERDICT_WEIGHT.get(verdict.kind, 55.0) + verdict.badge,
    )


def importance_statement(verdict: Verdict, parameter: Parameter) -> Statement | None:
    """Return how much of the score the parameter explains, or that it shows no effect."""
    share, p = verdict.importance, verdict.importance_p
    if share is None or p is None:
        return None
    numbers: dict[str, float | None] = {"omega2": share, "p": p}
    name = verdict.parameter
    if p > NO_EFFECT_P and verdict.badge == 0:
        value = verdict.freeze_at
        return Statement(
            parameter=name,
            kind="no-effect",
            text=f"{name}  {no_effect_text(share, p, parameter, value)}",
            numbers=numbers,
            trials=verdict.trials,
            proposal=None if value is None else Proposal(value=value),
            key="f",
            command=""
            if value is None
            else narrow_command(name, parameter, parameter.freeze(value)),
            weight=50.0,
        )
    explained = f"explains {100 * share:.0f} % of the score within the current ranges"
    return Statement(
        parameter=name,
        kind="importance",
        text=f"{name}  {explained} (omega2 {short(share)}, {p_text(p)})",
        numbers=numbers,
        trials=verdict.trials,
        weight=10.0 + 20.0 * share,
    )


def diverged_statements(evidence: Evidence) -> Iterator[Statement]:
    """Yield the share of diverged trials in the box, and each cut that would avoid them."""
    view = evidence.view
    rows = evidence.pool.rows
    bad = rows[view.kinds[rows] == DIVERGED]
    if not len(bad):
        return
    cuts = [_cap_statement(evidence, name) for name in evidence.cuts]
    found = [cut for cut in cuts if cut is not None]
    yield from found
    share = len(bad) / len(rows)
    yield Statement(
        parameter=None,
        kind="diverged-share",
        text=f"{len(bad)} of {plural(len(rows), 'trial')} diverged ({100 * share:.0f} %)",
        numbers={"share": share, "diverged": float(len(bad)), "trials": float(len(rows))},
        trials=tuple(view.numbers[bad].tolist()),
        weight=20.0 if found else 45.0,
    )


def _cap_statement(evidence: Evidence, name: str) -> Statement | None:
    """Return `all 9 diverged trials have lr > 0.31 (p=2e-7): cap lr at 0.31`."""
    view, cut, parameter = evidence.view, evidence.cuts[name], evidence.view.space[name]
    if isinstance(parameter, Choice):
        return None
    value = cap_value(parameter, cut)
    above = cut.side == "above"
    if isinstance(parameter, IntRange):
        value = float(math.floor(value) if above else math.ceil(value))
    if not parameter.low < value < parameter.high:
        return None
    values = view.columns[name]
    beyond = (values > value) if above else (values < value)
    bad = np.flatnonzero(beyond & (view.kinds == DIVERGED))
    total = int(np.sum(view.kinds == DIVERGED))
    good = int(np.sum(beyond[evidence.pool.top]))
    number = format_value(value, 3, log=parameter.log)
    which = f"all {total}" if len(bad) == total else f"{len(bad)} of {total}"
    text = f"{which} diverged trials have {name} {'>' if above else '<'} {number}"
    text += f" ({p_text(cut.p, 1e-12)})"
    ends = (parameter.low, value) if above else (value, parameter.high)
    proposal = None
    if good:
        text += f", and so have {good} of the best {len(evidence.pool.top)}"
    else:
        text += f": {'cap' if above else 'start'} {name} at {number}"
        proposal = Proposal(low=float(ends[0]), high=float(ends[1]))
    return Statement(
        parameter=name,
        kind="diverged",
        text=text,
        numbers={
            "p": cut.p,
            "diverged": float(total),
            "diverged_beyond": float(cut.diverged_beyond),
            "healthy_beyond": float(cut.healthy_beyond),
            "cap": value,
        },
        trials=tuple(view.numbers[bad].tolist()),
        proposal=proposal,
        key="=" if proposal else "",
        command=narrow_command(name, parameter, parameter.with_bounds(*ends)) if proposal else "",
        weight=80.0 if proposal else 40.0,
    )


def split_statement(evidence: Evidence, name: str, parameter: Range) -> Statement | None:
    """Return that the best trials form two groups of one range, where they do."""
    group = evidence.tested
    if group is None or parameter.is_frozen:
        return None
    u = positions(parameter, evidence.view.columns[name])
    others = group.rows[~np.isin(group.rows, group.top)]
    u_top = u[group.top]
    split = find_split(u_top[np.isfinite(u_top)], u[others])
    if split is None:
        return None
    ends = np.array([np.nanmin(u_top), split.left_end, split.right_start, np.nanmax(u_top)])
    spans = [value_at(parameter, float(end)) for end in ends]
    left, right = span_text(parameter, *spans[:2]), span_text(parameter, *spans[2:])
    return Statement(
        parameter=name,
        kind="two-groups",
        text=(
            f"{name}  the best trials form two groups, {left} ({split.left_count}) and {right} "
            f"({split.right_count}), {p_text(split.p)}: look at both before narrowing"
        ),
        numbers={
            "p": split.p,
            "left": float(split.left_count),
            "right": float(split.right_count),
            "gap_low": spans[1],
            "gap_high": spans[2],
        },
        trials=tuple(evidence.view.numbers[group.top].tolist()),
        key="=",
        weight=58.0,
    )
