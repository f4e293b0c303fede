"""Two workers against one, the same trials; and the keys while two run."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tuitune.bench.figures import Figure, Say
from tuitune.bench.keys import key_figures
from tuitune.bench.samples import write_session


def measure(quick: bool, say: Say) -> list[Figure]:
    """Run the same round of the experiment with one worker and with two, in turns; press keys.

    What workers do once, such as starting and loading the data, is done before.
    """
    trials, turns = (6, 1) if quick else (20, 5)
    ratios: list[float] = []
    times: list[str] = []
    with TemporaryDirectory() as folder:
        for turn in range(turns):
            one, two = (
                _run(Path(folder) / f"workers-{workers}-{turn}.json", workers, trials)
                for workers in (1, 2)
            )
            ratios.append(one / two)
            times.append(f"{two:.2f} / {one:.2f}")
            say(f"{trials} trials with 1 worker {one:.2f} s, with 2 {two:.2f} s")
    return [
        Figure(
            "workers",
            "two workers / one, trials per second",
            median(ratios),
            "x",
            1.85,
            at_least=True,
            detail=f"{trials} trials in {', '.join(times)} s",
        ),
        *key_figures("workers", quick, say, workers=2),
    ]


def _run(path: Path, workers: int, trials: int) -> float:
    """Return the seconds that `trials` trials take after each worker has trained one."""
    from tuitune.engine import Engine, Run
    from tuitune.store import SessionStore

    write_session(path, trials=0, next_round=workers + trials)
    engine = Engine(SessionStore.open(path), workers=workers)
    engine.send(Run())
    engine.run(until_idle=True)
    session = engine.session
    began = session.trial(workers + 1).started_at
    ended = session.rounds[-1].ended_at
    assert began is not None
    assert ended is not None
    return ended - began
