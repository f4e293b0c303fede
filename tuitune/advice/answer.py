"""The one question: what do the trials say?"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from tuitune.advice import overall
from tuitune.advice.evidence import Evidence
from tuitune.advice.pruning import pruning_statements
from tuitune.advice.records import Advice, Statement, Verdict
from tuitune.advice.statements import (
    diverged_statements,
    importance_statement,
    split_statement,
    verdict_statement,
)
from tuitune.advice.verdicts import judge
from tuitune.advice.view import AdviceInput
from tuitune.space import Choice


def advise(view: AdviceInput) -> Advice:
    """Return what the trials of `view` say: a pure function, the same for the same trials.

    Any thread may call it. About 20 ms for 1,000 trials of 50 epochs and 5 parameters. Where trials
    were left out because there are too many, each statement's numbers say how many (`left_out`).
    """
    evidence = Evidence.of(view)
    verdicts: dict[str, Verdict] = {}
    bold: dict[str, Verdict] = {}
    for name, parameter in view.space.parameters.items():
        verdicts[name], bold[name] = judge(evidence, name, parameter)
    statements = sorted(
        _statements(evidence, verdicts),
        key=lambda statement: (-statement.weight, statement.parameter or "", statement.kind),
    )
    if view.left_out:
        left_out = {"left_out": float(view.left_out)}
        statements = [replace(s, numbers={**s.numbers, **left_out}) for s in statements]
    return Advice(verdicts, bold, tuple(statements))


def _statements(evidence: Evidence, verdicts: dict[str, Verdict]) -> Iterator[Statement]:
    for name, verdict in verdicts.items():
        parameter = evidence.view.space[name]
        about = [verdict_statement(verdict, parameter), importance_statement(verdict, parameter)]
        if not isinstance(parameter, Choice):
            about.append(split_statement(evidence, name, parameter))
        yield from (statement for statement in about if statement is not None)
    yield from diverged_statements(evidence)
    yield from overall.size_statements(evidence)
    yield from overall.resolution_statements(evidence)
    yield from overall.curve_statements(evidence)
    yield from overall.stopping_statements(evidence, verdicts)
    yield from overall.budget_statements(evidence)
    yield from pruning_statements(evidence.view.audit)
