"""Exact entry: a line at the bottom of the ranges pane that says at once what it would do."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import ClassVar, Literal

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from tuitune.errors import UsageError
from tuitune.space import Choice, Parameter, format_parameter, format_value
from tuitune.tui.formatting import Glyphs, safe_text
from tuitune.tui.ranges.ribbon_words import plain_ascii

END_EXAMPLES = "3e-4 · the whole range: 3e-4..2e-2 · x2 · ~ as it was"
EXAMPLES = "3e-4..2e-2 · 3e-4 freezes · x2 · /10 · ~ as it was"


_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)


def outside_text(parameter: Parameter) -> str:
    """Return what to know of the value that a range is to stay at, e.g. that it lies outside."""
    if isinstance(parameter, Choice) or parameter.frozen is None:
        return ""
    if parameter.low <= parameter.frozen <= parameter.high:
        return " (it stays there)"
    low, high = format_value(parameter.low), format_value(parameter.high)
    return f": outside {low}..{high}, and it stays there"


class _Line(Input):
    """The line itself; esc leaves it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "leave", show=False),
        Binding("tab", "go_on", "pane", show=False),
    ]

    def action_leave(self) -> None:
        """Leave without a change."""
        self.post_message(Entry.Left())

    def action_go_on(self) -> None:
        """Leave for the next pane."""
        self.action_leave()
        self.call_next(self.run_action, "screen.next_pane")

    async def action_submit(self) -> None:
        """Take the text at once: keys that were typed after it are for the ranges."""
        entry = self.parent
        assert isinstance(entry, Entry)
        entry.submit()


class Entry(Horizontal):
    """Takes a text for one parameter; shown only while somebody types."""

    class Entered(Message):
        """The text is right and is to be taken."""

        def __init__(self, name: str, text: str) -> None:
            super().__init__()
            self.name, self.text = name, text

    class Failed(Message):
        """Enter was pressed on a text that is wrong; it stays."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """Nothing is to change."""

    def __init__(self, judge: Callable[[str, str], Parameter], glyphs: Glyphs) -> None:
        """`judge(name, text)` returns what a parameter becomes, or raises `UsageError`."""
        super().__init__()
        self._judge = judge
        self._glyphs = glyphs
        self.parameter_name = ""
        self._end: Literal["low", "high"] | None = None
        self.display = False

    def compose(self) -> ComposeResult:
        """The name, the line, what it would do."""
        yield Static(id="entry-name", markup=False)
        yield _Line(compact=True, select_on_focus=False, id="entry-line")
        yield Static(id="entry-verdict", markup=False)

    @property
    def is_open(self) -> bool:
        """Whether somebody types."""
        return self.display

    def open(self, name: str, end: Literal["low", "high"] | None) -> None:
        """Begin to take a text for parameter `name`; of one `end` of it a number is enough."""
        self.parameter_name = name
        self._end = end
        which = f" {end} end" if end is not None else ""
        self.query_one("#entry-name", Static).update(Text(f" {safe_text(name)}{which} = "))
        self.query_one(_Line).value = ""
        self._say("")
        self.display = True
        self.take_focus()

    def close(self) -> None:
        """Stop."""
        self.display = False

    def take_focus(self) -> None:
        """Give the line the keys, those included that have arrived already."""
        self.screen.set_focus(self.query_one(_Line))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say at once what the text would do."""
        event.stop()
        self._say(event.value)

    def submit(self) -> None:
        """Take the text if nothing is wrong with it, and give the keys back to the ranges."""
        text = self._meant(self.query_one(_Line).value)
        try:
            self._judge(self.parameter_name, text)
        except UsageError as error:
            self.post_message(self.Failed(f"{self.parameter_name}: {error}"))
            return
        self.post_message(self.Entered(self.parameter_name, text))
        self.close()
        if isinstance(self.parent, Widget):
            self.screen.set_focus(self.parent)

    def _meant(self, text: str) -> str:
        """Return what was typed as an entry of the whole range."""
        if self._end is None or not text.strip() or not _NUMBER.fullmatch(text.strip()):
            return text
        return f"{text.strip()}.." if self._end == "low" else f"..{text.strip()}"

    def _say(self, typed: str) -> None:
        text = self._meant(typed)
        verdict = self.query_one("#entry-verdict", Static)
        glyphs = self._glyphs
        if not text.strip():
            examples = EXAMPLES if self._end is None else END_EXAMPLES
            verdict.update(Text(plain_ascii(examples, glyphs)))
            return
        try:
            parameter = self._judge(self.parameter_name, text)
        except UsageError as error:
            verdict.update(Text(plain_ascii(f"{glyphs.failed} {error}", glyphs), "bold"))
        else:
            becomes = format_parameter(parameter)
            outside = outside_text(parameter)
            mark = "!" if outside else glyphs.done
            verdict.update(Text(plain_ascii(f"{mark} {becomes}{outside}", glyphs)))
