"""A link without an engine: what happens is a list, and what is asked is kept. For tests."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path

from tuitune.engine import Answer, Command
from tuitune.link.base import Answered, Link, Message
from tuitune.model import Session
from tuitune.model.events import EngineState, EngineStatus, Event


def _done(_command: Command) -> Answer:
    return Answer()


class ScriptedLink(Link):
    """Says what it is told to, and answers by a function."""

    def __init__(
        self,
        session: Session,
        path: Path,
        script: Iterable[Message] = (),
        answer: Callable[[Command], Answer] = _done,
    ) -> None:
        """`script` is what happens, in this order; its events are folded as they are received."""
        self.session = session
        self.path = path
        self.asked: list[Command] = []
        """All that was asked, in this order."""
        self._script = deque(script)
        self._answer = answer
        self._has_ended = False

    def add(self, *messages: Message) -> None:
        """Let something more happen."""
        self._script.extend(messages)

    def ask(self, command: Command) -> int:
        """Keep the command; the answer comes after what is in the script by now."""
        self.asked.append(command)
        ticket = len(self.asked)
        answer = self._answer(command)
        if self._has_ended:
            answer = Answer(refused="The engine has ended.", ended=True)
        self._script.append(Answered(ticket, command, answer))
        if self.wake is not None:
            self.wake()
        return ticket

    def _receive(self, timeout: float) -> Message | None:  # noqa: ARG002 - the base's
        if not self._script:
            return None
        message = self._script.popleft()
        if isinstance(message, Event):
            self.session.apply(message)
        return message

    def request_end(self) -> None:
        """Say that the engine has stopped."""
        if not self._has_ended:
            self._has_ended = True
            self._script.append(EngineState(EngineStatus.STOPPED))

    def close(self) -> None:
        """As `request_end`."""
        self.request_end()
