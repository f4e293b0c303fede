"""Two workers against one, the same trials; and the keys while two run."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from tuitune.bench.figures import Figure, Say
from tuitune.bench.keys import key_figures
from tuitune.bench.samples import write_session


def measure(quick: bool, say: Say) -> list[Figure]:
    """Run the same round of the experiment with one worker and with two, then press keys."""
    trials = 6 if quick else 20
    seconds = {}
    with TemporaryDirectory() as folder:
        for workers in (1, 2):
            path = Path(folder) / f"workers-{workers}.json"
            write_session(path, trials=0, next_round=trials)
            seconds[workers] = _run(path, workers)
            say(f"{trials} trials with {workers} of {workers}: {seconds[workers]:.2f} s")
    return [
        Figure(
            "workers",
            "two workers / one, trials per second",
            seconds[1] / seconds[2],
            "x",
            1.85,
            at_least=True,
            detail=f"{trials} trials in {seconds[2]:.2f} s / {seconds[1]:.2f} s",
        ),
        *key_figures("workers", quick, say, workers=2),
    ]


def _run(path: Path, workers: int) -> float:
    from tuitune.engine import Engine, Run
    from tuitune.session import SessionStore

    engine = Engine(SessionStore.open(path), workers=workers)
    engine.executor  # noqa: B018  (loads the data, which is no part of a round)
    engine.send(Run())
    began = perf_counter()
    engine.run(until_idle=True)
    return perf_counter() - began
