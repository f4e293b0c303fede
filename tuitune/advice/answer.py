"""The one question: what do the trials say?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from tuitune.advice import overall
from tuitune.advice.evidence import Evidence
from tuitune.advice.pruning import pruning_statements
from tuitune.advice.records import Advice, Statement, Verdict
from tuitune.advice.statements import diverged_statements, split_statement, verdict_statement
from tuitune.advice.verdicts import judge_each
from tuitune.advice.view import AdviceInput
from tuitune.advice.voice import settled
from tuitune.space import Choice


def advise(view: AdviceInput) -> Advice:
    """Return what the trials of `view` say: a pure function, the same for the same trials.

    Any thread may call it. About 20 ms for 1,000 trials of 50 epochs and 5 parameters. Where trials
    were left out because there are too many, each statement's numbers say how many (`left_out`).
    """
    evidence = Evidence.of(view)
    judged = judge_each(evidence)
    verdicts, bold, said = settled(judged, _about_session(evidence), view.space)
    at_rest = any(statement.kind == "stop" for statement in said)
    said += _about_parameters(evidence, verdicts, at_rest=at_rest)
    said += (
        verdict_statement(verdict, view.space[name], at_rest=at_rest)
        for name, verdict in verdicts.items()
    )
    statements = sorted(
        said,
        key=lambda statement: (-statement.weight, statement.parameter or "", statement.kind),
    )
    if view.left_out:
        left_out = {"left_out": float(view.left_out)}
        statements = [replace(s, numbers={**s.numbers, **left_out}) for s in statements]
    return Advice(verdicts, bold, tuple(statements), view.space)


def _about_session(evidence: Evidence) -> Iterator[Statement]:
    yield from overall.size_statements(evidence)
    yield from overall.resolution_statements(evidence)
    yield from overall.curve_statements(evidence)
    yield from overall.length_statements(evidence.view)
    yield from overall.stopping_statements(evidence)
    yield from overall.repeat_statements(evidence)
    yield from overall.budget_statements(evidence)
    yield from pruning_statements(evidence.view.audit)


def _about_parameters(
    evidence: Evidence, verdicts: Mapping[str, Verdict], *, at_rest: bool
) -> Iterator[Statement]:
    for name, parameter in evidence.view.space.parameters.items():
        if not isinstance(parameter, Choice):
            split = split_statement(evidence, name, parameter)
            if split is not None:
                yield split
    yield from diverged_statements(evidence, verdicts, at_rest=at_rest)
