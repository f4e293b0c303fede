"""`tuitune finish` and `tuitune report`: as commands, and as the real program that is cut off."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.support import Command, Outcome, start_program
from tests.cli.test_run import LIMIT_SECONDS, curves, program_run
from tests.engine.finishing import result, shrink_test_set
from tuitune.model import Session
from tuitune.model.trial import TrialState
from tuitune.store import read_session

FINAL = re.compile(
    r"validation \(selected\) \.\d{3} -> race \.\d{3}( \+- \.\d{3})? "
    r"\(\d+ runs? on new seeds, these 12 images; [a-z ;]+\) -> test \.\d{3} \[\.\d{3}, \.\d{3}\]"
)
RECORD = [
    "finish", "ended", "trial", "chosen_by", "params", "settings", "epochs", "metric", "validation",
    "race", "refit", "test", "text", "files",
]  # fmt: skip


@pytest.fixture
def ready(tuitune: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """A session `tiny` of 60 images with three trials that have run, and a small test set."""
    shrink_test_set(monkeypatch)
    assert tuitune("new", "tiny", "--epochs", "2", "--train-size", "60").code == 0
    assert tuitune("run", "tiny", "--trials", "3").code == 0
    return tuitune


def session_of(folder: Path) -> Session:
    return read_session(folder / "sessions/tiny.json")


def test_plain_lines_and_the_final_line(ready: Command, tmp_path: Path) -> None:
    outcome = ready("finish", "tiny", "--repeats", "1")
    assert (outcome.code, outcome.err) == (0, "")
    first, *lines, files, last = outcome.out.splitlines()
    finish = session_of(tmp_path).finishes[-1]
    numbers = ", ".join(map(str, finish.contenders))
    assert first == f"tiny: finish 1, 3 trials race: {numbers}; 1 worker"
    repeats = [dict(w.split("=", 1) for w in li.split()) for li in lines if li.startswith("trial=")]
    assert [list(words) for words in repeats] == [
        ["trial", "repeat", "seed", "score", "epochs", "seconds"]
    ] * len(finish.runs)
    assert [int(w["seed"]) for w in repeats] == [run.seed for run in finish.runs]
    assert sum(line.startswith("dropped=") for line in lines) == 1
    assert finish.verdict in lines
    assert sum(line.startswith("refit=") for line in lines) == 3
    assert f"test set opened for trial {finish.chosen}, opening 1 of this session" in lines
    assert files == "results in tiny.final.json, tiny.final.toml, tiny.final.npz, tiny.report.md"
    assert last == finish.text
    assert FINAL.fullmatch(last)


def test_json_is_one_document_and_show_has_it(ready: Command, tmp_path: Path) -> None:
    assert ready("show", "tiny", "--json").json["final"] is None
    outcome = ready("finish", "tiny", "--trial", "2", "--repeats", "2", "--workers", "2", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    document = outcome.json
    assert list(document) == ["name", "interrupted", "seconds", *RECORD]
    assert (document["name"], document["interrupted"], document["ended"]) == (
        "tiny",
        False,
        "finished",
    )
    assert (document["trial"], document["chosen_by"], document["metric"]) == (2, "race", "val_acc")
    assert document["params"] == session_of(tmp_path).trial(2).params
    assert list(document["race"]) == [
        "mean", "low", "high", "own_mean", "others_better_by", "scores", "seeds", "verdict",
        "tied", "contenders",
    ]  # fmt: skip
    assert list(document["test"]) == [
        "accuracy", "low", "high", "accuracies", "samples", "opening", "at",
    ]  # fmt: skip
    assert document["refit"]["updates"] == 2
    shown = ready("show", "tiny", "--json").json["final"]
    assert shown == {key: document[key] for key in RECORD}
    again = ready("finish", "tiny", "--trial", "2", "--repeats", "1", "--json").json
    assert again["text"].endswith(" (test set opened for the 2nd time)")
    assert ready("show", "tiny", "--json").json["final"]["finish"] == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--trial", "9"), "There is no trial 9; there are 1 to 3."),
        (("--repeats", "0"), "--repeats takes a whole number from 1 to 100, and not '0'"),
        (("--workers", "many"), "--workers takes a whole number from 1 to 256, and not 'many'"),
    ],
)
def test_wrong_requests(ready: Command, arguments: tuple[str, ...], sentence: str) -> None:
    outcome = ready("finish", "tiny", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert sentence in outcome.err
    assert outcome.err.count("\n") == 1


def test_no_session_and_no_trial(tuitune: Command) -> None:
    assert tuitune("finish", "nobody").code == 2
    tuitune("new", "bare")
    outcome = tuitune("finish", "bare", "--json")
    assert (outcome.code, outcome.out) == (2, "")
    assert "No trial is done yet" in outcome.err


# -- the real program, cut off ---------------------------------------------------------------


def make(tuitune: Command, folder: Path) -> Callable[[], None]:
    """Make a session whose repeats take a while; returns what takes its finishes away again."""
    # Many small batches, so that there is a middle to be cut off in.
    options = ("--epochs", "4", "--train-size", "300", "--set", "batch_size=2")
    assert tuitune("new", "tiny", *options).code == 0
    assert tuitune("run", "tiny", "--trials", "3", "--workers", "2").code == 0
    path = folder / "sessions/tiny.json"
    fresh = path.read_bytes()

    def reset() -> None:
        assert not path.with_name("tiny.journal.jsonl").exists() or not (
            path.with_name("tiny.journal.jsonl").read_bytes()
        )
        path.write_bytes(fresh)

    return reset


def read_until(process: subprocess.Popen[str], beginning: str, count: int) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        count -= line.startswith(beginning)
        if count == 0:
            return
    raise AssertionError(f"it ended before {beginning!r}")


def test_kill_and_signals_lose_nothing(tuitune: Command, tmp_path: Path) -> None:
    reset = make(tuitune, tmp_path)
    whole = program_run(tmp_path, "finish", "tiny", "--repeats", "1")
    assert whole.code == 0, whole.err
    undisturbed = result(session_of(tmp_path).finishes[-1])
    trials = curves(session_of(tmp_path))
    reset()

    process = start_program(tmp_path, "finish", "tiny", "--repeats", "1")
    read_until(process, "trial=", 2)
    process.kill()
    process.communicate(timeout=LIMIT_SECONDS)
    cut = session_of(tmp_path).finishes[-1]
    assert cut.ended is None
    assert len(cut.runs) >= 2

    process = start_program(tmp_path, "finish", "tiny")
    read_until(process, "trial=", 1)
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None
    last = process.stdout.read().splitlines()[-1]
    process.communicate(timeout=LIMIT_SECONDS)
    assert process.returncode == 130
    assert re.fullmatch(
        r"finish 1 can go on after \d repeats; everything is saved, tuitune finish tiny goes on",
        last,
    )

    process = start_program(tmp_path, "finish", "tiny")
    read_until(process, "refit=", 1)
    process.kill()
    process.communicate(timeout=LIMIT_SECONDS)

    outcome = program_run(tmp_path, "finish", "tiny")
    assert outcome.code == 0, outcome.err
    assert "; goes on after " in outcome.out.splitlines()[0]
    session = session_of(tmp_path)
    assert len(session.finishes) == 1
    assert result(session.finishes[0]) == undisturbed
    assert session.openings == 1
    assert session.counts[TrialState.DONE] == 3
    assert curves(session) == trials


def test_on_a_terminal_the_race_is_drawn(tuitune: Command, tmp_path: Path) -> None:
    assert tuitune("new", "tiny", "--epochs", "2", "--train-size", "60").code == 0
    assert tuitune("run", "tiny", "--trials", "3").code == 0
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "tuitune", "finish", "tiny", "--repeats", "2"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "TERM": "xterm"},
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    shown = b""
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:
            break
        if not chunk:
            break
        shown += chunk
    os.close(master)
    assert process.wait(timeout=LIMIT_SECONDS) == 0
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert re.search(r"trial +selected +repeats +mean", text)
    assert "chosen" in text
    assert "out: " in text
    flat = " ".join(text.split())
    finish = session_of(tmp_path).finishes[-1]
    assert finish.verdict in flat
    assert finish.text in flat


# -- the report ------------------------------------------------------------------------------


def report_of(tuitune: Command, *arguments: str) -> str:
    outcome: Outcome = tuitune("report", "tiny", *arguments)
    assert outcome.code == 0, outcome.err
    return outcome.out


def test_the_report_tells_the_story(ready: Command, tmp_path: Path) -> None:
    empty = report_of(ready)
    assert "## Finish" not in empty
    assert ready("narrow", "tiny", "lr=1e-3..1e-1").code == 0
    assert ready("run", "tiny", "--trials", "2").code == 0
    assert ready("finish", "tiny", "--repeats", "1").code == 0
    text = report_of(ready)
    session = session_of(tmp_path)
    assert text.startswith("# tiny\n\nTrained: `network on mnist, 60 images, 20% of them for")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings == [
        "Round 1", "Round 2", "The best trials", "What the trials say of revision 2", "Finish 1",
    ]  # fmt: skip
    first, second = re.findall(r"^lr +(.+)$", text, re.MULTILINE)
    assert re.fullmatch(r"1e-6 \[=+\]-+ 0\.1 +1e-6\.\.1e-2", first)
    assert re.fullmatch(r"1e-6 -+\[=+\] 0\.1 +1e-3\.\.0\.1", second)
    assert first.index("-", 6) - first.index("[") in (32, 33), "four of five decades of 40 cells"
    assert "- `lr` shifted from `1e-6..1e-2 log` to `1e-3..0.1 log`" in text
    assert "| 3 | 3 | ." in text, "trials, done and best of round 1"
    best = session.best
    assert best is not None
    assert f"| 1 | {best.number} | {best.round} | " in text
    finish = session.finishes[-1]
    assert f"```text\n{finish.text}\n```\n" in text
    assert all(drop.reason in text for drop in finish.dropped)
    assert (tmp_path / "sessions/tiny.report.md").read_text() == text


def test_the_report_goes_to_a_file(ready: Command, tmp_path: Path) -> None:
    assert report_of(ready, "--output", "story.md") == ""
    assert (tmp_path / "story.md").read_text() == report_of(ready)
    outcome = ready("report", "tiny", "--output", "no/story.md")
    assert outcome.code == 1
    assert "'no/story.md' can't be saved: its folder is gone; try another --output" in outcome.err


def test_text_of_a_file_is_data_in_the_report(tuitune: Command, tmp_path: Path) -> None:
    assert tuitune("new", "tiny", "--epochs", "2", "--train-size", "60").code == 0
    path = tmp_path / "sessions/tiny.json"
    record = json.loads(path.read_text())
    record["name"] = "a\x1b[2J <script>*[x](y)"
    path.write_text(json.dumps(record))
    first = report_of(tuitune).splitlines()[0]
    assert first == "# a[2J \\<script>\\*[x]\\(y)"
