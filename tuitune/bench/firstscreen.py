"""From the command to the first full screen."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tuitune.bench.figures import Figure, Say
from tuitune.bench.samples import write_session
from tuitune.bench.terminal import Terminal


def measure(quick: bool, say: Say) -> list[Figure]:
    """Start the app on a new session, and on one of 10,000 trials of 50 epochs, at 120x40."""
    repeats = 1 if quick else 5
    with TemporaryDirectory() as folder:
        write_session(Path(folder) / "sessions/fresh.json", trials=0)
        write_session(Path(folder) / "sessions/large.json", trials=10_000)
        times = {
            name: [_start(Path(folder), name) for _ in range(repeats)]
            for name in ("fresh", "large")
        }
    for name, seconds in times.items():
        say(f"{name}: " + " ".join(f"{second:.2f}" for second in seconds) + " s")
    return [
        Figure(
            "start", what, median(times[name]), "s", 1.0,
            detail=f"slowest {max(times[name]):.2f} s",
        )
        for name, what in (
            ("fresh", "first full screen"),
            ("large", "first full screen, 10,000 trials of 50 epochs"),
        )
    ]  # fmt: skip


def _start(folder: Path, name: str) -> float:
    with Terminal(["open", name], folder, columns=120, rows=40) as terminal:
        return terminal.seconds_to_full_screen()
