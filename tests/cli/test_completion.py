"""What a shell completes, asked as its script asks, and by a real bash where there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.support import Command
from tuitune.cli.program import VERBS


def completed(folder: Path, typed: str) -> list[str]:
    """Return what may stand in place of the last word of `typed`."""
    words = typed.split(" ")
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "_TUITUNE_COMPLETE": "bash_complete",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(words) - 1),
    }
    shown = subprocess.run(
        [sys.executable, "-m", "tuitune"],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert shown.stderr == ""
    return [line.partition(",")[2] for line in shown.stdout.splitlines() if line]


ASKED = {
    "tuitune na": ["narrow"],
    "tuitune re": ["redo", "retry", "report", "rename"],
    "tuitune show t": ["tiny", "two"],
    "tuitune narrow tiny l": ["lr="],
    "tuitune narrow tiny lr=/2 wei": ["weight_decay="],
    "tuitune advise tiny w": ["weight_decay"],
    "tuitune enqueue tiny ": ["lr=", "weight_decay="],
    "tuitune run tiny --sampler g": ["grid", "gp"],
    "tuitune run tiny --pruner t": ["threshold"],
    "tuitune export tiny --format o": ["optuna"],
    "tuitune best tiny --as p": ["python"],
    "tuitune top tiny --js": ["--json"],
    "tuitune narrow gone l": [],
    "tuitune --dir elsewhere show ": ["third"],
    "tuitune show --dir elsewhere ": ["third"],
}


def test_verbs_sessions_parameters_and_options_are_completed(
    tuitune: Command, tmp_path: Path
) -> None:
    for words in (("new", "tiny"), ("new", "two"), ("new", "third", "--dir", "elsewhere")):
        assert tuitune(*words).code == 0
    (tmp_path / "sessions/tiny.final.json").write_text("{}")
    assert completed(tmp_path, "tuitune ") == list(VERBS)
    for typed, words_after in ASKED.items():
        assert completed(tmp_path, typed) == words_after, typed


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_asks_the_program(shell: str, tuitune: Command) -> None:
    printed = tuitune("completion", shell)
    assert printed.code == 0
    assert printed.err == ""
    assert f"_TUITUNE_COMPLETE={shell}_complete" in printed.out
    wrong = tuitune("completion", "cmd")
    assert wrong.code == 2
    assert "'cmd' is not one of 'bash', 'zsh', 'fish'" in wrong.err


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_completes_by_it(tuitune: Command, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text(tuitune("completion", "bash").out)
    program = tmp_path / "bin/tuitune"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tuitune "$@"\n')
    program.chmod(0o755)
    code = (
        f'. "{script}"; COMP_WORDS=(tuitune narr); COMP_CWORD=1; '
        '_tuitune_completion tuitune narr tuitune; echo "${COMPREPLY[@]}"'
    )
    shown = subprocess.run(
        ["bash", "-c", code],
        env={**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}",
             "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert shown.stdout.strip() == "narrow", shown.stderr
