"""`tuitune run` as the real program, with real training on tiny sessions."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.support import Command, Outcome, default_signals, start_program
from tuitune.model import Session
from tuitune.model.trial import TrialState
from tuitune.store import read_session

LIMIT_SECONDS = 50


def program_run(folder: Path, *arguments: str) -> Outcome:
    process = start_program(folder, *arguments)
    out, err = process.communicate(timeout=LIMIT_SECONDS)
    return Outcome(process.returncode, out, err)


def session_of(folder: Path) -> Session:
    return read_session(folder / "sessions/tiny.json")


def curves(session: Session) -> dict[int, object]:
    return {t.number: (t.params, t.seed, t.score, t.curve) for t in session.trials}


def make(tuitune: Command, *options: str) -> None:
    made = tuitune("new", "tiny", "--epochs", "2", "--train-size", "50", *options)
    assert made.code == 0, made.err


def test_plain_lines(tuitune: Command, tmp_path: Path) -> None:
    make(tuitune)
    outcome = program_run(tmp_path, "run", "tiny", "--trials", "3")
    assert (outcome.code, outcome.err) == (0, "")
    first, *trials, last = outcome.out.splitlines()
    assert first == (
        "tiny: round 1 of revision 1, 3 more trials, 3 in all; random, no pruner, 1 worker"
    )
    assert len(trials) == 3
    for number, (line, trial) in enumerate(zip(trials, session_of(tmp_path).trials, strict=True)):
        words = dict(word.split("=", 1) for word in line.split(" "))
        assert list(words) == [
            "trial", "state", "score", "train_score", "epochs", "seconds",
            "param.lr", "param.weight_decay",
        ]  # fmt: skip
        assert int(words["trial"]) == number + 1
        assert words["state"] == "done"
        assert float(words["score"]) == trial.score
        assert float(words["param.lr"]) == trial.params["lr"]
    assert re.fullmatch(
        r"round 1 finished: 3 trials in .* s; in all 3 done; best val_acc .* by trial \d with .*",
        last,
    )


def test_json_is_one_document(tuitune: Command, tmp_path: Path) -> None:
    make(tuitune)
    outcome = program_run(tmp_path, "run", "tiny", "--trials", "2", "--workers", "2", "--json")
    document = json.loads(outcome.out)
    assert outcome.err == ""
    assert list(document) == [
        "name", "round", "revision", "sampler", "pruner", "trials", "ended", "interrupted", "ran",
        "counts", "seconds", "best",
    ]  # fmt: skip
    assert (document["trials"], document["ran"], document["ended"]) == (2, 2, "finished")
    assert document["counts"]["done"] == 2
    best = session_of(tmp_path).best
    assert best is not None
    assert document["best"]["trial"] == best.number


def test_a_finished_round_is_followed_by_a_new_one(tuitune: Command) -> None:
    make(tuitune)
    assert tuitune("run", "tiny", "--trials", "2", "--sampler", "sobol").code == 0
    again = tuitune("run", "tiny", "--trials", "1", "--pruner", "median")
    assert again.out.startswith("tiny: round 2 of revision 1, 1 more trial, 1 in all; sobol,")
    rounds = tuitune("show", "tiny", "--json").json["rounds"]
    assert [(r["sampler"], r["pruner"], r["trials"]) for r in rounds] == [
        ("sobol", "none", 2),
        ("sobol", "median", 1),
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_signals_save_everything_and_the_round_goes_on(
    tuitune: Command, tmp_path: Path, number: signal.Signals, workers: str
) -> None:
    make(tuitune)
    process = start_program(tmp_path, "run", "tiny", "--trials", "2000", "--workers", workers)
    assert process.stdout is not None
    for _ in range(3):
        process.stdout.readline()
    process.send_signal(number)
    out, err = process.communicate(timeout=LIMIT_SECONDS)
    assert process.returncode == 128 + number
    assert err == ""
    assert "everything is saved, tuitune run tiny goes on" in out
    stopped = session_of(tmp_path)
    done = stopped.counts[TrialState.DONE]
    assert done >= 2
    assert not stopped.running
    assert not (tmp_path / "sessions/tiny.journal.jsonl").exists() or (
        (tmp_path / "sessions/tiny.journal.jsonl").read_bytes() == b""
    )
    interrupted = [t.number for t in stopped.trials if t.state is TrialState.INTERRUPTED]
    refused = tuitune("run", "tiny", "--sampler", "sobol")
    assert refused.code == 2
    assert "round 1 goes on with sampler random: leave out --sampler" in refused.err
    other = tuitune("run", "tiny", "--new-round", "--trials", "1")
    assert other.code == 0
    assert len(interrupted) <= int(workers)


def test_an_interrupted_round_ends_with_the_same_curves(tuitune: Command, tmp_path: Path) -> None:
    make(tuitune, "--dir", "whole/sessions")
    make(tuitune, "--epochs", "40")
    whole = tuitune("new", "tiny", "--dir", "one/sessions", "--epochs", "40", "--train-size", "50")
    assert whole.code == 0
    process = start_program(tmp_path, "run", "tiny", "--trials", "6")
    assert process.stdout is not None
    for _ in range(3):
        process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=LIMIT_SECONDS)
    assert process.returncode == 143
    resumed = tuitune("run", "tiny")
    assert resumed.code == 0
    assert "6 in all" in resumed.out
    assert tuitune("run", "tiny", "--dir", "one/sessions", "--trials", "6").code == 0
    assert curves(session_of(tmp_path)) == curves(session_of(tmp_path / "one"))


def test_a_killed_run_loses_no_finished_trial(tuitune: Command, tmp_path: Path) -> None:
    make(tuitune)
    process = start_program(tmp_path, "run", "tiny", "--trials", "2000")
    assert process.stdout is not None
    process.stdout.readline()
    ended = [process.stdout.readline() for _ in range(5)]
    process.kill()
    process.communicate(timeout=LIMIT_SECONDS)
    session = session_of(tmp_path)
    for line in ended:
        number = int(line.partition(" ")[0].removeprefix("trial="))
        assert session.trial(number).state is TrialState.DONE
    assert not session.running


def test_a_reader_that_leaves_does_not_stop_the_training(tuitune: Command, tmp_path: Path) -> None:
    make(tuitune)
    process = start_program(tmp_path, "run", "tiny", "--trials", "30")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    process.wait(timeout=LIMIT_SECONDS)
    assert process.stderr.read() == ""
    process.stderr.close()
    assert session_of(tmp_path).counts[TrialState.DONE] == 30


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_output_that_cannot_be_written_is_said(tuitune: Command, tmp_path: Path) -> None:
    make(tuitune)
    with Path("/dev/full").open("w") as full:
        process = subprocess.run(
            [sys.executable, "-m", "tuitune", "show", "tiny"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert process.returncode == 1
    assert process.stderr.startswith("tuitune: the system refused: ")
    assert process.stderr.count("\n") == 1


def test_a_round_in_which_nothing_trains_fails(tuitune: Command, tmp_path: Path) -> None:
    tuitune(
        *("new", "tiny", "--param", "lr=1e30..1e35 log", "--set", "weight_decay=0"),
        *("--epochs", "3", "--train-size", "50"),
    )
    outcome = tuitune("run", "tiny", "--trials", "3")
    assert outcome.code == 1
    assert "none of 3 trials trained: diverged at epoch 1" in outcome.err
    assert 'reason="diverged at epoch 1"' in outcome.out
    again = tuitune("run", "tiny", "--trials", "1", "--json")
    assert again.code == 1
    assert again.json["counts"]["failed"] == 1


def test_live_progress_on_a_terminal(tuitune: Command, tmp_path: Path) -> None:
    make(tuitune)
    main_end, program_end = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "tuitune", "run", "tiny", "--trials", "3"],
        cwd=tmp_path,
        env={
            **os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "TERM": "xterm-256color",
            "COLUMNS": "80", "LINES": "24",
        },
        stdin=program_end,
        stdout=program_end,
        stderr=program_end,
    )  # fmt: skip
    os.close(program_end)
    seen = b""
    while True:
        try:
            part = os.read(main_end, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
    os.close(main_end)
    assert process.wait(timeout=LIMIT_SECONDS) == 0
    text = seen.decode()
    assert "3/3" in text
    assert "best val_acc" in text
    assert "round 1 finished: 3 trials" in text
    assert text.endswith("\a")
    assert text.rstrip("\a\r\n").endswith(tuple("0123456789"))


def test_a_disk_that_refuses_is_said_and_saved_trials_stay(
    tuitune: Command, tmp_path: Path
) -> None:
    make(tuitune)
    limit = 20_000
    code = (
        "import resource, runpy, sys\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        "sys.argv = ['tuitune', 'run', 'tiny', '--trials', '500']\n"
        "runpy.run_module('tuitune', run_name='__main__')\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=default_signals,
    )
    assert process.stderr is not None
    assert "training waits for the disk" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    rest = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=LIMIT_SECONDS) == 1
    assert rest.splitlines()[-1].startswith("tuitune: not everything could be saved: ")
    session = session_of(tmp_path)
    assert session.counts[TrialState.DONE] >= 5
    assert not session.running


def test_without_workers_as_many_run_as_the_last_time(tiny: Command) -> None:
    for words, workers in (([], 1), (["--workers", "2"], 2), ([], 2), (["--workers", "1"], 1)):
        ran = tiny("run", "tiny", "--trials", "2", "--new-round", *words)
        assert ran.code == 0
        noun = "worker" if workers == 1 else "workers"
        assert f", {workers} {noun}" in ran.out + ran.err


def test_a_trial_that_was_paused_and_went_on_is_one_trial(tuitune: Command) -> None:
    assert tuitune("new", "tiny", "--epochs", "10", "--train-size", "50").code == 0
    ran = tuitune("run", "tiny", "--trials", "12", "--pruner", "pause", "--json").json
    assert ran["ran"] == 12
    assert ran["counts"]["done"] + ran["counts"]["pruned"] == 12
