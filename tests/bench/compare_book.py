"""Compares the book's experiment in three rounds of 32 and a finish with 96 random trials and one.

    python -m tests.bench.compare_book 0 1 2 3 4 5 6 7 8 9

Each seed takes some minutes; sessions are made in a folder of their own, which is removed.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.cli.support import start_program
from tuitune.space import format_range
from tuitune.store import read_session


@dataclass(frozen=True)
class Comparison:
    """What one seed came to; accuracies on the test images, of the winner of each race."""

    seed: int
    lr: tuple[str, ...]
    """The range of every revision, the first one first."""
    narrowed: float
    random: float


def compare(
    folder: Path, seed: int, *, rounds: int = 3, trials: int = 32, more: tuple[str, ...] = ()
) -> Comparison:
    """Run both ways with the real program in `folder`; `more` goes to `new`."""
    for name in ("narrowed", "random"):
        _tuitune(folder, "new", name, "--seed", str(seed), *more)
    for number in range(rounds):
        if number:
            _tuitune(folder, "narrow", "narrowed", "--auto")
        _tuitune(folder, "run", "narrowed", "--trials", str(trials), "--new-round")
    _tuitune(folder, "run", "random", "--trials", str(rounds * trials))
    session = read_session(folder / "sessions" / "narrowed.json")
    ranges = tuple(format_range(revision.space["lr"]) for revision in session.revisions)
    tested = [
        float(json.loads(_tuitune(folder, "finish", name, "--json"))["test"]["accuracy"])
        for name in ("narrowed", "random")
    ]
    return Comparison(seed, ranges, tested[0], tested[1])


def table(found: list[Comparison]) -> list[str]:
    """Return the lines of the table."""
    lines = ["| seed | lr of each revision | three rounds | random |", "|---|---|---|---|"]
    lines += [
        f"| {c.seed} | {', '.join(c.lr)} | {c.narrowed:.3f} | {c.random:.3f} |" for c in found
    ]
    better = sum(c.narrowed > c.random for c in found)
    lines.append(f"| all | | better in {better} of {len(found)} | |")
    return lines


def _tuitune(folder: Path, *words: str) -> str:
    program = start_program(folder, *words)
    out, err = program.communicate()
    assert program.returncode == 0, err
    return out


if __name__ == "__main__":
    rows = []
    for seed in map(int, sys.argv[1:]):
        with TemporaryDirectory() as folder:
            rows.append(compare(Path(folder), seed))
        print(table(rows)[len(rows) + 1], flush=True)  # noqa: T201
    print("\n".join(table(rows)))  # noqa: T201
