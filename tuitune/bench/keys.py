"""From a key press to the changed screen, while training runs flat out and at rest."""

from __future__ import annotations

import random
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from tuitune.bench.figures import Figure, Say
from tuitune.bench.samples import write_session
from tuitune.bench.terminal import Terminal
from tuitune.errors import TuiTuneError

CURSOR = "▌".encode()
"""Drawn in the row that the cursor moves to, and seldom otherwise."""

LOST_SECONDS = 2.0
"""After this a press has had no answer of its own."""
LEAST_ANSWERED = 0.9
"""Share of the presses that must have one."""


def measure(quick: bool, say: Say) -> list[Figure]:
    """Move the cursor of the table of 1,000 trials at 120x40, at rest and then in a round."""
    return key_figures("keys", quick, say)


def key_figures(name: str, quick: bool, say: Say, *, workers: int = 1) -> list[Figure]:
    """Return the figures of `measure`, named `name`, with so many workers in the round."""
    presses = 25 if quick else 150
    with TemporaryDirectory() as folder:
        write_session(
            Path(folder) / "sessions/keys.json", trials=1000, next_round=10_000, trained_epochs=50
        )
        with Terminal(["open", "keys"], Path(folder), columns=120, rows=40) as terminal:
            terminal.seconds_to_full_screen()
            if workers > 1:
                set_workers(terminal, workers)
            terminal.press("\t")  # from the ranges to the trials: a digit there is an exact entry
            terminal.settle()
            rest = latencies(terminal, presses)
            terminal.press(" ")
            terminal.count(2.0)
            busy = latencies(terminal, presses)
    low, high = summary(rest), summary(busy)
    say(f"at rest median {low[0]:.1f} ms, 99 % {low[1]:.1f} ms")
    say(f"in a round median {high[0]:.1f} ms, 99 % {high[1]:.1f} ms")
    training = "training" if workers == 1 else f"{workers} workers"
    return [
        Figure(
            name, f"key to screen, {which}, {training} / rest", high[i] / low[i], "x", bound,
            detail=f"{high[i]:.1f} ms / {low[i]:.1f} ms",
        )
        for i, (which, bound) in enumerate((("median", 2.0), ("99th percentile", 3.0)))
    ]  # fmt: skip


def set_workers(terminal: Terminal, workers: int) -> None:
    """Say by the palette how many trials run at once."""
    terminal.press(":")
    terminal.settle(0.5)
    terminal.press("workers")
    terminal.settle(0.5)
    terminal.press("\r")
    terminal.seconds_to(b"esc leaves")
    # The answer that stands there is selected, so what is typed takes its place.
    terminal.press(f"{workers}\r")
    terminal.settle(0.5)


def latencies(terminal: Terminal, presses: int) -> list[float]:
    """Return the milliseconds of each press; five rows down and five up, unevenly in time.

    A row that a round moves under the cursor looks like an answer; where the next press then turns
    back before the true one is drawn, nothing changes on the screen, and that press has no time.
    """
    pauses = random.Random(0)
    times = []
    for press in range(presses):
        # Uneven, so that presses don't keep step with the screen's own timer.
        terminal.count(pauses.uniform(0.05, 0.2))
        seconds = terminal.seconds_to_answer("j" if press % 10 < 5 else "k", CURSOR, LOST_SECONDS)
        if seconds is not None:
            times.append(1000 * seconds)
    if len(times) < LEAST_ANSWERED * presses:
        raise TuiTuneError(f"the app answered {len(times)} of {presses} key presses")
    return times


def summary(times: list[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile."""
    return median(times), quantiles(times, n=100, method="inclusive")[98]
