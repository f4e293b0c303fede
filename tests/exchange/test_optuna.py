"""Studies of Optuna: files that the real one made, of several versions, and damaged ones."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from tests.cli.support import Command
from tuitune.errors import UsageError
from tuitune.exchange.optuna_journal import read_journal
from tuitune.exchange.optuna_ranges import read_distribution
from tuitune.exchange.optuna_study import choose_study, read_study
from tuitune.exchange.source import read_source
from tuitune.exchange.study import Fixed
from tuitune.model.trial import TrialState
from tuitune.space import Choice, Condition, FloatRange, IntRange
from tuitune.store import read_session
from tuitune.trainers.objective import as_options

SAMPLES = Path(__file__).parent / "samples"
optuna.logging.set_verbosity(optuna.logging.ERROR)


def objective(trial: optuna.Trial) -> float:
    x = trial.suggest_float("x", -3, 3)
    n = trial.suggest_int("n", 1, 9, step=2)
    kind = trial.suggest_categorical("kind", [None, True, 1, "a"])
    trial.suggest_float("lr", 1e-5, 1, log=True)
    if kind == "a":
        trial.suggest_int("k", 1, 100, log=True)
    trial.set_user_attr("cost", n * 2.5)
    trial.set_user_attr("host", "abc")
    match trial.number % 10:
        case 7:
            raise ValueError("no")
        case 8:
            return float("nan")
        case 9:
            return float("inf")
    for step in range(1, 6):
        trial.report(x * x + 1 / step, step * 5)
        if trial.number % 10 == 3 and step == 3:
            raise optuna.TrialPruned()
    return x * x


def make_study(file: Path, trials: int) -> optuna.Study:
    storage = JournalStorage(JournalFileBackend(str(file)))
    study = optuna.create_study(
        study_name="five", storage=storage, direction="minimize",
        sampler=optuna.samplers.RandomSampler(seed=1),
    )  # fmt: skip
    study.optimize(objective, n_trials=trials, catch=(ValueError,))
    study.enqueue_trial({"x": 1.5, "n": 3})
    return study


def show(tuitune: Command, source: str | Path, *options: str) -> Any:
    made = tuitune("import", str(source), "s", "--yes", *options)
    assert made.code == 0, made.err
    return tuitune("show", "s", "--json").json


@pytest.mark.parametrize("name", ["pools.db", "pools.journal"])
def test_a_study_whose_ranges_changed_tells_that_history(name: str, tuitune: Command) -> None:
    shown = show(tuitune, SAMPLES / name)
    assert (shown["metric"], shown["direction"]) == ("value", "maximize")
    assert len(shown["revisions"]) == 2
    assert shown["space"]["lr"] == {"kind": "float", "low": 0.001, "high": 1.0, "log": True}
    kinds = {change["parameter"]: change["kind"] for change in shown["revisions"][1]["changes"]}
    assert kinds == {"lr": "narrowed", "k": "held", "gate": "held"}
    counts = {state: n for state, n in shown["trials"].items() if n}
    assert counts == {"done": 14, "pruned": 1, "failed": 1, "queued": 1}
    assert shown["best"]["score"] == 1.0558528797639202


def test_what_every_trial_came_to(tuitune: Command, tmp_path: Path) -> None:
    study = make_study(tmp_path / "five.journal", 30)
    session_path = tmp_path / "sessions/s.json"
    show(tuitune, tmp_path / "five.journal")
    session = read_session(session_path)
    causes = {}
    for ours, theirs in zip(session.trials, study.trials, strict=True):
        assert ours.number == theirs.number + 1
        if theirs.state == optuna.trial.TrialState.COMPLETE and theirs.number % 10 != 9:
            assert ours.score == theirs.value
            assert ours.curve["value"] == list(theirs.intermediate_values.values())
            assert ours.curve["cost"][-1] == theirs.user_attrs["cost"]
            assert ours.note == "host=abc"
        causes[theirs.number % 10] = (ours.state, ours.cause)
        for name, value in theirs.params.items():
            assert ours.params[name] == ("None" if value is None else value)
    assert causes[3] == (TrialState.PRUNED, "given-up")
    assert causes[7] == (TrialState.FAILED, "error")
    assert causes[9] == (TrialState.FAILED, "diverged")
    waiting = session.trials[-1]
    assert waiting.state is TrialState.QUEUED
    assert (waiting.params["x"], waiting.params["n"]) == (1.5, 3)
    assert session.space["k"].when == Condition("kind", ("a",))
    session.space.validate_params(waiting.params)
    assert {trial.draw for trial in session.trials} == {"adaptive"}


def test_a_person_says_that_points_are_random(tuitune: Command, tmp_path: Path) -> None:
    show(tuitune, SAMPLES / "pools.db", "--draw", "random")
    session = read_session(tmp_path / "sessions/s.json")
    assert {trial.draw for trial in session.trials} == {"uniform"}


def test_a_torn_last_line_is_ignored_and_one_before_it_is_named() -> None:
    content = (SAMPLES / "pools.journal").read_bytes()
    whole = read_journal(Path("j"), content)
    torn = read_journal(Path("j"), content[:-40])
    assert len(torn[0].trials) == len(whole[0].trials) - 1
    lines = content.split(b"\n")
    lines[4] = lines[4][:50]
    with pytest.raises(UsageError, match="line 5 of the journal"):
        read_journal(Path("j"), b"\n".join(lines))


def test_an_operation_on_a_trial_that_has_ended_changes_nothing() -> None:
    content = (SAMPLES / "pools.journal").read_bytes()
    late = {"op_code": 6, "worker_id": "b", "trial_id": 0, "state": 3, "values": None}
    late["datetime_complete"] = "2026-11-25T09:31:20+00:00"
    found = read_journal(Path("j"), content + json.dumps(late).encode() + b"\n")
    assert found[0].trials[0].state == "COMPLETE"


def test_a_running_trial_is_interrupted() -> None:
    lines = (SAMPLES / "pools.journal").read_bytes().split(b"\n")
    study = read_study(read_journal(Path("j"), b"\n".join(lines[:6]))[0])
    assert [point.state for point in study.points] == [TrialState.INTERRUPTED]


def test_several_studies_are_asked_for_by_name(tmp_path: Path) -> None:
    file = tmp_path / "two.journal"
    for name in ("one", "two", "gone"):
        storage = JournalStorage(JournalFileBackend(str(file)))
        study = optuna.create_study(study_name=name, storage=storage)
        study.add_trial(optuna.create_trial(value=1.0))
    optuna.delete_study(study_name="gone", storage=JournalStorage(JournalFileBackend(str(file))))
    studies = read_source(str(file)).studies
    assert studies is not None
    with pytest.raises(UsageError, match=r"--study; there is 'one' \(1 trials\), 'two'"):
        choose_study(studies, None)
    assert choose_study(studies, "two").name == "two"
    with pytest.raises(UsageError, match="there is no study 'gone'"):
        choose_study(studies, "gone")


def test_one_of_several_objectives_is_taken_when_it_is_said(tmp_path: Path) -> None:
    file = tmp_path / "multi.journal"
    storage = JournalStorage(JournalFileBackend(str(file)))
    study = optuna.create_study(storage=storage, directions=["minimize", "maximize"])
    study.optimize(lambda t: (t.suggest_float("x", 0, 1), 5.0), n_trials=3)
    studies = read_source(str(file)).studies
    assert studies is not None
    with pytest.raises(UsageError, match=r"has 2 objectives.*--objective 0 to 1"):
        read_study(studies[0])
    found = read_study(studies[0], 1)
    assert found.direction == "maximize"
    assert [point.reports for point in found.points] == [[{"value": 5.0}]] * 3


def test_ranges_that_are_computed_make_one_revision(tuitune: Command, tmp_path: Path) -> None:
    file = tmp_path / "computed.journal"
    storage = JournalStorage(JournalFileBackend(str(file)))
    study = optuna.create_study(
        storage=storage, sampler=optuna.samplers.RandomSampler(seed=2), direction="minimize"
    )

    def computed(trial: optuna.Trial) -> float:
        a = trial.suggest_float("a", 0, 1)
        return a + trial.suggest_float("b", 0, 1 + a)

    study.optimize(computed, n_trials=12)
    made = tuitune("import", str(file), "s", "--yes")
    assert "the ranges of b change again and again" in made.out
    shown = tuitune("show", "s", "--json").json
    assert len(shown["revisions"]) == 1
    highest = max(trial.params["a"] for trial in study.trials) + 1
    assert shown["space"]["b"]["high"] == pytest.approx(highest)


OLD = {
    '{"name": "UniformDistribution", "attributes": {"low": 0.0, "high": 1.0}}': FloatRange(0, 1),
    '{"name": "LogUniformDistribution", "attributes": {"low": 0.001, "high": 10}}':
        FloatRange(1e-3, 10, log=True),
    '{"name": "DiscreteUniformDistribution", "attributes": {"low": 0, "high": 1, "q": 0.25}}':
        FloatRange(0, 1, step=0.25),
    '{"name": "IntUniformDistribution", "attributes": {"low": 1, "high": 10, "step": 2}}':
        IntRange(1, 9, step=2),
    '{"name": "IntLogUniformDistribution", "attributes": {"low": 1, "high": 64, "step": 1}}':
        IntRange(1, 64, log=True),
    '{"name": "IntDistribution", "attributes": {"low": 3, "high": 3, "step": 1, "log": false}}':
        Fixed(3),
    '{"name": "CategoricalDistribution", "attributes": {"choices": [1, true]}}':
        Choice((1, True)),
    '{"name": "CategoricalDistribution", "attributes": {"choices": ["only"]}}': Fixed("only"),
}  # fmt: skip


@pytest.mark.parametrize("text", OLD)
def test_distributions_of_every_version(text: str) -> None:
    assert read_distribution("p", text).range == OLD[text]


@pytest.mark.parametrize("text", ["{}", "[]", "nonsense", '{"name": "X", "attributes": {}}'])
def test_a_distribution_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="the distribution of 'p' can't be read"):
        read_distribution("p", text)


def test_choices_that_are_one_option_here_stay_different() -> None:
    options = as_options([1, 1.0, True, None, "None", ["a"], "x" * 300, "x" * 301, "\x1b[31m"])
    assert len({(type(o), o) for o in options}) == 9
    assert Choice(options).options == options


def test_hostile_names_are_text(tuitune: Command, tmp_path: Path) -> None:
    file = tmp_path / "evil.journal"
    storage = JournalStorage(JournalFileBackend(str(file)))
    study = optuna.create_study(study_name="\x1b[31m{x}", storage=storage)

    def evil(trial: optuna.Trial) -> float:
        trial.set_user_attr("\x1b]0;title\x07", "\x1b[2J")
        return trial.suggest_float("a b={c},\x1b[31m", 0, 1) + trial.suggest_float("a b", 0, 1)

    study.optimize(evil, n_trials=3)
    made = tuitune("import", str(file), "s", "--yes")
    assert made.code == 0, made.err
    assert "\x1b" not in made.out + tuitune("show", "s").out + tuitune("top", "s").out


def test_a_damaged_file_is_refused_and_nothing_is_written(tuitune: Command, tmp_path: Path) -> None:
    content = bytearray((SAMPLES / "pools.db").read_bytes())
    content[5000:60000] = b"\xff" * 55000
    (tmp_path / "bad.db").write_bytes(bytes(content))
    made = tuitune("import", "bad.db", "s", "--yes")
    assert made.code == 2
    assert len(made.err.splitlines()) == 1
    assert not (tmp_path / "sessions").exists()


def test_the_file_is_left_as_it_is(tuitune: Command, tmp_path: Path) -> None:
    shutil.copy(SAMPLES / "pools.db", tmp_path / "pools.db")
    before = (tmp_path / "pools.db").read_bytes()
    show(tuitune, "sqlite:///pools.db")
    assert (tmp_path / "pools.db").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["pools.db", "sessions"]


def test_a_session_without_a_trainer_shows_advises_and_says_what_is_missing(
    tuitune: Command,
) -> None:
    show(tuitune, SAMPLES / "pools.db")
    assert "no trainer yet, trials of Optuna study 'pools'" in tuitune("show", "s").out
    for verb in ("advise", "top", "report", "export"):
        assert tuitune(verb, "s").code == 0
    ran = tuitune("run", "s")
    assert ran.code == 2
    assert "the session has no trainer, its trials were trained elsewhere" in ran.err


def test_in_a_pipe_it_asks_for_yes(tuitune: Command, tmp_path: Path) -> None:
    made = tuitune("import", str(SAMPLES / "pools.db"), "s")
    assert made.code == 2
    assert made.err.endswith("add --yes to take it\n")
    assert not (tmp_path / "sessions").exists()
