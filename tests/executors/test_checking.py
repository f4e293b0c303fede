"""Functions that can't be trainers are refused in one sentence, whatever their module does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuitune.errors import UsageError
from tuitune.executors.checking import check_function

GOOD = "def train(params, *, epochs, seed):\n    yield {}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "own.py"


def test_a_good_one_passes_whatever_it_prints(
    file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file.write_text("print('\\x1b[2J loud')\n" + GOOD)
    check_function(f"{file}:train", "val_acc")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("def train(params): ...", r"refuses that: .* unexpected keyword argument 'epochs'"),
        ("def fit(params, *, epochs, seed): ...", "has no function 'train'; it has fit"),
        ("import os; os.kill(os.getpid(), 11)", r"was killed by signal 11 \(SIGSEGV\)"),
        ("import os; os._exit(3)", "ended with exit code 3"),
        ("raise ValueError('\\x1b[31m' + 'x' * 9999)", "ValueError"),
        ("import sys; sys.exit(1)", "SystemExit: 1"),
        ("def train(:", "SyntaxError"),
        ("import not_there", "No module named 'not_there'"),
    ],
)
def test_a_bad_one_is_refused(file: Path, code: str, words: str) -> None:
    file.write_text(code)
    with pytest.raises(UsageError, match=words) as caught:
        check_function(f"{file}:train", "val_acc")
    text = str(caught.value)
    assert text.isprintable()
    assert len(text) < 400


def test_one_that_never_loads_is_refused_in_time(file: Path) -> None:
    file.write_text("import time\ntime.sleep(600)\n" + GOOD)
    with pytest.raises(UsageError, match=r"takes longer than 0\.2 s to load: .* into the function"):
        check_function(f"{file}:train", "val_acc", seconds=0.2)
