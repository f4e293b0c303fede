"""How many bytes a second the terminal gets."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from tuitune.bench.figures import Figure, Say
from tuitune.bench.samples import write_session
from tuitune.bench.terminal import Terminal

SIZES = ((80, 24, 1.5), (200, 50, 5.0))
"""Columns, rows, and the most KiB a second."""


def measure(quick: bool, say: Say) -> list[Figure]:
    """Count while a round of the experiment runs after 100 trials, and after it was paused."""
    seconds, rest_seconds = (4.0, 1.5) if quick else (15.0, 3.0)
    figures = []
    for columns, rows, bound in SIZES:
        size = f"{columns}x{rows}"
        with TemporaryDirectory() as folder:
            write_session(Path(folder) / "sessions/bytes.json", trials=100, next_round=10_000)
            with Terminal(["open", "bytes"], Path(folder), columns=columns, rows=rows) as terminal:
                terminal.seconds_to_full_screen()
                terminal.settle()
                terminal.press(" ")
                terminal.count(2.0)
                busy = terminal.count(seconds) / seconds / 1024
                terminal.press(" ")
                terminal.count(1.5)
                rest = terminal.count(rest_seconds)
        say(f"{size}: {busy:.2f} KiB/s in a round, {rest} bytes at rest")
        figures.append(Figure("bytes", f"bytes in a round, {size}", busy, "KiB/s", bound))
        figures.append(
            Figure("bytes", f"bytes at rest, {size}", rest / rest_seconds / 1024, "KiB/s", 0.0)
        )
    return figures
