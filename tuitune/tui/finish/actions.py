"""What the key of the finish does on the tuning screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import Screen

from tuitune.advice.progress import runs_ahead
from tuitune.advice.race import REPEATS, stages
from tuitune.engine import Command, EndRound, StartFinish
from tuitune.model.events import EngineStatus
from tuitune.model.trial import TrialState
from tuitune.tui.dialogs.ask import Confirm
from tuitune.tui.finish.screen import FinishScreen

if TYPE_CHECKING:
    from tuitune.link import Link
    from tuitune.tui.frame.screen import TuningScreen


class FinishActions(Screen[None]):
    """The verb that ends a session's search; `TuningScreen` adds the rest."""

    link: Link
    engine_state: EngineStatus

    @property
    def tuning(self) -> TuningScreen:
        """This screen, by the name of what it is."""
        raise NotImplementedError

    def send(self, command: Command) -> None:
        """Ask the engine for something."""
        raise NotImplementedError

    def say_error(self, text: str) -> None:
        """Show one sentence that says what is wrong."""
        raise NotImplementedError

    def action_finish(self) -> None:
        """Race the best, or show the finish that is under way or over."""
        session = self.link.session
        if session.open_finish is not None or not self.link.writable:
            if session.finishes:
                self.app.push_screen(FinishScreen(self.tuning))
            else:
                self.say_error("There is no finish yet.")
            return
        if self.engine_state != "idle" and session.round is not None:
            self._ask_to_end_round(session.round.number)
            return
        done = session.counts[TrialState.DONE]
        if not done:
            self.say_error("Nothing to race yet: no trial has finished; space trains some.")
            return

        def begin(sure: bool | None) -> None:
            if sure:
                self.send(StartFinish())
                self.app.push_screen(FinishScreen(self.tuning))

        racing = min(done, stages()[0].most)
        runs = runs_ahead([0] * racing, REPEATS)
        opened = sum(finish.opening is not None for finish in session.finishes)
        warning = (
            f" The test set was opened {opened} time{'s' if opened > 1 else ''} before."
            if opened
            else " The test set is sealed until then."
        )
        self.app.push_screen(
            Confirm(
                f"Race the best {racing} of {done} trials on new seeds, {runs} runs in all?",
                "The better half goes on each time; you choose; the chosen one is retrained on "
                f"training and validation samples and tested once.{warning}",
            ),
            begin,
        )

    def _ask_to_end_round(self, number: int) -> None:
        def end(sure: bool | None) -> None:
            if sure:
                self.send(EndRound())

        self.app.push_screen(
            Confirm(
                f"Round {number} is not over. End it here?", "What it found stays, and E races it."
            ),
            end,
        )
