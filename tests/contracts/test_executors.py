"""What every executor promises: reports one by one, the next after the answer, one end a job."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

import pytest

from tests.contracts.executor_factories import FACTORIES, Factory
from tuitune.executors.base import Executor, Inbox, Job, JobEnded, JobReported

PATIENCE = 30.0
"""Seconds after which something that should come is held to be lost."""

MANY = 1_000_000
"""Epochs of a trial that is not over before somebody ends it, also where nobody can hold it."""

Make = Callable[..., Executor]


@pytest.fixture(params=FACTORIES, ids=lambda factory: factory.name)
def factory(request: pytest.FixtureRequest) -> Factory:
    assert isinstance(request.param, Factory)
    return request.param


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def make(factory: Factory, inbox: Inbox, tmp_path: Path) -> Iterator[Make]:
    made: list[Executor] = []

    def one(name: str, workers: int = 1) -> Executor:
        made.append(factory.make(name, inbox, workers, tmp_path / "files"))
        return made[-1]

    yield one
    for executor in made:
        executor.close()


def job(trial: int = 1, *, epochs: int = 3, seed: int = 7, **params: Any) -> Job:
    return Job(trial, {"lr": 0.25, **params}, epochs, seed)


def receive(executor: Executor) -> Any:
    message = executor.receive(PATIENCE)
    assert message is not None, "nothing came"
    return message


def reported(executor: Executor) -> JobReported:
    message = receive(executor)
    assert isinstance(message, JobReported), message
    return message


def ended(executor: Executor) -> JobEnded:
    message = receive(executor)
    assert isinstance(message, JobEnded), message
    return message


def train(executor: Executor, one: Job) -> tuple[list[JobReported], JobEnded]:
    """Run one job to its end, letting it go on after every report."""
    executor.submit(one)
    reports = []
    while isinstance(message := receive(executor), JobReported):
        reports.append(message)
        executor.answer(one.trial, go_on=True)
    assert isinstance(message, JobEnded)
    return reports, message


def wait_for(path: Path, executor: Executor, inbox: Inbox) -> None:
    """Serve the executor until a trainer has left a mark, of which a command in the inbox tells."""

    def watch() -> None:
        deadline = monotonic() + PATIENCE
        while not path.exists() and monotonic() < deadline:
            Event().wait(0.005)
        inbox.put("the mark is there")

    watcher = Thread(target=watch)
    watcher.start()
    assert receive(executor) == "the mark is there"
    watcher.join()
    assert path.exists()


# -- reports ---------------------------------------------------------------------------------


def test_each_epoch_is_reported_as_the_trainer_gave_it(make: Make) -> None:
    reports, end = train(make("counts"), job(17))
    assert [report.metrics for report in reports] == [
        {"val_acc": epoch / 3, "lr": 0.25, "seed": 7} for epoch in (1, 2, 3)
    ]
    assert {report.trial for report in reports} == {17}
    assert (end.trial, end.error, end.traceback, end.stopped) == (17, "", "", False)


def test_seconds_count_from_the_beginning_of_the_job(make: Make) -> None:
    executor = make("counts")
    for trial in (1, 2):
        reports, end = train(executor, job(trial))
        seconds = [report.seconds for report in reports]
        assert seconds == sorted(seconds)
        assert 0 <= seconds[0] <= seconds[-1] <= end.seconds < PATIENCE


def test_the_next_report_comes_after_the_answer(make: Make) -> None:
    executor = make("counts")
    executor.submit(job())
    for _ in range(3):
        reported(executor)
        assert executor.receive(0.05) is None
        executor.answer(1, go_on=True)
    ended(executor)


def test_breaths_are_no_reports(make: Make) -> None:
    reports, _ = train(make("breathes"), job())
    assert [report.metrics["val_acc"] for report in reports] == [0, 1, 2]


def test_numbers_that_are_not_finite_arrive_as_such(make: Make) -> None:
    reports, _ = train(make("diverges"), job())
    value = reports[0].metrics["val_acc"]
    assert isinstance(value, float)
    assert math.isnan(value)


# -- ends ------------------------------------------------------------------------------------


def test_a_trainer_may_end_before_its_last_epoch(make: Make) -> None:
    reports, end = train(make("stops_early"), job())
    assert len(reports) == 1
    assert (end.error, end.stopped) == ("", False)


def test_answering_stop_ends_the_job_and_cleans_up(make: Make, tmp_path: Path) -> None:
    executor = make("marks")
    executor.submit(job(epochs=MANY, closed=str(tmp_path / "closed")))
    reported(executor)
    executor.answer(1, go_on=False)
    end = ended(executor)
    assert (end.error, end.stopped) == ("", True)
    assert (tmp_path / "closed").exists()


def test_stop_ends_a_job_that_waits_for_an_answer(make: Make, tmp_path: Path) -> None:
    executor = make("marks")
    executor.submit(job(epochs=MANY, closed=str(tmp_path / "closed")))
    reported(executor)
    executor.stop(1)
    executor.answer(1, go_on=False)
    assert ended(executor).stopped
    executor.answer(1, go_on=True)
    assert executor.receive(0.05) is None, "a job ends once"


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_job_in_the_middle_of_an_epoch_is_ended(
    make: Make, inbox: Inbox, tmp_path: Path, how: str
) -> None:
    executor = make("endless")
    begun, closed = tmp_path / "begun", tmp_path / "closed"
    executor.submit(job(begun=str(begun), closed=str(closed)))
    reported(executor)
    executor.answer(1, go_on=True)
    wait_for(begun, executor, inbox)
    getattr(executor, how)(1)
    end = ended(executor)
    assert (end.error, end.stopped) == ("", True)
    assert closed.exists() or how == "kill"


def test_kill_ends_a_trainer_that_hangs(
    make: Make, factory: Factory, inbox: Inbox, tmp_path: Path
) -> None:
    if not factory.kills:
        pytest.skip("a thread can't be ended from outside")
    executor = make("hangs")
    executor.submit(job(begun=str(tmp_path / "begun")))
    reported(executor)
    executor.answer(1, go_on=True)
    wait_for(tmp_path / "begun", executor, inbox)
    executor.kill(1)
    end = ended(executor)
    assert (end.error, end.stopped) == ("", True)


def test_an_exception_fails_its_trial_and_no_other(make: Make) -> None:
    executor = make("raises")
    for trial in (1, 2):
        reports, end = train(executor, job(trial))
        assert len(reports) == 1
        assert "ValueError: the learning rate is" in end.error
        assert "ValueError" in end.traceback
        assert "\x1b" not in end.error + end.traceback


def test_what_a_trainer_refuses_is_one_sentence(make: Make, factory: Factory) -> None:
    _, end = train(make("refuses"), job())
    assert "this point can't be trained" in end.error
    if factory.keeps_exceptions:
        assert end.error == "this point can't be trained"
        assert end.traceback == ""


def test_the_same_job_gives_the_same_reports(make: Make) -> None:
    executor = make("counts")
    first, _ = train(executor, job(1))
    second, _ = train(executor, job(1))
    assert [r.metrics for r in first] == [r.metrics for r in second]


# -- several, and the rest -------------------------------------------------------------------


def test_several_jobs_run_at_once(make: Make, factory: Factory) -> None:
    if not factory.parallel:
        pytest.skip("one at a time")
    executor = make("counts", workers=2)
    assert executor.workers == 2
    executor.submit(job(1))
    executor.submit(job(2, seed=8))
    first = {reported(executor).trial, reported(executor).trial}
    assert first == {1, 2}, "both wait for their answers"
    executor.answer(2, go_on=False)
    assert ended(executor).trial == 2
    executor.answer(1, go_on=True)
    assert reported(executor).trial == 1
    executor.answer(1, go_on=False)
    assert ended(executor).trial == 1


def test_workers_come_and_go_while_jobs_run(make: Make) -> None:
    executor = make("counts")
    executor.submit(job(1))
    reported(executor)
    if executor.resize(3):
        assert executor.workers == 3
        executor.submit(job(2))
        executor.submit(job(3))
        assert {reported(executor).trial, reported(executor).trial} == {2, 3}
        assert executor.resize(1)
        for trial in (2, 3):
            executor.answer(trial, go_on=False)
        assert {ended(executor).trial, ended(executor).trial} == {2, 3}
    executor.answer(1, go_on=False)
    assert ended(executor).trial == 1
    reports, _ = train(executor, job(4))
    assert len(reports) == 3


def test_other_things_in_the_inbox_are_passed_on(make: Make, inbox: Inbox) -> None:
    executor = make("counts")
    assert executor.receive(0.01) is None
    inbox.put("a command")
    assert executor.receive(0.01) == "a command"
    executor.submit(job())
    assert isinstance(receive(executor), JobReported)
    inbox.put("another")
    assert executor.receive(None) == "another"


def test_unknown_trials_are_nobody_s_business(make: Make) -> None:
    executor = make("counts")
    executor.answer(99, go_on=True)
    executor.stop(99)
    executor.kill(99)
    assert executor.receive(0.01) is None


def test_close_ends_what_runs_without_a_word(make: Make, inbox: Inbox, tmp_path: Path) -> None:
    executor = make("marks")
    executor.submit(job(epochs=MANY, closed=str(tmp_path / "closed")))
    reported(executor)
    executor.close()
    assert (tmp_path / "closed").exists()
    assert inbox.empty()
    executor.close()
