"""The verdict on options: those that none of the best trials has, and that it isn't by luck."""

from __future__ import annotations

import numpy as np

from tuitune.advice.importance import omega_squared
from tuitune.advice.population import Population
from tuitune.advice.position import Range
from tuitune.advice.ranges import DROP_P, DROP_SURE_P, ENOUGH_FULL, NO_EFFECT_SHARE
from tuitune.advice.records import Proposal, Verdict, VerdictKind
from tuitune.advice.statistics import effect_upper, hypergeometric_none
from tuitune.advice.text import luck_text
from tuitune.space import Choice, Value, format_value
from tuitune.words import plural


def judge_choice(population: Population, name: str, parameter: Choice) -> Verdict:
    """Return the verdict on a choice that is not frozen.

    An option goes if none of the top has it and the hypergeometric probability of that is below
    .05 / (options - 1), since every option but the best could go (NARROWING.md, section 1).
    """
    codes = population.columns[name].astype(np.int64)
    rows, top = population.rows, population.top
    total, k = len(rows), len(top)
    on = [i for i, option in enumerate(parameter.options) if parameter.contains(option)]
    taken = {i: int(np.sum(codes[rows] == i)) for i in on}
    among_best = {i: int(np.sum(codes[top] == i)) for i in on}
    luck = {i: hypergeometric_none(total, taken[i], k) for i in on if not among_best[i]}
    dropped = [i for i in luck if luck[i] < DROP_P / max(1, len(on) - 1) and not population.weak]
    lead = max(on, key=lambda i: among_best[i])

    share = omega_squared(codes[rows], population.normal) or (0.0, 1.0)
    decides = omega_squared(codes[rows], population.worst) or (0.0, 1.0)
    groups = sum(count > 0 for count in taken.values())
    at_most = effect_upper(share[1], total, groups) if groups > 1 and total - groups >= 2 else 1.0
    numbers: dict[str, float | None] = {
        "trials": float(total),
        "best": float(k),
        "share": share[0],
        "share_p": share[1],
        "share_at_most": at_most,
        "importance": decides[0],
    }

    def said(
        kind: VerdictKind,
        text: str,
        short: str,
        *,
        sure: int = 0,
        names: str = "",
        left: tuple[Value, ...] | None = None,
        freeze_at: Value | None = None,
    ) -> Verdict:
        return Verdict(
            parameter=name,
            kind=kind,
            headline=f"drop {names}" if names else "",
            sure=sure,
            text=text,
            short=short,
            proposal=parameter if left is None else parameter.with_options_on(left),
            change=None if left is None else Proposal(options=left),
            freeze_at=freeze_at,
            trials=tuple(population.numbers[top].tolist()),
            numbers=numbers,
        )

    leading = format_value(parameter.options[lead])
    if dropped:
        p = max(luck[i] for i in dropped)
        numbers["p"] = p
        # By index: Python takes 0 and False for the same, a choice does not.
        left = tuple(parameter.options[i] for i in on if i not in dropped)
        names = ", ".join(format_value(parameter.options[i]) for i in dropped)
        had = sum(taken[i] for i in dropped)
        return said(
            "drop",
            f"none of the best {k} has {names}, though {had} of {plural(total, 'trial')} had it "
            f"({luck_text(p)})",
            f"none of the best {k} has {names}",
            sure=2 + (p < DROP_SURE_P),
            names=names,
            left=left,
        )
    if (
        len(on) > 1
        and not population.weak
        and len(population.full) >= ENOUGH_FULL
        and at_most < NO_EFFECT_SHARE
        and decides[0] < NO_EFFECT_SHARE
    ):
        return said(
            "no-effect",
            f"no option stands out in {plural(total, 'trial')}: it explains less than a tenth of "
            f"the differences (9 in 10 sure); leave it, or freeze it at {leading}",
            f"leave it, or freeze it at {leading}",
            freeze_at=parameter.options[lead],
        )
    return said(
        "keep",
        f"{among_best[lead]} of the best {k} have {leading}; the others still have good trials",
        f"{among_best[lead]} of the best {k} have {leading}",
    )


def judge_mostly_zero(population: Population, name: str, parameter: Range) -> Verdict:
    """Return the verdict where fewer than five of the best trials have a place in the range.

    The others are at its extra zero. It is said to freeze at 0 if all of them are there and that
    is not by luck.
    """
    zeros = population.zeros[name]
    total, k = len(population.rows), len(population.top)
    at_zero = int(zeros[population.top].sum())
    elsewhere = total - int(zeros[population.rows].sum())
    p = hypergeometric_none(total, elsewhere, k)
    freeze = at_zero == k and p < DROP_P and not population.weak
    text = f"{at_zero} of the best {k} are at 0"
    if freeze:
        text = f"all of the best {k} are at 0, though {elsewhere} of {plural(total, 'trial')} "
        text += f"were not ({luck_text(p)}): freeze it at 0"
    return Verdict(
        parameter=name,
        kind="freeze" if freeze else "keep",
        headline="",
        sure=2 + (p < DROP_SURE_P) if freeze else 0,
        text=text,
        short=f"{at_zero} of the best {k} are at 0",
        proposal=parameter,
        change=Proposal(value=0.0) if freeze else None,
        freeze_at=0.0 if freeze else None,
        trials=tuple(population.numbers[population.top].tolist()),
        numbers={"trials": float(total), "best": float(k), "p": p},
    )
