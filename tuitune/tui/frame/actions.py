"""What the keys of the tuning screen do."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from rich.text import Text
from textual.dom import DOMNode

from tuitune.advice import ACT, REPEATED, next_trials
from tuitune.engine import (
    Command,
    CommitRevision,
    Pause,
    Reason,
    Redo,
    RepeatBest,
    Run,
    SaveDraft,
    SelectRevision,
    SetProblem,
    SetWorkers,
    StartFinish,
    Undo,
)
from tuitune.errors import SessionBusyError, UsageError, quote
from tuitune.link.leaving import logout_warning, note_leave, session_words
from tuitune.model.events import EngineStatus
from tuitune.model.limits import MOST
from tuitune.model.remaining import seconds_per_epoch
from tuitune.results.export import write_exports
from tuitune.results.failures import failure_lines, round_with_failures
from tuitune.tui.describe import describe_advice, describe_events, describe_failures
from tuitune.tui.dialogs.ask import Ask, Choose
from tuitune.tui.dialogs.help import help_text
from tuitune.tui.dialogs.page import Page
from tuitune.tui.formatting import format_duration, safe_text
from tuitune.tui.frame.arrange import PANES
from tuitune.tui.frame.round_choices import RoundChoices
from tuitune.tui.rounds.history import compare_revisions
from tuitune.words import plural

if TYPE_CHECKING:
    from tuitune.advice import Advice
    from tuitune.link import Link
    from tuitune.tui.app import TuiTuneApp
    from tuitune.tui.curves.pane import Curves
    from tuitune.tui.formatting import Glyphs
    from tuitune.tui.frame.log import Log
    from tuitune.tui.ranges.pane import Ranges
    from tuitune.tui.trials.pane import TrialTable


Outside = Literal["finish", "stop"]
"""What becomes of running trials that new ranges leave out."""

Parting = Literal["leave", "stop"]
"""What becomes of running trials when a person quits."""


class TuningActions(RoundChoices):
    """The verbs of the screen; `TuningScreen` adds the panes they act on."""

    link: Link
    glyphs: Glyphs
    ranges: Ranges
    trials: TrialTable
    curves: Curves
    advice: Advice | None
    engine_state: EngineStatus
    pane: str
    zoomed: bool
    log_pane: Log
    app: TuiTuneApp

    def seconds_left(self) -> float | None:
        """Return how long the round will take from now; None where that isn't known."""
        raise NotImplementedError

    def set_pane(self, name: str) -> None:
        """Give a pane the keys."""
        raise NotImplementedError

    # -- the round -------------------------------------------------------------------------

    def action_run_or_pause(self) -> None:
        """Run what is paused or not begun, pause what runs."""
        if self.engine_state.is_busy:
            self.send(Pause())
        elif self.link.session.open_finish is not None:
            self.send(StartFinish())
        elif self.engine_state in ("paused", "pausing"):
            self.send(Run())
        elif self.link.session.open_round is None and self.ranges.draft.is_changed:
            self.say_error("The ranges were changed: R runs the next round in them, u takes back.")
        elif self.link.session.rounds and self.link.session.open_round is None:
            self.action_commit_and_run()
        else:
            self.send(Run(sampler=self.next_sampler, pruner=self.next_pruner))

    def action_commit_and_run(self) -> None:
        """Ask how many trials, commit the draft and run them."""
        if not self.may_write():
            return
        verdicts = self.advice.verdicts if self.advice else None
        suggestion = next_trials(self.link.session, self.ranges.draft.space, verdicts)
        made_from = self.link.session.current

        def run(answer: str | None) -> None:
            if answer is not None:
                self._run_next_round(int(answer), made_from)

        self.app.push_screen(
            Ask(
                f"How many trials shall round {len(self.link.session.rounds) + 1} have?",
                str(suggestion),
                check=self._judge_trials,
            ),
            run,
        )

    def _run_next_round(self, trials: int, made_from: int) -> None:
        """Commit the draft of revision `made_from` and run it, where that is still current."""
        running = self.link.session.running.values()
        space = self.ranges.draft.space
        outside = [t.number for t in running if not space.contains(t.params)]
        if not outside:
            self.commit(made_from, run=True, trials=trials)
            return

        def run(choice: Outside | None) -> None:
            if choice is not None:
                self.commit(made_from, run=True, trials=trials, outside=choice)

        one = len(outside) == 1
        self.app.push_screen(
            Choose[Outside](
                f"{len(outside)} running {'trial lies' if one else 'trials lie'} outside of the "
                f"new ranges: {' '.join(f'#{number}' for number in outside[:8])}",
                {
                    "f": ("finish", f"let {'it' if one else 'them'} finish"),
                    "s": ("stop", f"stop {'it' if one else 'them'}"),
                },
            ),
            run,
        )

    def _judge_trials(self, text: str) -> str:
        try:
            trials = int(text)
        except ValueError:
            raise UsageError(f"A number of trials, such as 32; {quote(text)} is none.") from None
        if not 1 <= trials <= 1_000_000:
            raise UsageError("From 1 to 1,000,000 trials; 32, say.")
        session = self.link.session
        epochs = trials * session.problem.epochs
        cost = f"{trials} trials, {epochs:,} epochs"
        if self.pruner != "none":
            cost += f" at most (pruner {self.pruner})"
        pace = seconds_per_epoch((r.seconds_spent, r.epochs_spent) for r in session.rounds[-3:])
        if pace is None:
            return cost
        return f"{cost}, about {format_duration(pace * epochs / (session.workers or 1))}"

    def commit(
        self,
        made_from: int,
        *,
        run: bool,
        trials: int | None = None,
        outside: Outside = "finish",
    ) -> None:
        """Make the draft the next revision, and train it if `run`.

        It is refused, and the draft stays, where `made_from` is not the current revision any more.
        `outside` is what becomes of running trials that it leaves out.
        """
        draft = self.ranges.draft
        if not run and not draft.is_changed:
            self.say_error("No range was changed; R runs another round in the same ranges.")
            return
        start = Run(trials, self.next_sampler, self.next_pruner, new_round=True) if run else None
        self.send(
            CommitRevision(
                draft.space,
                reasons=self._reasons(),
                run=start,
                outside=outside,
                parent=made_from,
            )
        )

    def _reasons(self) -> dict[str, Reason]:
        """Return why each parameter is as the draft has it, with what the trials say of it now."""
        reasons = dict(self.ranges.reasons())
        changed = self.ranges.draft.changed_names
        for name, verdict in (self.advice.verdicts if self.advice else {}).items():
            if name not in reasons:
                by = "by hand; the trials said " if name in changed else ""
                text = f"{by}{verdict.reason}"
                reasons[name] = Reason(text, verdict.numbers)
        return reasons

    def action_undo(self) -> None:
        """Take the last change of the draft back; else step to the parent revision."""
        if self.ranges.undo():
            return
        self.send(Undo())

    def action_redo(self) -> None:
        """Redo the change of the draft that was undone; else step to the later revision."""
        if self.ranges.redo():
            return
        self.send(Redo())

    def go_to_revision(self, number: int) -> None:
        """Make a revision the current one; the next commit branches from it."""
        self.send(SelectRevision(number))

    # -- panes and screens -----------------------------------------------------------------

    def action_show_pane(self, name: str) -> None:
        """Go to a pane."""
        self.set_pane(name)

    def action_next_pane(self) -> None:
        """Go to the next pane."""
        self._step_pane(1)

    def action_previous_pane(self) -> None:
        """Go to the previous pane."""
        self._step_pane(-1)

    def _step_pane(self, step: int) -> None:
        self.set_pane(PANES[(PANES.index(self.pane) + step) % len(PANES)])

    def action_zoom(self) -> None:
        """Give the pane the whole screen, or take it back."""
        self.zoomed = not self.zoomed
        self.set_pane(self.pane)

    def action_back(self) -> None:
        """Leave what is on top: the filter, then the zoom."""
        if self.pane == "trials" and self.trials.clear_filter():
            return
        if self.zoomed:
            self.action_zoom()

    def action_help(self) -> None:
        """Show the keys of this pane."""
        self.app.push_screen(Page(lambda: help_text(self.pane, self.app.own_keys, self.glyphs)))

    def action_advice(self) -> None:
        """Show everything that the trials say."""
        name = self.link.path.stem
        self.app.push_screen(Page(lambda: self._advice_page(name), live=True))

    def _advice_page(self, name: str) -> Text:
        return describe_advice(self.advice, self.link.session, name)

    def action_act(self) -> None:
        """Offer what the trials advise about the session as a whole."""
        if not self.may_write():
            return
        said = self.advice.statements if self.advice else ()
        acts = [s for s in said if s.key == ACT]
        epochs = next((s.numbers["next"] for s in acts if "next" in s.numbers), None)
        offers: dict[str, tuple[str, str]] = {}
        if epochs is not None:
            offers["e"] = ("epochs", f"train {epochs:.0f} epochs a trial from the next round on")
        if any(s.kind == "repeat" for s in acts):
            offers["r"] = ("repeat", f"train the best {REPEATED} once more, on new seeds")
        if not offers:
            self._ask_length(None)
            return
        if epochs is None:
            offers["e"] = ("epochs", "other epochs a trial, from the next round on")

        def do(what: str | None) -> None:
            if what == "epochs":
                self._ask_length(epochs)
            elif what == "repeat":
                self.send(RepeatBest(REPEATED))

        self.app.push_screen(Choose("What the trials advise:", offers), do)

    def _ask_length(self, suggestion: float | None) -> None:
        now = self.link.session.problem.epochs

        def take(answer: str | None) -> None:
            if answer is not None:
                self.send(SetProblem(epochs=int(answer)))

        self.app.push_screen(
            Ask(
                f"How many epochs shall a trial train from the next round on? Now {now}.",
                str(now if suggestion is None else round(suggestion)),
                check=self._judge_length,
            ),
            take,
        )

    def _judge_length(self, text: str) -> str:
        try:
            epochs = int(text)
        except ValueError:
            raise UsageError(f"A number of epochs, such as 100; {quote(text)} is none.") from None
        if not 1 <= epochs <= MOST:
            raise UsageError("At least 1 epoch; 100, say.")
        session = self.link.session
        if epochs == session.problem.epochs:
            raise UsageError(f"A trial trains {plural(epochs, 'epoch')} already.")
        if epochs < session.criterion.epochs:
            return "longer trials count with their score there"
        return f"trials of {session.criterion.epochs} epochs stay, marked, below the new ranking"

    def action_events(self) -> None:
        """Show everything that happened in the session, the newest first."""
        self.app.push_screen(
            Page(lambda: describe_events(self.link.session, self.log_pane.events), live=True)
        )

    def action_failures(self) -> None:
        """Show the failed trials of the newest round that has some, by cause."""
        number = round_with_failures(self.link.session)
        if number is None:
            self.say_error("No trial has failed.")
        else:
            self.show_failures(number)

    def show_failures(self, round_number: int, why: str = "") -> None:
        """Show the failed trials of a round by cause; `why` it pauses, where it does."""
        session = self.link.session
        self.app.push_screen(
            Page(lambda: describe_failures(failure_lines(session, round_number), why), live=True)
        )

    def compare_with(self, number: int) -> None:
        """Show what differs between a revision and the current one."""
        session = self.link.session
        one, other = session.revision(number), session.revision(session.current)
        self.app.push_screen(Page(lambda: compare_revisions(session, one, other)))

    def action_sessions(self) -> None:
        """Choose another session."""
        self.app.choose_session()

    def action_export(self) -> None:
        """Write the trials as CSV and the curves as JSON lines, beside the session."""
        try:
            paths = write_exports(self.link.session, self.link.path)
        except OSError as error:
            self.say_error(f"The export can't be written: {error}")
            return
        self.say(f"Written: {', '.join(path.name for path in paths)}")

    def action_quit_app(self) -> None:
        """Quit; asks only while something is trained here."""
        works = self.engine_state.is_busy or self.link.session.running
        if not works or not self.link.trains_here:
            self.action_leave_now()
            return

        def quit_app(choice: Parting | None) -> None:
            if choice == "leave":
                self.action_leave_running()
            elif choice == "stop":
                self.action_leave_now()

        count = len(self.link.session.running)
        one = count == 1
        answers: dict[str, tuple[Parting, str]] = {
            "y": ("stop", "saves and stops; it is run again first next time")
        }
        if self.app.can_leave:
            answers = {"d": ("leave", f"leaves {'it' if one else 'them'} running"), **answers}
        trials = "1 trial runs" if one else f"{count} trials run"
        if not count:
            trials = "The next trial begins"  # between two of them
        self.app.push_screen(Choose[Parting](f"{trials}. Quit?", answers), quit_app)

    def action_leave_running(self) -> None:
        """Leave the screen; what this process trains goes on without one."""
        if self.app.can_leave:
            self.app.leave_running("screen left", self._parting_words())
        elif self.link.trains_here:
            self.say_error("Nothing runs that could go on: q quits, and everything is saved.")
        else:
            self.action_leave_now()

    def _parting_words(self) -> str:
        """Return what is said to the shell: what goes on, until when, and how to come back."""
        session, name = self.link.session, session_words(self.link.path)
        words = f"{safe_text(session.name)} goes on"
        if session.round is not None and session.round.ended is None:
            words += f", {session.round.finished} of {session.round.trials} trials done"
        seconds = self.seconds_left()
        if seconds is not None:
            until = datetime.fromtimestamp(time.time() + seconds)
            words += f", about {format_duration(seconds)} left (until {until:%H:%M})"
        words += f": tuitune open {name} comes back, tuitune quit {name} ends it"
        warning = logout_warning()
        return f"{words}\n{warning}" if warning else words

    def action_leave_now(self, code: int = 0) -> None:
        """Quit without asking; what another process trains goes on."""
        self.keep_draft()
        if not self.link.trains_here and self.link.state.is_busy:
            note_leave(self.link.path, self.link.session, "screen left")
        self.app.leave(code)

    def keep_draft(self) -> None:
        """Save the ranges on the screen with the session."""
        if self.link.writable and not self.link.is_gone:
            draft = self.ranges.draft
            with suppress(SessionBusyError):
                self.link.ask(SaveDraft(draft.space if draft.is_changed else None))

    async def run_verb(self, pane: str, action: str, node: DOMNode) -> None:
        """Do what a key of a pane does, from the palette."""
        if pane in PANES:
            self.set_pane(pane)
        await self.app.run_action(action, node)

    def go_to_trial(self, number: int) -> None:
        """Select a trial in the table."""
        self.set_pane("trials")
        self.trials.select(number)

    def action_workers(self) -> None:
        """Ask how many trials run at once."""
        if not self.may_write():
            return

        def change(answer: str | None) -> None:
            if answer is not None:
                self.send(SetWorkers(int(answer)))
                self.say(f"{plural(int(answer), 'trial')} at once from now on")

        workers = self.link.session.workers or 1
        self.app.push_screen(
            Ask("How many trials shall run at once?", str(workers), check=self._judge_workers),
            change,
        )

    def _judge_workers(self, text: str) -> str:
        if not text.strip().isdecimal() or not 1 <= int(text) <= 256:
            raise UsageError(
                f"A number of workers from 1 to 256, such as 2; {quote(text)} is none."
            )
        if int(text) == 1 and not self.link.session.problem.keeps_output:
            return "it trains inside this program, with one BLAS thread"
        return "each trains in a process of its own, with one BLAS thread"

    # -- talking ---------------------------------------------------------------------------

    def may_write(self) -> bool:
        """Return whether commands reach an engine, and say so where not.

        Where the process that held the session has ended, this one opens it.
        """
        if self.link.is_gone:
            self.app.take_over()
        if not self.link.writable:
            self.say_error(self.link.why_read_only)
        return self.link.writable

    def send(self, command: Command) -> None:
        """Ask the engine for something; its answer comes with what has happened."""
        if not self.may_write():
            return
        try:
            self.link.ask(command)
        except SessionBusyError as error:
            self.say_error(str(error))

    def say(self, text: str, seconds: float = 5.0) -> None:
        """Answer a key in one sentence, in the line where the hint stands."""
        self.log_pane.status(text, seconds)

    def say_error(self, text: str) -> None:
        """Show one sentence that says what is wrong."""
        self.say(text, 8.0)
