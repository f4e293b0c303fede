"""What one event costs the screen where the table holds 100,000 trials."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from tuitune.bench.figures import Figure, Say
from tuitune.bench.samples import write_session
from tuitune.bench.terminal import Terminal
from tuitune.model.events import EpochReported, Event, RoundStarted, TrialQueued, TrialStarted
from tuitune.store import SessionStore

STEP_SECONDS = 0.3
"""Longer than a tick of the screen, so that each event is drawn by itself."""


def measure(quick: bool, say: Say) -> list[Figure]:
    """Write epochs of one trial that the app follows, and compare its CPU time with that at rest.

    The app opens the session read-only, so that nothing but drawing is in its CPU time.
    """
    trials, steps = (20_000, 15) if quick else (100_000, 60)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sessions/table.json"
        write_session(path, trials=trials, epochs=1, trained_epochs=steps + 1)
        with (
            SessionStore.open(path) as store,
            Terminal(["open", "table"], Path(folder), columns=120, rows=40) as terminal,
        ):
            terminal.seconds_to_full_screen()
            terminal.settle(2.0)
            number = trials + 1
            params = store.session.space.from_unit([0.9, 0.5])
            begin: tuple[Event, ...] = (
                RoundStarted(2, 1, "random", "none", 1, at=0.0),
                TrialQueued(number, 2, 1, params, seed=1, epochs=steps + 1),
                TrialStarted(number, at=0.0),
            )
            for event in begin:
                store.append(event)
            terminal.settle(2.0)
            rest = _cpu(terminal, store, number, steps, write=False)
            busy = _cpu(terminal, store, number, steps, write=True)
    say(f"{1000 * rest / steps:.1f} ms CPU a tick at rest, {1000 * busy / steps:.1f} with an event")
    return [
        Figure(
            "table", f"one event in a table of {trials:,}",
            1000 * (busy - rest) / steps, "ms", 20.0,
            detail="CPU time above that at rest",
        )
    ]  # fmt: skip


def _cpu(terminal: Terminal, store: SessionStore, number: int, steps: int, *, write: bool) -> float:
    before = terminal.cpu_seconds()
    for epoch in range(1, steps + 1):
        if write:
            metrics: dict[str, float | None] = {"val_acc": epoch / 100, "train_acc": 0.5}
            store.append(EpochReported(number, epoch, metrics, seconds=0.1 * epoch))
        terminal.count(STEP_SECONDS)
    return terminal.cpu_seconds() - before
