"""What a screen or a command knows of a session: the link."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from tuitune.engine import Answer, Command
from tuitune.model import Session
from tuitune.model.events import (
    DraftSaved,
    EngineState,
    EngineStatus,
    EpochReported,
    Event,
    Notice,
    RevisionCommitted,
    RevisionSelected,
    RoundEnded,
    RoundExtended,
    RoundStarted,
    StorageRecovered,
    StorageTroubled,
    TrialAnnotated,
    TrialEnded,
    TrialQueued,
    TrialRequeued,
    TrialResumed,
    TrialSpared,
    TrialStarted,
)
from tuitune.results.logs import output_lines

OUTPUT_LINES = 20
"""How much of what a trial printed is shown."""

_STRUCTURE = (RevisionCommitted, RevisionSelected, RoundStarted, RoundEnded, RoundExtended)


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a command that this link was asked for."""

    ticket: int
    """As `Link.ask` returned it."""
    command: Command
    answer: Answer


@dataclass(frozen=True, slots=True)
class Replaced:
    """The link has a new session object: everything may have changed."""


Message = Event | Notice | Answered | Replaced


@dataclass
class Drained:
    """What has happened since the screen looked last; already folded into its session."""

    trials: set[int] = field(default_factory=set)
    """Trials that changed."""
    epochs: int = 0
    """Epochs that were finished."""
    happened: list[Event] = field(default_factory=list)
    """Everything but the epochs."""
    notices: list[Notice] = field(default_factory=list)
    answers: list[Answered] = field(default_factory=list)
    structure: bool = False
    """Revisions or rounds changed."""
    replaced: bool = False
    """The link has a new session object: everything may have changed."""

    def __bool__(self) -> bool:
        return bool(
            self.trials
            or self.happened
            or self.notices
            or self.answers
            or self.structure
            or self.replaced
        )

    def add(self, message: Message) -> None:
        """Sort one message in."""
        match message:
            case EpochReported():
                self.trials.add(message.number)
                self.epochs += 1
                return
            case Answered():
                self.answers.append(message)
                return
            case Replaced():
                self.replaced = True
                return
            case Notice():
                self.notices.append(message)
                return
            case (
                TrialQueued()
                | TrialRequeued()
                | TrialStarted()
                | TrialResumed()
                | TrialSpared()
                | TrialEnded()
                | TrialAnnotated()
            ):
                self.trials.add(message.number)
            case DraftSaved():
                pass
            case _ if isinstance(message, _STRUCTURE):
                self.structure = True
        self.happened.append(message)


class Link(ABC):
    """A session, what happens to it, and a way to ask for something.

    One thread uses it. `wake`, where it is set, is called in any thread when an answer has come:
    whoever waits for the next tick can look at once.
    """

    path: Path
    session: Session
    """The caller's own; changes in `receive` alone."""
    state: EngineStatus = EngineStatus.IDLE
    """Of the engine, as it said last."""
    trouble: str = ""
    """Why the disk refuses writes; empty where it doesn't."""
    why_read_only: str = ""
    """Why nothing can be asked, one sentence; empty where it can."""
    wake: Callable[[], None] | None = None

    @property
    def writable(self) -> bool:
        """Whether commands reach an engine."""
        return not self.why_read_only

    @property
    def trains_here(self) -> bool:
        """Whether the engine runs in this process."""
        return False

    @property
    def is_busy_here(self) -> bool:
        """Whether the engine trains in this process just now."""
        return self.trains_here and self.state.is_busy

    @property
    def is_gone(self) -> bool:
        """Whether the process that held the session has ended: who wants something opens it."""
        return False

    @abstractmethod
    def ask(self, command: Command) -> int:
        """Ask the engine for something and return a ticket; an `Answered` with it follows.

        Raises `SessionBusyError` where nothing can be asked.
        """

    @abstractmethod
    def _receive(self, timeout: float) -> Message | None:
        """Return the next thing that happened, folded into `session`."""

    def receive(self, timeout: float = 0.0) -> Message | None:
        """Return the next thing that happened, folded into `session` already.

        None where nothing has for `timeout` seconds.
        """
        message = self._receive(timeout)
        match message:
            case EngineState():
                self.state = message.state
            case StorageTroubled():
                self.trouble = message.message
            case StorageRecovered():
                self.trouble = ""
        return message

    def drain(self) -> Drained:
        """Return all that has happened."""
        drained = Drained()
        while (message := self.receive()) is not None:
            drained.add(message)
        return drained

    def wait(self, ticket: int, seconds: float) -> Answer | None:
        """Return the answer to a command; None where there is none within `seconds`."""
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            message = self.receive(left)
            if isinstance(message, Answered) and message.ticket == ticket:
                return message.answer
        return None

    def output(self, trial: int) -> dict[str, list[str]]:
        """Return the end of what a trial printed, plain lines by file name."""
        if not self.session.problem.keeps_output:
            return {}
        return output_lines(self.path, trial, OUTPUT_LINES)

    @abstractmethod
    def request_end(self) -> None:
        """Begin to end an engine of this process, or let go of another's; doesn't wait."""

    @abstractmethod
    def close(self) -> None:
        """End, and wait until everything is saved."""
