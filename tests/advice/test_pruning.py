"""What giving up saved, and what the control trials say that it cost."""

from __future__ import annotations

from tests.advice.sessions import Study, accuracy_problem, space_of
from tuitune.advice import AdviceInput, Statement, advise, audit
from tuitune.model.events import TrialEnded, TrialSpared
from tuitune.model.trial import Criterion, TrialState

WHY = "below the median at epoch 9 (.31 < .45)"


def make_study() -> Study:
    study = Study(space_of(x="0..1"), accuracy_problem(epochs=20))
    study.start(100)
    return study


def done(study: Study, score: float) -> int:
    return study.add({"x": score}, [score] * 20)


def control(study: Study, score: float, state: TrialState = TrialState.DONE) -> int:
    number = study.add({"x": score}, [score] * 20, TrialState.RUNNING)
    study.session.apply(TrialSpared(number, 9, WHY))
    if state is not TrialState.RUNNING:
        reason = study.session.trial(number).reason
        study.session.apply(TrialEnded(number, state, 1.0, 1.0, reason))
    return number


def given_up(study: Study, after: int) -> int:
    return study.add({"x": 0.1}, [0.1] * after, TrialState.PRUNED, WHY)


def pruning(study: Study) -> Statement | None:
    said = advise(AdviceInput.from_session(study.session)).statements
    return next((s for s in said if s.kind == "pruning"), None)


def test_what_was_saved_and_that_nothing_was_lost() -> None:
    study = make_study()
    for n in range(8):
        done(study, 0.5 + n / 100)
    controls = [control(study, 0.2), control(study, 0.3)]
    for _ in range(10):
        given_up(study, 5)
    study.add({"x": 0.2}, [0.1], TrialState.RUNNING)
    study.add({"x": 0.2}, [0.1], TrialState.STOPPED, "stopped by hand")
    said = pruning(study)
    assert said is not None
    # 10 trials of 15 epochs less, of 20 trials of 20 epochs.
    assert said.text == (
        "pruner gave up 10 of 20 trials, saved 38 % of epochs; false give-ups 0 of 2"
    )
    assert said.parameter is None
    assert said.numbers == {
        "round": 1, "trials": 20, "given_up": 10, "saved": 0.375,
        "controls": 2, "false_give_ups": 0, "top": 5,
    }  # fmt: skip
    assert said.trials == (controls[1], controls[0]), "best first"


def test_a_control_among_the_best_was_given_up_falsely() -> None:
    study = make_study()
    for n in range(8):
        done(study, 0.5 + n / 100)
    given_up(study, 5)
    good = control(study, 0.56)
    last = control(study, 0.53)
    said = pruning(study)
    assert said is not None
    # The best five: .57, .56 (older), .56 (the control), .55, .54.
    assert said.text.endswith(f"false give-ups 1 of 2 (#{good} among the best 5)")
    assert said.trials == (good, last)
    assert said.weight > 90


def test_nothing_is_said_where_nothing_was_given_up() -> None:
    study = make_study()
    done(study, 0.5)
    control(study, 0.5, TrialState.RUNNING)
    assert pruning(study) is None
    assert audit([], Criterion("val_acc", 1, 50)) is None


def test_without_a_control_that_is_said() -> None:
    study = make_study()
    done(study, 0.5)
    given_up(study, 10)
    said = pruning(study)
    assert said is not None
    assert said.text == ("pruner gave up 1 of 2 trials, saved 25 % of epochs; no control trial yet")


def test_a_failed_control_was_given_up_rightly() -> None:
    study = make_study()
    control(study, 0.9, TrialState.FAILED)
    found = audit(study.session.trials, study.session.criterion)
    assert found is not None
    assert (found.controls, found.false, found.saved) == ((1,), (), 0.0)


def test_only_the_newest_round_speaks_and_it_is_in_sight() -> None:
    study = make_study()
    for n in range(60):
        study.add({"x": n / 60}, [n / 60 * epoch / 20 for epoch in range(1, 21)])
    given_up(study, 5)
    first, second = general(study)[:2]
    assert "pruning" in (first.kind, second.kind)
    study.start(100)
    done(study, 0.5)
    assert pruning(study) is None


def general(study: Study) -> list[Statement]:
    """Return what the log has its two lines from."""
    said = advise(AdviceInput.from_session(study.session)).statements
    return [statement for statement in said if statement.parameter is None]


def test_less_is_better_where_the_metric_is_a_loss() -> None:
    study = make_study()
    for n in range(8):
        done(study, 0.5 + n / 100)
    low, high = control(study, 0.1), control(study, 0.9)
    found = audit(study.session.trials, study.session.criterion._replace(sign=-1))
    assert found is not None
    assert (found.controls, found.false) == ((low, high), (low,))
