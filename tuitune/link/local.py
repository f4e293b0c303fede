"""A session that this process holds: its engine runs in a thread beside."""

from __future__ import annotations

from collections import deque
from queue import Empty, SimpleQueue
from time import monotonic

from tuitune.engine import Answer, Command, Engine, Quit
from tuitune.engine.commands import Kind, asked_by
from tuitune.link.base import Answered, Link, Message, Replaced
from tuitune.link.missed import missed
from tuitune.link.server import Server, serve
from tuitune.model.events import EngineState, EngineStatus, Event, Notice
from tuitune.store import read_session

MOST_WAITING = 5000
"""Messages that wait for a screen before the events among the later ones are dropped."""

JOIN_SECONDS = 5.0
"""How long the end waits for the engine to save."""


class LocalLink(Link):
    """An engine in its own thread, and a queue of what it says."""

    def __init__(self, engine: Engine, kind: Kind = "screen") -> None:
        """Start the engine; `kind` is who asks by this link. Other processes may attach."""
        self.path = engine.recorder.store.path
        self.session = read_session(self.path)
        self._engine = engine
        self._kind: Kind = kind
        self._tickets = 0
        self._news: SimpleQueue[tuple[int, Message]] = SimpleQueue()
        """What was said, each with the number of events that there were by then."""
        self._ready: deque[Message] = deque()
        self._dropped = 0
        """The number of the last event that was dropped."""
        self._read_to = 0
        """The number of the last event that was read from the files after some were dropped."""
        engine.listen(self._hear)
        self._server: Server | None = serve(engine)
        self.show_screen(kind == "screen")
        engine.start()

    @property
    def trains_here(self) -> bool:
        """Whether the engine runs in this process: it does."""
        return True

    @property
    def screens(self) -> int:
        """How many screens of other processes look at it."""
        return self._server.screens if self._server is not None else 0

    def ask(self, command: Command) -> int:
        """Put a command in the engine's inbox."""
        self._tickets += 1
        ticket = self._tickets

        def reply(answer: Answer) -> None:
            self._hear(Answered(ticket, command, answer))

        self._engine.send(asked_by(command, self._kind), reply)
        return ticket

    def _hear(self, message: Event | Notice | Answered) -> None:
        """Keep what the engine says; called in its thread.

        Who takes nothing for long (its terminal is stuck) is spared the events: they stand in the
        files.
        """
        number = self._engine.session.events
        behind = self._news.qsize() > MOST_WAITING and not self._engine.recorder.troubled
        if behind and isinstance(message, Event):
            self._dropped = number
        else:
            self._news.put((number, message))
        if self.wake is not None and isinstance(message, Answered):
            self.wake()

    def _receive(self, timeout: float) -> Message | None:
        while True:
            if self._dropped > self._read_to and not self._engine.recorder.troubled:
                self._read_again()
            if self._ready:
                return self._ready.popleft()
            try:
                number, message = self._news.get(block=timeout > 0, timeout=timeout or None)
            except Empty:
                break
            if not isinstance(message, Event):
                return message
            if number > self._read_to:
                self.session.apply(message)
                return message
        if self.state is not EngineStatus.STOPPED and self._engine.join(0):
            # It can't say so itself where it met an error in its own end.
            return EngineState(EngineStatus.STOPPED)
        return None

    def _read_again(self) -> None:
        """Fold the session anew from its files, and tell the main events that were dropped."""
        before, self.session = self.session, read_session(self.path)
        self._read_to = self.session.events
        self._ready.append(Replaced())
        self._ready.extend(missed(before, self.session))

    def alone_since(self) -> float:
        """Return when the last client left, by `time.monotonic`; now where one is attached."""
        if self._server is None:
            return 0.0
        return monotonic() if self._server.greeted else self._server.alone_since

    def show_screen(self, shown: bool) -> None:
        """Tell who asks whether this process shows the session."""
        if self._server is not None:
            self._server.own_screen = shown

    def request_end(self) -> None:
        """Ask the engine to save and end."""
        self._engine.send(Quit())

    def close(self) -> None:
        """Wait until the engine has saved everything, and whoever is attached knows."""
        self.request_end()
        self._engine.join(JOIN_SECONDS)
        if self._server is not None:
            self._server.close()
