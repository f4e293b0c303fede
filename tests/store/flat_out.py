"""Runs trials of a trivial trainer as fast as the store takes them, until somebody kills it.

`python -m tests.store.flat_out SESSION.json LIMIT`: goes on with a session or makes it, says the
number of each trial on standard output when it is synced, and folds now and then. LIMIT is the
largest size of a file in bytes that the system is to allow, 0 for none.
"""

from __future__ import annotations

import random
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path

from tests.model.sample import CREATED, FIRST, queued, reported
from tuitune.errors import StorageError
from tuitune.model.events import Event, RoundStarted, TrialEnded, TrialStarted
from tuitune.model.trial import TrialState
from tuitune.store import SessionStore


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    path, limit = Path(sys.argv[1]), int(sys.argv[2])
    with (
        SessionStore.open(path)
        if path.exists()
        else SessionStore.create(path, CREATED, FIRST) as store
    ):
        session = store.session
        if limit:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        refused = False

        def put(event: Event) -> None:
            nonlocal refused
            session.apply(event)
            try:
                store.append(event)
            except StorageError:
                refused = True

        if not session.rounds:
            put(
                RoundStarted(
                    number=1, revision=1, sampler="random", pruner="none", trials=1, at=1.0
                )
            )
        again = list(session.waiting)
        dice = random.Random(session.events)
        while True:
            number = again.pop(0) if again else len(session.trials) + 1
            if number > len(session.trials):
                put(queued(number))
            put(TrialStarted(number=number, at=1.0))
            for epoch in (1, 2, 3):
                put(reported(number, epoch, dice.random()))
            put(TrialEnded(number=number, state=TrialState.DONE, at=2.0, seconds=1.0))
            if refused:
                say(f"refused {store.pending}")
                with suppress(StorageError):
                    store.fold(session)
                resource.setrlimit(
                    resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
                )
                store.retry()
                refused = False
            store.sync()
            say(str(number))
            if dice.random() < 0.1:
                store.fold(session)
            if limit and number == 40:
                return


if __name__ == "__main__":
    main()
