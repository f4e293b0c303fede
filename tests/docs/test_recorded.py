"""The session that comes with the repository: opens, is repeatable, and is what the pages show."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.support import Command
from tests.docs.pages import README, ROOT, SESSIONS, blocks
from tests.docs.renew import SESSION, renewed
from tests.docs.take_picture import PICTURE
from tuitune.model import Session
from tuitune.model.trial import Trial, TrialState
from tuitune.store import read_session
from tuitune.trainers.spec import MlpSpec
from tuitune.tui.picture import picture

needs_recording = pytest.mark.skipif(
    not SESSION.exists(), reason="sessions/book.json has not been recorded yet"
)


def shown_words(svg: str) -> str:
    """Return the text of a picture, its lines joined without spaces."""
    root = ElementTree.fromstring(svg)
    text = "".join(root.itertext())
    return "".join(text.split())


def steady_trials(session: Session) -> list[Trial]:
    """Return three trials whose curves do not hang on the last bits of a sum.

    Where a sum is rounded otherwise, as on another processor, curves differ by an image at a
    learning rate of 3e-3, by three at 0.1, and beyond that in everything.
    """
    done = [trial for trial in session.trials if trial.state is TrialState.DONE]
    steady = [t for t in done if isinstance(lr := t.params["lr"], float) and lr < 2e-3]
    steady.sort(key=lambda trial: trial.score or 0.0)
    return [steady[0], steady[len(steady) // 2], steady[-1]]


@pytest.fixture(scope="module")
def recorded() -> Session:
    """The recorded session."""
    return read_session(SESSION)


@needs_recording
class TestRecording:
    def test_it_is_the_experiment_of_the_book(self, recorded: Session) -> None:
        assert recorded.problem.trainer == MlpSpec()
        assert (recorded.problem.epochs, recorded.problem.samples) == (50, 100)
        assert recorded.problem.settings == {}
        assert recorded.rounds[0].trials == 100
        assert all(record.ended == "finished" for record in recorded.rounds)
        assert not recorded.running
        assert not recorded.waiting

    def test_it_was_recorded_by_the_commands_of_its_page(self, recorded: Session) -> None:
        recipe = blocks(SESSIONS, "sh")[0].text.split()
        sizes = [int(n) for word, n in pairwise(recipe) if word == "--trials"]
        assert [record.trials for record in recorded.rounds] == sizes
        assert [record.revision for record in recorded.rounds] == [1, 2, 3]
        reasons = [c.reason for r in recorded.revisions[1:] for c in r.changes if c.kind != "held"]
        assert reasons
        assert all(reasons)

    def test_a_trial_that_is_trained_again_gives_its_curve(self, recorded: Session) -> None:
        from tuitune.trainers.mlp.data import mlp_function

        assert isinstance(recorded.problem.trainer, MlpSpec)
        train = mlp_function(recorded.problem.trainer, recorded.seed)
        image = 1 / (recorded.problem.samples or 1)
        for trial in steady_trials(recorded):
            reports = [r for r in train(trial.params, epochs=trial.epochs, seed=trial.seed) if r]
            assert len(reports) == trial.epochs_done
            for report, before in zip(reports, trial.curve["val_acc"], strict=True):
                assert before is not None
                assert abs(report["val_acc"] - before) <= 1.01 * image, trial.number

    def test_the_ranking_agrees_with_the_file(self, tuitune: Command) -> None:
        records = json.loads(SESSION.read_text("utf-8"))["trials"]
        done = [record for record in records if record["state"] == "done"]
        done.sort(key=lambda record: (-record["score"], record["number"]))
        ranking = tuitune("top", str(SESSION), "-n", str(len(records)), "--json").json
        found = [(line["trial"], line["score"]) for line in ranking if line["state"] == "done"]
        assert found == [(record["number"], record["score"]) for record in done]
        shown = tuitune("show", str(SESSION), "--json").json
        assert shown["best"]["trial"] == done[0]["number"]
        assert shown["trials"]["done"] == len(done)

    def test_the_readme_shows_its_rounds(self) -> None:
        text = README.read_text("utf-8")
        assert renewed(text, SESSION) == text, "python -m tests.docs.renew"

    def test_the_picture_shows_it(self, recorded: Session) -> None:
        best = recorded.best
        assert best is not None
        shown = shown_words(PICTURE.read_text("utf-8"))
        assert f"#{best.number}" in shown, "python -m tests.docs.take_picture"
        assert f"{len(recorded.trials)}" in shown


def test_the_picture_loads_nothing_from_elsewhere() -> None:
    text = PICTURE.read_text("utf-8")
    assert PICTURE.is_relative_to(ROOT)
    assert "url(http" not in text
    assert "1Ranges" in shown_words(text)
    assert "2Trials" in shown_words(text)


async def test_a_picture_of_the_same_session_is_the_same_picture(wide: Command) -> None:
    assert wide("show", "wide").code == 0
    session = Path("sessions/wide.json")
    first = await picture(session)
    assert await picture(session) == first
    assert "tuituneopenwide" in shown_words(first)
