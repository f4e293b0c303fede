"""The verdict on each parameter, by its kind."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from tuitune.advice.choices import judge_choice, judge_mostly_zero
from tuitune.advice.diverged import Cut
from tuitune.advice.edges import slopes_of
from tuitune.advice.evidence import Evidence
from tuitune.advice.population import Population
from tuitune.advice.ranges import judge_range
from tuitune.advice.records import Verdict
from tuitune.space import Choice, Parameter, format_range
from tuitune.words import plural

WEAK_TEXT = "; drawn by a sampler that learns: a round of halton tells more"

Both = tuple[Verdict, Verdict]
"""A verdict and its bold alternative."""


def judge_each(evidence: Evidence) -> dict[str, Both]:
    """Return the verdict on every parameter of the space that can count, and its bold alternative.

    One with a condition is judged by the trials that have a value of it.
    """
    found = judge_all(evidence.population, evidence.cuts)
    for name, population in evidence.counting.items():
        found[name] = judge_all(population, evidence.cuts)[name]
    space = evidence.view.space
    return {name: both for name, both in found.items() if space.can_count(name)}


def judge_all(population: Population, cuts: Mapping[str, Cut]) -> dict[str, Both]:
    """Return the verdict of one population on every parameter of the space, and its bold one."""
    slopes = {} if population.too_early else slopes_of(population)
    found: dict[str, Both] = {}
    for name, parameter in population.space.parameters.items():
        if parameter.is_frozen:
            found[name] = _alike(_frozen(name, parameter))
        elif population.too_early:
            found[name] = _alike(_too_early(population, name, parameter))
        elif isinstance(parameter, Choice):
            found[name] = _alike(judge_choice(population, name, parameter))
        else:
            both = judge_range(population, name, parameter, slopes[name], cuts.get(name))
            found[name] = both or _alike(judge_mostly_zero(population, name, parameter))
    if population.weak and not population.too_early:
        found = {n: (_weakened(careful), _weakened(bold)) for n, (careful, bold) in found.items()}
    return found


def _weakened(verdict: Verdict) -> Verdict:
    """Return a verdict as it is said of trials that were not drawn evenly: at most a hint."""
    if verdict.kind == "frozen":
        return verdict
    return replace(verdict, sure=min(verdict.sure, 1), text=verdict.text + WEAK_TEXT)


def _alike(verdict: Verdict) -> Both:
    return verdict, verdict


def _frozen(name: str, parameter: Parameter) -> Verdict:
    value = format_range(parameter).removeprefix("= ")
    return Verdict(name, "frozen", 0, value, value, parameter)


def _too_early(population: Population, name: str, parameter: Parameter) -> Verdict:
    have, full, missing = len(population.rows), len(population.full), population.missing
    return Verdict(
        parameter=name,
        kind="wait",
        sure=0,
        text=(
            f"{plural(have, 'trial')} in the ranges, {full} of full length: {missing} more before "
            "anything can be said"
        ),
        short=f"{plural(missing, 'more trial')} needed",
        proposal=parameter,
        trials=tuple(population.numbers[population.full].tolist()),
        numbers={"trials": float(have), "full": float(full), "missing": float(missing)},
    )
