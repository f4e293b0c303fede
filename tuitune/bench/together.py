"""A round with the app open, on one screen and on two, against the same round without it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic

from tuitune.advice import suggested_trials
from tuitune.bench.figures import Figure, Say
from tuitune.bench.samples import COMMAND, write_session
from tuitune.bench.terminal import Terminal
from tuitune.engine.creation import BOOK_SPACE
from tuitune.errors import TuiTuneError
from tuitune.store import read_session

LIMIT_SECONDS = 120.0

SUGGESTED_TRIALS = suggested_trials(len(BOOK_SPACE))
"""A round of the size that people run: what the app does once, in its first second, counts."""


def measure(quick: bool, say: Say) -> list[Figure]:
    """Run all three in turns; the time is from the first trial's start to the round's end."""
    trials, repeats = (6, 1) if quick else (SUGGESTED_TRIALS, 3)
    headless, app, two = [], [], []
    for _ in range(repeats):
        headless.append(_round(_run_headless, trials))
        app.append(_round(_run_in_app, trials))
        two.append(_round(_run_on_two_screens, trials))
        say(
            f"{trials} trials: headless {headless[-1]:.2f} s, with the app {app[-1]:.2f} s, "
            f"with a second screen {two[-1]:.2f} s"
        )
    return [
        Figure(
            "together",
            what,
            median(a / h for a, h in zip(times, headless, strict=True)),
            "x",
            bound,
            detail=f"{median(times):.2f} s / {median(headless):.2f} s for {trials} trials",
        )
        for what, times, bound in (
            ("a round with the app / headless", app, 1.05),
            ("a round with two screens / headless", two, 1.08),
        )
    ]


def _round(run: Callable[[Path], None], trials: int) -> float:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sessions/round.json"
        write_session(path, trials=0, next_round=trials)
        run(Path(folder))
        session = read_session(path)
    began, ended = session.trial(1).started_at, session.rounds[0].ended_at
    assert began is not None
    assert ended is not None
    return ended - began


def _run_headless(folder: Path) -> None:
    subprocess.run([*COMMAND, "run", "round"], cwd=folder, stdout=subprocess.DEVNULL, check=True)


def _run_in_app(folder: Path) -> None:
    with _screen(folder) as terminal:
        _follow_round(folder, terminal)


def _run_on_two_screens(folder: Path) -> None:
    with _screen(folder) as terminal, _screen(folder) as second:
        _follow_round(folder, terminal, second)


def _screen(folder: Path) -> Terminal:
    terminal = Terminal(["open", "round"], folder, columns=120, rows=40)
    terminal.seconds_to_full_screen()
    return terminal


def _follow_round(folder: Path, terminal: Terminal, *others: Terminal) -> None:
    """Start the round on one screen and read what all of them draw, to its end."""
    terminal.press(" ")
    limit = monotonic() + LIMIT_SECONDS
    while read_session(folder / "sessions/round.json").rounds[0].ended is None:
        if monotonic() > limit:
            raise TuiTuneError(f"the app ran no round within {LIMIT_SECONDS:.0f} s")
        for each in (terminal, *others):
            each.count(0.25)
