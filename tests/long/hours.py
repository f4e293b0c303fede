"""Eight hours in the app, told quickly: a round of 2,000,000 reports in a real terminal.

    python -m tests.long.hours [REPORTS]

A person's function that costs nothing reports 500 epochs a trial, with the app open at 120x40. At
each eighth of the way: memory of the app, sizes of journal and session, and how long a key takes to
the changed screen. Exits with 1 where memory grows faster than what it has to remember, the journal
is not folded, or keys take more than twice as long at the end as at the start.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic

from tuitune.bench.keys import latencies, summary
from tuitune.bench.terminal import Terminal
from tuitune.engine.creation import book_space
from tuitune.model.events import RevisionCommitted, RoundStarted, SessionCreated
from tuitune.model.trial import Problem
from tuitune.store import Follower, SessionStore
from tuitune.store.files import journal_path
from tuitune.trainers.spec import FunctionSpec

REPORTS = 2_000_000
EPOCHS = 500
PARTS = 8
PRESSES = 60

BYTES_A_REPORT = 150
"""What a report may add to the memory: three numbers are 50 bytes of text, in each of the two folds
of the session that the app holds, engine's and screen's; the rest is what `malloc` can't use."""
SLACK_BYTES = 40 << 20
"""For what grows once: the first fold of the journal, the charts, the pages of the interpreter."""

TRAINER = """
def train(params, *, epochs, seed):
    for epoch in range(epochs):
        rise = 0.8 * epoch / (epoch + 40)
        yield {"val_acc": rise + seed % 97 / 997, "train_acc": rise, "loss": 2.3 - rise}
"""


@dataclass(frozen=True)
class Sample:
    """Where the round stood at one moment."""

    reports: int
    seconds: float
    rss_bytes: int
    journal_bytes: int
    session_bytes: int
    key_ms: tuple[float, float]
    """Median and 99th percentile from a key press to the changed screen."""


def run(reports: int) -> list[Sample]:
    """Run a round of so many reports, and return what was seen on the way."""
    trials = max(reports // EPOCHS, 1)
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "night.py").write_text(TRAINER)
        path = folder / "sessions/night.json"
        problem = Problem(FunctionSpec("night.py:train"), epochs=EPOCHS)
        SessionStore.create(
            path,
            SessionCreated("night", problem, 0, 0.0, "long"),
            RevisionCommitted(1, None, book_space(), 0.0),
            RoundStarted(1, 1, "random", "none", trials, 0.0),
        ).close()
        follower = Follower(path)
        with Terminal(["open", "night"], folder, columns=120, rows=40) as terminal:
            terminal.seconds_to_full_screen()
            terminal.press("\t")
            terminal.settle()
            terminal.press(" ")
            began = monotonic()
            samples: list[Sample] = []
            for part in range(1, PARTS + 1):
                wanted = reports * part // PARTS - reports // (2 * PARTS)
                while follower.session.rounds[0].epochs_spent < wanted:
                    terminal.count(1.0)
                    follower.poll()
                spent = follower.session.rounds[0].epochs_spent
                sample = Sample(
                    spent,
                    monotonic() - began,
                    memory_of(terminal.pid),
                    size_of(journal_path(path)),
                    size_of(path),
                    summary(latencies(terminal, PRESSES)),
                )
                samples.append(sample)
                say(sample)
            return samples


def memory_of(pid: int) -> int:
    """Return the resident bytes of the app: of its processes without those that train (Linux)."""
    total = 0
    for each in [pid, *_descendants(pid)]:
        try:
            command = Path(f"/proc/{each}/cmdline").read_bytes()
            status = Path(f"/proc/{each}/status").read_text()
        except OSError:
            continue
        if b"tuitune.executors.worker" not in command:
            (kib,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
            total += int(kib) << 10
    return total


def _descendants(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *_descendants(int(child))]
    return found


def size_of(path: Path) -> int:
    """Return the size of a file; 0 where there is none."""
    return path.stat().st_size if path.exists() else 0


def faults(samples: list[Sample]) -> list[str]:
    """Return what does not hold, in sentences."""
    first, last = samples[0], samples[-1]
    found = []
    allowed = SLACK_BYTES + BYTES_A_REPORT * (last.reports - first.reports)
    if last.rss_bytes - first.rss_bytes > allowed:
        grown = (last.rss_bytes - first.rss_bytes) >> 20
        found.append(f"memory grew by {grown} MiB, {allowed >> 20} MiB are allowed")
    for sample in samples:
        if sample.journal_bytes > 2 * max(256 << 10, sample.session_bytes):
            found.append(f"the journal was not folded after {sample.reports:,} reports")
    early, late = (median(s.key_ms[0] for s in part) for part in (samples[:3], samples[-3:]))
    if late > 2 * early:
        found.append(f"a key took {early:.0f} ms at the start and {late:.0f} ms at the end")
    return found


def say(sample: Sample) -> None:
    """Print one line of the table."""
    journal, session = sample.journal_bytes / 2**20, sample.session_bytes / 2**20
    sys.stdout.write(
        f"{sample.reports:>9,} reports {sample.seconds:6.0f} s  memory {sample.rss_bytes >> 20} MiB"
        f"  journal {journal:.1f} MiB  session {session:.1f} MiB"
        f"  key {sample.key_ms[0]:.0f} ms, 99 % {sample.key_ms[1]:.0f} ms\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    wrong = faults(run(int(sys.argv[1]) if len(sys.argv) > 1 else REPORTS))
    sys.stdout.write("".join(f"FAILS: {line}\n" for line in wrong) or "holds\n")
    sys.exit(bool(wrong))
