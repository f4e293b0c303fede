"""What is said to whoever looks away, and what a trial printed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.support import MakeEngine
from tuitune.engine import Run
from tuitune.engine.announcing import hook_variables, notification, run_hook
from tuitune.results.logs import output_lines


def test_a_notification_is_one_plain_sentence(make_engine: MakeEngine, session_file: Path) -> None:
    engine = make_engine()
    assert notification(engine.session, "failed") == "\x1b]9;TuiTune try: round 0 failed\x07"
    engine.send(Run(trials=3))
    engine.run(until_idle=True)
    best = engine.session.best
    assert best is not None
    assert best.score is not None
    tail = f"best val_acc {best.score:.3f} #{best.number}\x07".replace("0.", ".")
    assert (
        notification(engine.session, "finished") == f"\x1b]9;TuiTune try: round 1 finished, {tail}"
    )
    assert notification(engine.session, "new best") == f"\x1b]9;TuiTune try: new {tail}"
    variables = hook_variables(engine.session, session_file, "new best")
    assert variables["TUITUNE_HOW"] == "new best"
    assert variables["TUITUNE_BEST_TRIAL"] == str(best.number)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ([sys.executable, "-c", ""], ""),
        ([sys.executable, "-c", "raise SystemExit(3)"], "ended with exit code 3"),
        (["no-such-program"], "can't be started: "),
    ],
)
def test_a_hook_that_fails_is_one_sentence(argv: list[str], said: str) -> None:
    problem = run_hook(argv, {}, output=subprocess.DEVNULL)
    assert problem == "" if not said else problem.startswith(f"the program of --on-end {said}")


def test_the_output_of_a_trial_is_plain_lines(tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    assert output_lines(path, 1, 5) == {}
    folder = tmp_path / "own.files" / "trial-1"
    folder.mkdir(parents=True)
    (folder / "output.log").write_bytes(
        b"one\n\x1b[31mred\x1b[0m\x07 \x1b]0;title\x07[bold]\n 10%\r 50%\r100%\r\n\xff\n\n\n"
    )
    (folder / "errors.log").write_text("".join(f"line {i}\n" for i in range(3000)))
    found = output_lines(path, 1, 5)
    assert found["output.log"] == ["one", "red [bold]", "100%", "\ufffd"]
    assert found["errors.log"] == [f"line {i}" for i in range(2995, 3000)]
