"""What the keys do to the trial under the cursor, and to a point of the person's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.screen import Screen

from tuitune.engine import (
    Annotate,
    Command,
    Enqueue,
    KillTrial,
    RetryTrial,
    StopTrial,
    check_point,
)
from tuitune.errors import UsageError, quote
from tuitune.model.events import EngineStatus
from tuitune.model.remaining import seconds_per_epoch
from tuitune.model.trial import Trial, TrialState
from tuitune.results.export import trial_json
from tuitune.results.values import FORMS, Values, best_values
from tuitune.space import (
    Value,
    format_point,
    format_value,
    middle_point,
    parse_point,
    split_point,
)
from tuitune.tui.describe import describe_trial
from tuitune.tui.dialogs.ask import Ask, Choose, Confirm
from tuitune.tui.dialogs.page import Page
from tuitune.tui.formatting import format_duration, safe_text

if TYPE_CHECKING:
    from tuitune.link import Link
    from tuitune.tui.app import TuiTuneApp
    from tuitune.tui.formatting import Glyphs
    from tuitune.tui.trials.pane import TrialTable

USUAL_EXTENSION = 50
"""Epochs that a good trial is first offered."""


class TrialActions(Screen[None]):
    """The verbs of one trial; `TuningScreen` adds the rest."""

    link: Link
    glyphs: Glyphs
    trials: TrialTable
    engine_state: EngineStatus
    app: TuiTuneApp

    def send(self, command: Command) -> None:
        """Ask the engine for something."""
        raise NotImplementedError

    def may_write(self) -> bool:
        """Return whether commands reach an engine, and say so where not."""
        raise NotImplementedError

    def say(self, text: str, seconds: float = 5.0) -> None:
        """Answer a key in one sentence."""
        raise NotImplementedError

    def say_error(self, text: str) -> None:
        """Show one sentence that says what is wrong."""
        raise NotImplementedError

    def selected_trial(self) -> int | None:
        """Return the trial that the keys act on, and say so where there is none."""
        number = self.trials.selected
        if number is None:
            self.say_error("No trial is selected yet.")
        return number

    # -- whether it runs -------------------------------------------------------------------

    def action_stop_trial(self) -> None:
        """Stop it; what it reported is kept."""
        if (number := self.selected_trial()) is not None:
            self.send(StopTrial(number))

    def action_kill_trial(self) -> None:
        """End it at once."""
        if (number := self.selected_trial()) is not None:
            self.send(KillTrial(number))

    def action_retry_trial(self) -> None:
        """Run it again; one that is done only after a question."""
        trial = self._ended_trial()
        if trial is None:
            return
        if trial.state is not TrialState.DONE:
            self._retry(trial.number)
            return

        def again(sure: bool | None) -> None:
            if sure:
                self._retry(trial.number)

        self.app.push_screen(
            Confirm(
                f"Trial {trial.number} is done. Run it again?",
                "The same values, the same seed. + trains it for longer, c copies it with others.",
            ),
            again,
        )

    def action_extend_trial(self) -> None:
        """Ask for how many epochs more, and run it again for all of them."""
        trial = self._ended_trial()
        if trial is None:
            return

        def extend(answer: str | None) -> None:
            if answer is not None:
                self._retry(trial.number, trial.epochs + int(answer))

        self.app.push_screen(
            Ask(
                f"How many epochs more than its {trial.epochs} shall trial {trial.number} train?",
                str(USUAL_EXTENSION),
                check=lambda text: self._judge_epochs(trial, text),
            ),
            extend,
        )

    def _ended_trial(self) -> Trial | None:
        """Return the selected trial where it can run again, and say why not."""
        if (number := self.selected_trial()) is None or not self.may_write():
            return None
        trial = self.link.session.trial(number)
        if not trial.is_finished:
            self.say_error(f"Trial {number} has not ended ({trial.state}); it can't run again yet.")
            return None
        return trial

    def _retry(self, number: int, epochs: int | None = None) -> None:
        self.send(RetryTrial(number, epochs, start=self._starts))

    @property
    def _starts(self) -> bool:
        """Whether a trial that is asked for runs at once.

        Not where a round waits to go on: that would run all of it.
        """
        return self.engine_state.is_busy or self.link.session.open_round is None

    def _judge_epochs(self, trial: Trial, text: str) -> str:
        if not text.strip().isdecimal() or not 1 <= int(text) <= 1_000_000:
            raise UsageError(f"A number of epochs from 1, such as 50; {quote(text)} is none.")
        epochs = trial.epochs + int(text)
        words = f"{epochs} epochs in all, from the first on; its result is kept meanwhile"
        pace = seconds_per_epoch([(trial.seconds, trial.epochs_done)])
        return words if pace is None else f"{words}; about {format_duration(pace * epochs)}"

    # -- points of the person's own --------------------------------------------------------

    def action_clone_trial(self) -> None:
        """Ask for the values of a copy, and train it."""
        if (number := self.selected_trial()) is None or not self.may_write():
            return
        params = self.link.session.trial(number).params

        def judge(text: str) -> str:
            changed = self._parse_point(text, params)
            differing = [
                f"{safe_text(name)} {_shown(value)} (was {_shown(params.get(name))})"
                for name, value in changed.items()
                if value != params.get(name)
            ]
            if not differing:
                raise UsageError(
                    f"A copy of trial {number} differs in something: change a value; "
                    "T runs it again as it is."
                )
            return f"trial {number}, but {', '.join(differing)}{self._outside(changed)}"

        self._ask_point(
            f"Copy trial {number} with other values", params, f"clone of {number}", judge
        )

    def action_enqueue_point(self) -> None:
        """Ask for the values of a point of the person's own, and train it."""
        if not self.may_write():
            return
        session = self.link.session

        def judge(text: str) -> str:
            params = self._parse_point(text)
            return f"trains for {session.problem.epochs} epochs{self._outside(params)}"

        self._ask_point("A point of your own", middle_point(session.space), "queued by hand", judge)

    def _ask_point(
        self, question: str, params: dict[str, Value], origin: str, judge: Callable[[str], str]
    ) -> None:
        def enqueue(answer: str | None) -> None:
            if answer is not None:
                like = params if origin.startswith("clone") else None
                self.send(Enqueue(self._parse_point(answer, like), origin, start=self._starts))

        self.app.push_screen(
            Ask(question, format_point(params), check=judge, replaced=False), enqueue
        )

    def _parse_point(self, text: str, like: dict[str, Value] | None = None) -> dict[str, Value]:
        """Return the point of an answer. Raises `UsageError` for one that no trial can have."""
        session = self.link.session
        params = parse_point(split_point(text), session.space, like)
        check_point(session, params)
        return params

    def _outside(self, params: dict[str, Value]) -> str:
        space = self.link.session.space
        names = [safe_text(n) for n, value in params.items() if not space[n].contains(value)]
        if not names:
            return ""
        return f"; outside of the ranges: {', '.join(names)}"

    # -- what is kept of it ----------------------------------------------------------------

    def action_toggle_pin(self) -> None:
        """Keep its curve in the chart, or no longer."""
        if (number := self.selected_trial()) is not None:
            pinned = self.link.session.trial(number).pinned
            self.send(Annotate(number, pinned=not pinned))

    def action_note(self) -> None:
        """Write a note on it."""
        if (number := self.selected_trial()) is None or not self.may_write():
            return

        def keep(text: str | None) -> None:
            if text is not None:
                self.send(Annotate(number, note=text.strip()))

        note = self.link.session.trial(number).note
        self.app.push_screen(Ask(f"Note on trial {number}", note), keep)

    def action_tags(self) -> None:
        """Write its tags."""
        if (number := self.selected_trial()) is None or not self.may_write():
            return

        def keep(text: str | None) -> None:
            if text is not None:
                self.send(Annotate(number, tags=tuple(dict.fromkeys(text.split()))))

        tags = " ".join(self.link.session.trial(number).tags)
        ask = Ask(f"Tags of trial {number}", tags, detail="words, such as: odd again")
        self.app.push_screen(ask, keep)

    # -- to look at ------------------------------------------------------------------------

    def action_open_trial(self) -> None:
        """Show all of it, and what it printed."""
        if (number := self.selected_trial()) is not None:
            session = self.link.session
            trial = session.trial(number)
            self.app.push_screen(
                Page(
                    lambda: describe_trial(session, trial, self.glyphs, self.link.output(number)),
                    live=True,
                )
            )

    def action_copy_values(self) -> None:
        """Copy the values to use: those that a finish chose, else the selected trial's.

        In which form is asked the first time.
        """
        form = self.app.copy_form
        if form is not None:
            self._copy_values(form)
            return
        forms = {"f": "flags", "p": "python", "t": "toml", "c": "command"}

        def take(form: str | None) -> None:
            if form is not None:
                self.app.copy_form = form
                self._copy_values(form)

        self.app.push_screen(
            Choose(
                "Copy the values as (asked once):",
                {key: (form, form) for key, form in forms.items()},
            ),
            take,
        )

    def _copy_values(self, form: str) -> None:
        session, path = self.link.session, self.link.path
        try:
            values = best_values(session, path)
            if values.finish is None and (number := self.trials.selected) is not None:
                values = Values(session, path, session.trial(number), None)
            text = FORMS[form](values)
        except UsageError as error:
            self.app.copy_form = None
            self.say_error(f"{error}")
            return
        self.app.copy_to_clipboard(text)
        which = "the finish's choice" if values.finish is not None else "selected"
        self.say(
            f"Copied trial {values.trial.number} ({which}) as {form}: {' '.join(text.split())}"
        )

    def action_copy_trial(self) -> None:
        """Copy it as JSON, to the terminal's clipboard and to a file."""
        if (number := self.selected_trial()) is None:
            return
        text = trial_json(self.link.session, self.link.session.trial(number))
        self.app.copy_to_clipboard(text)
        path = self.link.path.with_suffix(f".trial-{number}.txt")
        try:
            path.write_text(text + "\n", "utf-8")
        except OSError as error:
            self.say_error(f"Trial {number} is copied, but {path.name} can't be written: {error}")
            return
        self.say(f"Trial {number} is copied, and in {path.name}")


def _shown(value: Value | None) -> str:
    return "not there" if value is None else safe_text(format_value(value, 4))
