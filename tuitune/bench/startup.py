"""How long `tuitune --help` takes."""

from __future__ import annotations

import subprocess
from statistics import median
from time import perf_counter

from tuitune.bench.figures import Figure, Say
from tuitune.bench.samples import COMMAND


def measure(quick: bool, say: Say) -> list[Figure]:
    """Start the program for its help, several times; the first start fills the file cache."""
    times = []
    for _ in range(6 if quick else 16):
        began = perf_counter()
        subprocess.run([*COMMAND, "--help"], stdout=subprocess.DEVNULL, check=True)
        times.append(perf_counter() - began)
    seconds = median(times[1:])
    say(f"--help {seconds:.3f} s")
    return [
        Figure(
            "help", "tuitune --help", seconds, "s", 0.25,
            detail=f"slowest {max(times[1:]):.3f} s",
        )
    ]  # fmt: skip
