"""What holds for any space and any trials."""

from __future__ import annotations

import math
import shlex
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.advice.sessions import Study, accuracy_problem
from tests.strategies import spaces
from tuitune.advice import Advice, AdviceInput, advise, apply_proposals
from tuitune.advice.bounds import readable_bounds
from tuitune.advice.position import place_of
from tuitune.advice.view import FULL
from tuitune.model.trial import Cause, Problem, TrialState
from tuitune.space import Choice, FloatRange, IntRange, Parameter, Space, parse_entry

FEW = settings(max_examples=40, deadline=None)


@st.composite
def studies(draw: st.DrawFn, problem: Problem | None = None) -> Study:
    """A round of 0 to 60 trials in any space: finished, diverged, crashed, given up, equal."""
    space = draw(spaces())
    seed = draw(st.integers(0, 2**16))
    study = Study(space, problem or accuracy_problem(), seed)
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=len(space.names))
    flat = draw(st.booleans())
    lost = draw(st.sampled_from([0.0, 0.2, 1.0]))
    study.start(sampler=draw(st.sampled_from(["random", "tpe"])))
    for _ in range(draw(st.sampled_from([0, 1, 4, 5, 12, 60]))):
        units = rng.random(len(space.names))
        params = space.from_unit(units.tolist())
        if rng.random() < lost:
            how: list[tuple[Cause, TrialState]] = [
                ("diverged", TrialState.FAILED),
                ("given-up", TrialState.PRUNED),
            ]
            cause, state = how[int(rng.integers(2))]
            curve = [None if state is TrialState.FAILED else 0.1]
            study.add(params, curve, state, cause=cause)
        else:
            study.add(params, [0.5 if flat else float(1 / (1 + math.exp(-units @ weights)))])
    return study


def advice_of(study: Study) -> Advice:
    return advise(AdviceInput.from_session(study.session))


def within_limits(proposal: Parameter, before: Parameter) -> bool:
    if isinstance(proposal, Choice) or isinstance(before, Choice):
        return True
    low_ok = before.hard_low is None or proposal.low >= before.hard_low
    return low_ok and (before.hard_high is None or proposal.high <= before.hard_high)


@FEW
@given(studies())
def test_proposals_are_valid_inside_hard_limits_and_hold_the_best(study: Study) -> None:
    view = AdviceInput.from_session(study.session)
    advice = advise(view)
    assert list(advice.verdicts) == list(study.space.names)
    for name, verdict in advice.verdicts.items():
        before = study.space[name]
        assert type(verdict.proposal) is type(before)
        assert within_limits(verdict.proposal, before)
        assert (verdict.change is None) or verdict.kind not in ("keep", "no-effect", "wait")
        assert verdict.sure > 0 or not verdict.changes_range
        if verdict.freeze_at is not None:
            assert before.free().contains(verdict.freeze_at)
        if isinstance(before, Choice) or before.is_frozen or verdict.kind == "wait":
            continue
        for number in verdict.trials:
            value = study.session.trial(number).params[name]
            slack = _slack(verdict.proposal)
            assert isinstance(value, int | float)
            assert not isinstance(verdict.proposal, Choice)
            zero = isinstance(before, FloatRange) and before.zero and value == 0
            assert zero or (verdict.proposal.low - slack <= value <= verdict.proposal.high + slack)


def _slack(p: Parameter) -> float:
    return 0.0 if isinstance(p, Choice) else 1e-9 * max(abs(p.low), abs(p.high))


@FEW
@given(studies())
def test_same_trials_same_advice_in_any_order(study: Study) -> None:
    view = AdviceInput.from_session(study.session)
    again = AdviceInput.from_session(study.session)
    assert advise(view) == advise(again)
    assert advise(view) == advise(view)


@FEW
@given(st.integers(0, 2**16))
def test_order_of_trials_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    space = Space({"x": FloatRange(0, 1), "n": IntRange(1, 40)})
    rows = [(space.from_unit(rng.random(2).tolist()), float(rng.random())) for _ in range(40)]
    found = []
    for order in (range(40), rng.permutation(40)):
        study = Study(space)
        study.start()
        for i in order:
            study.add(rows[i][0], [rows[i][1]])
        found.append(advice_of(study))
    for name in space.names:
        one, other = (advice.verdicts[name] for advice in found)
        for field in ("kind", "proposal", "sure", "text"):
            assert getattr(one, field) == getattr(other, field)
        assert one.numbers == pytest.approx(other.numbers)
        assert found[0].bold[name].proposal == found[1].bold[name].proposal


@FEW
@given(studies(problem=Problem(epochs=1)))
def test_minimised_with_flipped_sign_is_maximised(study: Study) -> None:
    flipped = Study(study.space, Problem(epochs=1, direction="minimize"), study.seed)
    flipped.start(sampler=study.session.rounds[0].sampler)
    for trial in study.session.trials:
        curve = [None if v is None else -v for v in trial.curve["val_acc"]]
        flipped.add(dict(trial.params), curve, trial.state, cause=trial.cause)
    assert advice_of(flipped).verdicts == advice_of(study).verdicts


@FEW
@given(studies(), st.floats(0, 1))
def test_lost_trials_are_never_the_top(study: Study, unit: float) -> None:
    params = study.space.from_unit([unit] * len(study.space.names))
    study.add(params, [None], TrialState.FAILED, cause="diverged")
    study.add(params, [9.0], TrialState.FAILED, "RuntimeError: no memory", cause="error")
    study.add(params, [9.0], TrialState.PRUNED, "below the median")
    study.add(params, [9.0], TrialState.STOPPED, "by hand")
    study.add(params, [9.0], TrialState.RUNNING)
    study.add(params, [None])
    lost = set(range(len(study.session.trials) - 5, len(study.session.trials) + 1))
    advice = advice_of(study)
    for verdict in [*advice.verdicts.values(), *advice.bold.values()]:
        assert not lost & set(verdict.trials)


@FEW
@given(studies(), st.booleans())
def test_every_draft_of_the_advice_is_a_space(study: Study, bold: bool) -> None:
    advice = advice_of(study)
    verdicts = advice.bold if bold else advice.verdicts
    space, reasons = apply_proposals(study.space, verdicts, freeze=bold)
    assert space.names == study.space.names
    assert set(reasons) == {n for n in space.names if space[n] != study.space[n]}


@FEW
@given(studies())
def test_commands_do_what_their_statements_propose(study: Study) -> None:
    advice = advice_of(study)
    for statement in advice.statements:
        if not statement.command.startswith("narrow") or statement.parameter is None:
            continue
        verb, placeholder, argument = shlex.split(statement.command)
        name, _, text = argument.partition("=")
        assert (verb, placeholder, name) == ("narrow", "NAME", statement.parameter)
        before = study.space[name]
        after = parse_entry(text, before, before)
        verdict = advice.verdicts[name]
        if statement.kind == verdict.kind and verdict.proposal != before:
            proposal = verdict.proposal
            if isinstance(proposal, Choice) and len(proposal.on) == 1:
                # The only option that is left is written as a value, which stays.
                assert after == before.freeze(proposal.on[0])
            else:
                assert after == proposal
        elif statement.kind != "diverged":
            assert verdict.freeze_at is not None
            assert after == before.freeze(verdict.freeze_at)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(-8, 3), st.floats(0.5, 8), st.booleans())
def test_rounding_never_cuts_into_what_is_proposed(
    one: float, other: float, start: float, decades: float, log: bool
) -> None:
    p = FloatRange(10**start, 10 ** (start + decades), log=log)
    first, last = place_of(p, p.low), place_of(p, p.high)
    assume(abs(one - other) >= 0.01)
    low, high = sorted((first + (last - first) * one, first + (last - first) * other))
    bounds = readable_bounds(p, low, high, None)
    slack = 1e-9 * max(1.0, abs(first), abs(last))
    assert place_of(p, bounds[0]) <= low + slack
    assert place_of(p, bounds[1]) >= high - slack
    assert p.low <= bounds[0] <= bounds[1] <= p.high


@FEW
@given(studies())
def test_the_bold_alternative_is_never_wider(study: Study) -> None:
    advice = advice_of(study)
    for name, bold in advice.bold.items():
        careful = advice.verdicts[name]
        if isinstance(bold.proposal, Choice) or isinstance(careful.proposal, Choice):
            continue
        assert bold.proposal.low >= careful.proposal.low - 1e-9 * abs(careful.proposal.low)
        assert bold.proposal.high <= careful.proposal.high + 1e-9 * abs(careful.proposal.high)


def test_arrays_of_the_input_are_its_own() -> None:
    study = Study(Space({"x": FloatRange(0, 1)}), accuracy_problem(epochs=2))
    study.start()
    for i in range(12):
        study.add({"x": i / 11}, [0.1, i / 20])
    view = AdviceInput.from_session(study.session)
    before = advise(view)
    for trial in study.session.trials:
        trial.params["x"] = 0.5
        trial.curve["val_acc"][:] = [None, None]
        trial.score = None
    assert advise(view) == before
    assert view.kinds.tolist() == [FULL] * 12
    assert advise(replace(view, left_out=7)).statements[0].numbers["left_out"] == 7
