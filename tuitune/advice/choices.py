"""The verdict on options: those that none of the best trials has, and that it isn't by chance."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from tuitune.advice.evidence import Evidence
from tuitune.advice.position import Range, is_zero
from tuitune.advice.ranges import NO_EFFECT_P
from tuitune.advice.records import Proposal, Verdict, VerdictKind, badge_of
from tuitune.advice.statistics import hypergeometric_none
from tuitune.advice.text import no_effect_text, p_text
from tuitune.advice.top import MIN_TOP, PERMUTATIONS, Ints
from tuitune.space import Choice, FloatRange, format_value
from tuitune.words import plural

DROP_P = 0.05


def judge_choice(evidence: Evidence, name: str, parameter: Choice) -> Verdict | None:
    """Return the verdict on a choice that is not frozen; None before there are five best trials.

    An option is proposed for dropping if none of the own top has it and the hypergeometric
    probability of that is below .05 (NARROWING.md, section 1). One option always stays.
    """
    if len(evidence.pool.top) < MIN_TOP:
        return None
    view = evidence.view
    codes = view.columns[name].astype(np.int64)
    group = evidence.tested or evidence.pool
    taken = np.bincount(codes[group.rows], minlength=len(parameter.options))
    in_top = np.bincount(codes[group.top], minlength=len(parameter.options))
    total, k = len(group.rows), len(group.top)
    dropped: list[int] = []
    ps: list[float] = []
    for index, option in enumerate(parameter.options):
        if not parameter.contains(option) or in_top[index]:
            continue
        p = hypergeometric_none(total, int(taken[index]), k)
        if evidence.tested is not None and p < DROP_P:
            dropped.append(index)
            ps.append(p)
    p = _counts_p(evidence, name, taken, in_top)
    share, share_p = evidence.importance.get(name, (None, None))
    kind: VerdictKind = "keep"
    leading = parameter.options[int(np.argmax(in_top))]
    detail = f"{int(in_top.max())} of the best {k} have {format_value(leading)} ({p_text(p)})"
    proposal, change, freeze_at = parameter, None, None
    headline = "KEEP"
    if dropped:
        kind = "drop"
        # By index: Python takes 0 and False for the same, a choice does not.
        options = parameter.options
        left = tuple(
            option
            for index, option in enumerate(options)
            if index not in dropped and parameter.contains(option)
        )
        proposal, change = parameter.with_options_on(left), Proposal(options=left)
        names = ", ".join(format_value(options[index]) for index in dropped)
        headline = f"DROP {names}"
        detail = f"none of the best {k} has {names} ({p_text(max(ps))})"
    elif share is not None and share_p is not None and min(share_p, p) > NO_EFFECT_P:
        kind, freeze_at, headline = "no-effect", leading, "NO EFFECT"
        detail = no_effect_text(share, share_p, parameter, leading)
    return Verdict(
        parameter=name,
        kind=kind,
        headline=headline,
        badge=badge_of(p),
        detail=detail,
        proposal=proposal,
        change=change,
        freeze_at=freeze_at,
        trials=tuple(view.numbers[evidence.pool.top].tolist()),
        p=p,
        importance=share,
        importance_p=share_p,
        pooled=evidence.tested is None,
    )


def _counts_p(evidence: Evidence, name: str, taken: Ints, in_top: Ints) -> float:
    """Return the permutation p of chi squared between the options of the top and of all trials."""
    total, k = int(taken.sum()), int(in_top.sum())
    seen = taken > 0
    expected = taken[seen] * k / total
    rng = evidence.generator("options", list(evidence.view.space.names).index(name))
    drawn = rng.multivariate_hypergeometric(taken[seen], k, size=PERMUTATIONS)
    distance = (((in_top[seen] - expected) ** 2) / expected).sum()
    distances = (((drawn - expected) ** 2) / expected).sum(axis=1)
    return (1 + int(np.sum(distances >= distance - 1e-9))) / (1 + PERMUTATIONS)


def drop_zero(evidence: Evidence, name: str, parameter: Range) -> float | None:
    """Return the p with which the extra zero of a `0|..` range can go; None where it stays.

    The zero counts as an option beside the range, and follows the same rule.
    """
    group = evidence.tested
    if group is None or not (isinstance(parameter, FloatRange) and parameter.zero):
        return None
    zeros = is_zero(parameter, evidence.view.columns[name])
    if zeros[group.top].any():
        return None
    p = hypergeometric_none(len(group.rows), int(zeros[group.rows].sum()), len(group.top))
    return p if p < DROP_P else None


def without_zero(verdict: Verdict, p: float) -> Verdict:
    """Return a verdict on a `0|..` range that drops the zero as well."""
    proposal = verdict.proposal
    if not isinstance(proposal, FloatRange):
        return verdict
    proposal = replace(proposal, zero=False)
    kind: VerdictKind = "drop" if verdict.kind in ("keep", "no-effect") else verdict.kind
    tail = f"; none of the best is 0 ({p_text(p)})"
    return replace(
        verdict,
        kind=kind,
        headline="DROP 0" if kind == "drop" else verdict.headline,
        detail=f"{verdict.detail}{tail}",
        evidence=f"{verdict.evidence or verdict.detail}{tail}",
        proposal=proposal,
        change=replace(
            verdict.change or Proposal(), low=float(proposal.low), high=float(proposal.high)
        ),
    )


def judge_mostly_zero(evidence: Evidence, name: str, parameter: Range) -> Verdict:
    """Return the verdict where fewer than five of the best trials have a place in the range.

    Either there are not yet five trials, or the best are at the extra zero of a `0|..` range: then
    it is said to freeze at 0 if none of them is elsewhere and that isn't by chance.
    """
    group = evidence.tested or evidence.pool
    k = len(group.top)
    if k < MIN_TOP:
        return waiting(evidence, name, parameter)
    zeros = is_zero(parameter, evidence.view.columns[name])
    count = int(zeros[group.top].sum())
    elsewhere = int((~zeros[group.rows]).sum())
    p = hypergeometric_none(len(group.rows), elsewhere, k)
    freeze = count == k and p < DROP_P
    return Verdict(
        parameter=name,
        kind="freeze" if freeze else "keep",
        headline="FREEZE" if freeze else "KEEP",
        badge=badge_of(p) if count == k else 0,
        detail=f"{count} of the best {k} are 0" + (f" ({p_text(p)})" if count == k else ""),
        proposal=parameter,
        change=Proposal(value=0.0) if freeze else None,
        freeze_at=0.0 if freeze else None,
        trials=tuple(evidence.view.numbers[evidence.pool.top].tolist()),
        p=p if count == k else None,
        pooled=evidence.tested is None,
    )


def waiting(evidence: Evidence, name: str, parameter: Range | Choice) -> Verdict:
    """Return the verdict before there are five trials of full length in the box."""
    have = len(evidence.pool.ranked)
    return Verdict(
        parameter=name,
        kind="wait",
        headline="WAIT",
        badge=0,
        detail=f"needs 5 finished trials in the box, has {plural(have, 'trial')}",
        proposal=parameter,
        trials=tuple(evidence.view.numbers[evidence.pool.ranked].tolist()),
    )
