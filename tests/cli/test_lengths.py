"""A session whose trials train for more or fewer epochs from some round on."""

from __future__ import annotations

from pathlib import Path

from tests.cli.support import Command
from tuitune.store import read_session

SESSION = Path("sessions/tiny.json")


def test_more_epochs_rank_when_ten_trials_have_them(tiny: Command) -> None:
    assert len(read_session(SESSION).trials) == 4
    said = tiny("set", "tiny", "--epochs", "3")
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        "from the next round on a trial trains 3 epochs; "
        "trials are ranked at epoch 2 until 10 of 3 epochs are done\n"
    )
    assert tiny("run", "tiny", "--trials", "9").code == 0
    session = read_session(SESSION)
    assert [trial.epochs_done for trial in session.trials] == 4 * [2] + 9 * [3]
    assert (session.criterion.epochs, session.lengths) == (2, (2, 3))
    ranked = tiny("top", "tiny", "-n", "13", "--json").json
    assert [line["rank"] for line in ranked] == list(range(1, 14))
    for line in ranked:
        assert line["score"] == session.trial(line["trial"]).curve["val_acc"][1]
    said = tiny("advise", "tiny")
    assert "ranked at epoch 2 until 1 more trial of 3 epochs is done" in said.out
    assert "the ranks at epochs 2 and 3 agree by" in said.out
    assert "in 9 trials" in said.out

    assert tiny("run", "tiny", "--trials", "1").code == 0
    session = read_session(SESSION)
    assert session.criterion.epochs == 3
    ranked = tiny("top", "tiny", "-n", "14", "--json").json
    assert [line["rank"] for line in ranked] == [*range(1, 11), None, None, None, None]
    assert sorted(line["trial"] for line in ranked[10:]) == [1, 2, 3, 4]
    assert session.best is session.trial(ranked[0]["trial"])
    lines = tiny("top", "tiny", "-n", "14").out.splitlines()
    assert [line.split()[0] for line in lines[-4:]] == ["-"] * 4
    assert "ranked at epoch 3: shorter trials stand below" in tiny("advise", "tiny").out
    best = tiny("show", "tiny", "--json").json["best"]
    assert (best["rank"], best["epochs"]) == (1, 3)


def test_fewer_epochs_rank_at_once_by_the_scores_that_longer_trials_had_there(
    tiny: Command,
) -> None:
    assert tiny("run", "tiny", "--trials", "6").code == 0
    said = tiny("set", "tiny", "--epochs", "1", "--json").json
    assert said == {"epochs": 1, "ranked_at": 1, "lengths": [2, 1]}
    session = read_session(SESSION)
    for line in tiny("top", "tiny", "--json").json:
        assert line["score"] == session.trial(line["trial"]).curve["val_acc"][0]


def test_the_old_number_takes_it_back_and_undo_does_not(tiny: Command) -> None:
    before = tiny("top", "tiny", "--json").json
    assert tiny("set", "tiny", "--epochs", "4").code == 0
    assert tiny("undo", "tiny").code == 2
    assert read_session(SESSION).problem.epochs == 4
    assert tiny("set", "tiny", "--epochs", "2").code == 0
    session = read_session(SESSION)
    assert (session.problem.epochs, session.criterion.epochs) == (2, 2)
    assert tiny("top", "tiny", "--json").json == before


def test_the_best_are_queued_once_more_on_new_seeds(tiny: Command) -> None:
    best = [line["trial"] for line in tiny("top", "tiny", "--json").json][:2]
    said = tiny("enqueue", "tiny", "--best", "2")
    assert said.out.splitlines() == [
        f"trial 5 is queued: repeat of {best[0]}, on a new seed",
        f"trial 6 is queued: repeat of {best[1]}, on a new seed",
        "next: tuitune run tiny",
    ]
    session = read_session(SESSION)
    for number, source in zip((5, 6), best, strict=True):
        trial, of = session.trial(number), session.trial(source)
        assert (trial.params, trial.draw) == (of.params, "person")
        assert trial.seed != of.seed


def test_a_race_trains_as_long_as_the_session_ranks(tiny: Command) -> None:
    assert tiny("retry", "tiny", "1", "--epochs", "5").code == 0
    assert tiny("run", "tiny").code == 0
    assert tiny("finish", "tiny", "--repeats", "1").code == 0
    finish = read_session(SESSION).finishes[0]
    assert {run.epochs for run in finish.runs} == {2}
    assert finish.selected_score(1) == read_session(SESSION).trial(1).curve["val_acc"][1]
