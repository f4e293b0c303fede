"""One question with one line of answer, one with yes or no, and one with an answer a key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Generic, TypeVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tuitune.errors import TuiTuneError

Answer = TypeVar("Answer")


class _Line(Input):
    """The line of an answer."""

    async def action_submit(self) -> None:
        """Answer at once: keys that were typed after it are for the screen below."""
        screen = self.screen
        assert isinstance(screen, Ask)
        screen.submit(self.value)


class Ask(ModalScreen[str | None]):
    """Asks for a line; what is wrong with it is said while it is typed. Esc gives None."""

    AUTO_FOCUS = "Input"
    CSS_PATH = "ask.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave")]

    def __init__(
        self,
        question: str,
        value: str = "",
        *,
        check: Callable[[str], str] | None = None,
        detail: str = "",
        replaced: bool = True,
    ) -> None:
        """`check` returns what the answer would do, or raises `TuiTuneError`.

        `replaced`: the first character typed takes the place of `value`; else it stands at its end.
        """
        super().__init__()
        self._question = question
        self._value = value
        self._check = check
        self._detail = detail
        self._replaced = replaced

    def compose(self) -> ComposeResult:
        """The question, the line and what it would do."""
        with Vertical():
            yield Static(Text(self._question, "bold"), markup=False)
            yield _Line(self._value, compact=True, select_on_focus=self._replaced)
            # What it says from the start gives it its height, which the first update would not.
            yield Static(Text(self._judge(self._value)[1]), id="verdict", markup=False)
            yield Static("enter takes it · esc leaves", id="keys", markup=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what the answer would do."""
        self.query_one("#verdict", Static).update(Text(self._judge(event.value)[1]))

    def submit(self, value: str) -> None:
        """Take the answer if nothing is wrong with it."""
        good, message = self._judge(value)
        if good:
            self.dismiss(value)
        else:
            self.query_one("#verdict", Static).update(Text(message, "bold"))
            self.app.bell()

    def _judge(self, value: str) -> tuple[bool, str]:
        if self._check is None:
            return True, self._detail
        try:
            return True, self._check(value)
        except TuiTuneError as error:
            return False, str(error)

    def action_leave(self) -> None:
        """Answer nothing."""
        self.dismiss(None)


class Confirm(ModalScreen[bool]):
    """Asks for yes or no; each by one key."""

    CSS_PATH = "ask.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "answer(True)", "yes"),
        Binding("n,escape,q", "answer(False)", "no"),
    ]

    def __init__(self, question: str, detail: str = "") -> None:
        super().__init__()
        self._question = question
        self._detail = detail

    def compose(self) -> ComposeResult:
        """The question and its keys."""
        with Vertical():
            yield Static(Text(self._question, "bold"), markup=False)
            if self._detail:
                yield Static(self._detail, markup=False)
            yield Static("y or enter: yes · n or esc: no", id="keys", markup=False)

    def action_answer(self, answer: bool) -> None:
        """Give the answer."""
        self.dismiss(answer)


class Choose(ModalScreen[Answer | None], Generic[Answer]):
    """Asks for one of a few answers, each by its key; enter is the first one, esc gives None."""

    CSS_PATH = "ask.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "leave", "leave")]

    def __init__(self, question: str, answers: Mapping[str, tuple[Answer, str]]) -> None:
        """`answers`: key to the answer and what it does."""
        super().__init__()
        self._question = question
        self._answers = answers

    def compose(self) -> ComposeResult:
        """The question and its keys."""
        keys = [f"{key} {words}" for key, (_, words) in self._answers.items()]
        with Vertical():
            yield Static(Text(self._question, "bold"), markup=False)
            yield Static(
                f"{' · '.join(keys)} · enter is {next(iter(self._answers))} · esc leaves",
                id="keys",
                markup=False,
            )

    def on_key(self, event: Key) -> None:
        """Give the answer of the key."""
        key = next(iter(self._answers)) if event.key == "enter" else event.key
        if key in self._answers:
            event.stop()
            self.dismiss(self._answers[key][0])

    def action_leave(self) -> None:
        """Answer nothing."""
        self.dismiss(None)
