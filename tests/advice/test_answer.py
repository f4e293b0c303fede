"""The whole answer: its order, its shape as JSON, large sessions, and what it imports."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import numpy as np
import pytest

from tests.advice.sessions import Study, accuracy_problem, real, space_of
from tuitune.advice import (
    AdviceInput,
    advise,
    to_json,
)
from tuitune.advice import view as view_module
from tuitune.advice.text import amount, between, luck_text, score_text, short, span_text
from tuitune.space import FloatRange


def test_statements_come_most_important_first_and_are_json() -> None:
    study = Study(space_of(lr="1e-6..1e-2 log", opt="a|b", wd="1e-8..1e-4 log"))
    study.run(64, lambda p: 0.5 + 0.1 * math.log10(real(p, "lr")))
    statements = advise(AdviceInput.from_session(study.session)).statements
    weights = [s.weight for s in statements]
    assert weights == sorted(weights, reverse=True)
    shown = json.loads(json.dumps(to_json(statements), allow_nan=False))
    assert {tuple(row) for row in shown} == {
        (
            "kind",
            "parameter",
            "headline",
            "text",
            "sure",
            "proposal",
            "numbers",
            "trials",
            "beyond",
            "would_change",
        )
    }
    first = shown[0]
    assert (first["parameter"], first["kind"]) == ("lr", "expand-up")
    assert (first["headline"], first["sure"]) == ("widen up", "sure")
    assert first["proposal"]["high"] == 0.02
    assert len(first["trials"]) == 10
    assert any(row["proposal"] is None for row in shown)


def test_resolution_is_said_when_a_session_is_created() -> None:
    found = {
        s.kind: s
        for s in advise(AdviceInput.from_session(Study(space_of(x="0..1")).session)).statements
    }
    assert found["resolution"].text.startswith("100 validation samples: two trials can't be told")
    assert found["resolution"].numbers["difference"] == pytest.approx(0.08, abs=0.002)
    assert found["wait"].numbers["missing"] == 10
    assert "interval" not in found


def test_nothing_is_said_before_ten_trials_and_five_of_full_length() -> None:
    study = Study(space_of(a="0..1", b="x|y"))
    study.run(6, lambda p: real(p, "a"))
    advice = advise(AdviceInput.from_session(study.session))
    assert {v.kind for v in advice.verdicts.values()} == {"wait"}
    text = "6 trials in the ranges, 6 of full length: 4 more before anything can be said"
    assert advice.verdicts["a"].text == text
    first = advice.statements[0]
    assert (first.kind, first.parameter) == ("wait", None)
    assert first.text == (
        "too early: 6 trials in the ranges, 6 of full length: 4 more trials before anything can be "
        "said"
    )
    study.run(4, lambda p: real(p, "a"))
    kinds = {v.kind for v in advise(AdviceInput.from_session(study.session)).verdicts.values()}
    assert "wait" not in kinds


def test_best_score_has_its_interval_and_the_last_doubling_its_gain() -> None:
    study = Study(space_of(x="0..1")).run(40, lambda p: 0.83 * real(p, "x") ** 0.01)
    found = {s.kind: s for s in advise(AdviceInput.from_session(study.session)).statements}
    best = study.session.best
    assert best is not None
    assert found["interval"].trials == (best.number,)
    assert found["interval"].numbers["low"] == pytest.approx(0.679, abs=0.003)
    assert found["interval"].text.endswith(" with 95 %, the luck of being the best of 40 included")
    gain = found["budget"].numbers["gain"]
    assert gain is not None
    assert 0 <= gain < 0.01
    assert found["budget"].numbers["best_of_all"] == pytest.approx(best.score)


def test_two_groups_of_best_trials_are_pointed_out() -> None:
    study = Study(space_of(lr="1e-6..1 log"))
    study.run(100, lambda p: -min(abs(math.log10(real(p, "lr")) - c) for c in (-5.0, -1.0)))
    found = {s.kind: s for s in advise(AdviceInput.from_session(study.session)).statements}
    assert found["two-groups"].parameter is None
    assert found["two-groups"].text.startswith("lr: the best trials form two groups")
    assert "two groups" in found["two-groups"].text


def test_large_sessions_are_cut_to_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_module, "LOOKED_AT", 300)
    monkeypatch.setattr(view_module, "IN_BOX", 100)
    study = Study(space_of(x="0..1")).run(400, lambda p: real(p, "x"))
    view = AdviceInput.from_session(study.session)
    assert view.numbers.tolist() == list(range(301, 401))
    assert view.left_out == 300
    advice = advise(view)
    assert len(advice.verdicts["x"].trials) == 15
    assert all(s.numbers["left_out"] == 300 for s in advice.statements)


def test_curves_of_the_best_are_copied_with_gaps_as_nan() -> None:
    study = Study(space_of(x="0..1"), accuracy_problem(epochs=3))
    study.start()
    study.add({"x": 0.5}, [0.1, None, 0.3])
    view = AdviceInput.from_session(study.session)
    assert np.array_equal(view.curves, [[0.1, math.nan, 0.3]], equal_nan=True)


def test_numbers_read_as_in_the_templates() -> None:
    assert (short(0.004), short(-0.25), short(1.5)) == (".00", "-.25", "1.50")
    assert (amount(0.038, True), amount(0.038, False)) == ("3.8 points", "0.038")
    assert (score_text(0.895), score_text(12.3456)) == (".895", "12.35")
    lr = FloatRange(1e-6, 1e-2, log=True)
    assert span_text(lr, 3.4e-3, 9.8e-3) == "3e-3..1e-2"
    assert span_text(FloatRange(0, 1), 0.21, 0.58) == "0.2..0.6"
    assert between(0.271, 0.346) == 0.3
    assert between(-0.2, 0.4) == 0.0
    assert [luck_text(p) for p in (0.3, 0.15, 0.024, 2e-3, 1e-4)] == [
        "chance alone often does this",
        "luck would do this about once in 7 times",
        "luck would do this about once in 40 times",
        "luck would do this about once in 500 times",
        "luck would do this less than once in 1,000 times",
    ]


def test_importing_the_room_does_not_import_scipy() -> None:
    code = "import sys, tuitune.advice; print('scipy' in sys.modules, 'textual' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
