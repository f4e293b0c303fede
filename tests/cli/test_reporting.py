"""What a script says with `tuitune.report`, and how it is stopped: real scripts, real processes."""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.support import Command

ROOT = Path(__file__).parents[2]
INSIDE = {"TUITUNE_TRIAL": "3"}
STANDALONE = ("tuitune/reporting.py", "tuitune/hooks.py", "tuitune/__init__.py")


def run(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    outside = {k: v for k, v in os.environ.items() if not k.startswith("TUITUNE_") and k != "RANK"}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True,
        env={**outside, "PYTHONPATH": str(ROOT), **variables},
    )  # fmt: skip


def test_outside_of_tuitune_a_report_does_nothing() -> None:
    code = "from tuitune import report; report(val_acc='nothing', x=None); print('ran on')"
    done = run(code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ran on\n", "")


def test_inside_it_writes_one_line_of_json() -> None:
    done = run("from tuitune import report; report({'val/acc': 0.5}, loss=2)", **INSIDE)
    assert (done.returncode, done.stderr) == (0, "")
    mark, _, text = done.stdout.partition(" ")
    assert (mark, json.loads(text)) == ("tuitune", {"val/acc": 0.5, "loss": 2.0})


def test_what_was_printed_before_comes_before() -> None:
    code = "print('one'); import tuitune; tuitune.report(a=1); print('two')"
    assert run(code, **INSIDE).stdout.splitlines() == ["one", 'tuitune {"a": 1.0}', "two"]


def test_a_redirected_stream_does_not_swallow_a_report() -> None:
    code = (
        "import contextlib, io, numpy, tuitune\n"
        "with contextlib.redirect_stdout(io.StringIO()): tuitune.report(a=numpy.float32(0.5))"
    )
    assert run(code, **INSIDE).stdout == 'tuitune {"a": 0.5}\n'


def test_what_is_not_finite_arrives_so() -> None:
    done = run("import tuitune; tuitune.report(a=float('nan'), b=float('inf'))", **INSIDE)
    assert done.stdout == 'tuitune {"a": NaN, "b": Infinity}\n'


def test_what_is_no_number_is_said() -> None:
    done = run("import tuitune; tuitune.report(a='much')", **INSIDE)
    assert "TypeError: report takes numbers, and a is 'much'" in done.stderr


@pytest.mark.parametrize(("rank", "lines"), [("0", 1), ("1", 0)])
def test_of_several_processes_the_first_reports(rank: str, lines: int) -> None:
    done = run("import tuitune; tuitune.report(a=1)", RANK=rank, **INSIDE)
    assert len(done.stdout.splitlines()) == lines


def test_sigterm_is_raised_as_stop_by_the_next_report() -> None:
    code = (
        "import os, signal, tuitune\n"
        "try:\n"
        "    tuitune.report(a=1)\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    print('still here')\n"
        "    try:\n"
        "        tuitune.report(a=2)\n"
        "    except Exception:\n"
        "        print('never')\n"
        "finally:\n"
        "    print('cleaned up')\n"
    )
    done = run(code, **INSIDE)
    assert done.stdout.splitlines()[1:] == ["still here", 'tuitune {"a": 2.0}', "cleaned up"]
    assert (done.returncode, done.stderr) == (143, "")


def test_before_the_first_report_sigterm_ends_a_script() -> None:
    code = "import os, signal, tuitune; tuitune.report; os.kill(os.getpid(), signal.SIGTERM)"
    assert run(code, **INSIDE).returncode == -signal.SIGTERM


@pytest.mark.parametrize("name", STANDALONE)
def test_it_is_python_3_7_and_the_standard_library(name: str) -> None:
    tree = ast.parse((ROOT / name).read_text(), feature_version=(3, 7))
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        own = ("tuitune.reporting",)
        assert all(n in own or n.split(".")[0] in sys.stdlib_module_names for n in names)


def test_a_script_that_reports_is_tuned(tuitune: Command) -> None:
    Path("train.py").write_text(
        "import sys, tuitune\n"
        "for epoch in range(3):\n"
        "    tuitune.report({'val/acc': float(sys.argv[1]) + epoch}, other=1)\n"
    )
    new = tuitune(
        "new", "s", "--param", "lr=0..1", "--epochs", "3", "--metric", "val/acc", "--maximize",
        "--", sys.executable, "train.py", "{lr}",
    )  # fmt: skip
    assert new.code == 0, new.err
    assert tuitune("run", "s", "--trials", "2").code == 0
    best = tuitune("top", "s", "--json").json[0]
    assert (best["epochs"], best["score"]) == (3, best["params"]["lr"] + 2)
