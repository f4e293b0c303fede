"""How the next round draws its points and when it gives a trial up: asked for by name."""

from __future__ import annotations

from collections.abc import Callable

from textual.screen import Screen

from tuitune.engine import check_pruner, check_sampler
from tuitune.link import Link
from tuitune.tui.dialogs.ask import Ask


class RoundChoices(Screen[None]):
    """The verbs `sampler` and `pruner`; `TuningScreen` adds the rest."""

    link: Link

    def __init__(self) -> None:
        super().__init__()
        self.next_sampler: str | None = None
        """Of the next round; None: that of the last."""
        self.next_pruner: str | None = None

    def may_write(self) -> bool:
        """Return whether commands reach an engine, and say so where not."""
        raise NotImplementedError

    def say(self, text: str, seconds: float = 5.0) -> None:
        """Answer a key in one sentence."""
        raise NotImplementedError

    @property
    def sampler(self) -> str:
        """The sampler of the next round, as text."""
        last = self.link.session.round
        return self.next_sampler or (last.sampler if last else "random")

    @property
    def pruner(self) -> str:
        """The pruner of the next round, as text."""
        last = self.link.session.round
        return self.next_pruner or (last.pruner if last else "none")

    def action_sampler(self) -> None:
        """Ask which points the next round draws."""

        def keep(text: str) -> None:
            self.next_sampler = text

        self._ask("Which sampler shall the next round have?", self.sampler, check_sampler, keep)

    def action_pruner(self) -> None:
        """Ask when the next round gives a trial up."""

        def keep(text: str) -> None:
            self.next_pruner = text

        self._ask("Which pruner shall the next round have?", self.pruner, check_pruner, keep)

    def _ask(
        self, question: str, now: str, check: Callable[[str], str], keep: Callable[[str], None]
    ) -> None:
        if not self.may_write():
            return

        def take(answer: str | None) -> None:
            if answer is not None:
                keep(answer.strip())
                self.say(f"The next round: {self.sampler}, pruner {self.pruner}; R runs it")

        self.app.push_screen(Ask(question, now, check=check), take)
