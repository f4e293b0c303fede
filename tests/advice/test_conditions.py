"""The advice on parameters that don't always count reads the trials in which they do."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from tests.advice.sessions import Study, accuracy_problem, real, space_of
from tuitune.advice import AdviceInput, advise
from tuitune.advice.position import counting, inside_each
from tuitune.space import Space, Value

CONDITIONAL = space_of(
    optimizer="sgd|adam",
    momentum="0..0.5 in 0..0.99 if optimizer=sgd",
    lr="1e-4..1 log",
    layers="1..3 int",
    width="8..64 int if layers>=2",
)


def score(params: Mapping[str, Value]) -> float:
    """Momentum helps, more of it more; a wide second layer does nothing."""
    momentum = real(params, "momentum") if "momentum" in params else 0.3
    return 4 * momentum - 0.2 * abs(math.log10(real(params, "lr")) + 2)


def studied(rule: Callable[[Mapping[str, Value]], float]) -> Study:
    return Study(CONDITIONAL, problem=accuracy_problem(samples=None), seed=3).run(80, rule)


def of(study: Study, name: str) -> object:
    return advise(AdviceInput.from_session(study.session)).verdicts[name]


def test_a_conditional_parameter_is_judged_by_the_trials_that_have_it() -> None:
    study = studied(score)
    verdict = advise(AdviceInput.from_session(study.session)).verdicts["momentum"]
    with_it = [t.number for t in study.session.trials if "momentum" in t.params]
    assert verdict.kind == "expand-up"
    assert verdict.numbers["trials"] == len(with_it)
    assert set(verdict.trials) <= set(with_it)
    others = advise(AdviceInput.from_session(study.session)).verdicts["lr"]
    assert others.numbers["trials"] == 80


def test_what_other_options_come_to_changes_nothing_of_it() -> None:
    def other(params: Mapping[str, Value]) -> float:
        return score(params) + (0 if "momentum" in params else 4)

    one, two = (
        Study(CONDITIONAL, problem=accuracy_problem(samples=None), seed=3).run(80, rule)
        for rule in (score, other)
    )
    assert of(one, "momentum") == of(two, "momentum")
    assert of(one, "optimizer") != of(two, "optimizer")


def test_one_that_can_not_count_has_no_verdict() -> None:
    frozen = CONDITIONAL.replace("optimizer", CONDITIONAL["optimizer"].freeze("adam"))
    study = Study(frozen, seed=3).run(60, score)
    advice = advise(AdviceInput.from_session(study.session))
    assert list(advice.verdicts) == ["optimizer", "lr", "layers", "width"]
    assert not any("momentum" in statement.text for statement in advice.statements)


def test_trials_without_it_lie_in_the_box() -> None:
    study = studied(score)
    view = AdviceInput.from_session(study.session)
    assert view.in_box.all()
    counts = counting(view.space, view.columns)
    assert set(counts) == {"momentum", "width"}
    for name, mask in counts.items():
        has = [name in trial.params for trial in study.session.trials]
        assert mask.tolist() == has
    narrow = Space({**CONDITIONAL.parameters, "momentum": CONDITIONAL["momentum"].freeze(0.25)})
    within = inside_each(narrow, view.columns)["momentum"]
    for trial, lies in zip(study.session.trials, within.tolist(), strict=True):
        assert lies == narrow.contains(trial.params)


def test_a_condition_under_a_condition_counts_where_both_hold() -> None:
    space = space_of(a="x|y", b="1..4 int if a=x", c="0..1 if b>=3")
    study = Study(space, seed=1).run(60, lambda params: len(params) / 10)
    view = AdviceInput.from_session(study.session)
    has = ["c" in trial.params for trial in study.session.trials]
    assert counting(space, view.columns)["c"].tolist() == has
    assert 0 < sum(has) < 30
