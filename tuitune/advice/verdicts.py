"""The verdict on each parameter, by its kind."""

from __future__ import annotations

from tuitune.advice.choices import (
    drop_zero,
    judge_choice,
    judge_mostly_zero,
    waiting,
    without_zero,
)
from tuitune.advice.evidence import Evidence
from tuitune.advice.ranges import judge_range
from tuitune.advice.records import Verdict
from tuitune.space import Choice, Parameter, format_range


def judge(evidence: Evidence, name: str, parameter: Parameter) -> tuple[Verdict, Verdict]:
    """Return the verdict on one parameter and its bold alternative."""
    if parameter.is_frozen:
        frozen = Verdict(
            parameter=name,
            kind="frozen",
            headline="FROZEN",
            badge=0,
            detail=f"in use at {format_range(parameter).removeprefix('= ')}",
            proposal=parameter,
        )
        return frozen, frozen
    if isinstance(parameter, Choice):
        verdict = judge_choice(evidence, name, parameter) or waiting(evidence, name, parameter)
        return verdict, verdict
    both = judge_range(evidence, name, parameter)
    if both is None:
        verdict = judge_mostly_zero(evidence, name, parameter)
        return verdict, verdict
    p = drop_zero(evidence, name, parameter)
    return both if p is None else (without_zero(both[0], p), without_zero(both[1], p))
