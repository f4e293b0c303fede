"""The parts of `tuitune bench` that measure nothing: figures, sample sessions, the terminal."""

from __future__ import annotations

import json
from pathlib import Path
from time import monotonic
from types import SimpleNamespace

import pytest

from tuitune.bench import figures, keys
from tuitune.bench.figures import MEASUREMENTS, Figure, Say, measurement
from tuitune.bench.samples import write_session
from tuitune.bench.terminal import Terminal
from tuitune.cli.problems import exit_code_of
from tuitune.cli.program import program
from tuitune.errors import TuiTuneError
from tuitune.model.trial import TrialState
from tuitune.store import read_session


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_every_measurement_is_there(name: str) -> None:
    assert callable(measurement(name))


def test_a_bound_is_a_ceiling_or_a_floor() -> None:
    assert Figure("a", "a", 1.2, "x", 1.2).holds
    assert not Figure("a", "a", 1.21, "x", 1.2).holds
    assert Figure("a", "a", 1.9, "x", 1.85, at_least=True).holds
    assert not Figure("a", "a", 1.8, "x", 1.85, at_least=True).holds
    assert not Figure("a", "a", float("nan"), "x", 1.85).holds


@pytest.mark.parametrize("holds", [True, False])
def test_the_command_prints_each_figure_and_whether_it_holds(
    holds: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def measure(quick: bool, say: Say) -> list[Figure]:
        say(f"quick: {quick}")
        return [Figure("fake", "one thing / another", 1.25, "x", 2.0 if holds else 1.0)]

    monkeypatch.setattr(figures, "import_module", lambda name: SimpleNamespace(measure=measure))
    monkeypatch.setitem(MEASUREMENTS, "fake", ("anywhere", "a thing"))
    code = exit_code_of(program, ["bench", "fake", "--quick", "--json"])
    out, err = capsys.readouterr()
    assert code == (0 if holds else 1)
    assert json.loads(out) == [
        {
            "name": "fake",
            "what": "one thing / another",
            "value": 1.25,
            "unit": "x",
            "bound": 2.0 if holds else 1.0,
            "at_least": False,
            "holds": holds,
            "detail": "",
        }
    ]
    assert "fake: a thing" in err
    assert "quick: True" in err
    assert exit_code_of(program, ["bench", "fake"]) == code
    line = capsys.readouterr().out.splitlines()[1]
    assert line.split() == [
        *("one", "thing", "/", "another", "1.25x", "<="),
        *(("2x", "holds") if holds else ("1x", "FAILS")),
    ]


def test_a_sample_session_is_one_that_the_program_opens(tmp_path: Path) -> None:
    path = tmp_path / "sessions/sample.json"
    write_session(path, trials=20, epochs=5, next_round=7)
    session = read_session(path)
    assert session.counts[TrialState.DONE] == 20
    assert {trial.epochs_done for trial in session.trials} == {5}
    assert set(session.trial(1).curve) == {"val_acc", "train_acc", "loss", "val_loss"}
    assert session.best is not None
    assert session.open_round is not None
    assert session.open_round.trials == 7


def test_the_keys_are_measured_while_as_many_workers_run_as_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "sessions/keys.json"
    write_session(path, trials=3, next_round=1000)
    with Terminal(["open", "keys"], tmp_path, columns=120, rows=40) as terminal:
        terminal.seconds_to_full_screen()
        keys.set_workers(terminal, 2)
        terminal.press("\t ")
        until = monotonic() + 30
        while len(read_session(path).running) != 2:
            assert monotonic() < until
            terminal.count(0.1)


def test_the_terminal_sees_what_the_program_writes(tmp_path: Path) -> None:
    with Terminal(["--version"], tmp_path, columns=80, rows=24) as terminal:
        assert terminal.seconds_to(b"tuitune 0.1") > 0
    with (
        Terminal(["--version"], tmp_path, columns=80, rows=24) as terminal,
        pytest.raises(TuiTuneError, match="ended by itself"),
    ):
        terminal.seconds_to(b"something else")
