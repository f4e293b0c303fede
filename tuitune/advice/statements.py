"""The statements about single parameters: verdicts, importance, divergence, two groups."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator, Mapping

import numpy as np

from tuitune.advice.bounds import cap_value
from tuitune.advice.density import find_split
from tuitune.advice.evidence import Evidence
from tuitune.advice.position import Range, positions, value_at
from tuitune.advice.records import VERDICTS, Proposal, Statement, Verdict, verdict_text
from tuitune.advice.text import span_text
from tuitune.advice.turning import what_would_change
from tuitune.advice.view import DIVERGED
from tuitune.space import Choice, FloatRange, IntRange, Parameter, format_range, format_value
from tuitune.words import plural


def narrow_command(name: str, parameter: Parameter, proposal: Parameter) -> str:
    """Return the arguments that make one parameter what it is proposed to be."""
    # Every digit, so that no number passes a limit by rounding.
    text = format_range(proposal, None).removeprefix("= ")
    if isinstance(parameter, FloatRange) and isinstance(proposal, FloatRange):
        # Bounds alone keep an allowed 0; with its scale the whole shape is written.
        text += " log" if parameter.zero and not proposal.zero else ""
    return f"narrow NAME {shlex.quote(f'{name}={text}')}"


def verdict_statement(verdict: Verdict, parameter: Parameter, *, at_rest: bool) -> Statement:
    """Return the line of one verdict with the key and the command that take it."""
    command = key = ""
    if verdict.changes_range and verdict.proposal != parameter:
        key, command = "n", narrow_command(verdict.parameter, parameter, verdict.proposal)
    elif verdict.freeze_at is not None:
        key = "="  # f freezes at the selected trial's value, which is another one.
        command = narrow_command(verdict.parameter, parameter, parameter.freeze(verdict.freeze_at))
    importance = verdict.numbers.get("importance") or 0.0
    return Statement(
        parameter=verdict.parameter,
        kind=verdict.kind,
        headline=verdict.head,
        text=verdict_text(verdict, parameter),
        numbers=verdict.numbers,
        trials=verdict.trials,
        beyond=verdict.beyond,
        would_change=what_would_change(verdict, parameter, at_rest=at_rest),
        proposal=verdict.change,
        sure=verdict.sure,
        key=key,
        command=command,
        weight=VERDICTS[verdict.kind].weight + verdict.sure + 0.5 * importance,
    )


def diverged_statements(
    evidence: Evidence, verdicts: Mapping[str, Verdict], *, at_rest: bool
) -> Iterator[Statement]:
    """Yield the share of diverged trials in the box, and each cut that would avoid them."""
    population = evidence.population
    rows = population.box
    bad = rows[population.kinds[rows] == DIVERGED]
    if not len(bad):
        return
    cuts = [
        _cap_statement(evidence, name, propose=not (at_rest or verdicts[name].changes_range))
        for name in evidence.cuts
        if name in verdicts
    ]
    found = [cut for cut in cuts if cut is not None]
    yield from found
    share = len(bad) / len(rows)
    yield Statement(
        parameter=None,
        kind="diverged-share",
        text=f"{len(bad)} of {plural(len(rows), 'trial')} diverged ({100 * share:.0f} %)",
        numbers={"share": share, "diverged": float(len(bad)), "trials": float(len(rows))},
        trials=tuple(population.numbers[bad].tolist()),
        weight=20.0 if found else 45.0,
    )


def _cap_statement(evidence: Evidence, name: str, *, propose: bool) -> Statement | None:
    """Return `all 9 diverged trials have lr > 0.31: cap lr at 0.31`.

    Only the fact is said where nothing is to be proposed: the verdict has a range of its own, or
    the session says to stop.
    """
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
    top = evidence.population.numbers[evidence.population.top]
    good = int(np.sum(beyond & np.isin(view.numbers, top)))
    number = format_value(value, 3, log=parameter.log)
    which = f"all {total}" if len(bad) == total else f"{len(bad)} of {total}"
    text = f"{which} diverged trials have {name} {'>' if above else '<'} {number}"
    ends = (parameter.low, value) if above else (value, parameter.high)
    proposal = None
    if good:
        text += f", and so have {good} of the best {len(top)}"
    elif propose:
        text += f": {'cap' if above else 'start'} {name} at {number}"
        proposal = Proposal(low=float(ends[0]), high=float(ends[1]))
    return Statement(
        parameter=None,
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
    population = evidence.population_of(name)
    if parameter.is_frozen or population.too_early or not population.space.can_count(name):
        return None
    u = positions(parameter, population.columns[name])
    others = population.rows[~np.isin(population.rows, population.top)]
    u_top = u[population.top]
    split = find_split(u_top[np.isfinite(u_top)], u[others])
    if split is None:
        return None
    ends = np.array([np.nanmin(u_top), split.left_end, split.right_start, np.nanmax(u_top)])
    spans = [value_at(parameter, float(end)) for end in ends]
    left, right = span_text(parameter, *spans[:2]), span_text(parameter, *spans[2:])
    return Statement(
        parameter=None,
        kind="two-groups",
        text=(
            f"{name}: the best trials form two groups, {left} ({split.left_count}) and {right} "
            f"({split.right_count}); a range that holds both is the careful one"
        ),
        numbers={
            "p": split.p,
            "left": float(split.left_count),
            "right": float(split.right_count),
            "gap_low": spans[1],
            "gap_high": spans[2],
        },
        trials=tuple(population.numbers[population.top].tolist()),
        weight=25.0,
    )
