"""Every verb on files that no program wrote: done, or refused in one line; and always readable.

The suite tries a few hundred files. `.ci/run fuzz` tries 20,000, other ones each day.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.cli.mutations import bases, mutated
from tests.cli.support import Command
from tests.test_words import does_nothing
from tuitune.errors import TuiTuneError
from tuitune.store import read_session

FILES = int(os.environ.get("TUITUNE_FUZZ_FILES", "240"))
FIRST = int(os.environ.get("TUITUNE_FUZZ_SEED", "0"))
SHARES = 8
"""Tests that the files are shared out to, so that they run side by side."""

LOOKS = [
    ("show",), ("show", "--json"), ("top",), ("top", "-n", "3", "--json"), ("advise",),
    ("advise", "--json"), ("report",), ("export",), ("export", "--format", "jsonl"),
]  # fmt: skip
WRITES = [
    ("undo",), ("redo",), ("narrow", "lr=1e-4..1e-3"), ("narrow", "--auto"), ("stop", "5"),
    ("enqueue", "lr=1e-3", "batch=16"), ("enqueue", "lr=1e-3"), ("retry", "3"),
    ("retry", "1", "--epochs", "9"), ("stop", "3"),
]  # fmt: skip


@pytest.mark.parametrize("share", range(SHARES))
def test_no_file_makes_a_verb_fail(share: int, tuitune: Command, tmp_path: Path) -> None:
    sources = bases()
    path = tmp_path / "sessions" / "odd.json"
    path.parent.mkdir()
    for seed in range(FIRST + share, FIRST + FILES, SHARES):
        chance = random.Random(seed)
        data = mutated(chance.choice(sources), seed)
        for verb, *arguments in (*chance.sample(LOOKS, 3), *chance.sample(WRITES, 2)):
            if chance.random() < 0.5:
                for file in path.parent.glob("odd*"):
                    file.unlink()
                path.write_bytes(data)
            _try(tuitune, path, verb, arguments, f"seed {seed}: {verb} {arguments}")


def _try(tuitune: Command, path: Path, verb: str, arguments: list[str], what: str) -> None:
    if not path.exists():
        return
    readable = _is_readable(path)
    done = tuitune(verb, "odd", *arguments)
    assert done.code in (0, 2), (what, done)
    if done.code == 2:
        assert done.err.count("\n") == 1, (what, done.err)
        assert not done.out, (what, done.out)
    size = sum(file.stat().st_size for file in path.parent.glob("odd*.js*"))
    assert len(done.out) + len(done.err) < 100_000 + 40 * size, (what, len(done.out), size)
    for line in (done.out + done.err).split("\n"):
        assert does_nothing(line), (what, line)
    if readable:
        assert _is_readable(path), what


def _is_readable(path: Path) -> bool:
    try:
        session = read_session(path)
        for trial in session.trials:
            assert len(trial.curve.get(session.problem.metric, [])) <= trial.epochs_done
    except TuiTuneError:
        return False
    return True
