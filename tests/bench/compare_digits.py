"""Compares three rounds of 64 that follow the advice with 192 random trials, on real digits.

    python -m tests.bench.compare_digits 0 1 2 3 4 5 6 7 8 9

Each seed takes about two minutes; sessions are made in a folder of their own, which is removed.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tests.bench.digits_net import train
from tests.cli.support import start_program
from tuitune.model.trial import Trial
from tuitune.space import FloatRange, format_range
from tuitune.store import read_session

TRAINER = Path(__file__).with_name("digits_net.py")
PARAMETERS = {
    "lr": "1e-5..1 log",
    "width": "8..512 log int",
    "dropout": "0..0.8 in 0..0.95",
    "opt": "sgd|adam",
}
EPOCHS = 8
SEEDS = range(2_000, 2_012)
"""The winner of a race is judged on these, which no race uses."""


@dataclass(frozen=True)
class Comparison:
    """What one seed came to; losses of the races' winners over new seeds, lower is better."""

    seed: int
    lr: tuple[str, ...]
    """The range of every revision, the first one first."""
    narrowed: float
    random: float

    @property
    def is_wider(self) -> bool:
        """Whether some revision reaches beyond the first range."""
        return any(high > 1 or low < 1e-5 for low, high in map(_ends, self.lr))


def compare(folder: Path, seed: int, *, rounds: int = 3, trials: int = 64) -> Comparison:
    """Run both ways with the real program in `folder`."""
    new = [
        *("--trainer", f"{TRAINER}:train", "--metric", "val_loss", "--minimize"),
        *("--epochs", str(EPOCHS), "--seed", str(seed)),
        *(word for name, text in PARAMETERS.items() for word in ("--param", f"{name}={text}")),
    ]
    _tuitune(folder, "new", "narrowed", *new)
    for number in range(rounds):
        if number:
            _tuitune(folder, "narrow", "narrowed", "--auto")
        ask = ("--trials", str(trials), "--sampler", "halton", "--new-round")
        _tuitune(folder, "run", "narrowed", *ask)
    _tuitune(folder, "narrow", "narrowed", "--auto")
    _tuitune(folder, "new", "random", *new)
    _tuitune(folder, "run", "random", "--trials", str(rounds * trials), "--sampler", "random")
    narrowed, random = (
        read_session(folder / "sessions" / f"{name}.json") for name in ("narrowed", "random")
    )
    ranges = []
    for revision in narrowed.revisions:
        parameter = revision.space["lr"]
        assert isinstance(parameter, FloatRange)
        ranges.append(format_range(parameter))
    losses = []
    for session in (narrowed, random):
        won = json.loads(_tuitune(folder, "finish", session.name, "--json"))["trial"]
        losses.append(_mean_loss(session.trial(won), SEEDS))
    return Comparison(seed, tuple(ranges), *losses)


def table(found: list[Comparison]) -> list[str]:
    """Return the lines of the table."""
    lines = ["| seed | lr of each revision | three rounds | 192 random |", "|---|---|---|---|"]
    lines += [
        f"| {c.seed} | {', '.join(c.lr)} | {c.narrowed:.4f} | {c.random:.4f} |" for c in found
    ]
    better = sum(c.narrowed <= c.random for c in found)
    wider = sum(c.is_wider for c in found)
    lines.append(f"| all | beyond 1e-5..1 in {wider} | at least as good in {better} | |")
    return lines


def _mean_loss(trial: Trial, seeds: range) -> float:
    losses = [
        list(train(dict(trial.params), epochs=EPOCHS, seed=seed))[-1]["val_loss"] for seed in seeds
    ]
    return float(np.mean(losses))


def _ends(text: str) -> tuple[float, float]:
    low, high = text.split()[0].split("..")
    return float(low), float(high)


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
