"""Taking the proposals, and the preview of a draft."""

from __future__ import annotations

import math

import pytest

from tests.advice.sessions import Study, accuracy_problem, real, space_of
from tuitune.advice import AdviceInput, advise, apply_proposals, next_trials, preview
from tuitune.model.trial import TrialState
from tuitune.space import FloatRange


def test_proposals_are_taken_where_there_is_evidence_and_say_why() -> None:
    study = Study(space_of(lr="1e-6..1e-2 log", wd="1e-8..1e-4 log", size="1..9 int = 3"))
    study.run(100, lambda p: 0.5 + 0.1 * math.log10(real(p, "lr")))
    advice = advise(AdviceInput.from_session(study.session))
    space, reasons = apply_proposals(study.space, advice.verdicts)
    assert space["lr"] == advice.verdicts["lr"].proposal
    assert space["size"] == study.space["size"]
    text, numbers = reasons["lr"]
    assert text.startswith("widen up, sure: the best 15 of 100 lie in ")
    assert numbers["best"] == 15
    assert numbers["evidence_up"] is not None
    assert set(reasons) == {n for n in space.names if space[n] != study.space[n]}
    other = space_of(other="0..1")
    assert apply_proposals(other, advice.verdicts) == (other, {})


def test_only_the_bold_way_freezes() -> None:
    study = Study(space_of(lr="1e-3..1e-2 log"))
    study.run(200, lambda p: -abs(math.log10(real(p, "lr")) + 2.5))
    advice = advise(AdviceInput.from_session(study.session))
    assert advice.verdicts["lr"].kind == "freeze"
    careful, _ = apply_proposals(study.space, advice.verdicts)
    assert not careful["lr"].is_frozen
    assert careful["lr"].width() < study.space["lr"].width()
    bold, reasons = apply_proposals(study.space, advice.bold, freeze=True)
    assert isinstance(bold["lr"], FloatRange)
    assert bold["lr"].frozen == pytest.approx(10**-2.5, rel=0.1)
    assert reasons["lr"][0].startswith("freeze, sure: ")


def test_preview_counts_what_a_draft_keeps_and_costs() -> None:
    study = Study(space_of(x="0..1", opt="a|b"), accuracy_problem(epochs=4))
    study.start(10)
    study.add({"x": 0.1, "opt": "a"}, [0.1, 0.2, 0.3, 0.4])
    study.add({"x": 0.2, "opt": "b"}, [0.1, 0.2, 0.3, 0.9])
    study.add({"x": 0.9, "opt": "a"}, [0.1, 0.2, 0.3, 0.6])
    study.add({"x": 0.3, "opt": "a"}, [0.1, 0.7], TrialState.PRUNED, "median")
    study.add({"x": 0.8, "opt": "a"}, [0.95], TrialState.RUNNING)
    study.add({"x": 0.2, "opt": "a"}, [0.95], TrialState.RUNNING)
    seen = preview(study.session, space_of(x="0..0.5", opt="a|(b)"))
    assert (seen.kept, seen.total) == (2, 4)
    assert (seen.best_inside, seen.best_outside) == (0.4, 0.9)
    assert seen.running_outside == (5,)
    # Three trials of four epochs and one of two: 3.5 epochs a trial.
    assert (seen.trials_next, seen.epochs_next) == (32, 112)
    assert seen.seconds_next == pytest.approx(112 * 6 / 16)
    frozen = preview(study.session, space_of(x="0..1 = 0.9", opt="a|(b)"))
    assert (frozen.kept, frozen.kept_but_for_frozen) == (1, 3)
    twice = preview(study.session, study.space, trials=20, workers=2)
    assert twice.epochs_next == 70
    assert twice.running_outside == ()
    assert twice.best_outside is None


def test_preview_before_any_trial() -> None:
    study = Study(space_of(x="0..1"), accuracy_problem(epochs=4))
    empty = preview(study.session, space_of(x="0..0.5"))
    assert (empty.kept, empty.total, empty.best_inside) == (0, 0, None)
    assert (empty.trials_next, empty.epochs_next, empty.seconds_next) == (100, 400, None)


def test_the_next_round_is_the_book_s_then_16_for_every_parameter_that_matters() -> None:
    study = Study(space_of(x="0..1", y="0..1", z="0..1", w="0..1"))
    assert next_trials(study.session, study.space) == 100
    study.run(100, lambda p: real(p, "x"))
    assert next_trials(study.session, study.space) == 64
    verdicts = advise(AdviceInput.from_session(study.session)).verdicts
    settled = sum(verdict.is_settled for verdict in verdicts.values())
    assert settled >= 1
    assert next_trials(study.session, study.space, verdicts) == max(32, 16 * (4 - settled))
    assert next_trials(study.session, space_of(x="0..1")) == 32
    nine = space_of(**{f"p{i}": "0..1" for i in range(9)})
    assert next_trials(study.session, nine) == 128


def test_a_round_for_a_point_of_somebody_s_own_says_nothing_of_the_next() -> None:
    study = Study(space_of(x="0..1"), accuracy_problem(epochs=2))
    study.run(20, lambda params: 0.5)
    before = next_trials(study.session, study.space)
    study.start(1)
    study.add({"x": 0.3}, [0.1, 0.2], origin="queued by hand")
    assert next_trials(study.session, study.space) == before
