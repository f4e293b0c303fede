"""The list of sessions: open one, or begin a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tuitune.link.standing import Standing
from tuitune.store import SessionSummary
from tuitune.tui.formatting import format_age, format_duration, safe_text, short_score

NEW = "new"


class Sessions(ModalScreen[Path | str | None]):
    """Gives the path of the session chosen, `NEW` for a new one, or None."""

    CSS_PATH = "sessions.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "leave"),
        Binding("j", "move('down')", show=False),
        Binding("k", "move('up')", show=False),
        Binding("n", "new", "new"),
    ]

    def __init__(
        self,
        summaries: Sequence[SessionSummary],
        directory: Path,
        now: float,
        standings: Mapping[Path, Standing | None],
    ) -> None:
        """`standings` says how the sessions stand that a process holds, by their paths."""
        super().__init__()
        self._standings = standings
        self._summaries = sorted(summaries, key=lambda s: -s.modified_at)
        self._directory = directory
        self._now = now

    def compose(self) -> ComposeResult:
        """The list and its keys."""
        with Vertical():
            yield Static(Text(f"Sessions in {self._directory.name}/", "bold"), markup=False)
            yield OptionList(*[Option(self._line(s)) for s in self._summaries], markup=False)
            yield Static(
                "enter opens · n begins a new one on the digits · esc leaves", id="keys",
                markup=False,
            )  # fmt: skip

    def _line(self, summary: SessionSummary) -> Text:
        text = Text(f"{safe_text(summary.name):<20}", "bold", no_wrap=True, overflow="ellipsis")
        if summary.problem:
            return text.append(f"  {safe_text(summary.problem)}", "dim")
        standing = self._standings.get(summary.path)
        if standing is not None and standing.state.is_busy:
            return self._running_line(text, standing)
        done = sum(count for state, count in summary.trials.items() if state != "queued")
        text.append(f"  r{summary.revision}  {done:>5} trials", "")
        text.append(f"  best {short_score(summary.best_score):<6}")
        text.append(f"  {format_age(self._now - summary.modified_at)}", "dim")
        if summary.busy:
            text.append("  in use", "reverse")
        return text

    @staticmethod
    def _running_line(text: Text, standing: Standing) -> Text:
        """Add how far a session is that a process trains just now."""
        text.append(f"  {standing.state} {standing.done}/{standing.total}")
        text.append(f"  best {short_score(standing.best):<6}")
        if standing.seconds_left is not None:
            text.append(f"  {format_duration(standing.seconds_left)} left", "dim")
        return text

    def on_mount(self) -> None:
        """The newest session is the first choice."""
        options = self.query_one(OptionList)
        options.focus()
        if self._summaries:
            options.highlighted = 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open the session."""
        self.dismiss(self._summaries[event.option_index].path)

    def action_move(self, direction: str) -> None:
        """Move the cursor."""
        options = self.query_one(OptionList)
        if direction == "down":
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_new(self) -> None:
        """Begin a new session."""
        self.dismiss(NEW)

    def action_leave(self) -> None:
        """Choose nothing."""
        self.dismiss(None)
