"""The one way from the engine to the session, the file and everyone who listens."""

from __future__ import annotations

import time
from collections.abc import Callable
from queue import SimpleQueue

from tuitune.errors import StorageError
from tuitune.model.events import (
    EpochReported,
    Event,
    Notice,
    Saved,
    StorageRecovered,
    StorageTroubled,
)
from tuitune.store import SessionStore
from tuitune.store.journal import check_event

Listener = SimpleQueue[Event | Notice]
Hear = Callable[[Event | Notice], None]


class Recorder:
    """Folds each event into the session, keeps it in the file, and tells the listeners.

    Where the disk refuses a write, the event stays folded and waits in the store; `troubled` is
    true until `retry` has written all that waits.
    """

    def __init__(self, store: SessionStore, clock: Callable[[], float] = time.time) -> None:
        self.store = store
        self.session = store.session
        self.clock = clock
        self.troubled = False
        self._listeners: list[Hear] = []

    def subscribe(self) -> Listener:
        """Return a new queue that every later event and notice is put in."""
        listener: Listener = SimpleQueue()
        self.listen(listener.put)
        return listener

    def listen(self, hear: Hear) -> None:
        """Call `hear` with every later event and notice, in the engine's thread."""
        self._listeners.append(hear)

    def record(self, event: Event) -> None:
        """Let an event happen. Raises `UsageError` where its record could not be read again."""
        if not isinstance(event, EpochReported):  # whose numbers were cleaned where they came from
            check_event(event)
        self.session.apply(event)
        self._guard(lambda: self.store.append(event))
        self.say(event)

    def sync(self) -> None:
        """Bring everything recorded so far to the disk."""
        if not self.troubled:
            self._guard(self.store.sync)

    def fold(self) -> None:
        """Write the session file anew and empty its journal."""
        if not self.troubled and self._guard(lambda: self.store.fold(self.session)):
            self.say(Saved(self.clock()))

    def retry(self) -> bool:
        """Try again what the disk refused; return whether it took everything."""
        try:
            self.store.retry()
        except StorageError:
            return False
        self.troubled = False
        self.say(StorageRecovered())
        return True

    def close(self) -> None:
        """Give the session back; what the disk refuses to the end is said."""
        self._guard(self.store.close)

    def say(self, message: Event | Notice) -> None:
        """Tell the listeners."""
        for hear in self._listeners:
            hear(message)

    def _guard(self, write: Callable[[], None]) -> bool:
        try:
            write()
        except StorageError as error:
            if not self.troubled:
                self.troubled = True
                self.say(StorageTroubled(str(error)))
            return False
        return True
